"""Closing months, in order and once they have ended."""

import datetime as dt
from uuid import UUID, uuid4

import pytest

from chalicelib import ledger
from chalicelib.clock import ManualClock
from chalicelib.errors import Conflict, Invalid
from chalicelib.ledger.model import ClosedPeriod
from chalicelib.paging import PageRequest
from chalicelib.reporting import books_proof
from chalicelib.runtime.resources import Resources
from tests.contexts import context
from tests.service.ledger.books import rent

TODAY = dt.date(2026, 11, 30)
SEPTEMBER, OCTOBER, NOVEMBER = (dt.date(2026, month, 1) for month in (9, 10, 11))


@pytest.fixture
def member_id() -> UUID:
    return uuid4()


class Books:
    def __init__(self, resources: Resources, organisation_id: UUID, clock: ManualClock) -> None:
        self.resources, self.organisation_id, self.clock = resources, organisation_id, clock

    def post(self, key: str, on: dt.date) -> None:
        with self.resources.writing() as db:
            ctx = context(db, self.organisation_id, now=self.clock.now())
            ledger.post(ctx, [rent(key, on=ledger.posting_day(ctx, on))])

    def close(self, period: dt.date, today: dt.date = TODAY, member_id: UUID | None = None) -> ClosedPeriod:
        return self.resources.transact(
            lambda db: ledger.close_period(
                context(db, self.organisation_id, now=self.clock.now(), today=today, member_id=member_id), period
            )
        )

    def closed(self) -> list[dt.date]:
        with self.resources.reading() as db:
            return [each.period for each in ledger.list_periods(context(db, self.organisation_id), PageRequest()).items]


@pytest.fixture
def books(resources: Resources, organisation_id: UUID, clock: ManualClock) -> Books:
    return Books(resources, organisation_id, clock)


def test_months_are_closed_from_the_first_journal_s_on_one_after_the_other(books: Books, member_id: UUID) -> None:
    books.post("a", dt.date(2026, 9, 12))
    with pytest.raises(Conflict) as refused:
        books.close(OCTOBER)
    assert refused.value.facts == {"next_period": "2026-09"}
    assert books.close(SEPTEMBER, member_id=member_id) == ClosedPeriod(SEPTEMBER, member_id, books.clock.now())
    with pytest.raises(Conflict) as refused:
        books.close(NOVEMBER, today=dt.date(2027, 1, 1))
    assert refused.value.facts == {"next_period": "2026-10"}
    books.close(OCTOBER)
    assert books.closed() == [OCTOBER, SEPTEMBER]


@pytest.mark.parametrize("period", [SEPTEMBER, OCTOBER])
def test_a_month_is_closed_once(books: Books, period: dt.date) -> None:
    books.post("a", dt.date(2026, 9, 12))
    books.close(SEPTEMBER)
    books.close(OCTOBER)
    with pytest.raises(Conflict, match="already closed"):
        books.close(period)
    assert books.closed() == [OCTOBER, SEPTEMBER]


def test_the_running_month_and_a_coming_one_stay_open(books: Books) -> None:
    books.post("a", dt.date(2026, 11, 12))
    with pytest.raises(Conflict, match="not ended"):
        books.close(NOVEMBER)  # on its last day
    assert books.close(NOVEMBER, today=dt.date(2026, 12, 1)).period == NOVEMBER
    with pytest.raises(Conflict, match="not ended"):
        books.close(dt.date(2026, 12, 1), today=dt.date(2026, 12, 1))


def test_an_empty_ledger_may_be_closed_from_any_ended_month_on(books: Books) -> None:
    books.close(OCTOBER)
    books.post("a", dt.date(2026, 2, 1))
    assert books.closed() == [OCTOBER]


def test_a_close_is_told_as_later_than_what_was_posted_while_it_waited(books: Books) -> None:
    asked_at, minute = books.clock.now(), dt.timedelta(minutes=1)
    books.post("a", dt.date(2026, 9, 12))
    books.clock.at = asked_at + minute
    books.post("b", dt.date(2026, 9, 30))
    books.clock.at = asked_at  # closing began before that, and came by the book's lock after it
    assert books.close(SEPTEMBER).closed_at == asked_at + minute
    assert books.close(OCTOBER).closed_at == asked_at + minute
    with books.resources.reading() as db:
        proof = books_proof.compute_proof(context(db, books.organisation_id, now=books.clock.now()))
    [found] = [finding for finding in proof.findings if finding.name == "closed_periods"]
    assert (found.holds, found.checked) == (True, 2)


def test_a_period_begins_on_the_first(books: Books) -> None:
    with pytest.raises(Invalid):
        books.close(dt.date(2026, 10, 2))


def test_a_refused_close_leaves_the_book_open(books: Books) -> None:
    books.post("a", dt.date(2026, 11, 12))
    with pytest.raises(Conflict):
        books.close(OCTOBER)
    assert books.closed() == []
    books.close(NOVEMBER, today=dt.date(2026, 12, 1))
