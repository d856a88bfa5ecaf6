"""The sample sheet, as landlords keep it, read whole; sums are reckoned here without the code under test."""

import csv
import io
import re
from pathlib import Path

import openpyxl
import pytest

from chalicelib.rent_roll.model import RentRoll, fingerprint
from chalicelib.rent_roll.parser import parse_rent_roll

SAMPLE = Path(__file__).parents[2] / "data" / "rent-roll.csv"
RENT, NAME, DEPOSIT, BALANCE, CHARGES = 4, 6, 9, 11 + 1, 13


@pytest.fixture(scope="module")
def plan() -> RentRoll:
    return parse_rent_roll(SAMPLE.read_bytes())


def rows() -> list[list[str]]:
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        return [row for row in csv.reader(file) if len(row) > 2 and row[2] not in ("", "Hse No.")]


def shillings(text: str) -> int:
    """Read a sample amount by throwing away all but digits; the sample has cents of nothing only."""
    digits = re.sub(r"[^0-9]", "", text.removesuffix(".00"))
    return (-1 if "(" in text else 1) * int(digits or 0)


def test_the_sample_has_no_errors_and_every_row_is_there(plan: RentRoll) -> None:
    assert not [problem for problem in plan.problems if problem.severity == "error"]
    assert [len(plan.properties), len(plan.units), len(plan.leases), len(plan.tenants)] == [3, 48, 43, 43]
    assert [unit.name for unit in plan.units] == [row[2] for row in rows()]
    assert [found.name for found in plan.properties] == ["Mwangaza Court", "PENDO APARTMENTS", "Baraka Shops & Flats"]
    assert [found.town for found in plan.properties] == ["Kilimani", "Roysambu", "Thika Rd"]
    assert [found.water_rate_cents for found in plan.properties] == [120_00] * 3
    sizes = [sum(unit.property_index == index for unit in plan.units) for index in range(3)]
    assert sizes == [16, 20, 12]


def test_every_sum_of_the_sample_is_read_to_the_shilling(plan: RentRoll) -> None:
    let = [row for row in rows() if row[NAME] != "VACANT"]
    assert [unit.rent_cents for unit in plan.units] == [shillings(row[RENT]) * 100 for row in rows()]
    assert [lease.deposit_cents for lease in plan.leases] == [shillings(row[DEPOSIT]) * 100 for row in let]
    assert [lease.opening_balance_cents for lease in plan.leases] == [shillings(row[BALANCE]) * 100 for row in let]
    charged = [charge for lease in plan.leases for charge in lease.charges]
    named = sum(row[CHARGES] == "garbage 300" for row in let)
    assert [charge.charge_type for charge in charged].count("garbage") == named
    assert len(charged) == named + sum(row[CHARGES] == "300" for row in let)
    assert {charge.amount_cents for charge in charged} == {300_00}


def test_totals_of_the_sample(plan: RentRoll) -> None:
    assert sum(unit.rent_cents for unit in plan.units) == 1_271_500_00
    assert sum(lease.deposit_cents for lease in plan.leases) == 1_881_000_00
    assert sum(lease.opening_balance_cents for lease in plan.leases) == 557_500_00
    assert sum(lease.opening_balance_cents < 0 for lease in plan.leases) == 6


def test_people_dates_and_due_days_of_the_sample(plan: RentRoll) -> None:
    numbers = [int(tenant.phones[0][-2:]) for tenant in plan.tenants]
    assert numbers == [index for index, row in enumerate(rows(), start=1) if row[NAME] != "VACANT"]
    juma = plan.tenants[6]
    assert (juma.given_name, juma.middle_name, juma.family_name) == ("Juma", "Koech", "Waweru")
    assert (juma.identity_kind, juma.identity_number) == ("national_id", "20071271")
    assert [str(lease.starts_on) for lease in plan.leases[:6]] == [
        *("2024-06-01", "2025-07-01", "2023-10-01", "2023-05-15", "2025-09-15", "2025-09-01")
    ]
    assert {lease.due_day for lease in plan.leases} == {1, 5, 10}
    assert plan.units[1].note == "vacant since sept"
    assert plan.leases[1].note == "brother pays"


def test_what_the_landlord_is_told_of_the_sample(plan: RentRoll) -> None:
    codes = [problem.code for problem in plan.problems]
    assert {problem.severity for problem in plan.problems} == {"notice"}
    assert (codes.count("charge_unnamed"), codes.count("water_rate"), codes.count("total_row")) == (7, 3, 1)
    bare = next(problem for problem in plan.problems if problem.code == "charge_unnamed")
    assert (bare.row, bare.column, bare.value) == (12, "N (Other charges)", "300")
    assert "value" not in repr(bare)


def test_reading_twice_gives_one_fingerprint_and_a_changed_rent_another(plan: RentRoll) -> None:
    content = SAMPLE.read_bytes()
    assert fingerprint(parse_rent_roll(content)) == fingerprint(plan)
    assert fingerprint(parse_rent_roll(content.replace(b"44500.00", b"44500.01"))) != fingerprint(plan)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_sample_reads_the_same_in_every_encoding_and_separator(
    plan: RentRoll, encoding: str, separator: str
) -> None:
    written = io.StringIO()
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        csv.writer(written, delimiter=separator).writerows(csv.reader(file))
    assert fingerprint(parse_rent_roll(written.getvalue().encode(encoding))) == fingerprint(plan)


def test_the_sample_reads_the_same_from_a_workbook(plan: RentRoll) -> None:
    book = openpyxl.Workbook()
    cover = book.active
    assert cover is not None
    cover.append(["Prepared for the landlord"])
    sheet = book.create_sheet("November")
    with SAMPLE.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.reader(file):
            sheet.append([int(cell) if cell.isdecimal() and cell[0] != "0" else cell or None for cell in row])
    sheet.merge_cells("A1:O1")
    saved = io.BytesIO()
    book.save(saved)
    read = parse_rent_roll(saved.getvalue())
    assert read.sheet_name == "November"
    assert (read.units, read.tenants, read.leases) == (plan.units, plan.tenants, plan.leases)
    assert read.problems == plan.problems
