"""SQL that reads invoices, one with its lines or a page, with the names of tenant, unit and property."""

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, func, select

from chalicelib.billing.model import Invoice, InvoicedLease, InvoiceLine
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.billing import invoice_lines, invoices
from chalicelib.storage.tables.leasing import leases, tenants
from chalicelib.storage.tables.portfolio import properties, units

_NAMES = ("property_name", "unit_name", "tenant_name", "lines")
_PLAIN = tuple(name for name in Invoice._fields if name not in _NAMES)
_LINE = tuple(invoice_lines.c[name] for name in InvoiceLine._fields)


def find_invoice(ctx: Context, invoice_id: UUID) -> Invoice | None:
    """Return the invoice with its lines, in their order."""
    row = ctx.db.execute(_select_invoices(ctx.organisation_id).where(invoices.c.id == invoice_id)).one_or_none()
    if row is None:
        return None
    query = select(*_LINE).where(
        invoice_lines.c.organisation_id == ctx.organisation_id, invoice_lines.c.invoice_id == invoice_id
    )
    lines = tuple(InvoiceLine(*each) for each in ctx.db.execute(query.order_by(invoice_lines.c.seq)))
    return _invoice(row)._replace(lines=lines)


def find_lease_of_invoice(ctx: Context, invoice_id: UUID) -> UUID | None:
    """Return the lease that the invoice is for, which never changes; callers lock it first."""
    query = select(invoices.c.lease_id).where(
        invoices.c.organisation_id == ctx.organisation_id, invoices.c.id == invoice_id
    )
    return ctx.db.scalar(query)


def list_invoiced_leases(ctx: Context, lease_ids: Collection[UUID]) -> list[InvoicedLease]:
    """Return what the leases' invoices need of them, in the order of their ids."""
    query = (
        select(leases.c.id, leases.c.property_id, leases.c.tenant_id, leases.c.grace_days)
        .where(leases.c.organisation_id == ctx.organisation_id, leases.c.id.in_(lease_ids))
        .order_by(leases.c.id)
    )
    return [InvoicedLease(*row) for row in ctx.db.execute(query)]


def list_invoices(
    ctx: Context,
    page_request: PageRequest,
    *,
    today: dt.date,
    lease_id: UUID | None = None,
    property_id: UUID | None = None,
    period: dt.date | None = None,
    status: str | None = None,
) -> Page[Invoice]:
    query = _select_invoices(ctx.organisation_id)
    for column, wanted in (("lease_id", lease_id), ("property_id", property_id), ("period", period)):
        if wanted is not None:
            query = query.where(invoices.c[column] == wanted)
    if status is not None:
        query = query.where(_has_status(ctx.organisation_id, status, today))
    descending = (page_request.sort or "-number").startswith("-")
    return fetch_page(ctx.db, query, [invoices.c.number], page_request, descending=descending).of(_invoice)


def last_billed_periods(ctx: Context, lease_ids: Collection[UUID]) -> dict[UUID, dt.date]:
    """Return the latest month that each lease has its monthly invoice for; one without any is left out."""
    query = (
        select(invoices.c.lease_id, func.max(invoices.c.run_period))
        .where(
            invoices.c.organisation_id == ctx.organisation_id,
            invoices.c.lease_id.in_(lease_ids),
            invoices.c.run_period.is_not(None),
        )
        .group_by(invoices.c.lease_id)
    )
    return {row[0]: row[1] for row in ctx.db.execute(query)}


def _has_status(organisation_id: UUID, status: str, today: dt.date) -> ColumnElement[bool]:
    if status == "void":
        return invoices.c.voided_on.is_not(None)
    if status == "paid":
        settled = invoices.c.total_cents == invoices.c.paid_cents + invoices.c.credited_cents
        return and_(invoices.c.voided_on.is_(None), settled)
    # By the lines, whose open_cents is indexed: few of all lines ever invoiced are open.
    open_ids = select(invoice_lines.c.invoice_id).where(
        invoice_lines.c.organisation_id == organisation_id, invoice_lines.c.open_cents > 0
    )
    if status == "overdue":
        open_ids = open_ids.where(invoice_lines.c.overdue_on <= today)
    return invoices.c.id.in_(open_ids)


def _select_invoices(organisation_id: UUID) -> Select[Any]:
    # Outer joins: a document is kept for ever, also if its lease was removed by undoing an import.
    def same(table: Any, key: Any) -> ColumnElement[bool]:
        return and_(table.c.organisation_id == invoices.c.organisation_id, table.c.id == key)

    return (
        select(
            *(invoices.c[name] for name in _PLAIN),
            properties.c.name.label("property_name"),
            units.c.name.label("unit_name"),
            tenants.c.given_name,
            tenants.c.middle_name,
            tenants.c.family_name,
        )
        .outerjoin(properties, same(properties, invoices.c.property_id))
        .outerjoin(leases, same(leases, invoices.c.lease_id))
        .outerjoin(units, same(units, leases.c.unit_id))
        .outerjoin(tenants, same(tenants, invoices.c.tenant_id))
        .where(invoices.c.organisation_id == organisation_id)
    )


def _invoice(row: Row[Any]) -> Invoice:
    names = (row.given_name, row.middle_name, row.family_name)
    return Invoice(
        **{name: getattr(row, name) for name in _PLAIN},
        property_name=row.property_name or "",
        unit_name=row.unit_name or "",
        tenant_name=" ".join(filter(None, names)),
    )
