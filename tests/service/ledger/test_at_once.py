"""What two transactions do to one ledger at the same moment."""

import datetime as dt
import threading
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, select

from chalicelib import ledger
from chalicelib.clock import ManualClock
from chalicelib.errors import Conflict
from chalicelib.ids import new_id
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables.ledger import journals, ledger_accounts, ledger_books
from tests.contexts import context
from tests.service.ledger.books import NOVEMBER, rent, sums


def all_at_once(resources: Resources, *works: Callable[[Connection], object]) -> list[object]:
    """Run each in a transaction and a thread of its own, begun together; return what they returned or raised."""
    barrier, told = threading.Barrier(len(works)), [object()] * len(works)

    def run(place: int, work: Callable[[Connection], object]) -> None:
        barrier.wait(10)
        try:
            told[place] = resources.transact(work)
        except Exception as error:  # noqa: BLE001 - told to the test, which looks at it
            told[place] = error

    threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return told


def test_the_first_posts_of_an_organisation_open_its_book_and_accounts_once(
    resources: Resources, organisation_id: UUID, clock: ManualClock
) -> None:
    def posting(number: int) -> Callable[[Connection], object]:
        return lambda db: len(ledger.post(context(db, organisation_id, now=clock.now()), [rent(f"bill:{number}")]))

    assert all_at_once(resources, *(posting(number) for number in range(6))) == [1] * 6
    with resources.reading() as db:
        books = db.scalar(select(func.count()).where(ledger_books.c.organisation_id == organisation_id))
        accounts = db.scalar(select(func.count()).where(ledger_accounts.c.organisation_id == organisation_id))
    assert (books, accounts) == (1, 3)
    assert sums(resources, organisation_id)["receivable"] == 6 * 25_000_00


def test_a_journal_is_reversed_once_by_however_many(
    resources: Resources, organisation_id: UUID, clock: ManualClock
) -> None:
    source = ("invoice", new_id())
    with resources.writing() as db:
        ledger.post(context(db, organisation_id, now=clock.now()), [rent("a", source_id=source[1]), rent("b")])

    def undo(db: Connection) -> int:
        return ledger.reverse(context(db, organisation_id, now=clock.now()), source, on=NOVEMBER)

    assert sorted(map(str, all_at_once(resources, undo, undo, undo, undo))) == ["0", "0", "0", "1"]
    assert sums(resources, organisation_id)["receivable"] == 25_000_00


def test_one_key_posted_twice_at_once_is_posted_once(
    resources: Resources, organisation_id: UUID, clock: ManualClock
) -> None:
    def posting(db: Connection) -> object:
        return len(ledger.post(context(db, organisation_id, now=clock.now()), [rent("same")]))

    told = all_at_once(resources, posting, posting)
    assert sorted(type(each).__name__ for each in told) == ["Conflict", "int"]


def test_a_month_is_closed_only_when_who_was_posting_has_ended(
    resources: Resources, organisation_id: UUID, clock: ManualClock
) -> None:
    """On SQLite there is one writer at a time; on MariaDB the book's lock makes the closer wait."""
    today, october = dt.date(2026, 11, 20), dt.date(2026, 10, 1)
    order: list[str] = []

    def close() -> None:
        resources.transact(
            lambda db: ledger.close_period(
                context(db, organisation_id, now=clock.now(), today=today, member_id=None), october
            )
        )
        order.append("closed")

    closer = threading.Thread(target=close)
    with resources.writing() as db:  # else the closer would wait for the book to be made, and prove nothing
        ledger.post(context(db, organisation_id, now=clock.now()), [rent("earlier", on=october)])
    with resources.writing() as db:
        ledger.post(context(db, organisation_id, now=clock.now()), [rent("in time", on=dt.date(2026, 10, 31))])
        closer.start()
        closer.join(0.3)
        order.append("posted")
    closer.join(20)
    with pytest.raises(Conflict), resources.writing() as db:
        ledger.post(context(db, organisation_id, now=clock.now()), [rent("too late", on=dt.date(2026, 10, 31))])
    assert order == ["posted", "closed"]
    query = select(journals.c.idempotency_key, journals.c.effective_on).where(
        journals.c.organisation_id == organisation_id
    )
    with resources.reading() as db:
        days = {row[0]: row[1] for row in db.execute(query)}
    assert days == {"earlier": october, "in time": dt.date(2026, 10, 31)}
