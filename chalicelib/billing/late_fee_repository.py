"""SQL of overdue invoices without a late fee.

No late fee is charged on late fees, nor on opening balances, which may include earlier fees.
"""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, and_, exists, func, or_, select

from chalicelib.billing.model import OverdueInvoice
from chalicelib.runtime.context import Context
from chalicelib.storage.tables.billing import charges, invoice_lines, invoices
from chalicelib.storage.tables.leasing import leases

_NO_LATE_FEE = ("late_fee", "opening_balance")


def list_overdue(
    ctx: Context, lease_ids: Collection[UUID], *, on: dt.date, due_through: dt.date
) -> list[OverdueInvoice]:
    """Return the leases' invoices that are overdue on ``on`` and never had a late fee, not even a cancelled one."""
    line = invoice_lines.c
    query = (
        select(line.invoice_id, line.lease_id, invoices.c.number, func.sum(line.open_cents))
        .join(
            invoices,
            and_(invoices.c.organisation_id == line.organisation_id, invoices.c.id == line.invoice_id),
        )
        .where(_overdue_without_fee(ctx.organisation_id, on, due_through), line.lease_id.in_(lease_ids))
        .group_by(line.invoice_id, line.lease_id, invoices.c.number)
        .order_by(invoices.c.number)
    )
    return [OverdueInvoice(row[0], row[1], row[2], int(row[3])) for row in ctx.db.execute(query)]


def list_late_leases(ctx: Context, *, on: dt.date, due_through: dt.date, after: UUID | None, limit: int) -> list[UUID]:
    """Return the next leases, by id, that have not ended before ``on`` and have such an invoice."""
    line = invoice_lines.c
    query = (
        select(line.lease_id)
        .join(leases, and_(leases.c.organisation_id == line.organisation_id, leases.c.id == line.lease_id))
        .where(
            _overdue_without_fee(ctx.organisation_id, on, due_through),
            or_(leases.c.ends_on.is_(None), leases.c.ends_on >= on),
        )
        .group_by(line.lease_id)
        .order_by(line.lease_id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(line.lease_id > after)
    return list(ctx.db.scalars(query))


def _overdue_without_fee(organisation_id: UUID, on: dt.date, due_through: dt.date) -> ColumnElement[bool]:
    line = invoice_lines.c
    had_one = exists().where(charges.c.organisation_id == organisation_id, charges.c.late_for_id == line.invoice_id)
    return and_(
        line.organisation_id == organisation_id,
        line.open_cents > 0,
        line.overdue_on <= on,
        line.due_on <= due_through,
        line.charge_type.not_in(_NO_LATE_FEE),
        ~had_one,
    )
