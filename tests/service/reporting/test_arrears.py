"""Arrears by age, today out of what is open and on past days out of what had happened by then."""

import datetime as dt
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.errors import Invalid
from chalicelib.paging import PageRequest
from chalicelib.reporting import arrears_report, arrears_repository
from chalicelib.reporting.arrears_repository import Scope
from chalicelib.reporting.model import Ages, Arrears
from chalicelib.runtime.resources import Resources
from tests.contexts import context
from tests.service.reporting.landlord import Landlord, found

JANUARY = dt.date(2026, 1, 1)


def arrears(
    landlord: Landlord, on: dt.date | None = None, asked: PageRequest | None = None, property_id: UUID | None = None
) -> Arrears:
    return landlord.read(arrears_report.get_arrears, asked or PageRequest(), on, property_id, today=landlord.today)


def ages(landlord: Landlord, on: dt.date | None = None) -> Ages:
    return arrears(landlord, on).totals


@pytest.mark.parametrize(
    ("days_past_due", "age"),
    [(-3, 0), (0, 0), (1, 1), (30, 1), (31, 2), (60, 2), (61, 3), (90, 3), (91, 4), (900, 4)],
)
def test_an_age_ends_with_its_last_day(landlord: Landlord, days_past_due: int, age: int) -> None:
    lease_id = landlord.let(grace_days=0)
    landlord.today = dt.date(2026, 1, 10)
    landlord.issue(lease_id, ("water", 700_00), due_on=dt.date(2026, 1, 20))
    landlord.today = max(landlord.today, dt.date(2026, 1, 20) + dt.timedelta(days=days_past_due))
    on = dt.date(2026, 1, 20) + dt.timedelta(days=days_past_due)
    expected = Ages(*(700_00 if place == age else 0 for place in range(5)))
    assert ages(landlord, on) == expected
    landlord.today += dt.timedelta(days=1)  # the same day, now past, is added up from what had happened
    assert ages(landlord, on) == expected


def test_grace_keeps_a_line_current_and_then_counts_from_the_due_day(landlord: Landlord) -> None:
    lease_id = landlord.let(grace_days=40)
    landlord.issue(lease_id, ("water", 700_00), due_on=JANUARY)
    landlord.today = JANUARY + dt.timedelta(days=40)
    assert ages(landlord).current_cents == 700_00
    landlord.today += dt.timedelta(days=1)
    assert ages(landlord) == Ages(0, 0, 700_00, 0, 0)


LAST_DAYS = (0, 30, 60, 90)  # of each age, in days past due; the one after them never ends
owed = st.tuples(st.integers(0, 120), st.sampled_from((0, 1, 40)), st.integers(1, 10**9))


@given(lines=st.lists(owed, min_size=1, max_size=5), seen_after=st.integers(0, 60))
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_what_is_open_lies_in_the_age_of_its_days(
    resources: Resources, lines: list[tuple[int, int, int]], seen_after: int
) -> None:
    landlord = found(resources)
    issued_on = landlord.today
    dues = [(issued_on + dt.timedelta(days=days), grace_days, cents) for days, grace_days, cents in lines]
    leases = {grace_days: landlord.let(grace_days=grace_days) for _, grace_days, _ in dues}
    for due_on, grace_days, cents in dues:
        landlord.issue(leases[grace_days], ("water", cents), due_on=due_on)

    def reckoned(on: dt.date) -> Ages:
        sums = [0] * 5
        for due_on, grace_days, cents in dues:
            past_due = (on - due_on).days
            sums[0 if past_due <= grace_days else sum(past_due > last for last in LAST_DAYS)] += cents
        return Ages(*sums)

    landlord.today = issued_on + dt.timedelta(days=100 + seen_after)
    past_day = issued_on + dt.timedelta(days=100)
    assert ages(landlord) == reckoned(landlord.today)
    assert ages(landlord, past_day) == reckoned(past_day)


