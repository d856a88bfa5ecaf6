"""Every field of every entrance, tried with the same hostile values: one kind of value has one verdict everywhere."""

import csv
import datetime as dt
import io
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest
from marshmallow import Schema, ValidationError
from marshmallow import fields as plain

import app
from chalicelib.api import OPERATIONS
from chalicelib.money import format_cents
from chalicelib.rent_roll.cells import BLANK_WORDS, Cell, cell_text, reject_mangled
from chalicelib.rent_roll.columns import SYNONYMS, Column
from chalicelib.rent_roll.model import MAX_CELL_CHARACTERS, RentRoll
from chalicelib.rent_roll.parser import parse_sheet
from chalicelib.rent_roll.sheet import Sheet
from chalicelib.self_service import parsing_rules as said
from chalicelib.self_service import ussd_menu_rules
from chalicelib.values import InvalidValue, clean_text, parse_identity_number, text_pattern
from chalicelib.web import fields
from chalicelib.web.csv_responses import csv_response
from tests import corpus

REFUSED = "refused"
NOTHING_SEEN = re.compile(r"[\s\u200c\u200d]*")  # taken where a text may be empty
Verdict = Any  # REFUSED, or ("taken", the value)


def verdict(field: Any, value: Any) -> Verdict:
    """Return what the field makes of the value; it may raise nothing but its refusal."""
    try:
        return ("taken", field.deserialize(value))
    except ValidationError:
        return REFUSED


def kind_of(field: Any) -> str:
    """Return the kind of value that the field takes; fields of one kind differ in their lengths at most."""
    form = field.openapi
    match field:
        case fields.Text():
            usual = {text_pattern(least=least, lines=lines): lines for least in (0, 1) for lines in (False, True)}
            lines = usual.get(form["pattern"])
            return f"text {form['pattern']}" if lines is None else "lines" if lines else "line"
        case fields.Money():
            return f"money {form['pattern']}"
        case fields.OneOf():
            return f"one of {form['enum']}"
        case fields.Integer():
            return f"whole {form['minimum']} {form['maximum']} {field._from_text}"
        case fields.Boolean():
            return f"flag {field._from_text}"
        case fields.Phone() | fields.AnyPhone() | fields.Date() | fields.Month() | fields.Uuid():
            return type(field).__name__
    raise AssertionError(f"a new kind of field: {type(field).__name__}")


def leaves(schema: Schema | None, path: str) -> Iterator[tuple[str, Any]]:
    """Yield each field that a schema takes, through what is nested and listed."""
    for name, field in (schema.load_fields if schema else {}).items():
        inner: Any = field
        while isinstance(inner, plain.List):
            assert [verdict(inner, value) for value in corpus.TEXTS] == [REFUSED] * len(corpus.TEXTS)
            inner = inner.inner
        if isinstance(inner, plain.Nested):
            yield from leaves(inner.schema, f"{path}.{name}")
        else:
            yield f"{path}.{field.data_key or name}", inner


def entrances() -> dict[str, list[tuple[str, Any]]]:
    """Return all fields of all operations, of bodies and queries, by kind."""
    found: dict[str, list[tuple[str, Any]]] = defaultdict(list)
    for operation in OPERATIONS:
        for part, schema in (("query", operation.query), ("body", operation.body)):
            for name, field in leaves(schema, f"{operation.method} {operation.path} {part}"):
                found[kind_of(field)].append((name, field))
    return found


ENTRANCES = entrances()
LINE, LINES, PHONE = fields.Text(2_000), fields.Text(2_000, lines=True), fields.Phone()


def test_the_walk_sees_every_operation() -> None:
    assert app.app.routes
    assert len(ENTRANCES) > 30
    assert sum(map(len, ENTRANCES.values())) > 250
    assert {"Phone", "Date", "Month", "Uuid", "line", "lines"} < set(ENTRANCES)


@pytest.mark.parametrize("kind", ENTRANCES)
def test_one_kind_of_value_has_one_verdict_at_all_its_entrances(kind: str) -> None:
    for value in (*corpus.TEXTS, *corpus.OTHERS):
        by_verdict: dict[str, list[str]] = defaultdict(list)
        for name, field in ENTRANCES[kind]:
            longest = field.openapi.get("maxLength", 10**9)
            if not isinstance(value, str) or (len(value) <= longest and not NOTHING_SEEN.fullmatch(value)):
                by_verdict[repr(verdict(field, value))].append(name)
        assert len(by_verdict) <= 1, (value, by_verdict)


