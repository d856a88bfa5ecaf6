"""Dated rents and recurring charges, and what a bill reads of them."""

import datetime as dt
from typing import Any, Unpack
from uuid import UUID, uuid4

import pytest

from chalicelib import leasing
from chalicelib.errors import Conflict, Invalid, NotFound, PreconditionFailed
from chalicelib.ids import new_id
from chalicelib.leasing.model import (
    DatedRent,
    Lease,
    LeaseTerms,
    NewRecurringCharge,
    RecurringCharge,
    RecurringChargeChange,
    RecurringTerms,
)
from chalicelib.paging import PageRequest
from tests.contexts import context
from tests.queries import counted
from tests.service.leasing.conftest import TODAY, Home

JUNE, NOVEMBER, JANUARY = dt.date(2026, 6, 1), dt.date(2026, 11, 1), dt.date(2027, 1, 1)
DAY = dt.timedelta(days=1)


def raise_rent(home: Home, lease: Lease, starts_on: dt.date, rent_cents: int) -> DatedRent:
    with home.resources.writing() as db:
        return leasing.record_rent_step(
            context(db, home.organisation_id, today=TODAY), lease.id, DatedRent(starts_on, rent_cents)
        )


def rents(home: Home, lease: Lease) -> list[DatedRent]:
    with home.resources.reading() as db:
        return leasing.list_rents(context(db, home.organisation_id), lease.id, PageRequest()).items


def charge(home: Home, lease: Lease, **values: Any) -> RecurringCharge:
    new = NewRecurringCharge("garbage", 300_00, **values)
    with home.resources.writing() as db:
        return leasing.record_recurring_charge(
            context(db, home.organisation_id, now=home.now, today=TODAY), lease.id, new
        )


def change_charge(
    home: Home, charge_id: UUID, version: int | None = None, **changes: Unpack[RecurringChargeChange]
) -> RecurringCharge:
    with home.resources.writing() as db:
        return leasing.update_recurring_charge(
            context(db, home.organisation_id), charge_id, version, changes, from_day=TODAY
        )


def to_bill(home: Home, period: dt.date, after: UUID | None = None, limit: int = 100) -> list[LeaseTerms]:
    with home.resources.writing() as db:
        return leasing.lock_leases_to_bill(context(db, home.organisation_id), period, after=after, limit=limit)


def test_the_rent_of_a_day_is_that_of_the_last_step_before_it(home: Home) -> None:
    lease = home.let()
    raise_rent(home, lease, NOVEMBER, 32_000_00)
    raise_rent(home, lease, JANUARY, 35_000_00)
    assert [step.rent_cents for step in rents(home, lease)] == [30_000_00, 32_000_00, 35_000_00]
    days = [JUNE - DAY, JUNE, NOVEMBER - DAY, NOVEMBER, JANUARY - DAY, JANUARY]
    told = [home.lease(lease.id, day).rent_cents for day in days]
    assert told == [30_000_00, 30_000_00, 30_000_00, 32_000_00, 32_000_00, 35_000_00]
    assert home.lease(lease.id).version == 3


def test_a_rent_of_the_same_day_is_replaced_to_come_or_begun(home: Home) -> None:
    lease = home.let()
    raise_rent(home, lease, JANUARY, 35_000_00)
    raise_rent(home, lease, JANUARY, 34_000_00)
    assert rents(home, lease)[-1] == DatedRent(JANUARY, 34_000_00)
    raise_rent(home, lease, JUNE, 1_00)
    assert rents(home, lease)[0] == DatedRent(JUNE, 1_00)


def test_a_rent_begins_on_a_day_of_the_lease(home: Home) -> None:
    lease = home.let(ends_on=JANUARY)
    for day in (JUNE - DAY, JANUARY + DAY):
        with pytest.raises(Invalid):
            raise_rent(home, lease, day, 1_00)
    assert len(rents(home, lease)) == 1


def test_a_lease_that_was_ended_keeps_its_rents(home: Home) -> None:
    lease = home.let()
    with home.resources.writing() as db:
        leasing.record_termination(
            context(db, home.organisation_id, today=TODAY), lease.id, None, ends_on=JANUARY, given_on=TODAY
        )
    with pytest.raises(Conflict):
        raise_rent(home, lease, NOVEMBER, 1_00)


