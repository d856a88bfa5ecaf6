"""SQL of dated rents, recurring charges, and the terms by which leases are billed."""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, insert, or_, select, update

from chalicelib.leasing.model import DatedRent, LeaseTerms, RecurringCharge, RecurringTerms
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.leasing import lease_rents, leases, recurring_charges

_TERMS = (
    leases.c.id,
    leases.c.unit_id,
    leases.c.property_id,
    leases.c.tenant_id,
    leases.c.starts_on,
    leases.c.ends_on,
    leases.c.due_day,
    leases.c.grace_days,
    leases.c.previous_id,
    leases.c.billed_from,
)
_RECURRING = (
    recurring_charges.c.id,
    recurring_charges.c.charge_type,
    recurring_charges.c.description,
    recurring_charges.c.amount_cents,
    recurring_charges.c.prorated,
    recurring_charges.c.starts_on,
    recurring_charges.c.ends_on,
)


def add_rent(ctx: Context, lease_id: UUID, step: DatedRent) -> None:
    ctx.db.execute(insert(lease_rents).values(organisation_id=ctx.organisation_id, lease_id=lease_id, **step._asdict()))


def change_rent(ctx: Context, lease_id: UUID, step: DatedRent) -> bool:
    """Set the rent of the step that begins on the same day; return whether there is one."""
    query = update(lease_rents).where(
        lease_rents.c.organisation_id == ctx.organisation_id,
        lease_rents.c.lease_id == lease_id,
        lease_rents.c.starts_on == step.starts_on,
    )
    return ctx.db.execute(query.values(rent_cents=step.rent_cents)).rowcount == 1


def find_rent(ctx: Context, lease_id: UUID, starts_on: dt.date) -> DatedRent | None:
    """Return the step that begins exactly on that day."""
    query = _rents(ctx.organisation_id, lease_id).where(lease_rents.c.starts_on == starts_on)
    row = ctx.db.execute(query).one_or_none()
    return None if row is None else DatedRent(row.starts_on, row.rent_cents)


def list_rents(ctx: Context, lease_id: UUID, page_request: PageRequest) -> Page[DatedRent]:
    page = fetch_page(ctx.db, _rents(ctx.organisation_id, lease_id), [lease_rents.c.starts_on], page_request)
    return page.of(lambda row: DatedRent(row.starts_on, row.rent_cents))


def add_recurring_charges(ctx: Context, rows: list[dict[str, Any]]) -> None:
    if rows:
        ctx.db.execute(insert(recurring_charges), [{"organisation_id": ctx.organisation_id, **row} for row in rows])


def find_recurring_charge(ctx: Context, charge_id: UUID) -> RecurringCharge | None:
    query = select(recurring_charges).where(
        recurring_charges.c.organisation_id == ctx.organisation_id, recurring_charges.c.id == charge_id
    )
    row = ctx.db.execute(query).one_or_none()
    return None if row is None else _charge(row)


def list_recurring_charges(ctx: Context, lease_id: UUID, page_request: PageRequest) -> Page[RecurringCharge]:
    query = select(recurring_charges).where(
        recurring_charges.c.organisation_id == ctx.organisation_id, recurring_charges.c.lease_id == lease_id
    )
    return fetch_page(ctx.db, query, [recurring_charges.c.id], page_request).of(_charge)


def change_recurring_charge(ctx: Context, charge_id: UUID, version: int | None, columns: Mapping[str, object]) -> bool:
    """Set ``columns`` if the row still has ``version`` (None: any); return whether this call did it."""
    query = update(recurring_charges).where(
        recurring_charges.c.organisation_id == ctx.organisation_id, recurring_charges.c.id == charge_id
    )
    if version is not None:
        query = query.where(recurring_charges.c.version == version)
    return ctx.db.execute(query.values(**columns, version=recurring_charges.c.version + 1)).rowcount == 1


