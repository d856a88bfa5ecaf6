"""A lease that follows another takes its tenants, charges and deposits along."""

import datetime as dt
from typing import Any, Unpack
from uuid import UUID, uuid4

import pytest

from chalicelib import leasing, portfolio
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.leasing.model import AgreedDeposit, AgreedTerms, DatedRent, Lease, NewRecurringCharge, Renewal, Transfer
from chalicelib.paging import PageRequest
from chalicelib.portfolio.model import NewProperty, NewUnit
from tests.contexts import context
from tests.service.leasing.conftest import TODAY, Home
from tests.service.leasing.test_deposits import held, in_ledger, received

YEAR_END, JANUARY = dt.date(2026, 12, 31), dt.date(2027, 1, 1)
DAY = dt.timedelta(days=1)


def renew(home: Home, lease: Lease, **values: Unpack[Renewal]) -> Lease:
    with home.resources.writing() as db:
        return leasing.renew_lease(context(db, home.organisation_id, now=home.now, today=TODAY), lease.id, values)


def transfer(
    home: Home,
    lease: Lease,
    *,
    unit_id: UUID | None = None,
    starts_on: dt.date = dt.date(2026, 12, 1),
    **terms: Unpack[AgreedTerms],
) -> Lease:
    chosen: Transfer = {
        "unit_id": unit_id or home.other_unit_id,
        "starts_on": starts_on,
        "rent_cents": 40_000_00,
        **terms,
    }
    with home.resources.writing() as db:
        return leasing.create_successor(context(db, home.organisation_id, now=home.now, today=TODAY), lease.id, chosen)


def furnished(home: Home, ends_on: dt.date | None) -> Lease:
    """Let with two tenants, a held deposit, a running charge and one that has ended."""
    running = NewRecurringCharge("garbage", 300_00, "Bins")
    over = NewRecurringCharge("water", 500_00, ends_on=dt.date(2026, 8, 31))
    lease = home.let(
        ends_on=ends_on,
        tenants=[home.tenant("Wanjiku").id, home.tenant("Barasa").id],
        deposits=[AgreedDeposit("rent", 60_000_00)],
        recurring_charges=[running, over],
        due_day=10,
        notice_days=60,
    )
    received(home, lease, 60_000_00)
    received(home, lease, 1_000_00, kind="water")
    return lease


def charges(home: Home, lease: Lease) -> list[tuple[str, int, dt.date]]:
    with home.resources.reading() as db:
        page = leasing.list_recurring_charges(context(db, home.organisation_id), lease.id, PageRequest())
    return [(each.charge_type, each.amount_cents, each.starts_on) for each in page.items]


def assert_deposits_went(home: Home, before: Lease, after: Lease) -> None:
    assert held(home, before.id) == {}
    assert held(home, after.id) == {"rent": 60_000_00, "water": 1_000_00}
    assert in_ledger(home, "deposits", before.id) == 0
    assert in_ledger(home, "deposits", after.id) == -61_000_00
    with home.resources.reading() as db:
        entries = leasing.list_deposits(context(db, home.organisation_id), before.id, PageRequest()).items
    assert [each.entry for each in entries] == ["received", "received", "carried_out", "carried_out"]
    for entry in entries[2:]:
        with home.resources.writing() as db, pytest.raises(Conflict):
            leasing.reverse_deposit_entry(
                context(db, home.organisation_id, now=home.now, member_id=None), entry.id, reason="", on=TODAY
            )


def test_a_renewal_goes_on_from_the_day_after_the_end(home: Home) -> None:
    before = furnished(home, YEAR_END)
    with home.resources.writing() as db:
        leasing.record_rent_step(
            context(db, home.organisation_id, today=TODAY), before.id, DatedRent(YEAR_END, 33_000_00)
        )
    after = renew(home, before, ends_on=dt.date(2027, 12, 31))
    assert (after.starts_on, after.ends_on, after.previous_id) == (JANUARY, dt.date(2027, 12, 31), before.id)
    assert (after.unit_id, after.tenants, after.rent_cents) == (before.unit_id, before.tenants, 33_000_00)
    assert (after.due_day, after.notice_days, after.status) == (10, 60, "upcoming")
    assert after.deposits == [AgreedDeposit("rent", 60_000_00)]
    assert charges(home, after) == [("garbage", 300_00, JANUARY)]
    assert_deposits_went(home, before, after)
    assert home.lease(before.id).ends_on == YEAR_END


