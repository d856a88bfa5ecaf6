"""What a plan comes to, and where it meets what is here already."""

import datetime as dt
from pathlib import Path
from uuid import uuid4

import pytest

from chalicelib.imports.model import STATUS_AFTER_FAILED_TASK, STATUSES, TRANSITIONS, ExistingRecords
from chalicelib.imports.preview_rules import find_conflicts, sort_by_row, summarise
from chalicelib.rent_roll.model import LeasePlan, Problem, PropertyPlan, RecurringCharge, RentRoll, TenantPlan, UnitPlan
from chalicelib.rent_roll.parser import parse_rent_roll

NOTHING_KNOWN = ExistingRecords({}, frozenset(), frozenset())


def lease(unit: int, rent_cents: int, balance_cents: int) -> LeasePlan:
    charges = (RecurringCharge("garbage", "Garbage", 300_00),)
    return LeasePlan(
        unit, 0, dt.date(2026, 1, 1), None, 5, rent_cents, rent_cents, balance_cents, charges, "", unit + 2
    )


@pytest.fixture
def plan() -> RentRoll:
    """Three units of one property; the first owes, the second has credit, the third is vacant."""
    units = tuple(UnitPlan(0, name, "other", 0, 10_000_00, "", row) for row, name in enumerate(["A1", "A2", "A3"], 2))
    tenant = TenantPlan("Juma", "", "Koech", ("+254712345678",), None, None, None, None, "", None, 2)
    leases = (lease(0, 9_000_00, 500_00), lease(1, 8_000_00, -200_00))
    columns = {"property": "A (House)", "unit": "B (No.)", "phone": "C (Tel)"}
    return RentRoll("CSV", (PropertyPlan("Mwangaza Court", "", None, 2),), units, (tenant,), leases, (), columns)


def test_balances_and_credits_are_added_up_apart_and_a_vacant_units_rent_is_only_asked(plan: RentRoll) -> None:
    summary = summarise(plan, [Problem("notice", "x", "x"), Problem("error", "y", "y")], NOTHING_KNOWN)
    assert (summary["rent_cents"], summary["asked_cents"]) == (17_000_00, 10_000_00)
    assert (summary["opening_balance_cents"], summary["opening_credit_cents"]) == (500_00, 200_00)
    assert (summary["deposit_cents"], summary["charge_cents"]) == (17_000_00, 600_00)
    assert (summary["units"], summary["vacant_units"], summary["errors"], summary["notices"]) == (3, 1, 1, 1)
    assert summary["properties"] == [{"name": "Mwangaza Court", "town": "", "units": 3, "known": False}]


def test_what_is_here_already_is_told_by_row_and_column(plan: RentRoll) -> None:
    known = ExistingRecords({0: uuid4()}, frozenset({2, 0}), frozenset({0}))
    summary = [(each.severity, each.code, each.row, each.column) for each in find_conflicts(plan, known)]
    assert summary == [
        ("notice", "property_known", 2, "A (House)"),
        ("error", "unit_known", 2, "B (No.)"),
        ("error", "unit_known", 4, "B (No.)"),
        ("notice", "phone_known", 2, "C (Tel)"),
    ]
    assert find_conflicts(plan, NOTHING_KNOWN) == []


def test_problems_come_from_the_top_of_the_sheet_those_of_the_file_first() -> None:
    mixed = [Problem("error", "b", "", 7), Problem("error", "a", ""), Problem("notice", "c", "", 2)]
    assert [each.code for each in sort_by_row(mixed)] == ["a", "c", "b"]


def test_every_status_has_its_place_in_the_table() -> None:
    following = {after for afters in TRANSITIONS.values() for after in afters}
    assert set(TRANSITIONS) | following | set(STATUS_AFTER_FAILED_TASK.values()) == set(STATUSES)


def test_the_columns_of_the_sample_are_named() -> None:
    sample = (Path(__file__).parents[2] / "data" / "rent-roll.csv").read_bytes()
    assert parse_rent_roll(sample).columns["unit"] == "C (Hse No.)"
