"""SQL of reminder pauses: excluded leases, and promises to pay."""

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, delete, func, insert, or_, select, update

from chalicelib.paging import Page, PageRequest
from chalicelib.reminders.model import OPEN, Exclusion, Promise
from chalicelib.runtime.context import Context
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.billing import invoice_lines
from chalicelib.storage.tables.payments import allocations
from chalicelib.storage.tables.reminders import promises, reminder_exclusions

_EXCLUSION_COLUMNS = [reminder_exclusions.c[name] for name in Exclusion._fields]
_PROMISE_COLUMNS = [promises.c[name] for name in Promise._fields]


def list_exclusions(ctx: Context, page_request: PageRequest) -> Page[Exclusion]:
    query = select(*_EXCLUSION_COLUMNS).where(reminder_exclusions.c.organisation_id == ctx.organisation_id)
    return fetch_page(ctx.db, query, [reminder_exclusions.c.lease_id], page_request).of(
        lambda row: Exclusion(**row._mapping)
    )


def put_exclusion(ctx: Context, exclusion: Exclusion) -> None:
    """Set the lease's exclusion, replacing any; the caller has locked the lease."""
    remove_exclusion(ctx, exclusion.lease_id)
    ctx.db.execute(insert(reminder_exclusions).values(organisation_id=ctx.organisation_id, **exclusion._asdict()))


def remove_exclusion(ctx: Context, lease_id: UUID) -> bool:
    query = delete(reminder_exclusions).where(
        reminder_exclusions.c.organisation_id == ctx.organisation_id, reminder_exclusions.c.lease_id == lease_id
    )
    return ctx.db.execute(query).rowcount == 1


def list_excluded_leases(ctx: Context, lease_ids: Collection[UUID], today: dt.date) -> set[UUID]:
    """Return which of the leases are excluded today."""
    query = select(reminder_exclusions.c.lease_id).where(
        reminder_exclusions.c.organisation_id == ctx.organisation_id,
        reminder_exclusions.c.lease_id.in_(lease_ids),
        or_(reminder_exclusions.c.ends_on.is_(None), reminder_exclusions.c.ends_on >= today),
    )
    return set(ctx.db.scalars(query))


def list_leases_with_promise(ctx: Context, lease_ids: Collection[UUID], today: dt.date) -> set[UUID]:
    """Return which of the leases have an open promise that is not past its day."""
    query = select(promises.c.lease_id).where(
        promises.c.organisation_id == ctx.organisation_id,
        promises.c.lease_id.in_(lease_ids),
        promises.c.status == OPEN,
        promises.c.promised_on >= today,
    )
    return set(ctx.db.scalars(query))


def add_promise(ctx: Context, promise: Promise) -> None:
    ctx.db.execute(insert(promises).values(organisation_id=ctx.organisation_id, **promise._asdict()))


def find_promise(ctx: Context, promise_id: UUID) -> Promise | None:
    query = select(*_PROMISE_COLUMNS).where(
        promises.c.organisation_id == ctx.organisation_id, promises.c.id == promise_id
    )
    row = ctx.db.execute(query).one_or_none()
    return None if row is None else Promise(**row._mapping)


def find_open_promise(ctx: Context, lease_id: UUID) -> UUID | None:
    query = select(promises.c.id).where(
        promises.c.organisation_id == ctx.organisation_id, promises.c.lease_id == lease_id, promises.c.status == OPEN
    )
    found: UUID | None = ctx.db.scalar(query)
    return found


def list_promises(
    ctx: Context, page_request: PageRequest, *, lease_id: UUID | None, status: str | None
) -> Page[Promise]:
    query = select(*_PROMISE_COLUMNS).where(promises.c.organisation_id == ctx.organisation_id)
    if lease_id is not None:
        query = query.where(promises.c.lease_id == lease_id)
    if status is not None:
        query = query.where(promises.c.status == status)
    return fetch_page(ctx.db, query, [promises.c.id], page_request, descending=True).of(
        lambda row: Promise(**row._mapping)
    )


def change_promise_status(ctx: Context, ids: Collection[UUID], status: str) -> int:
    """Set the status of those of the promises still open; return how many."""
    query = update(promises).where(
        promises.c.organisation_id == ctx.organisation_id, promises.c.id.in_(ids), promises.c.status == OPEN
    )
    return ctx.db.execute(query.values(status=status, version=promises.c.version + 1)).rowcount


def list_past_promises(ctx: Context, before: dt.date, limit: int) -> list[Row[Any]]:
    """Return the oldest open promises for days before ``before``: id, lease_id, amount_cents, the open balance of the
    lease's lines due by the promised day, and what was allocated to its lines since (cents)."""
    owed = (
        select(func.coalesce(func.sum(invoice_lines.c.open_cents), 0))
        .where(
            invoice_lines.c.organisation_id == ctx.organisation_id,
            invoice_lines.c.lease_id == promises.c.lease_id,
            invoice_lines.c.open_cents > 0,
            invoice_lines.c.due_on <= promises.c.promised_on,
        )
        .correlate(promises)
        .scalar_subquery()
    )
    paid = (
        select(func.coalesce(func.sum(allocations.c.amount_cents), 0))
        .where(
            allocations.c.organisation_id == ctx.organisation_id,
            allocations.c.lease_id == promises.c.lease_id,
            allocations.c.created_at >= promises.c.created_at,
        )
        .correlate(promises)
        .scalar_subquery()
    )
    past = and_(promises.c.status == OPEN, promises.c.promised_on < before)
    query = select(promises.c.id, promises.c.amount_cents, owed.label("owed_cents"), paid.label("paid_cents"))
    query = query.where(promises.c.organisation_id == ctx.organisation_id, past)
    return list(ctx.db.execute(query.order_by(promises.c.promised_on, promises.c.id).limit(limit)))


def clear_notes(ctx: Context, lease_ids: Collection[UUID]) -> None:
    """Clear the notes on the leases' promises and the reasons for their exclusions."""
    of_leases = (promises.c.organisation_id == ctx.organisation_id) & promises.c.lease_id.in_(lease_ids)
    ctx.db.execute(update(promises).where(of_leases).values(note="", version=promises.c.version + 1))
    of_organisation = reminder_exclusions.c.organisation_id == ctx.organisation_id
    query = update(reminder_exclusions).where(of_organisation, reminder_exclusions.c.lease_id.in_(lease_ids))
    ctx.db.execute(query.values(reason=""))
