"""Whatever is posted and reversed: every journal adds up to nothing, and the trial balance to what was posted."""

import datetime as dt
from collections import Counter
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from chalicelib import ledger, organisations
from chalicelib.clock import ManualClock
from chalicelib.ids import new_id
from chalicelib.ledger.model import Entry, Leg
from chalicelib.ledger.rules import CHART
from chalicelib.paging import PageRequest
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables.ledger import postings
from tests.contexts import context
from tests.queries import counted
from tests.service.ledger.books import rent

DAYS = [dt.date(2026, 11, day) for day in (1, 2, 3)]
SOURCES = [new_id() for _ in range(3)]
codes = st.sampled_from([account.code for account in CHART])
cents = st.integers(-(10**12), 10**12).filter(bool)


@st.composite
def entries(draw: st.DrawFn) -> tuple[dt.date, UUID, tuple[Leg, ...]]:
    """Return a day, a source and legs that add up to nothing, some on one account twice."""
    legs = [Leg(draw(codes), draw(cents)) for _ in range(draw(st.integers(1, 4)))]
    rest = -sum(leg.amount_cents for leg in legs)
    if rest == 0:
        legs.append(Leg(draw(codes), 7))
        rest = -7
    return draw(st.sampled_from(DAYS)), draw(st.sampled_from(SOURCES)), (*legs, Leg(draw(codes), rest))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
@given(given_entries=st.lists(entries(), min_size=1, max_size=8), undone=st.sets(st.sampled_from(SOURCES)))
def test_the_trial_balance_is_what_was_posted_less_what_was_reversed(
    resources: Resources,
    clock: ManualClock,
    given_entries: list[tuple[dt.date, UUID, tuple[Leg, ...]]],
    undone: set[UUID],
) -> None:
    organisation_id = new_id()
    with resources.writing() as db:
        made = [
            Entry("any", day, f"{number}", "test", source_id, legs)
            for number, (day, source_id, legs) in enumerate(given_entries)
        ]
        ledger.post(context(db, organisation_id, now=clock.now()), made)
        for source_id in undone:
            ledger.reverse(context(db, organisation_id, now=clock.now()), ("test", source_id), on=DAYS[0])
    with resources.reading() as db:
        for day in DAYS:
            expected: Counter[str] = Counter()
            for effective_on, source_id, legs in given_entries:
                if effective_on <= day and source_id not in undone:
                    expected.update({leg.code: 0 for leg in legs})
                    for leg in legs:
                        expected[leg.code] += leg.amount_cents
            found = ledger.list_accounts(context(db, organisation_id), PageRequest(None, 200), as_of=day).items
            assert all(account.debit_cents >= 0 and account.credit_cents >= 0 for account in found)
            assert sum(account.balance_cents for account in found) == 0
            assert {each.code: each.balance_cents for each in found if each.balance_cents} == {
                code: amount for code, amount in expected.items() if amount
            }
        per_journal = select(func.sum(postings.c.amount_cents)).where(postings.c.organisation_id == organisation_id)
        assert set(db.scalars(per_journal.group_by(postings.c.journal_id))) == {0}


@pytest.fixture
def books(resources: Resources, organisation_id: UUID, clock: ManualClock) -> UUID:
    with resources.writing() as db:
        ledger.post(context(db, organisation_id, now=clock.now()), [rent(f"first:{each}") for each in range(3)])
    return organisation_id


def test_posting_and_reversing_take_as_many_statements_for_a_hundred_as_for_one(
    resources: Resources, books: UUID, clock: ManualClock
) -> None:
    taken = []
    for number in (1, 100):
        source_id = new_id()
        bills = [rent(f"{number}:{each}", source_id=source_id) for each in range(number)]
        with counted(resources.writer) as posted, resources.writing() as db:
            ledger.post(context(db, books, now=clock.now()), bills)
        with counted(resources.writer) as reversed_, resources.writing() as db:
            undone = ledger.reverse(context(db, books, now=clock.now()), ("invoice", source_id), on=DAYS[2])
        assert undone == number
        taken.append((len(posted), len(reversed_)))
    assert taken[0] == taken[1]
    assert max(taken[0]) <= 5


def test_lists_take_a_constant_number_of_queries(resources: Resources, books: UUID) -> None:
    for limit in (1, 3):
        with counted(resources.reader) as asked, resources.reading() as db:
            ledger.list_journals(context(db, books), PageRequest(None, limit))
        assert len(asked) == 1
        with counted(resources.reader) as asked, resources.reading() as db:
            ledger.list_accounts(context(db, books), PageRequest(None, limit), as_of=dt.date(2026, 12, 1))
        assert len(asked) == 2


def test_an_organisation_without_a_ledger_has_an_empty_one(resources: Resources, clock: ManualClock) -> None:
    with resources.writing() as db:
        made = organisations.found_organisation(db, "+254799000001", name="New", person_name="N", now=clock.now())
        assert ledger.post(context(db, made.id, now=clock.now()), []) == []
        assert ledger.reverse(context(db, made.id, now=clock.now()), ("invoice", new_id()), on=DAYS[0]) == 0
    with resources.reading() as db:
        assert ledger.list_accounts(context(db, made.id), PageRequest(), as_of=DAYS[0]).items == []
        assert ledger.list_journals(context(db, made.id), PageRequest()).items == []
        assert ledger.list_periods(context(db, made.id), PageRequest()).items == []
