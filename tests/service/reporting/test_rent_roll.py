"""The rent roll and occupancy on a day."""

import datetime as dt

import pytest

from chalicelib import leasing
from chalicelib.errors import Invalid
from chalicelib.leasing.model import DatedRent
from chalicelib.paging import PageRequest
from chalicelib.reporting import rent_roll_report
from chalicelib.reporting.model import Occupancy, RentRoll
from tests.contexts import context
from tests.service.reporting.landlord import Landlord

MARCH = dt.date(2026, 3, 1)


def roll(landlord: Landlord, on: dt.date | None = None, asked: PageRequest | None = None) -> RentRoll:
    return landlord.read(rent_roll_report.get_rent_roll, asked or PageRequest(), on, None, today=landlord.today)


def occupancy(landlord: Landlord, on: dt.date) -> Occupancy:
    return landlord.read(rent_roll_report.get_occupancy, on)


def test_a_row_tells_the_lease_of_its_day_and_how_it_stands(landlord: Landlord) -> None:
    unit_id = landlord.add_unit(18_000_00)
    tenant_id = landlord.add_tenant("Wanjiku")
    lease_id = landlord.let(20_000_00, unit_id=unit_id, tenant_id=tenant_id, ends_on=dt.date(2026, 2, 28), due_day=3)
    landlord.deposit(lease_id, 20_000_00)
    landlord.issue(lease_id, ("rent", 20_000_00))
    landlord.today = dt.date(2026, 1, 10)
    landlord.pay(lease_id, 21_000_00)
    landlord.today = MARCH
    (row,) = roll(landlord, dt.date(2026, 1, 10)).items
    assert (row.unit_id, row.lease_id, row.tenant_id) == (unit_id, lease_id, tenant_id)
    assert (row.property_name, row.unit_type, row.tenant_name) == ("Mwangaza Court", "apartment", "Wanjiku Odhiambo")
    assert (row.asked_rent_cents, row.rent_cents, row.due_day) == (18_000_00, 20_000_00, 3)
    assert (row.starts_on, row.ends_on) == (dt.date(2026, 1, 1), dt.date(2026, 2, 28))
    assert (row.deposit_cents, row.balance_cents) == (20_000_00, -1_000_00)
    (before,) = roll(landlord, dt.date(2026, 1, 9)).items
    assert before.balance_cents == 20_000_00
    (vacant,) = roll(landlord).items
    assert (vacant.lease_id, vacant.tenant_name, vacant.rent_cents, vacant.balance_cents) == (None, None, None, None)
    assert vacant.asked_rent_cents == 18_000_00


def test_the_rent_is_that_of_the_day(landlord: Landlord) -> None:
    lease_id = landlord.let(20_000_00)
    landlord.write(
        lambda db: leasing.record_rent_step(
            context(db, landlord.organisation_id, today=landlord.today), lease_id, DatedRent(MARCH, 22_000_00)
        )
    )
    landlord.today = MARCH
    rents = [roll(landlord, on).items[0].rent_cents for on in (dt.date(2026, 2, 28), MARCH)]
    assert rents == [20_000_00, 22_000_00]


def test_pages_and_the_whole_hold_every_unit_once_by_property_and_name(landlord: Landlord) -> None:
    other = landlord.add_property("Pendo Flats")
    for place in range(5):
        landlord.let(unit_id=landlord.add_unit(property_id=other if place % 2 else None))
    seen, asked = [], PageRequest(limit=2)
    while True:
        page = roll(landlord, None, asked)
        seen += page.items
        if page.next_cursor is None:
            break
        asked = PageRequest(page.next_cursor, 2)
    assert [row.property_name for row in seen] == ["Mwangaza Court"] * 3 + ["Pendo Flats"] * 2
    assert [row.unit_name for row in seen] == ["A0001", "A0003", "A0005", "A0002", "A0004"]
    today = landlord.today
    whole = landlord.read(
        lambda db, mine: list(rent_roll_report.iter_rent_roll(context(db, mine, today=today), None, None))
    )
    assert whole == seen
    of_one = landlord.read(rent_roll_report.get_rent_roll, PageRequest(), None, other, today=today)
    assert of_one.items == seen[3:]


def test_occupancy_counts_let_reserved_and_empty_units(landlord: Landlord) -> None:
    landlord.let(20_000_00, ends_on=dt.date(2026, 1, 31))
    landlord.let(15_000_00, starts_on=MARCH)
    landlord.let(10_000_00)
    landlord.add_unit(9_000_00)
    landlord.add_property("Pendo Flats")
    seen = occupancy(landlord, dt.date(2026, 1, 31))
    house, empty = seen.items
    assert (house.units, house.occupied, house.reserved, house.vacant) == (4, 2, 1, 1)
    assert (house.occupied_bps, house.rent_cents, house.asked_vacant_cents) == (5_000, 30_000_00, 24_000_00)
    assert (empty.property_name, empty.units, empty.occupied_bps, empty.rent_cents) == ("Pendo Flats", 0, 0, 0)
    assert (seen.units, seen.occupied, seen.reserved, seen.vacant, seen.occupied_bps) == (4, 2, 1, 1, 5_000)
    later = occupancy(landlord, MARCH)  # a day to come may be asked for
    assert (later.occupied, later.reserved, later.vacant) == (2, 0, 2)


def test_what_stands_on_a_day_to_come_is_not_known(landlord: Landlord) -> None:
    with pytest.raises(Invalid):
        roll(landlord, landlord.today + dt.timedelta(days=1))
