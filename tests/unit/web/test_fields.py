"""Each field takes what it documents and refuses the rest; and what it tells, it documents."""

import datetime as dt
import re
from typing import Any

import pytest
from apispec import APISpec
from hypothesis import example, given
from hypothesis import strategies as st
from marshmallow import ValidationError

from chalicelib import money
from chalicelib.web import fields
from chalicelib.web.json_schema import SchemaConverter

WIRE_FIELDS: dict[str, Any] = {
    "line": fields.Text(12),
    "some text": fields.Text(12, least=1),
    "longer text": fields.Text(12, least=4),
    "lines": fields.Text(12, lines=True),
    "e-mail": fields.Text(254, least=3, pattern=fields.EMAIL),
    "KRA PIN": fields.Text(11, least=11, pattern=fields.KRA_PIN),
    "cursor": fields.Paging().fields["cursor"],
    "money": fields.Money(),
    "positive money": fields.Money(positive=True),
    "signed money": fields.Money(signed=True),
    "day": fields.Date(),
    "month": fields.Month(),
    "phone": fields.Phone(),
}
NAMED = pytest.mark.parametrize("name", WIRE_FIELDS)


def documented(field: Any, text: str) -> bool:
    described = field.openapi
    least, most = described.get("minLength", 0), described.get("maxLength", 10**9)
    # \Z and not $, which in Python lets a line break follow; in JSON Schema it does not.
    pattern = re.sub(r"\$$", r"\\Z", described["pattern"])
    return least <= len(text) <= most and re.search(pattern, text) is not None


def is_accepted(field: Any, text: str) -> bool:
    try:
        field.deserialize(text)
    except ValidationError as error:
        # That there is no 30 February is the one thing that no pattern tells.
        return "there is no such day" in error.messages
    return True


@NAMED
@given(data=st.data())
def test_what_fits_the_documented_pattern_is_taken(name: str, data: st.DataObject) -> None:
    field = WIRE_FIELDS[name]
    text = data.draw(st.from_regex(re.sub(r"\$$", r"\\Z", field.openapi["pattern"])))
    assert is_accepted(field, text) == documented(field, text)


@NAMED
@given(text=st.text(max_size=14))
@example("")
@example(" ")
@example("a\n")
@example("0.00\n")
@example("\u0085a b c")
@example("\ufeff")
@example("-0")
@example("0.0")
@example("00")
@example("1.234")
@example("99999999999")
@example("1989-12-31")
@example("2026-02-30")
@example("2026-11-20T00:00")
@example("٢٠٢٦-11-20")
@example("0712 345-678")
@example("+ 254 712345678")
@example("0812345678")
@example("a@b.c ")
def test_any_text_is_taken_just_when_it_is_documented(name: str, text: str) -> None:
    assert is_accepted(WIRE_FIELDS[name], text) == documented(WIRE_FIELDS[name], text)


@NAMED
@pytest.mark.parametrize("value", [1, 1.5, True, [], {}, ["a"], float("nan")])
def test_nothing_but_text_is_taken_for_text(name: str, value: object) -> None:
    with pytest.raises(ValidationError):
        WIRE_FIELDS[name].deserialize(value)


def test_half_of_a_surrogate_pair_is_refused_since_it_cannot_be_stored() -> None:
    with pytest.raises(ValidationError):
        fields.Text(12).deserialize("a\ud800")


def test_text_is_trimmed() -> None:
    assert fields.Text(12).deserialize("  Mwangaza ") == "Mwangaza"


@given(st.integers(-(10**12) + 1, 10**12 - 1))
def test_money_goes_out_and_comes_back(cents: int) -> None:
    field = fields.Money(signed=True)
    told = field.serialize("amount", {"amount": cents})
    assert field.deserialize(told) == cents
    assert re.fullmatch(field.openapi_of_response["pattern"], told)


@given(st.integers(0, 10**18))
def test_money_that_is_told_fits_its_document_whatever_its_size(cents: int) -> None:
    assert re.fullmatch(fields.Money().openapi_of_response["pattern"], money.format_cents(cents))


