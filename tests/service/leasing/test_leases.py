"""Leases: what may be agreed, how they stand on a day, and how they end."""

import datetime as dt
from typing import Any, Unpack
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import leasing, portfolio
from chalicelib.errors import Conflict, Invalid, NotFound, PreconditionFailed
from chalicelib.leasing.model import LEASE_STATUSES, AgreedDeposit, Lease, LeaseChange, NewRecurringCharge
from chalicelib.paging import PageRequest
from chalicelib.portfolio.model import NewUnit
from tests.contexts import context, perform
from tests.queries import counted
from tests.service.leasing.conftest import TODAY, Home

JUNE, NOVEMBER, YEAR_END = dt.date(2026, 6, 1), dt.date(2026, 11, 1), dt.date(2026, 12, 31)
DAY = dt.timedelta(days=1)


def listed(home: Home, today: dt.date = TODAY, **filters: Any) -> list[UUID]:
    with home.resources.reading() as db:
        return [
            each.id
            for each in perform(
                leasing.list_leases, db, home.organisation_id, PageRequest(), moment={"today": today}, **filters
            ).items
        ]


def wrong_fields(refused: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [each["field"] for each in refused.value.facts["errors"]]


def change(home: Home, lease: Lease, version: int | None = None, **changes: Unpack[LeaseChange]) -> Lease:
    with home.resources.writing() as db:
        return leasing.update_terms(context(db, home.organisation_id, today=TODAY), lease.id, version, changes)


def end(home: Home, lease: Lease, ends_on: dt.date, given_on: dt.date = TODAY, **options: Any) -> Lease:
    options = {"version": None, "ends_on": ends_on, "given_on": given_on, **options}
    with home.resources.writing() as db:
        return perform(
            leasing.record_termination, db, home.organisation_id, lease.id, moment={"today": TODAY}, **options
        )


def unit_status(home: Home, today: dt.date = TODAY) -> str:
    with home.resources.reading() as db:
        return portfolio.get_unit(context(db, home.organisation_id, today=today), home.unit_id).status


def test_a_lease_is_told_with_its_unit_tenants_rent_and_the_organisation_s_usual_terms(home: Home) -> None:
    payer, other = home.tenant("Wanjiku", family_name="Kamau"), home.tenant("Barasa")
    deposits = [AgreedDeposit("rent", 60_000_00), AgreedDeposit("water", 2_500_00)]
    lease = home.let(tenants=[payer.id, other.id], deposits=deposits, note="Top floor")
    assert (lease.unit_name, lease.property_name, lease.property_id) == ("A1", "Mwangaza Court", home.property_id)
    assert lease.tenant_id == payer.id
    assert [each.name for each in lease.tenants] == ["Wanjiku Kamau", "Barasa"]
    assert (lease.due_day, lease.grace_days, lease.notice_days) == (5, 0, 30)
    assert lease.deposits == deposits
    assert (lease.rent_cents, lease.status, lease.ends_on, lease.version) == (30_000_00, "active", None, 1)
    assert unit_status(home) == "occupied"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"due_day": 32}, "due_day"),
        ({"due_day": 0}, "due_day"),
        ({"grace_days": 61}, "grace_days"),
        ({"notice_days": -1}, "notice_days"),
        ({"ends_on": JUNE - DAY}, "ends_on"),
        ({"tenants": []}, "tenants"),
        ({"deposits": [AgreedDeposit("rent", 1)] * 2}, "deposits"),
        ({"recurring_charges": [NewRecurringCharge("water", 1, starts_on=JUNE - DAY)]},
         "recurring_charges.0.starts_on"),
        ({"recurring_charges": [NewRecurringCharge("water", 1, ends_on=JUNE - DAY)]},
         "recurring_charges.0.ends_on"),
    ],
)  # fmt: skip
def test_terms_that_cannot_be_agreed_on_are_refused_by_field_and_nothing_is_written(
    home: Home, values: dict[str, Any], field: str
) -> None:
    with pytest.raises(Invalid) as refused:
        home.let(**values)
    assert wrong_fields(refused) == [field]
    assert listed(home) == []


def test_one_tenant_twice_is_refused(home: Home) -> None:
    tenant = home.tenant()
    with pytest.raises(Invalid) as refused:
        home.let(tenants=[tenant.id, tenant.id])
    assert wrong_fields(refused) == ["tenants"]


