"""SQL that writes the ledger: its book, accounts, journals, postings and closed periods."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.exc import IntegrityError

from chalicelib.ledger.model import JournalToReverse
from chalicelib.ledger.rules import Posting
from chalicelib.runtime.context import Context
from chalicelib.storage.tables.ledger import journals, ledger_accounts, ledger_books, period_closes, postings


def lock_book_shared(ctx: Context) -> dt.date | None:
    """Take a shared lock on the book, so that no month is closed meanwhile; return the last closed day.

    Creates the book if there is none.
    """
    return _lock_book(ctx, shared=True)


def lock_book(ctx: Context) -> dt.date | None:
    """Lock the book exclusively, once all posting transactions have ended; return the last closed day."""
    return _lock_book(ctx, shared=False)


def find_closed_through(ctx: Context) -> dt.date | None:
    """Return the last closed day, without a lock."""
    query = select(ledger_books.c.closed_through).where(ledger_books.c.organisation_id == ctx.organisation_id)
    found: dt.date | None = ctx.db.scalar(query)
    return found


def close_through(ctx: Context, day: dt.date) -> None:
    query = update(ledger_books).where(ledger_books.c.organisation_id == ctx.organisation_id)
    ctx.db.execute(query.values(closed_through=day))


def add_period_close(ctx: Context, period: dt.date, member_id: UUID | None, at: dt.datetime) -> None:
    ctx.db.execute(
        insert(period_closes).values(
            organisation_id=ctx.organisation_id, period=period, member_id=member_id, created_at=at
        )
    )  # fmt: skip


def last_entry_at(ctx: Context, after: dt.date | None, through: dt.date) -> dt.datetime | None:
    """Return the latest instant of the closes before, and of the journals of the days behind ``after``, in the books.

    The caller has locked the book exclusively, and so sees all of them.
    """
    entered = select(func.max(journals.c.created_at)).where(
        journals.c.organisation_id == ctx.organisation_id, journals.c.effective_on <= through
    )
    if after is not None:
        entered = entered.where(journals.c.effective_on > after)
    closed = select(func.max(period_closes.c.created_at)).where(period_closes.c.organisation_id == ctx.organisation_id)
    return max(filter(None, (ctx.db.scalar(entered), ctx.db.scalar(closed))), default=None)


def filter_known_accounts(ctx: Context, account_ids: Collection[UUID]) -> set[UUID]:
    query = select(ledger_accounts.c.id).where(
        ledger_accounts.c.organisation_id == ctx.organisation_id, ledger_accounts.c.id.in_(account_ids)
    )
    return set(ctx.db.scalars(query))


def add_account(ctx: Context, values: dict[str, Any]) -> None:
    """Insert the account, unless a concurrent transaction has done so."""
    try:
        with ctx.db.begin_nested():
            ctx.db.execute(insert(ledger_accounts).values(organisation_id=ctx.organisation_id, **values))
    except IntegrityError:
        if not filter_known_accounts(ctx, [values["id"]]):
            raise


def add_journals(ctx: Context, rows: Sequence[dict[str, Any]], legs: Sequence[tuple[UUID, int, Posting]]) -> bool:
    """Insert journals and their postings (journal's id, place in it, posting), in two statements.

    Returns False, having inserted nothing, if one of the journals was posted or reversed before.
    """
    try:
        with ctx.db.begin_nested():
            ctx.db.execute(insert(journals), [{"organisation_id": ctx.organisation_id, **row} for row in rows])
    except IntegrityError:
        return False
    ctx.db.execute(
        insert(postings),
        [
            {"organisation_id": ctx.organisation_id, "journal_id": journal_id, "seq": seq, **leg._asdict()}
            for journal_id, seq, leg in legs
        ],
    )
    return True


def list_unreversed(ctx: Context, source: tuple[str, UUID], kinds: Collection[str] | None) -> list[JournalToReverse]:
    """Return the journals of ``source`` that are no reversal and have none, oldest first."""
    reversals = journals.alias("reversals")
    query = (
        select(journals.c.id, journals.c.effective_on, journals.c.memo)
        .outerjoin(
            reversals,
            (reversals.c.organisation_id == journals.c.organisation_id) & (reversals.c.reverses_id == journals.c.id),
        )
        .where(
            journals.c.organisation_id == ctx.organisation_id,
            journals.c.source_kind == source[0],
            journals.c.source_id == source[1],
            journals.c.reverses_id.is_(None),
            reversals.c.id.is_(None),
        )
        .order_by(journals.c.id)
    )
    if kinds is not None:
        query = query.where(journals.c.kind.in_(kinds))
    return [JournalToReverse(*row) for row in ctx.db.execute(query)]


def postings_of(ctx: Context, journal_ids: Collection[UUID]) -> dict[UUID, list[Posting]]:
    """Return the postings of each journal, in their order."""
    query = (
        select(postings)
        .where(postings.c.organisation_id == ctx.organisation_id, postings.c.journal_id.in_(journal_ids))
        .order_by(postings.c.journal_id, postings.c.seq)
    )
    found: dict[UUID, list[Posting]] = {}
    for row in ctx.db.execute(query):
        posting = Posting(row.ledger_account_id, row.amount_cents, row.lease_id, row.property_id, row.charge_type)
        found.setdefault(row.journal_id, []).append(posting)
    return found


def _lock_book(ctx: Context, *, shared: bool) -> dt.date | None:
    query = (
        select(ledger_books.c.closed_through)
        .where(ledger_books.c.organisation_id == ctx.organisation_id)
        .with_for_update(read=shared)
    )
    row = ctx.db.execute(query).one_or_none()
    if row is None:
        _create_book(ctx)
        row = ctx.db.execute(query).one()
    closed_through: dt.date | None = row.closed_through
    return closed_through


def _create_book(ctx: Context) -> None:
    try:
        with ctx.db.begin_nested():
            ctx.db.execute(insert(ledger_books).values(organisation_id=ctx.organisation_id, closed_through=None))
    except IntegrityError:
        return  # a concurrent transaction created it; the locking read that follows finds it or fails
