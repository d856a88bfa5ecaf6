"""SQL of allocations: append-only rows; the net allocation is their sum."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, insert, or_, select, union_all

from chalicelib.paging import Page, PageRequest
from chalicelib.payments.model import Allocation, Payment
from chalicelib.runtime.context import Context, Properties
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.leasing import leases
from chalicelib.storage.tables.payments import allocations, payments, refunds

_COLUMNS = [allocations.c[name] for name in Allocation._fields]


class NetAllocation(NamedTuple):
    """The net allocation of one source to one line, in cents; always above 0.

    ``payer_lease_id`` and ``payer_property_id`` are the payment's own, whose credit a release restores;
    None for a deposit, which pays only for its own lease.
    """

    source_kind: str
    source_id: UUID
    invoice_line_id: UUID
    amount_cents: int
    payer_lease_id: UUID | None
    payer_property_id: UUID | None


class AllocatedPart(NamedTuple):
    """What was allocated of a source to a line on one day, less what was released of it as of that day."""

    source_id: UUID
    line_id: UUID
    allocated_on: dt.date
    cents: int


def add_allocations(ctx: Context, rows: Sequence[Allocation]) -> None:
    if rows:
        names = Allocation._fields
        values = [
            {"organisation_id": ctx.organisation_id, **{name: getattr(row, name) for name in names}} for row in rows
        ]
        ctx.db.execute(insert(allocations), values)


def list_allocations(ctx: Context, page_request: PageRequest, source_id: UUID, within: Properties) -> Page[Allocation]:
    """Return a page of the source's allocations to leases of the properties ``within`` (None: of all)."""
    query = select(*_COLUMNS).where(
        allocations.c.organisation_id == ctx.organisation_id, allocations.c.source_id == source_id
    )
    if within is not None:
        seen = select(leases.c.id).where(
            leases.c.organisation_id == ctx.organisation_id, leases.c.property_id.in_(within)
        )
        query = query.where(allocations.c.lease_id.in_(seen))
    return fetch_page(ctx.db, query, [allocations.c.id], page_request).of(lambda row: Allocation(**row._mapping))


def net_allocations_of_source(ctx: Context, source_id: UUID) -> list[NetAllocation]:
    """Return the net allocations of a payment or of a deposit's deduction, the earliest allocated line first."""
    return _net_allocations(ctx, allocations.c.source_id == source_id)


def net_allocations_by_day(
    ctx: Context, payment: Payment, *, not_before: dt.date
) -> list[tuple[dt.date, NetAllocation]]:
    """Return what the payment was allocated to each line on each day, below 0 what was released.

    Days before ``not_before`` count as that day. The sum of the amounts is what is allocated now.
    """
    query = (
        select(allocations.c.invoice_line_id, allocations.c.allocated_on, func.sum(allocations.c.amount_cents))
        .where(allocations.c.organisation_id == ctx.organisation_id, allocations.c.source_id == payment.id)
        .group_by(allocations.c.invoice_line_id, allocations.c.allocated_on)
    )
    found: dict[tuple[dt.date, UUID], int] = {}
    for line_id, on, amount_cents in ctx.db.execute(query):
        key = (max(on, not_before), line_id)
        found[key] = found.get(key, 0) + int(amount_cents)
    payer = (payment.lease_id, payment.property_id)
    return [
        (on, NetAllocation("payment", payment.id, line_id, amount_cents, *payer))
        for (on, line_id), amount_cents in sorted(found.items())
        if amount_cents
    ]


def net_allocations_on_lines(ctx: Context, line_ids: Iterable[UUID]) -> list[NetAllocation]:
    """Return the net allocations to the lines, the earliest allocated first."""
    return _net_allocations(ctx, allocations.c.invoice_line_id.in_(set(line_ids)))


def list_leases_of_source(ctx: Context, source_id: UUID) -> set[UUID]:
    """Return the leases of all lines that the source was ever allocated to."""
    query = select(allocations.c.lease_id).where(
        allocations.c.organisation_id == ctx.organisation_id, allocations.c.source_id == source_id
    )
    return set(ctx.db.scalars(query.distinct()))


def allocated_by_day(ctx: Context, source_id: UUID) -> list[tuple[dt.date, int]]:
    """Return (day, cents) of what was allocated less what was released, for each day with allocations."""
    query = (
        select(allocations.c.allocated_on, func.sum(allocations.c.amount_cents))
        .where(allocations.c.organisation_id == ctx.organisation_id, allocations.c.source_id == source_id)
        .group_by(allocations.c.allocated_on)
    )
    return [(row[0], int(row[1])) for row in ctx.db.execute(query)]


def last_release_days(ctx: Context, source_ids: Collection[UUID], line_ids: Collection[UUID]) -> dict[UUID, dt.date]:
    """Return the day of the last release, or reversal of a refund, by payment and by line id; most have none."""
    # By day: what was allocated again by the days of receipt was released on the day that it counted from.
    released = [
        select(column.label("id"), allocations.c.allocated_on)
        .where(allocations.c.organisation_id == ctx.organisation_id, column.in_(ids))
        .group_by(allocations.c.source_id, allocations.c.invoice_line_id, allocations.c.allocated_on)
        .having(func.sum(allocations.c.amount_cents) < 0)
        for column, ids in ((allocations.c.source_id, source_ids), (allocations.c.invoice_line_id, line_ids))
    ]
    returned = select(refunds.c.payment_id, refunds.c.refunded_on).where(
        refunds.c.organisation_id == ctx.organisation_id,
        refunds.c.payment_id.in_(source_ids),
        refunds.c.amount_cents < 0,
    )
    by_day = union_all(*released, returned).subquery("by_day")
    query = select(by_day.c.id, func.max(by_day.c.allocated_on)).group_by(by_day.c.id)
    return {row[0]: row[1] for row in ctx.db.execute(query)}


def list_parts(ctx: Context, lease_ids: Collection[UUID]) -> list[AllocatedPart]:
    """Return by source, line and day what was allocated to or from the leases; what came to nothing is left out."""
    cents = func.sum(allocations.c.amount_cents)
    key = (allocations.c.source_id, allocations.c.invoice_line_id, allocations.c.allocated_on)
    query = (
        select(*key, cents)
        .where(
            allocations.c.organisation_id == ctx.organisation_id,
            or_(allocations.c.lease_id.in_(lease_ids), allocations.c.payer_lease_id.in_(lease_ids)),
        )
        .group_by(*key)
        .having(cents != 0)
    )
    return [AllocatedPart(row[0], row[1], row[2], int(row[3])) for row in ctx.db.execute(query)]


def _net_allocations(ctx: Context, condition: ColumnElement[bool]) -> list[NetAllocation]:
    amount_cents = func.sum(allocations.c.amount_cents)
    key = (allocations.c.source_kind, allocations.c.source_id, allocations.c.invoice_line_id)
    payer = (payments.c.lease_id, payments.c.property_id)
    query = (
        select(*key, amount_cents, *payer)
        .outerjoin(payments, and_(payments.c.organisation_id == ctx.organisation_id, payments.c.id == key[1]))
        .where(allocations.c.organisation_id == ctx.organisation_id, condition)
        .group_by(*key, *payer)
        .having(amount_cents > 0)
        .order_by(func.min(allocations.c.id))  # UUIDv7: in the order of creation
    )
    return [NetAllocation(*row[:3], int(row[3]), *row[4:]) for row in ctx.db.execute(query)]
