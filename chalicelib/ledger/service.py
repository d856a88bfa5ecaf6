"""Post to the ledger, reverse journals, and close months.

Every journal of the application is created here, so here its postings are checked to add up
to 0 (MySQL has no constraint that could).
"""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID, uuid5

from chalicelib import portfolio
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.ids import new_id
from chalicelib.ledger import journal_query_repository, repository
from chalicelib.ledger.model import ClosedPeriod, Entry, Journal, LedgerAccount
from chalicelib.ledger.rules import (
    CHART,
    Account,
    Posting,
    balanced,
    channel_account,
    effective_day,
    next_period,
    reversed_postings,
)
from chalicelib.paging import Page, PageRequest
from chalicelib.periods import last_day
from chalicelib.runtime.context import Context

MAX_MEMO = 200  # characters
MONTH_CLOSED = "A month has just been closed; try again."
MAX_REVERSAL_TRIES = 3
_CHART = {account.code: account for account in CHART}
_CHANNEL = "channel."


def account_id(organisation_id: UUID, code: str) -> UUID:
    """Return the id of the organisation's account ``code``: derived from both, so that posting needs no look-up."""
    return uuid5(organisation_id, code)


def channel_code(channel_id: UUID) -> str:
    """Return the code of the account of the money in a channel."""
    return f"{_CHANNEL}{channel_id}"


def get_first_open_day(ctx: Context) -> dt.date:
    """Return the first day that no closed month covers; the calendar's first day if none was closed."""
    closed_through = repository.find_closed_through(ctx)
    return dt.date.min if closed_through is None else effective_day(closed_through, closed_through)


def ensure_accounts(ctx: Context, codes: Iterable[str]) -> None:
    """Create those of the accounts that the organisation does not have yet.

    Raises:
        NotFound: a code names a channel that is not the organisation's.
        ValueError: a code is neither in the chart nor a channel's.
    """
    wanted = {account_id(ctx.organisation_id, code): code for code in codes}
    known = repository.filter_known_accounts(ctx, wanted)
    # In one order, so that two transactions that create the same accounts wait and do not deadlock.
    for code, new in sorted((code, each) for each, code in wanted.items() if each not in known):
        account, channel_id = _account(ctx, code)
        row = {**account._asdict(), "id": new, "channel_id": channel_id}
        repository.add_account(ctx, row)


def get_closed_through(ctx: Context, *, locked: bool = False) -> dt.date | None:
    """Return the last day of the closed months, None if none is closed; ``locked``: none can be closed meanwhile.

    The book is locked last of all: what is written before is computed by an unlocked day, and compared afterwards.
    """
    return repository.lock_book_shared(ctx) if locked else repository.find_closed_through(ctx)


def posting_day(ctx: Context, day: dt.date) -> dt.date:
    """Return the day on which what happened on ``day`` takes effect: that day, or the first open one if it is closed.

    Documents store it and their entries name it, so that reports and journals go by the same day. No query for a day
    of the running month or later, which cannot be closed; else one.
    """
    return posting_days(ctx, [day])[day]


def posting_days(ctx: Context, days: Iterable[dt.date]) -> dict[dt.date, dt.date]:
    """Return ``posting_day`` of each of the days, in one query at most."""
    wanted = set(days)
    running = max(ctx.today, ctx.now.date()).replace(day=1)  # a job may act as of a day long past
    closed_through = repository.find_closed_through(ctx) if any(day < running for day in wanted) else None
    return {day: effective_day(day, closed_through) for day in wanted}


def post(ctx: Context, entries: Sequence[Entry]) -> list[UUID]:
    """Post the entries, all or none, and return their journals' ids in the same order.

    Until the transaction ends no month can be closed. The number of queries does not grow with the entries.

    Raises:
        Conflict: an entry with that idempotency key was posted before, or the month of one, which ``posting_day``
            named, has been closed since.
        ValueError: an entry is empty, does not add up to 0, or has a posting of 0.
    """
    if not entries:
        return []
    for entry in entries:
        _check_entry(entry)
    closed_through = repository.lock_book_shared(ctx)
    codes = {leg.code for entry in entries for leg in entry.postings}
    ensure_accounts(ctx, codes)
    accounts = {code: account_id(ctx.organisation_id, code) for code in codes}
    rows, legs = [], []
    for entry in entries:
        _refuse_closed(entry.effective_on, closed_through)
        row = _journal_row(entry, ctx.now, ctx.actor.member_id)
        rows.append(row)
        legs += [(row["id"], seq, Posting(accounts[leg.code], *leg[1:])) for seq, leg in enumerate(entry.postings)]
    if not repository.add_journals(ctx, rows, legs):
        raise Conflict("This has already been posted to the ledger.")
    return [row["id"] for row in rows]