def lock_terms_in_span(
    ctx: Context,
    first_day: dt.date,
    last_day: dt.date,
    *,
    after: UUID | None,
    limit: int,
    among: Collection[UUID] | None = None,
) -> list[LeaseTerms]:
    """Lock the next leases by id with a day in the span that the books bill, and return their terms; three queries."""
    query = (
        select(*_TERMS)
        .where(
            leases.c.organisation_id == ctx.organisation_id,
            leases.c.starts_on <= last_day,
            or_(
                leases.c.ends_on.is_(None),
                (leases.c.ends_on >= first_day) & (leases.c.ends_on >= leases.c.starts_on),
            ),
            leases.c.billed_from <= first_day,
        )
        .order_by(leases.c.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(leases.c.id > after)
    if among is not None:
        query = query.where(leases.c.id.in_(among))
    rows: list[Any] = list(ctx.db.execute(query.with_for_update()))
    return _with_terms(ctx, rows, (first_day, last_day))


def lock_terms(ctx: Context, lease_id: UUID) -> LeaseTerms | None:
    """Lock the lease and return its terms, with all its steps and recurring charges."""
    query = select(*_TERMS).where(leases.c.organisation_id == ctx.organisation_id, leases.c.id == lease_id)
    rows: list[Any] = list(ctx.db.execute(query.with_for_update()))
    found = _with_terms(ctx, rows, None)
    return found[0] if found else None


def list_terms(ctx: Context, lease_ids: Collection[UUID]) -> list[LeaseTerms]:
    """Return the terms of the leases, with all their steps and recurring charges, by id; nothing is locked."""
    query = select(*_TERMS).where(leases.c.organisation_id == ctx.organisation_id, leases.c.id.in_(lease_ids))
    return _with_terms(ctx, list(ctx.db.execute(query.order_by(leases.c.id))), None)


def _rents(organisation_id: UUID, lease_id: UUID) -> Select[Any]:
    return select(lease_rents.c.starts_on, lease_rents.c.rent_cents).where(
        lease_rents.c.organisation_id == organisation_id, lease_rents.c.lease_id == lease_id
    )


def _with_terms(ctx: Context, rows: list[Any], span: tuple[dt.date, dt.date] | None) -> list[LeaseTerms]:
    """Return the terms of ``rows``, which come by id; with ``span`` only those that may apply on a day of it."""
    if not rows:
        return []
    # A range of ids, since a thousand of them as parameters cost more than the few rows between them.
    first, last = rows[0].id, rows[-1].id
    rents = (
        select(lease_rents.c.lease_id, lease_rents.c.starts_on, lease_rents.c.rent_cents)
        .where(lease_rents.c.organisation_id == ctx.organisation_id, lease_rents.c.lease_id.between(first, last))
        .order_by(lease_rents.c.lease_id, lease_rents.c.starts_on)
    )
    charges = (
        select(recurring_charges.c.lease_id, *_RECURRING)
        .where(
            recurring_charges.c.organisation_id == ctx.organisation_id,
            recurring_charges.c.lease_id.between(first, last),
            # One that was called off ends before it starts.
            or_(recurring_charges.c.ends_on.is_(None), recurring_charges.c.ends_on >= recurring_charges.c.starts_on),
        )
        .order_by(recurring_charges.c.starts_on, recurring_charges.c.id)
    )
    if span is not None:
        rents = rents.where(lease_rents.c.starts_on <= span[1])
        charges = charges.where(
            recurring_charges.c.starts_on <= span[1],
            or_(recurring_charges.c.ends_on.is_(None), recurring_charges.c.ends_on >= span[0]),
        )
    steps: dict[UUID, list[DatedRent]] = {}
    for lease_id, starts_on, rent_cents in ctx.db.execute(rents):
        steps.setdefault(lease_id, []).append(DatedRent(starts_on, rent_cents))
    recurring: dict[UUID, list[RecurringTerms]] = {}
    for lease_id, *values in ctx.db.execute(charges):
        recurring.setdefault(lease_id, []).append(RecurringTerms(*values))
    return [LeaseTerms._make((*row, tuple(steps[row.id]), tuple(recurring.get(row.id, ())))) for row in rows]


def _charge(row: Row[Any]) -> RecurringCharge:
    return RecurringCharge(
        id=row.id,
        lease_id=row.lease_id,
        charge_type=row.charge_type,
        description=row.description,
        amount_cents=row.amount_cents,
        prorated=row.prorated,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        version=row.version,
        created_at=row.created_at,
    )
