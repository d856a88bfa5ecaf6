"""SQL of leases: add, change, lock and terminate."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, insert, or_, select, update

from chalicelib.leasing.model import AgreedDeposit
from chalicelib.runtime.context import Context
from chalicelib.storage.tables.leasing import deposit_entries, deposit_terms, lease_tenants, leases
from chalicelib.storage.tables.payments import refunds

# A lease that was called off ends before it starts, and has no days.
HOLDS_A_DAY = or_(leases.c.ends_on.is_(None), leases.c.ends_on >= leases.c.starts_on)


def add_lease(ctx: Context, values: dict[str, Any]) -> None:
    ctx.db.execute(insert(leases).values(organisation_id=ctx.organisation_id, **values))


def change_lease(ctx: Context, lease_id: UUID, columns: Mapping[str, object]) -> bool:
    """Set ``columns`` and increment the version; return whether there is such a lease."""
    query = update(leases).where(leases.c.organisation_id == ctx.organisation_id, leases.c.id == lease_id)
    return ctx.db.execute(query.values(**columns, version=leases.c.version + 1)).rowcount == 1


def raise_billed_from(ctx: Context, lease_ids: Collection[UUID], period: dt.date) -> None:
    query = update(leases).where(
        leases.c.organisation_id == ctx.organisation_id, leases.c.id.in_(lease_ids), leases.c.billed_from < period
    )
    ctx.db.execute(query.values(billed_from=period))


def mark_terminated(ctx: Context, lease_id: UUID, *, ends_on: dt.date, terminated_on: dt.date) -> bool:
    """Terminate the lease unless it was terminated before, keeping the end agreed; return whether this call did it."""
    query = update(leases).where(
        leases.c.organisation_id == ctx.organisation_id, leases.c.id == lease_id, leases.c.terminated_on.is_(None)
    )
    ended = query.ordered_values(
        (leases.c.agreed_ends_on, leases.c.ends_on),  # first: MySQL assigns from left to right
        (leases.c.ends_on, ends_on),
        (leases.c.terminated_on, terminated_on),
        (leases.c.terminated_at, ctx.now),
        (leases.c.version, leases.c.version + 1),
    )
    return ctx.db.execute(ended).rowcount == 1


def mark_continued(ctx: Context, lease_id: UUID) -> None:
    """Let the lease run to the end that was agreed before its termination."""
    query = update(leases).where(leases.c.organisation_id == ctx.organisation_id, leases.c.id == lease_id)
    continued = query.ordered_values(
        (leases.c.ends_on, leases.c.agreed_ends_on),  # first: MySQL assigns from left to right
        (leases.c.agreed_ends_on, None),
        (leases.c.terminated_on, None),
        (leases.c.terminated_at, None),
        (leases.c.version, leases.c.version + 1),
    )
    ctx.db.execute(continued)


def paid_out_since(ctx: Context, lease_ids: Collection[UUID], since: dt.datetime) -> bool:
    """Return whether deposit or credit of the leases was paid out since then, and that was not reversed."""
    undone = deposit_entries.alias("undone")
    deposits = (
        select(deposit_entries.c.id)
        .outerjoin(
            undone,
            (undone.c.organisation_id == deposit_entries.c.organisation_id)
            & (undone.c.reverses_id == deposit_entries.c.id),
        )
        .where(
            deposit_entries.c.organisation_id == ctx.organisation_id,
            deposit_entries.c.lease_id.in_(lease_ids),
            deposit_entries.c.entry == "refunded",
            deposit_entries.c.created_at >= since,
            undone.c.id.is_(None),
        )
    )
    credit = select(func.coalesce(func.sum(refunds.c.amount_cents), 0)).where(
        refunds.c.organisation_id == ctx.organisation_id,
        refunds.c.lease_id.in_(lease_ids),
        refunds.c.created_at >= since,
    )
    return ctx.db.execute(deposits.limit(1)).first() is not None or (ctx.db.scalar(credit) or 0) > 0


def replace_tenants(ctx: Context, lease_id: UUID, ids: Sequence[UUID]) -> None:
    """Replace the lease's tenants by ``ids``, the primary payer first."""
    mine = (lease_tenants.c.organisation_id == ctx.organisation_id) & (lease_tenants.c.lease_id == lease_id)
    ctx.db.execute(lease_tenants.delete().where(mine))
    rows = [
        {"organisation_id": ctx.organisation_id, "lease_id": lease_id, "tenant_id": tenant_id, "position": position}
        for position, tenant_id in enumerate(ids)
    ]
    ctx.db.execute(insert(lease_tenants), rows)


def replace_deposit_terms(ctx: Context, lease_id: UUID, terms: Sequence[AgreedDeposit]) -> None:
    mine = (deposit_terms.c.organisation_id == ctx.organisation_id) & (deposit_terms.c.lease_id == lease_id)
    ctx.db.execute(deposit_terms.delete().where(mine))
    rows = [{"organisation_id": ctx.organisation_id, "lease_id": lease_id, **term._asdict()} for term in terms]
    if rows:
        ctx.db.execute(insert(deposit_terms), rows)


def lock_leases(ctx: Context, ids: Iterable[UUID]) -> list[Row[Any]]:
    """Lock those of the leases that exist, and return their rows by id."""
    query = (
        select(leases)
        .where(leases.c.organisation_id == ctx.organisation_id, leases.c.id.in_(sorted(set(ids))))
        .order_by(leases.c.id)
        .with_for_update()
    )
    return list(ctx.db.execute(query))


def previous_lease_ids(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the predecessor of each lease that renews or follows another."""
    query = select(leases.c.id, leases.c.previous_id).where(
        leases.c.organisation_id == ctx.organisation_id, leases.c.id.in_(set(ids)), leases.c.previous_id.is_not(None)
    )
    return {row[0]: row[1] for row in ctx.db.execute(query)}


def following_lease_ids(ctx: Context, ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Return the leases that renew or follow others, each with the one that it follows."""
    query = select(leases.c.id, leases.c.previous_id).where(
        leases.c.organisation_id == ctx.organisation_id, leases.c.previous_id.in_(set(ids))
    )
    return {row[0]: row[1] for row in ctx.db.execute(query)}


def find_overlapping(
    ctx: Context, unit_id: UUID, starts_on: dt.date, ends_on: dt.date | None, *, excluding: UUID | None = None
) -> Any:
    """Return (id, starts_on, ends_on) of a lease of the unit that overlaps the span; None if there is none.

    ``excluding`` is ignored. The result is only reliable while the caller holds the unit's lock.
    """
    query = select(leases.c.id, leases.c.starts_on, leases.c.ends_on).where(
        leases.c.organisation_id == ctx.organisation_id,
        leases.c.unit_id == unit_id,
        or_(leases.c.ends_on.is_(None), leases.c.ends_on >= starts_on),
        HOLDS_A_DAY,
    )
    if ends_on is not None:
        query = query.where(leases.c.starts_on <= ends_on)
    if excluding is not None:
        query = query.where(leases.c.id != excluding)
    return ctx.db.execute(query.order_by(leases.c.starts_on).limit(1)).one_or_none()
