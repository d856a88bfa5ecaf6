"""SQL of one-off charges: add, cancel, claim for an invoice, release when it is voided."""

import datetime as dt
from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import ScalarSelect, insert, or_, select, update

from chalicelib.billing.model import Charge
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.billing import charges, invoices

_COLUMNS = tuple(charges.c[name] for name in Charge._fields)


def add_charges(ctx: Context, added: Sequence[Charge]) -> None:
    names = [column.name for column in _COLUMNS]
    rows = [{"organisation_id": ctx.organisation_id} | {name: getattr(each, name) for name in names} for each in added]
    ctx.db.execute(insert(charges), rows)


def find_charge(ctx: Context, charge_id: UUID) -> Charge | None:
    query = select(*_COLUMNS).where(charges.c.organisation_id == ctx.organisation_id, charges.c.id == charge_id)
    row = ctx.db.execute(query).one_or_none()
    return None if row is None else Charge(*row)


def list_charges(
    ctx: Context,
    page_request: PageRequest,
    *,
    lease_id: UUID | None = None,
    status: str | None = None,
    invoice_id: UUID | None = None,
) -> Page[Charge]:
    query = select(*_COLUMNS).where(charges.c.organisation_id == ctx.organisation_id)
    for column, wanted in (("lease_id", lease_id), ("status", status), ("invoice_id", invoice_id)):
        if wanted is not None:
            query = query.where(charges.c[column] == wanted)
    return fetch_page(ctx.db, query, [charges.c.id], page_request).of(lambda row: Charge(**row._mapping))


def cancel_charge(ctx: Context, charge_id: UUID) -> bool:
    """Cancel the charge if it is still pending; return whether this call did it."""
    query = update(charges).where(
        charges.c.organisation_id == ctx.organisation_id, charges.c.id == charge_id, charges.c.status == "pending"
    )
    return ctx.db.execute(query.values(status="cancelled", version=charges.c.version + 1)).rowcount == 1


def lock_pending(ctx: Context, lease_ids: Collection[UUID], through: dt.date | None) -> list[Charge]:
    """Lock and return the pending charges with ``charged_on`` by ``through`` (None: any day).

    Late fees are included whenever they were charged: a month that is billed late has those of today.
    A charge that is added after this stays pending for the next invoice.
    """
    query = select(*_COLUMNS).where(
        charges.c.organisation_id == ctx.organisation_id,
        charges.c.lease_id.in_(lease_ids),
        charges.c.status == "pending",
    )
    if through is not None:
        query = query.where(or_(charges.c.charged_on <= through, charges.c.late_for_id.is_not(None)))
    return [Charge(*row) for row in ctx.db.execute(query.order_by(charges.c.id).with_for_update())]


def claim_for_run(ctx: Context, charge_ids: Collection[UUID], period: dt.date) -> None:
    """Put charges locked by ``lock_pending`` on their leases' invoices of the period, which exist already."""
    invoice_id = (
        select(invoices.c.id)
        .where(
            invoices.c.organisation_id == ctx.organisation_id,
            invoices.c.lease_id == charges.c.lease_id,
            invoices.c.run_period == period,
        )
        .correlate(charges)
        .scalar_subquery()
    )
    _claim_charges(ctx, charge_ids, invoice_id)


def claim_for_invoice(ctx: Context, charge_ids: Collection[UUID], invoice_id: UUID) -> None:
    """Put charges locked by ``lock_pending`` on one invoice."""
    _claim_charges(ctx, charge_ids, invoice_id)


def _claim_charges(ctx: Context, charge_ids: Collection[UUID], invoice_id: UUID | ScalarSelect[UUID]) -> None:
    query = update(charges).where(
        charges.c.organisation_id == ctx.organisation_id, charges.c.id.in_(charge_ids), charges.c.status == "pending"
    )
    claimed = ctx.db.execute(query.values(status="invoiced", invoice_id=invoice_id, version=charges.c.version + 1))
    if claimed.rowcount != len(charge_ids):
        raise AssertionError("charges were claimed without having been locked")


def release_charges(ctx: Context, invoice_id: UUID) -> None:
    """Return the charges of a void invoice to pending."""
    query = update(charges).where(charges.c.organisation_id == ctx.organisation_id, charges.c.invoice_id == invoice_id)
    ctx.db.execute(query.values(status="pending", invoice_id=None, version=charges.c.version + 1))


def list_late_fees(ctx: Context, lease_ids: Collection[UUID]) -> list[Charge]:
    """Return every late fee of the leases, whatever its status, in the order of creation."""
    query = select(*_COLUMNS).where(
        charges.c.organisation_id == ctx.organisation_id,
        charges.c.lease_id.in_(lease_ids),
        charges.c.late_for_id.is_not(None),
    )
    return [Charge(*row) for row in ctx.db.execute(query.order_by(charges.c.id))]


def change_pending(ctx: Context, charge_id: UUID, *, status: str, amount_cents: int, reason: str) -> bool:
    """Change a late fee that is pending or withdrawn; return False if it is neither any more."""
    query = update(charges).where(
        charges.c.organisation_id == ctx.organisation_id,
        charges.c.id == charge_id,
        or_(charges.c.status == "pending", charges.c.status == "withdrawn"),
    )
    values = {"status": status, "amount_cents": amount_cents, "reason": reason, "version": charges.c.version + 1}
    return ctx.db.execute(query.values(values)).rowcount == 1
