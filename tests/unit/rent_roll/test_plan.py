"""What the landlord is told of sheets that are not as they should be: every problem, with its place."""

import csv
import datetime as dt
import io
from collections.abc import Sequence

import pytest

from chalicelib.rent_roll.cells import Cell
from chalicelib.rent_roll.columns import SYNONYMS, Column, column_for
from chalicelib.rent_roll.model import Problem, RentRoll
from chalicelib.rent_roll.parser import parse_rent_roll

HEADINGS = ["Property", "House", "Rent", "Tenant", "Phone", "ID", "Deposit", "Moved in", "Ends", "Bal b/f", "Remarks"]
GOOD = ["Plaza", "A1", "15,000", "Lulu Okoth", "0700000001", "20007919", "15000", "1/6/24", "", "0", ""]


def sheet(*rows: Sequence[Cell]) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows(rows)
    return written.getvalue().encode()


def row(**changes: str) -> list[str]:
    return [
        changes.get(heading.split("/")[0].replace(" ", "_"), cell) for heading, cell in zip(HEADINGS, GOOD, strict=True)
    ]


def errors(plan: RentRoll) -> list[tuple[str, int | None, str | None]]:
    return [(found.code, found.row, found.column) for found in plan.problems if found.severity == "error"]


def notices(plan: RentRoll) -> list[tuple[str, int | None]]:
    return [(found.code, found.row) for found in plan.problems if found.severity == "notice"]


def test_a_good_row_makes_one_of_each() -> None:
    plan = parse_rent_roll(sheet(HEADINGS, GOOD))
    assert notices(plan) == [("no_due_column", None)]
    assert (len(plan.properties), len(plan.units), len(plan.tenants), len(plan.leases)) == (1, 1, 1, 1)
    assert plan.leases[0].due_day == 5
    assert plan.leases[0].starts_on == dt.date(2024, 6, 1)


@pytest.mark.parametrize(
    ("changes", "code", "column"),
    [
        ({"Rent": "-5"}, "negative_amount", "C (Rent)"),
        ({"Rent": ""}, "rent_missing", "C (Rent)"),
        ({"Rent": "15.005"}, "fraction_of_a_cent", "C (Rent)"),
        ({"House": ""}, "unit_missing", "B (House)"),
        ({"Property": ""}, "property_missing", "A (Property)"),
        ({"Moved_in": ""}, "start_missing", "H (Moved in)"),
        ({"Moved_in": "31/6/24"}, "no_such_day", "H (Moved in)"),
        ({"Ends": "31/5/24"}, "end_before_start", "I (Ends)"),
        ({"Deposit": "(500)"}, "negative_amount", "G (Deposit)"),
        ({"Phone": "12345"}, "not_a_phone", "E (Phone)"),
        ({"ID": "12"}, "not_an_identity", "F (ID)"),
        ({"Tenant": "VACANT"}, "vacant_with_tenant", "E (Phone)"),
        ({"Tenant": ""}, "tenant_missing", "D (Tenant)"),
        ({"Tenant": "A B C D E"}, "not_a_name", "D (Tenant)"),
        ({"Bal_b": ""}, None, None),
        ({"Remarks": "x" * 501}, "note_too_long", "K (Remarks)"),
        ({"House": "x" * 41}, "unit_too_long", "B (House)"),
        ({"Property": "x" * 121}, "property_too_long", "A (Property)"),
    ],
)
def test_each_error_names_its_cell(changes: dict[str, str], code: str | None, column: str | None) -> None:
    plan = parse_rent_roll(sheet(["A title"], HEADINGS, row(**changes)))
    assert errors(plan) == ([(code, 3, column)] if code else [])
    assert not (code and plan.leases)


def test_reading_does_not_stop_at_the_first_problem() -> None:
    bad = row(Rent="lots", Phone="1", Moved_in="soon", House="A2")
    plan = parse_rent_roll(sheet(HEADINGS, bad, GOOD, row(House="A3", Deposit="?")))
    assert [code for code, _, _ in errors(plan)] == ["not_an_amount", "not_a_phone", "not_a_date", "not_an_amount"]
    assert [found.value for found in plan.problems if found.severity == "error"] == ["lots", "1", "soon", "?"]


def test_an_opening_balance_may_be_a_credit() -> None:
    assert parse_rent_roll(sheet(HEADINGS, row(Bal_b="(500)"))).leases[0].opening_balance_cents == -500_00


def test_a_unit_stands_once_in_a_property_and_may_stand_in_another() -> None:
    again = row(House="a 1", Tenant="Juma Koech", Phone="0700000002", ID="20007920")
    plan = parse_rent_roll(sheet(HEADINGS, GOOD, again, [*["Court"], *again[1:]]))
    assert errors(plan) == [("duplicate_unit", 3, "B (House)")]
    assert [found.name for found in plan.properties] == ["Plaza", "Court"]


def test_the_property_carries_down_also_from_a_row_of_its_own() -> None:
    plan = parse_rent_roll(sheet(HEADINGS, ["Court"], row(Property=""), ["Footer by the agent"]))
    assert [(found.name, found.row) for found in plan.properties] == [("Court", 3)]
    assert ("property_without_units", 4) in notices(plan)
    assert errors(plan) == []


def test_without_a_property_column_the_default_is_asked_for() -> None:
    content = sheet(["Unit", "Rent"], ["A1", "15000"])
    assert errors(parse_rent_roll(content)) == [("property_missing", 2, None)]
    assert parse_rent_roll(content, property_name="Plaza").properties[0].name == "Plaza"