@pytest.mark.parametrize("kind", ENTRANCES)
def test_nothing_but_its_own_type_of_json_is_taken(kind: str) -> None:
    name, field = ENTRANCES[kind][0]
    types: tuple[type, ...] = (str,)
    if isinstance(field, fields.Integer | fields.Boolean):
        types = (int,) if isinstance(field, fields.Integer) else (bool,)
    for value in corpus.OTHERS:
        assert verdict(field, value) == REFUSED or type(value) in types, (name, value)


def test_every_text_that_is_taken_can_be_kept_and_is_seen() -> None:
    for kind, found in ENTRANCES.items():
        for value in corpus.TEXTS:
            accepted = verdict(found[0][1], value)
            if accepted != REFUSED and isinstance(accepted[1], str):
                accepted[1].encode()
                hidden = {each for each in accepted[1] if unicodedata.category(each) in ("Cc", "Cf", "Cs")}
                assert hidden <= {"\n", "\t", "\u200c", "\u200d"}, (kind, value)
                assert clean_text(accepted[1], lines=True) == accepted[1]


# The columns of a sheet, by the field of the API that takes the same; where its value lies in the plan.
ROW: dict[Column, Cell] = {
    Column.PROPERTY: "Plaza", Column.LOCATION: "Kilimani", Column.UNIT: "A1", Column.TYPE: "shop", Column.RENT: "15000",
    Column.DUE: "5", Column.TENANT: "Lulu Okoth", Column.PHONE: "0700000001", Column.IDENTITY: "20007919",
    Column.DEPOSIT: "15000", Column.START: "1/6/2024", Column.END: "1/6/2030", Column.BALANCE: "0",
    Column.CHARGES: "garbage 300", Column.REMARKS: "pays late", Column.EMAIL: "lulu@example.com",
    Column.KRA_PIN: "A012345678Z", Column.KIN: "Akinyi (0711 000 000)",
}  # fmt: skip


def parts(plan: RentRoll, column: Column) -> list[tuple[Any, Any]]:
    """Return what the plan took from the column, each with the field by which the API takes the same."""
    if not (plan.leases and plan.tenants):
        return []
    unit, tenant, lease, house = plan.units[0], plan.tenants[0], plan.leases[0], plan.properties[0]
    names = (tenant.given_name, tenant.middle_name, tenant.family_name)
    found: dict[Column, list[tuple[Any, Any]]] = {
        Column.PROPERTY: [(fields.Text(120, least=1), house.name)],
        Column.LOCATION: [(fields.Text(80), house.town)],
        Column.UNIT: [(fields.Text(40, least=1), unit.name)],
        Column.RENT: [(fields.Money(), unit.rent_cents)],
        Column.DUE: [(fields.Integer(1, 28), lease.due_day)],
        Column.TENANT: [(fields.Text(60), each) for each in names],
        Column.PHONE: [(fields.Phone(), each) for each in tenant.phones],
        Column.DEPOSIT: [(fields.Money(), lease.deposit_cents)],
        Column.START: [(fields.Date(), lease.starts_on)],
        Column.END: [(fields.Date(), lease.ends_on)] if lease.ends_on else [],
        Column.BALANCE: [(fields.Money(signed=True), lease.opening_balance_cents)],
        Column.CHARGES: [(fields.Money(positive=True), each.amount_cents) for each in lease.charges]
        + [(fields.Text(140), each.description) for each in lease.charges],
        Column.REMARKS: [(fields.Text(500, lines=True), lease.note)],
        Column.EMAIL: [(fields.Text(254, least=3, pattern=fields.EMAIL), tenant.email)] if tenant.email else [],
        Column.KRA_PIN: [(fields.Text(11, least=11, pattern=fields.KRA_PIN), tenant.kra_pin)] if tenant.kra_pin else [],
        Column.KIN: [(fields.Text(120), tenant.kin_name)]
        + ([(fields.Phone(), tenant.kin_phone)] if tenant.kin_phone else []),
    }
    return found.get(column, [])


def read(column: Column, cell: Cell) -> tuple[RentRoll, bool]:
    """Return the plan of a sheet of one row with this cell, and whether the cell was refused."""
    headings = tuple(SYNONYMS[each].split("|")[0] for each in ROW)
    row = tuple(cell if each == column else value for each, value in ROW.items())
    plan = parse_sheet(Sheet("xlsx", "Sheet", (headings, row)))
    return plan, any(problem.severity == "error" for problem in plan.problems)


CELLS: tuple[Cell, ...] = (
    *(text for text in corpus.TEXTS if len(text) <= MAX_CELL_CHARACTERS),  # longer ones are refused with the file
    *(0, 1, -1, 15000, 10**12, 10**30, Decimal("1E400"), Decimal("1E-400"), Decimal("NaN"), Decimal("Infinity")),
    *(
        Decimal("1E999999999"),
        Decimal("254712345678.0"),
        Decimal("15000.005"),
        dt.date(1899, 12, 31),
        dt.date(9999, 1, 1),
    ),
)
STRICT = {  # columns whose text is kept as it is, with the field of the API
    Column.PROPERTY: fields.Text(120, least=1),
    Column.LOCATION: fields.Text(80),
    Column.UNIT: fields.Text(40, least=1),
    Column.REMARKS: fields.Text(500),
    Column.EMAIL: fields.Text(254, least=3, pattern=fields.EMAIL),
    Column.PHONE: fields.Phone(),
}