def test_foreign_and_unknown_ids_are_refused_by_field_and_nothing_is_written(home: Home, elsewhere: Home) -> None:
    stranger, mine = elsewhere.tenant(), home.tenant()
    for unit_id in (elsewhere.unit_id, uuid4()):
        with pytest.raises(Invalid) as refused:
            home.let(unit_id=unit_id, tenants=[mine.id])
        assert wrong_fields(refused) == ["unit_id"]
    for tenant_id in (stranger.id, uuid4()):
        with pytest.raises(Invalid) as refused:
            home.let(tenants=[mine.id, tenant_id])
        assert wrong_fields(refused) == ["tenants.1"]
    assert listed(home) == listed(elsewhere) == []
    lease = elsewhere.let()
    for attempt in (change, home_lease):
        with pytest.raises(NotFound):
            attempt(home, lease)
    with pytest.raises(NotFound):
        end(home, lease, YEAR_END)
    assert listed(home, unit_id=elsewhere.unit_id) == listed(home, tenant_id=stranger.id) == []


def home_lease(home: Home, lease: Lease) -> Lease:
    return home.lease(lease.id)


def days_of(starts_on: dt.date, ends_on: dt.date | None) -> set[dt.date]:
    """Return the days that a lease holds of all those on which one of ``spans`` may begin or end."""
    days = [JUNE + n * DAY for n in range(46)]
    return {each for each in days if starts_on <= each and (ends_on is None or each <= ends_on)}