def test_one_person_with_two_units_is_one_tenant_and_two_people_with_one_phone_are_two() -> None:
    same, other = row(House="A2", Tenant="LULU OKOTH"), row(House="A3", Tenant="Juma Koech", ID="20007920")
    plan = parse_rent_roll(sheet(HEADINGS, GOOD, same, other))
    assert [lease.tenant_index for lease in plan.leases] == [0, 0, 1]
    assert ("shared_by_tenants", 4) in notices(plan)
    differs = parse_rent_roll(sheet(HEADINGS, GOOD, row(House="A2", ID="99999999")))
    assert errors(differs) == [("identity_differs", 3, "F (ID)")]


def test_a_tenant_without_a_phone_is_allowed_and_told() -> None:
    plan = parse_rent_roll(sheet(HEADINGS, row(Phone="")))
    assert errors(plan) == []
    assert ("phone_missing", 2) in notices(plan)
    assert plan.tenants[0].phones == ()


def test_totals_blank_rows_and_headings_that_come_again_are_passed_over() -> None:
    plan = parse_rent_roll(sheet(HEADINGS, GOOD, [], HEADINGS, row(House="A2"), ["SUB-TOTAL", "", "30,000"], ["Total"]))
    assert errors(plan) == []
    assert len(plan.units) == 2
    assert notices(plan) == [
        *(("blank_rows", None), ("no_due_column", None), ("repeated_header", 4), ("total_row", 6), ("total_row", 7)),
    ]


def test_an_amount_without_quotes_that_splits_its_row_is_told() -> None:
    split = [*GOOD[:2], "15", "000", *GOOD[3:]]
    plan = parse_rent_roll(sheet(HEADINGS[:-1], split[:-1]))
    assert ("cells_beyond_headings", 2, "K") in errors(plan)
    assert not plan.leases


def test_headings_that_are_unknown_twice_or_missing_are_told() -> None:
    plan = parse_rent_roll(sheet(["Unit", "Door", "Tenant", "Colour"], ["A1", "A1", "Lulu", "red"]))
    assert errors(plan) == [("duplicate_column", 1, "B (Door)"), ("missing_column", 1, None)]
    assert ("unknown_column", 1) in notices(plan)


@pytest.mark.parametrize(
    "rows",
    [
        [["Unit", "Rent", "Tenant", "", "", "Moved in"], ["", "", "Name", "Tel", "ID No", ""]],
        [["Unit", "Rent", "Tenant", "", "", ""], ["", "", "Name", "Tel", "ID No", "Deposit"]],
    ],
)
def test_headings_in_two_rows_are_a_clear_problem(rows: list[list[str]]) -> None:
    plan = parse_rent_roll(sheet(*rows, ["A1", "15000", "Lulu Okoth", "0700000001", "20007919", "1/6/24"]))
    assert "merged_header" in [code for code, _, _ in errors(plan)]
    assert not plan.units


def test_water_has_one_price_in_a_property() -> None:
    headings = ["Property", "Unit", "Rent", "Other charges"]
    plan = parse_rent_roll(sheet(headings, ["Plaza", "A1", "1", "water 120/unit"], ["", "A2", "1", "water 130/unit"]))
    assert errors(plan) == [("water_rates_differ", 3, "D (Other charges)")]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"hello", b"Unit,Rent\n", b"Unit,Rent\n,\n"])
def test_a_sheet_with_nothing_in_it_is_an_error(content: bytes) -> None:
    assert [code for code, _, _ in errors(parse_rent_roll(content))] in (["no_header"], ["no_rows"])


def test_every_synonym_means_one_thing() -> None:
    words = [(word, column) for column, listed in SYNONYMS.items() for word in listed.split("|")]
    assert [(word, column_for(word)) for word, _ in words] == words
    written = {
        "Hse No.": Column.UNIT,
        "RENT P.M (KES)": Column.RENT,
        "Bal B/F": Column.BALANCE,
        "Tenant's Name": Column.TENANT,
    }
    assert {heading: column_for(heading) for heading in written} == written


def test_the_value_of_a_wrong_cell_stays_out_of_logs() -> None:
    assert "0700" not in repr(Problem("error", "not_a_phone", "expected a phone", 2, "E (Phone)", "0700"))


@pytest.mark.slow
def test_five_thousand_rows_are_read() -> None:
    rows = [row(House=f"A{n}", Phone=f"0712{n:06d}", ID=f"2{n:07d}") for n in range(5_000)]
    content = sheet(HEADINGS, *rows)
    plan = parse_rent_roll(content)
    assert (len(plan.leases), errors(plan)) == (5_000, [])


def test_currencies_behind_sums_and_titles_inside_names_are_read_as_they_are_meant() -> None:
    headings = ["Property", "House", "Tenant", "Phone", "Rent", "Deposit", "Balance", "Entry date", "Other charges"]
    end = ["1/1/25", "garbage 300 ksh"]
    rows = [
        ["Zawadi", "A1", "Ochieng Peter", "0712000101", "15,000 Ksh", "15000ksh", "2,500 Kshs", *end],
        ["Zawadi", "A2", "Adams Barasa", "0712000104", "15k", "15K/=", "(2,000 ksh)", *end],
        ["Zawadi", "A3", "Dr. Jane Auma", "0712000105", "15 000", "15,000.00", "0", *end],
    ]
    plan = parse_rent_roll(sheet(headings, *rows))
    assert errors(plan) == []
    assert [f"{each.given_name} {each.family_name}" for each in plan.tenants] == [
        *("Ochieng Peter", "Adams Barasa", "Jane Auma")
    ]
    assert {(each.rent_cents, each.deposit_cents) for each in plan.leases} == {(15_000_00, 15_000_00)}
    assert [each.opening_balance_cents for each in plan.leases] == [2_500_00, -2_000_00, 0]
    assert {charge.amount_cents for each in plan.leases for charge in each.charges} == {300_00}