@pytest.mark.parametrize("column", Column)
def test_what_a_sheet_takes_the_api_takes_as_the_same(column: Column) -> None:
    for cell in CELLS:
        plan, refused = read(column, cell)
        if refused:
            continue
        for field, accepted in parts(plan, column):
            wire = field.to_json(accepted) if field.to_json and not isinstance(accepted, str | int) else accepted
            wire = format_cents(accepted) if isinstance(field, fields.Money) else wire
            assert verdict(field, wire) == ("taken", accepted), (cell, accepted)
        if column == Column.IDENTITY and plan.tenants and plan.tenants[0].identity_number:
            kind, number = plan.tenants[0].identity_kind or "", plan.tenants[0].identity_number
            assert parse_identity_number(kind, number) == number


def respelled(text: str) -> str:
    """Return the text with the blanks, dashes and apostrophes that a sheet is read with."""
    return " ".join(cell_text(text.replace("\u200c", "Z1").replace("\u200d", "Z2")).split())


@pytest.mark.parametrize("column", STRICT)
def test_what_the_api_takes_a_sheet_takes_and_what_it_refuses_a_sheet_refuses(column: Column) -> None:
    field: Any = STRICT[column]
    for cell in CELLS:
        if not isinstance(cell, str) or cell_text(cell).casefold() in BLANK_WORDS or spoilt(cell):
            continue
        api, (plan, refused) = verdict(field, cell), read(column, cell)
        if api != REFUSED:
            assert not refused, (cell, plan.problems)
            assert [respelled(str(accepted)) for _, accepted in parts(plan, column)] == [respelled(str(api[1]))]
        elif column == Column.PHONE:
            assert refused or len(plan.tenants[0].phones) > 1, cell  # several, or one in brackets of words
        elif not re.search(r"[\t\r\n]", cell) and cell == cell.strip():  # a line break in a cell is a blank
            assert refused, cell


def spoilt(cell: str) -> bool:
    try:
        reject_mangled(cell)
    except ValueError:
        return True
    return False


@pytest.mark.parametrize("column", [Column.TENANT, Column.KIN, Column.KRA_PIN, Column.CHARGES, Column.IDENTITY])
def test_no_column_takes_what_cannot_be_seen(column: Column) -> None:
    for cell in (*corpus.UNSEEN, "Jane\u202e Auma"):
        if verdict(LINE, cell) == REFUSED and cell_text(cell).casefold() not in BLANK_WORDS:
            assert read(column, cell)[1], ascii(cell)


def test_a_phone_that_types_is_answered_and_what_it_typed_can_be_kept() -> None:
    for value in corpus.TEXTS:
        for text in (value, f"FAULT {value}", f"TATIZO: A1 {value}"):
            by_verdict = said.parse_command_text(text)
            kept = said.clean_line(by_verdict.rest, 500)
            assert verdict(LINE, kept) == ("taken", kept)
            assert said.skip_courtesy(by_verdict)
            assert said.match_unit(text, ["A1", value or "B"])
        for typed in (value, f"3*{value}", f"3*1*{value}*{value}", f"1*{value}"):
            step = ussd_menu_rules.find_step(typed, lambda action: 2, 500)
            assert verdict(LINE, step.text) == ("taken", step.text)


def test_what_is_exported_is_no_formula_and_is_whole() -> None:
    for value in corpus.TEXTS:
        accepted = verdict(LINES, value)
        if accepted == REFUSED or "\r" in value:
            continue
        [_, row] = csv.reader(
            io.StringIO(csv_response("r", ("given", "rest"), [Pair(accepted[1], "")]).body.removeprefix("\ufeff"))
        )
        assert not row[0].lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\uff1d")), row
        assert row[0].removeprefix("'") == accepted[1].removeprefix("'")


class Pair:
    def __init__(self, given: str, rest: str) -> None:
        self.given, self.rest = given, rest


def test_identity_numbers_are_refused_by_their_door_alone() -> None:
    door: Callable[[str, str], str] = parse_identity_number
    for kind in ("national_id", "passport", "alien_id", "military_id"):
        for value in corpus.TEXTS:
            try:
                number = door(kind, value)
            except InvalidValue:
                continue
            assert door(kind, number) == number
            assert re.fullmatch("[A-Z0-9/-]{4,20}", number)