def test_a_past_day_knows_nothing_of_what_came_later(landlord: Landlord) -> None:
    lease_id = landlord.let()
    invoice = landlord.issue(lease_id, ("rent", 20_000_00), ("water", 500_00))
    mistaken = landlord.issue(lease_id, ("other", 99_00))
    landlord.today = dt.date(2026, 1, 11)
    part = landlord.pay(lease_id, 5_000_00)
    landlord.today = dt.date(2026, 1, 21)
    landlord.void(mistaken.id)
    landlord.credit(invoice.id, (invoice.lines[1].id, 200_00))
    landlord.today = dt.date(2026, 1, 31)
    landlord.reverse(part.id)
    landlord.today = dt.date(2026, 2, 10)
    seen = {on: ages(landlord, dt.date(2026, 1, on)).total_cents for on in (10, 11, 20, 21, 30, 31)}
    assert seen == {
        10: 20_599_00,
        11: 15_599_00,
        20: 15_599_00,
        21: 15_300_00,
        30: 15_300_00,
        31: 20_300_00,
    }
    assert ages(landlord).total_cents == 20_300_00
    assert ages(landlord, dt.date(2025, 12, 31)) == Ages(0, 0, 0, 0, 0)


def test_the_worst_comes_first_and_pages_hold_all(landlord: Landlord) -> None:
    for thousands in (3, 9, 1, 7, 5):
        landlord.issue(landlord.let(), ("rent", thousands * 1_000_00))
    landlord.issue(landlord.let(), ("rent", 4_000_00), due_on=dt.date(2026, 3, 1))  # not overdue at all
    landlord.today = dt.date(2026, 2, 1)
    seen: list[int] = []
    asked = PageRequest(limit=2)
    while True:
        page = arrears(landlord, None, asked)
        assert (page.totals.overdue_cents, page.totals.current_cents, page.leases) == (25_000_00, 4_000_00, 6)
        seen += [item.overdue_cents for item in page.items]
        if page.next_cursor is None:
            break
        asked = PageRequest(page.next_cursor, 2)
    assert seen == [9_000_00, 7_000_00, 5_000_00, 3_000_00, 1_000_00, 0]
    rising = arrears(landlord, None, PageRequest(sort="total")).items
    assert [item.total_cents for item in rising] == sorted(item.total_cents for item in rising)
    today = landlord.today
    sheet = landlord.read(
        lambda db, mine: list(arrears_report.iter_arrears(context(db, mine, today=today), "-overdue", None, None))
    )
    assert [item.overdue_cents for item in sheet] == seen


def test_only_one_property_may_be_asked_for(landlord: Landlord) -> None:
    other = landlord.add_property("Pendo Flats")
    landlord.issue(landlord.let(), ("rent", 1_000_00))
    landlord.issue(landlord.let(unit_id=landlord.add_unit(property_id=other)), ("rent", 2_000_00))
    landlord.today = dt.date(2026, 1, 9)
    found = arrears(landlord, property_id=other)
    assert [(item.property_name, item.total_cents) for item in found.items] == [("Pendo Flats", 2_000_00)]
    assert found.totals.total_cents == 2_000_00
    assert arrears(landlord, dt.date(2026, 1, 8), property_id=other).totals.total_cents == 2_000_00


def test_a_row_names_who_owes(landlord: Landlord) -> None:
    lease_id = landlord.let(tenant_id=landlord.add_tenant("Wanjiku"))
    landlord.issue(lease_id, ("rent", 1_000_00))
    (item,) = arrears(landlord).items
    assert (item.lease_id, item.tenant_name, item.property_name) == (lease_id, "Wanjiku Odhiambo", "Mwangaza Court")
    assert item.phone is not None
    assert item.phone.startswith("+254")


def test_a_day_to_come_is_refused(landlord: Landlord) -> None:
    with pytest.raises(Invalid):
        arrears(landlord, landlord.today + dt.timedelta(days=1))


def test_another_organisations_leases_are_not_in_it(landlord: Landlord) -> None:
    landlord.issue(landlord.let(), ("rent", 1_000_00))
    scope = Scope(landlord.property_id, landlord.today, True, None)  # an id that is no organisation's
    with landlord.resources.snapshot() as db:
        assert arrears_repository.total_arrears(db, scope)[1] == 0