def test_a_renewal_may_agree_on_other_terms_and_is_made_once(home: Home) -> None:
    before = home.let(ends_on=YEAR_END)
    after = renew(home, before, rent_cents=36_000_00, due_day=1, deposits=[])
    assert (after.rent_cents, after.due_day, after.ends_on) == (36_000_00, 1, None)
    with pytest.raises(Conflict):
        renew(home, before)
    with pytest.raises(Invalid):
        renew(home, home.let(unit_id=home.other_unit_id, ends_on=YEAR_END), due_day=32)


def test_what_is_open_or_was_terminated_is_not_renewed(home: Home) -> None:
    before = home.let()
    with pytest.raises(Conflict):
        renew(home, before)
    with home.resources.writing() as db:
        leasing.record_termination(
            context(db, home.organisation_id, today=TODAY), before.id, None, ends_on=YEAR_END, given_on=TODAY
        )
    with pytest.raises(Conflict):
        renew(home, before)
    with pytest.raises(Conflict):
        transfer(home, before)


def test_a_charge_that_would_begin_after_the_renewed_lease_is_left_out(home: Home) -> None:
    before = home.let(ends_on=YEAR_END)
    with home.resources.writing() as db:
        late = NewRecurringCharge("water", 1_00, starts_on=YEAR_END)
        leasing.record_recurring_charge(context(db, home.organisation_id, now=home.now, today=TODAY), before.id, late)
    after = renew(home, before, ends_on=JANUARY)
    assert charges(home, after) == [("water", 1_00, JANUARY)]


@pytest.mark.parametrize("ends_on", [None, dt.date(2027, 5, 31)])
def test_a_transfer_ends_the_lease_the_day_before_and_begins_on_the_other_unit(
    home: Home, ends_on: dt.date | None
) -> None:
    before = furnished(home, ends_on)
    after = transfer(home, before)
    ended = home.lease(before.id)
    assert (ended.ends_on, ended.terminated_on, ended.status) == (dt.date(2026, 11, 30), TODAY, "active")
    assert (after.unit_id, after.starts_on, after.ends_on) == (home.other_unit_id, dt.date(2026, 12, 1), ends_on)
    assert (after.tenants, after.rent_cents, after.previous_id) == (before.tenants, 40_000_00, before.id)
    assert charges(home, after) == [("garbage", 300_00, dt.date(2026, 12, 1))]
    assert_deposits_went(home, before, after)
    home.let(starts_on=dt.date(2026, 12, 1))  # the unit that was left is free from that day


def test_a_transfer_that_cannot_be_leaves_the_lease_as_it_was(home: Home, elsewhere: Home) -> None:
    before = furnished(home, YEAR_END)
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"unit_id": home.unit_id}, "unit_id"),
        ({"unit_id": elsewhere.unit_id}, "unit_id"),
        ({"unit_id": uuid4()}, "unit_id"),
        ({"starts_on": before.starts_on}, "starts_on"),
        ({"starts_on": JANUARY}, "starts_on"),
        ({"ends_on": dt.date(2026, 11, 30)}, "ends_on"),
    ]
    for values, field in wrong:
        with pytest.raises(Invalid) as refused:
            transfer(home, before, **values)
        assert refused.value.facts["errors"][0]["field"] == field
    home.let(unit_id=home.other_unit_id, starts_on=YEAR_END)
    with pytest.raises(Conflict):
        transfer(home, before)
    assert home.lease(before.id) == before
    assert held(home, before.id) == {"rent": 60_000_00, "water": 1_000_00}


def test_another_organisation_s_lease_is_neither_renewed_nor_transferred(home: Home, elsewhere: Home) -> None:
    lease = elsewhere.let(ends_on=YEAR_END)
    for attempt in (renew, transfer):
        with pytest.raises(NotFound):
            attempt(home, lease)
    assert elsewhere.lease(lease.id) == lease


def test_a_tenant_who_was_erased_since_is_not_let_to_again(home: Home) -> None:
    lease = home.let(ends_on=TODAY - DAY)
    with home.resources.writing() as db:
        leasing.anonymise_tenant(context(db, home.organisation_id, now=home.now, today=TODAY), lease.tenant_id)
    with pytest.raises(Invalid):
        renew(home, lease)


def test_a_transfer_to_another_property_takes_the_deposits_there(home: Home) -> None:
    before = furnished(home, None)
    with home.resources.writing() as db:
        mine = home.organisation_id
        house = portfolio.add_property(context(db, mine, now=home.now), NewProperty("Baraka Flats"))
        unit = NewUnit(house.id, "B1", "house", 1_00)
        unit_id = portfolio.add_unit(context(db, mine, now=home.now, today=TODAY), unit).id
    after = transfer(home, before, unit_id=unit_id)
    assert after.property_id == house.id
    assert_deposits_went(home, before, after)