spans = st.tuples(
    st.integers(0, 30).map(lambda n: JUNE + n * DAY), st.none() | st.integers(0, 15).map(lambda n: n * DAY)
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(first=spans, second=spans)
def test_two_leases_of_a_unit_stand_exactly_when_they_share_no_day(
    home: Home, first: tuple[dt.date, dt.timedelta | None], second: tuple[dt.date, dt.timedelta | None]
) -> None:
    with home.resources.writing() as db:
        unit = NewUnit(home.property_id, uuid4().hex, "other", 1_00)
        unit_id = portfolio.add_unit(context(db, home.organisation_id, now=home.now, today=TODAY), unit).id
    (start, long), (other_start, other_long) = first, second
    last = None if long is None else start + long
    other_last = None if other_long is None else other_start + other_long
    there = home.let(unit_id=unit_id, starts_on=start, ends_on=last)
    if days_of(start, last) & days_of(other_start, other_last):
        with pytest.raises(Conflict) as refused:
            home.let(unit_id=unit_id, starts_on=other_start, ends_on=other_last)
        assert refused.value.facts["lease_id"] == str(there.id)
    else:
        home.let(unit_id=unit_id, starts_on=other_start, ends_on=other_last)


def test_leases_are_found_by_unit_property_tenant_and_how_they_stand(home: Home) -> None:
    payer, other = home.tenant(), home.tenant()
    ended = home.let(ends_on=dt.date(2026, 9, 30))
    active = home.let(starts_on=dt.date(2026, 10, 1), ends_on=TODAY, tenants=[payer.id, other.id])
    upcoming = home.let(starts_on=TODAY + DAY)
    elsewhere = home.let(unit_id=home.other_unit_id)
    assert listed(home) == [ended.id, active.id, upcoming.id, elsewhere.id]
    assert listed(home, unit_id=home.unit_id) == [ended.id, active.id, upcoming.id]
    assert listed(home, tenant_id=other.id) == [active.id]
    assert listed(home, status="ended") == [ended.id]
    assert listed(home, status="active") == [active.id, elsewhere.id]
    assert listed(home, status="upcoming", unit_id=home.unit_id) == [upcoming.id]
    assert listed(home, property_id=uuid4()) == listed(home, within=frozenset()) == []
    assert len(listed(home, within=frozenset({home.property_id}))) == 4


def test_a_list_tells_the_status_that_it_filters_by(home: Home) -> None:
    calledoff = home.let(starts_on=TODAY + 5 * DAY)
    end(home, calledoff, TODAY, waive_notice=True)
    home.let(starts_on=TODAY - DAY, ends_on=TODAY)
    home.let(starts_on=TODAY + DAY)
    for today in (TODAY - 2 * DAY, TODAY - DAY, TODAY, TODAY + DAY, TODAY + 9 * DAY):
        for status in LEASE_STATUSES:
            found = listed(home, today, status=status)
            assert {each for each in listed(home, today) if home.lease(each, today).status == status} == set(found)


def test_terms_and_tenants_are_changed_at_a_version(home: Home) -> None:
    lease, other = home.let(), home.tenant("Wanjiku")
    after = change(home, lease, lease.version, due_day=10, tenants=[other.id], deposits=[], note="x")
    assert (after.due_day, after.tenant_id, [each.id for each in after.tenants]) == (10, other.id, [other.id])
    with pytest.raises(PreconditionFailed):
        change(home, lease, lease.version, due_day=11)
    with pytest.raises(Invalid):
        change(home, lease, due_day=32)
    assert home.lease(lease.id) == after


def test_a_lease_runs_longer_unless_the_unit_is_let_then_and_is_not_shortened(home: Home) -> None:
    lease = home.let(ends_on=YEAR_END)
    assert change(home, lease, ends_on=dt.date(2027, 1, 31)).ends_on == dt.date(2027, 1, 31)
    home.let(starts_on=dt.date(2027, 3, 1))
    for ends_on in (dt.date(2027, 3, 1), None):
        with pytest.raises(Conflict):
            change(home, lease, ends_on=ends_on)
    with pytest.raises(Invalid):
        change(home, lease, ends_on=YEAR_END)
    assert change(home, lease, ends_on=dt.date(2027, 2, 28)).ends_on == dt.date(2027, 2, 28)


def test_an_open_lease_ends_by_a_notice_that_is_long_enough(home: Home) -> None:
    lease = home.let(notice_days=30)
    with pytest.raises(Invalid) as refused:
        end(home, lease, TODAY + 29 * DAY)
    assert wrong_fields(refused) == ["ends_on"]
    after = end(home, lease, TODAY + 30 * DAY, version=lease.version)
    assert (after.ends_on, after.terminated_on, after.status) == (TODAY + 30 * DAY, TODAY, "active")
    assert home.lease(lease.id, TODAY + 31 * DAY).status == "ended"


def test_a_waived_notice_lets_a_lease_end_in_the_past_but_not_before_it_began(home: Home) -> None:
    lease = home.let()
    with pytest.raises(Invalid) as refused:
        end(home, lease, JUNE - DAY, waive_notice=True)
    assert wrong_fields(refused) == ["ends_on"]
    assert end(home, lease, JUNE, waive_notice=True).status == "ended"
    assert unit_status(home) == "vacant"


def test_a_fixed_term_runs_out_without_notice_and_is_not_ended_later_than_agreed(home: Home) -> None:
    lease = home.let(ends_on=TODAY + DAY)
    with pytest.raises(Invalid):
        end(home, lease, TODAY + 2 * DAY, waive_notice=True)
    with pytest.raises(Invalid):
        end(home, lease, TODAY)
    with pytest.raises(Invalid):
        end(home, lease, TODAY + DAY, given_on=TODAY + DAY)
    assert end(home, lease, TODAY + DAY).terminated_on == TODAY


def test_a_lease_is_ended_once_and_an_old_version_does_not_end_it(home: Home) -> None:
    lease = home.let()
    with pytest.raises(PreconditionFailed):
        end(home, lease, YEAR_END, version=lease.version + 1)
    end(home, lease, YEAR_END)
    with pytest.raises(Conflict):
        end(home, lease, YEAR_END)
    with pytest.raises(Conflict):
        change(home, lease, due_day=2)


def test_a_lease_called_off_before_its_first_day_holds_none(home: Home) -> None:
    lease = home.let(starts_on=TODAY + 10 * DAY)
    assert unit_status(home) == "reserved"
    after = end(home, lease, TODAY, waive_notice=True)
    assert (after.status, after.ends_on) == ("ended", TODAY + 9 * DAY)
    assert unit_status(home) == "vacant"
    home.let(starts_on=TODAY + 10 * DAY)


def test_a_list_takes_as_many_queries_for_twenty_as_for_one(home: Home) -> None:
    taken = []
    for count in (1, 19):
        for _ in range(count):
            start = JUNE + len(listed(home)) * 10 * DAY
            deposits = [AgreedDeposit("rent", 1_00)]
            home.let(starts_on=start, ends_on=start + 5 * DAY, deposits=deposits)
        with counted(home.resources.reader) as statements:
            listed(home, tenant_id=None, status="ended", today=dt.date(2030, 1, 1))
        taken.append(len(statements))
    assert taken[0] == taken[1] <= 5