@given(st.dates(fields.EARLIEST_DAY, fields.LATEST_DAY))
def test_days_and_months_go_out_and_come_back(day: dt.date) -> None:
    assert fields.Date().deserialize(day.isoformat()) == day
    first = day.replace(day=1)
    assert fields.Month().deserialize(fields.Month().serialize("period", {"period": first})) == first


def test_a_month_is_written_as_year_and_month() -> None:
    assert fields.Month().deserialize("2026-11") == dt.date(2026, 11, 1)
    assert fields.Month().serialize("period", {"period": dt.date(2026, 1, 1)}) == "2026-01"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-1",
        "2026-13",
        "2026-00",
        "0000-01",
        "26-01",
        "2026-11-01",
        " 2026-11",
        "2026-11\n",
        "\uff12\uff10\uff12\uff16-11",
    ],
)
def test_anything_else_is_no_month(text: str) -> None:
    with pytest.raises(ValidationError, match="expected a month"):
        fields.Month().deserialize(text)


@pytest.mark.parametrize("value", ["1", 1.0, True, None, -1, 11, 2**63])
def test_a_whole_number_is_neither_guessed_nor_out_of_bounds(value: object) -> None:
    with pytest.raises(ValidationError):
        fields.Integer(0, 10).deserialize(value)


@given(st.integers(0, 200))
def test_a_whole_number_in_a_query_is_written_in_one_way(number: int) -> None:
    field = fields.Integer(0, 200, from_text=True)
    assert field.deserialize(str(number)) == number
    for wrong in (f"0{number}", f"+{number}", f" {number}", f"{number}.0"):
        with pytest.raises(ValidationError):
            field.deserialize(wrong)


@pytest.mark.parametrize("value", [0, 1, "true", "yes", None])
def test_a_flag_is_true_or_false(value: object) -> None:
    with pytest.raises(ValidationError):
        fields.Boolean().deserialize(value)


@pytest.mark.parametrize(
    "text", ["", "x" * 36, "0190b3c86d0e7a539c0e3a1f6f1d2b4a", "{0190b3c8-6d0e-7a53-9c0e-3a1f6f1d2b4a}"]
)
def test_an_id_is_written_in_one_way(text: str) -> None:
    with pytest.raises(ValidationError):
        fields.Uuid().deserialize(text)


def test_a_list_is_bounded_and_can_ask_for_each_once() -> None:
    field = fields.ListOf(fields.Integer(0, 9), least=1, most=2, once=True)
    assert field.deserialize([1, 2]) == [1, 2]
    for wrong in ([], [1, 2, 3], [1, 1], "12", {"0": 1}):
        with pytest.raises(ValidationError):
            field.deserialize(wrong)


def described(field: Any, *, told: bool) -> dict[str, Any]:
    spec = APISpec(title="", version="", openapi_version="3.1.0")
    found: dict[str, Any] = SchemaConverter(spec, for_response=told).field2property(field)
    return found


def test_null_is_told_where_it_is_taken() -> None:
    assert described(fields.OneOf("a", "b", allow_none=True), told=False)["enum"] == ["a", "b", None]
    assert described(fields.Money(allow_none=True), told=False)["type"] == ["string", "null"]
    assert described(fields.Money(), told=False)["type"] == "string"


def test_bounds_of_a_list_are_of_what_is_asked_for_only() -> None:
    field = fields.ListOf(fields.Uuid(), least=1, most=5)
    assert described(field, told=False)["maxItems"] == 5
    assert "maxItems" not in described(field, told=True)


@pytest.mark.parametrize("address", ["amina@example.com", "a.b+c@mail.example.co.ke"])
def test_an_address_that_mail_reaches_is_taken(address: str) -> None:
    assert re.fullmatch(fields.EMAIL, address)


@pytest.mark.parametrize("address", [".a@x.ke", "a.@x.ke", "a..b@x.ke", "a@x", "a b@x.ke", "a,b@x.ke", "<a@x.ke>"])
def test_an_address_that_no_header_can_hold_is_refused(address: str) -> None:
    assert not re.fullmatch(fields.EMAIL, address)