def test_a_recurring_charge_is_added_changed_ended_and_called_off(home: Home) -> None:
    lease = home.let()
    added = charge(home, lease, description="Bins")
    assert (added.starts_on, added.ends_on, added.prorated) == (TODAY, None, False)
    changed = change_charge(home, added.id, added.version, amount_cents=350_00, ends_on=JANUARY)
    assert (changed.amount_cents, changed.ends_on, changed.description) == (350_00, JANUARY, "Bins")
    with pytest.raises(PreconditionFailed):
        change_charge(home, added.id, added.version, prorated=True)
    with pytest.raises(Invalid):
        change_charge(home, added.id, ends_on=TODAY - 2 * DAY)
    change_charge(home, added.id, ends_on=TODAY - DAY)
    assert to_bill(home, NOVEMBER)[0].recurring == ()


@pytest.mark.parametrize("days", [{"starts_on": JUNE - DAY}, {"ends_on": TODAY - DAY}])
def test_a_recurring_charge_that_does_not_fit_is_refused(home: Home, days: dict[str, dt.date]) -> None:
    lease = home.let()
    with pytest.raises(Invalid):
        charge(home, lease, **days)
    with home.resources.reading() as db:
        assert leasing.list_recurring_charges(context(db, home.organisation_id), lease.id, PageRequest()).items == []


def test_another_organisation_s_lease_and_charge_are_not_found(home: Home, elsewhere: Home) -> None:
    lease = home.let()
    mine = charge(home, lease)
    for lease_id in (lease.id, uuid4()):
        with elsewhere.resources.reading() as db, pytest.raises(NotFound):
            leasing.list_rents(context(db, elsewhere.organisation_id), lease_id, PageRequest())
        with elsewhere.resources.reading() as db, pytest.raises(NotFound):
            leasing.list_recurring_charges(context(db, elsewhere.organisation_id), lease_id, PageRequest())
        with elsewhere.resources.writing() as db, pytest.raises(NotFound):
            leasing.lock_lease_terms(context(db, elsewhere.organisation_id), lease_id)
    with pytest.raises(NotFound):
        raise_rent(elsewhere, lease, NOVEMBER, 1_00)
    with pytest.raises(NotFound):
        charge(elsewhere, lease)
    with pytest.raises(NotFound):
        change_charge(elsewhere, mine.id, amount_cents=1_00)


def test_a_month_s_leases_are_those_that_hold_a_day_of_it_with_what_holds_then(home: Home) -> None:
    water = NewRecurringCharge("water", 500_00, prorated=True, ends_on=dt.date(2026, 10, 31))
    garbage = NewRecurringCharge("garbage", 300_00, starts_on=NOVEMBER)
    lease = home.let(recurring_charges=[water, garbage], due_day=7, grace_days=3)
    raise_rent(home, lease, dt.date(2026, 11, 16), 32_000_00)
    raise_rent(home, lease, JANUARY, 35_000_00)
    ended = home.let(unit_id=home.other_unit_id, ends_on=dt.date(2026, 10, 31))

    (november,) = to_bill(home, NOVEMBER)
    assert november.steps == (DatedRent(JUNE, 30_000_00), DatedRent(dt.date(2026, 11, 16), 32_000_00))
    assert [each.charge_type for each in november.recurring] == ["garbage"]
    assert (november.tenant_id, november.due_day, november.grace_days) == (lease.tenant_id, 7, 3)
    assert [each.id for each in to_bill(home, dt.date(2026, 10, 1))] == [lease.id, ended.id]
    assert to_bill(home, dt.date(2026, 5, 1)) == []
    with home.resources.writing() as db:
        whole = leasing.lock_lease_terms(context(db, home.organisation_id), lease.id)
    assert len(whole.steps) == 3
    assert whole.recurring[0] == RecurringTerms(
        whole.recurring[0].id, "water", "", 500_00, True, JUNE, dt.date(2026, 10, 31)
    )


def test_leases_to_bill_come_by_id_in_sets_that_miss_none(home: Home, elsewhere: Home) -> None:
    made = []
    for number in range(7):
        start = NOVEMBER + 4 * number * DAY
        made.append(home.let(starts_on=start, ends_on=start + 3 * DAY).id)
        elsewhere.let(starts_on=start, ends_on=start + 3 * DAY)
    seen: list[UUID] = []
    while page := to_bill(home, NOVEMBER, after=seen[-1] if seen else None, limit=3):
        seen += [terms.id for terms in page]
    assert seen == made
    assert to_bill(home, NOVEMBER, after=new_id()) == []
    with counted(home.resources.writer) as one:
        to_bill(home, NOVEMBER, limit=1)
    with counted(home.resources.writer) as seven:
        to_bill(home, NOVEMBER)
    assert len(one) == len(seven) == 3