def reverse(ctx: Context, source: tuple[str, UUID], *, on: dt.date, kinds: Collection[str] | None = None) -> int:
    """Mirror every journal of ``source`` (its kind and id) that is not reversed yet, and return how many were.

    A second call finds nothing to reverse. A mirror takes effect ``on``, but never before what it mirrors.

    Args:
        kinds: only journals of these kinds; None for all.

    Raises:
        Conflict: concurrent transactions kept reversing the same journals, or the month of ``on`` is closed.
    """
    closed_through = repository.lock_book_shared(ctx)
    for _ in range(MAX_REVERSAL_TRIES):
        undone = repository.list_unreversed(ctx, source, kinds)
        if not undone:
            return 0
        found = repository.postings_of(ctx, [journal.id for journal in undone])
        rows, legs = [], []
        for journal in undone:
            day = max(on, journal.effective_on)
            _refuse_closed(day, closed_through)
            entry = Entry("reversal", day, f"reversal:{journal.id}", *source, (), journal.memo)
            row = {**_journal_row(entry, ctx.now, ctx.actor.member_id), "reverses_id": journal.id}
            rows.append(row)
            legs += [(row["id"], seq, leg) for seq, leg in enumerate(reversed_postings(found[journal.id]))]
        if repository.add_journals(ctx, rows, legs):
            return len(rows)
        # A concurrent transaction reversed one of them and has committed: read again.
    raise Conflict("Another request is reversing the same journals; try again.")


def close_period(ctx: Context, period: dt.date) -> ClosedPeriod:
    """Close the month that begins on ``period``; from then on what happened in it takes effect on the first open day.

    Waits for all posting transactions to end. Months are closed in order, the first being that of
    the earliest journal. A closed month cannot be reopened.

    Raises:
        Conflict: another month is to be closed first, or this one is closed, or has not ended.
        Invalid: ``period`` is not the first day of a month.
    """
    if period.day != 1:
        raise Invalid([("period", "expected the first day of a month")])
    closed_through = repository.lock_book(ctx)
    beginning = closed_through or journal_query_repository.first_day(ctx)
    following = period if beginning is None else next_period(beginning, closed=closed_through is not None)
    if period < following and closed_through is not None:
        raise Conflict("That month is already closed.", next_period=_format_month(following))
    if period != following:
        raise Conflict("Months are closed in order.", next_period=_format_month(following))
    if last_day(period) >= ctx.today:
        raise Conflict("That month has not ended.", ends_on=last_day(period).isoformat())
    # A transaction that posted while we waited may have begun after us: the close must be later than all it covers.
    entered_at = repository.last_entry_at(ctx, closed_through, last_day(period))
    closed_at = max(ctx.now, entered_at or ctx.now)
    repository.close_through(ctx, last_day(period))
    repository.add_period_close(ctx, period, ctx.actor.member_id, closed_at)
    return ClosedPeriod(period, ctx.actor.member_id, closed_at)


def list_periods(ctx: Context, page_request: PageRequest) -> Page[ClosedPeriod]:
    """Return a page of the closed months, newest first."""
    return journal_query_repository.list_periods(ctx, page_request)


def list_accounts(
    ctx: Context, page_request: PageRequest, *, as_of: dt.date, type: str | None = None
) -> Page[LedgerAccount]:
    """Return a page of the trial balance as it stood when the day ``as_of`` ended."""
    return journal_query_repository.list_accounts(ctx, page_request, as_of=as_of, kind=type)


def list_journals(
    ctx: Context,
    page_request: PageRequest,
    *,
    source_id: UUID | None = None,
    kind: str | None = None,
    period: dt.date | None = None,
) -> Page[Journal]:
    """Return a page of journals without their postings; ``period`` is the first day of a month they take effect in."""
    days = {} if period is None else {"first_on": period, "last_on": last_day(period)}
    return journal_query_repository.list_journals(ctx, page_request, source_id=source_id, kind=kind, **days)


def get_journal(ctx: Context, journal_id: UUID) -> Journal:
    """Return the journal with its postings."""
    found = journal_query_repository.find_journal(ctx, journal_id)
    if found is None:
        raise NotFound("There is no such journal.")
    return found


def _format_month(day: dt.date) -> str:
    return f"{day:%Y-%m}"


def _check_entry(entry: Entry) -> None:
    amounts = [leg.amount_cents for leg in entry.postings]
    if not amounts or not all(amounts) or not balanced(amounts):
        raise ValueError(f"a journal's postings must move something and add up to nothing: {entry.kind} {amounts}")
    if any(type(amount) is not int for amount in amounts):
        raise ValueError(f"a posting is a whole number of cents: {entry.kind} {amounts}")
    if len(entry.memo) > MAX_MEMO:
        raise ValueError(f"a memo has at most {MAX_MEMO} characters")


def _refuse_closed(day: dt.date, closed_through: dt.date | None) -> None:
    # Documents already name this day, so a journal must not move away from it.
    if closed_through is not None and day <= closed_through:
        raise Conflict(MONTH_CLOSED, closed_through=closed_through.isoformat())


def _journal_row(entry: Entry, now: dt.datetime, member_id: UUID | None) -> dict[str, Any]:
    return {
        "id": new_id(),
        "kind": entry.kind,
        "effective_on": entry.effective_on,
        "created_at": now,
        "idempotency_key": entry.idempotency_key,
        "source_kind": entry.source_kind,
        "source_id": entry.source_id,
        "reverses_id": None,
        "member_id": member_id,
        "memo": entry.memo,
    }


def _account(ctx: Context, code: str) -> tuple[Account, UUID | None]:
    if code in _CHART:
        return _CHART[code], None
    if not code.startswith(_CHANNEL):
        raise ValueError(f"there is no account {code!r} in the chart")
    channel = portfolio.get_channel(ctx, UUID(code.removeprefix(_CHANNEL)))
    return channel_account(channel.id, channel.name), channel.id
