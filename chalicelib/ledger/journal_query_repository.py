"""SQL that reads the ledger: accounts with their balances, journals, closed periods."""

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, case, func, select

from chalicelib.ledger.model import ClosedPeriod, Journal, JournalPosting, LedgerAccount
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.ledger import journals, ledger_accounts, period_closes, postings
from chalicelib.storage.tables.portfolio import channels

_NAME = func.coalesce(channels.c.name, ledger_accounts.c.name)  # a channel may have been renamed
_NAMED = ledger_accounts.outerjoin(
    channels,
    (channels.c.organisation_id == ledger_accounts.c.organisation_id) & (channels.c.id == ledger_accounts.c.channel_id),
)


def list_accounts(
    ctx: Context, page_request: PageRequest, *, as_of: dt.date, kind: str | None = None
) -> Page[LedgerAccount]:
    """Return a page of accounts by code, with what was posted to each until ``as_of`` ended."""
    query = (
        select(
            ledger_accounts.c.id,
            ledger_accounts.c.code,
            _NAME.label("name"),
            ledger_accounts.c.type,
            ledger_accounts.c.channel_id,
        )
        .select_from(_NAMED)
        .where(ledger_accounts.c.organisation_id == ctx.organisation_id)
    )
    if kind is not None:
        query = query.where(ledger_accounts.c.type == kind)
    page = fetch_page(ctx.db, query, [ledger_accounts.c.code], page_request)
    sums = _sums(ctx, [row.id for row in page.items], as_of)

    def account(row: Row[Any]) -> LedgerAccount:
        debit, credit = sums.get(row.id, (0, 0))
        return LedgerAccount(row.id, row.code, row.name, row.type, row.channel_id, debit, credit, debit - credit)

    return page.of(account)


def list_journals(
    ctx: Context,
    page_request: PageRequest,
    *,
    source_id: UUID | None = None,
    kind: str | None = None,
    first_on: dt.date | None = None,
    last_on: dt.date | None = None,
) -> Page[Journal]:
    query = _journals(ctx.organisation_id)
    if source_id is not None:
        query = query.where(journals.c.source_id == source_id)
    if kind is not None:
        query = query.where(journals.c.kind == kind)
    if first_on is not None:
        query = query.where(journals.c.effective_on >= first_on)
    if last_on is not None:
        query = query.where(journals.c.effective_on <= last_on)
    sort = page_request.sort or "-id"
    keys = [journals.c.id] if sort.endswith("id") else [journals.c.effective_on, journals.c.id]
    return fetch_page(ctx.db, query, keys, page_request, descending=sort.startswith("-")).of(_journal)


def find_journal(ctx: Context, journal_id: UUID) -> Journal | None:
    """Return the journal with its postings."""
    row = ctx.db.execute(_journals(ctx.organisation_id).where(journals.c.id == journal_id)).one_or_none()
    if row is None:
        return None
    query = (
        select(
            ledger_accounts.c.code,
            _NAME,
            postings.c.amount_cents,
            postings.c.lease_id,
            postings.c.property_id,
            postings.c.charge_type,
        )
        .select_from(
            _NAMED.join(
                postings,
                (postings.c.organisation_id == ledger_accounts.c.organisation_id)
                & (postings.c.ledger_account_id == ledger_accounts.c.id),
            )
        )
        .where(postings.c.organisation_id == ctx.organisation_id, postings.c.journal_id == journal_id)
        .order_by(postings.c.seq)
    )
    return _journal(row)._replace(postings=tuple(JournalPosting(*leg) for leg in ctx.db.execute(query)))


def list_periods(ctx: Context, page_request: PageRequest) -> Page[ClosedPeriod]:
    query = select(period_closes).where(period_closes.c.organisation_id == ctx.organisation_id)
    page = fetch_page(ctx.db, query, [period_closes.c.period], page_request, descending=True)
    return page.of(lambda row: ClosedPeriod(row.period, row.member_id, row.created_at))


def first_day(ctx: Context) -> dt.date | None:
    """Return the day of the earliest journal; None while the ledger is empty."""
    query = select(func.min(journals.c.effective_on)).where(journals.c.organisation_id == ctx.organisation_id)
    day: dt.date | None = ctx.db.scalar(query)
    return day


def _sums(ctx: Context, account_ids: Collection[UUID], as_of: dt.date) -> dict[UUID, tuple[int, int]]:
    """Return what was debited and what was credited to each account, in cents, both not negative."""
    cents = postings.c.amount_cents
    query = (
        select(
            postings.c.ledger_account_id,
            func.sum(case((cents > 0, cents), else_=0)),
            func.sum(case((cents < 0, -cents), else_=0)),
        )
        .join(
            journals,
            (journals.c.organisation_id == postings.c.organisation_id) & (journals.c.id == postings.c.journal_id),
        )
        .where(
            postings.c.organisation_id == ctx.organisation_id,
            postings.c.ledger_account_id.in_(account_ids),
            journals.c.effective_on <= as_of,
        )
        .group_by(postings.c.ledger_account_id)
    )
    # MySQL adds up to DECIMAL, exact at any size.
    return {row[0]: (int(row[1]), int(row[2])) for row in ctx.db.execute(query)}


def _journals(organisation_id: UUID) -> Select[Any]:
    return select(
        journals.c.id,
        journals.c.kind,
        journals.c.effective_on,
        journals.c.source_kind,
        journals.c.source_id,
        journals.c.reverses_id,
        journals.c.member_id,
        journals.c.memo,
        journals.c.created_at,
    ).where(journals.c.organisation_id == organisation_id)


def _journal(row: Row[Any]) -> Journal:
    return Journal(**row._mapping)
