"""SQL of deposits: entries are added, summed and listed, never changed."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, select

from chalicelib.leasing.model import DepositEntry
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.leasing import deposit_entries


def add_entries(ctx: Context, entries: list[DepositEntry]) -> None:
    whose = {"organisation_id": ctx.organisation_id, "member_id": ctx.actor.member_id}
    if entries:
        ctx.db.execute(insert(deposit_entries), [{**whose, **entry._asdict()} for entry in entries])


def sum_held(ctx: Context, lease_id: UUID) -> dict[str, int]:
    """Return the cents held by kind, for every kind with an entry."""
    query = (
        select(deposit_entries.c.kind, func.sum(deposit_entries.c.amount_cents))
        .where(deposit_entries.c.organisation_id == ctx.organisation_id, deposit_entries.c.lease_id == lease_id)
        .group_by(deposit_entries.c.kind)
    )
    return {kind: int(cents) for kind, cents in ctx.db.execute(query)}  # MySQL's SUM is a decimal


def movements_of_kind(ctx: Context, lease_id: UUID, kind: str) -> list[tuple[dt.date, int]]:
    """Return (day, cents) of every entry of one kind: + increases the deposit, − reduces it."""
    query = select(deposit_entries.c.entered_on, deposit_entries.c.amount_cents).where(
        deposit_entries.c.organisation_id == ctx.organisation_id,
        deposit_entries.c.lease_id == lease_id,
        deposit_entries.c.kind == kind,
    )
    return [(row[0], row[1]) for row in ctx.db.execute(query)]


def find_entry(ctx: Context, entry_id: UUID) -> DepositEntry | None:
    query = select(deposit_entries).where(
        deposit_entries.c.organisation_id == ctx.organisation_id, deposit_entries.c.id == entry_id
    )
    row = ctx.db.execute(query).one_or_none()
    return None if row is None else _entry(row)


def is_reversed(ctx: Context, entry_id: UUID) -> bool:
    query = select(deposit_entries.c.id).where(
        deposit_entries.c.organisation_id == ctx.organisation_id, deposit_entries.c.reverses_id == entry_id
    )
    return ctx.db.execute(query).first() is not None


def list_entries(ctx: Context, lease_id: UUID, page_request: PageRequest) -> Page[DepositEntry]:
    query = select(deposit_entries).where(
        deposit_entries.c.organisation_id == ctx.organisation_id, deposit_entries.c.lease_id == lease_id
    )
    return fetch_page(ctx.db, query, [deposit_entries.c.id], page_request).of(_entry)


def _entry(row: Row[Any]) -> DepositEntry:
    return DepositEntry(
        id=row.id,
        lease_id=row.lease_id,
        kind=row.kind,
        entry=row.entry,
        amount_cents=row.amount_cents,
        entered_on=row.entered_on,
        posted_on=row.posted_on,
        reason=row.reason,
        channel_id=row.channel_id,
        provider_reference=row.provider_reference,
        reverses_id=row.reverses_id,
        created_at=row.created_at,
    )
