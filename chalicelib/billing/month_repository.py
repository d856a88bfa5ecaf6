"""SQL of the months of leases: what was billed by their terms, which are billed, and which are excused."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import and_, case, delete, func, insert, or_, select
from sqlalchemy.exc import IntegrityError

from chalicelib.billing.model import ExcusedMonth, TermLine
from chalicelib.runtime.context import Context
from chalicelib.storage.tables.billing import (
    credit_note_lines,
    credit_notes,
    excused_months,
    invoice_lines,
    invoices,
)

TERM_KINDS = ("run", "final", "difference")


def list_term_lines(ctx: Context, lease_ids: Collection[UUID], since: dt.date) -> list[TermLine]:
    """Return what bills the terms of the leases for ``since`` (a first day) and later months.

    A void invoice is left out, and its month is not billed; a void difference was decided against by a person, as if
    all of it had been credited.
    """
    part = credit_note_lines.c
    automatic = (
        select(func.coalesce(func.sum(part.amount_cents), 0))
        .join(
            credit_notes,
            and_(credit_notes.c.organisation_id == part.organisation_id, credit_notes.c.id == part.credit_note_id),
        )
        .where(
            part.organisation_id == ctx.organisation_id,
            part.invoice_line_id == invoice_lines.c.id,
            credit_notes.c.automatic.is_(True),
        )
        .correlate(invoice_lines)
        .scalar_subquery()
    )
    line = invoice_lines.c
    query = (
        select(
            line.id,
            line.invoice_id,
            line.lease_id,
            invoices.c.period,
            invoices.c.run_period,
            line.issued_on,
            line.due_on,
            line.seq,
            line.charge_type,
            line.description,
            line.amount_cents,
            case((line.voided_on.is_(None), line.credited_cents), else_=line.amount_cents),
            automatic,
        )
        .join(invoices, and_(invoices.c.organisation_id == line.organisation_id, invoices.c.id == line.invoice_id))
        .where(
            line.organisation_id == ctx.organisation_id,
            line.lease_id.in_(lease_ids),
            or_(line.voided_on.is_(None), invoices.c.kind == "difference"),
            line.charge_id.is_(None),
            invoices.c.kind.in_(TERM_KINDS),
            invoices.c.period >= since,
        )
        .order_by(line.lease_id, invoices.c.period, line.id)
    )
    return [
        TermLine._make((*row[:4], row.run_period is not None, *row[5:-1], int(row[-1])))
        for row in ctx.db.execute(query)
    ]


def list_billed_periods(ctx: Context, lease_ids: Collection[UUID]) -> list[tuple[UUID, dt.date]]:
    """Return (lease, month) of every invoice that claims its month."""
    query = select(invoices.c.lease_id, invoices.c.run_period).where(
        invoices.c.organisation_id == ctx.organisation_id,
        invoices.c.lease_id.in_(lease_ids),
        invoices.c.run_period.is_not(None),
    )
    return [(row[0], row[1]) for row in ctx.db.execute(query)]


def add_excused_month(ctx: Context, excused: ExcusedMonth) -> bool:
    """Insert the month; return False if the lease is excused from it already."""
    try:
        with ctx.db.begin_nested():
            ctx.db.execute(insert(excused_months).values(organisation_id=ctx.organisation_id, **excused._asdict()))
    except IntegrityError:
        return False
    return True


def remove_excused_month(ctx: Context, lease_id: UUID, period: dt.date) -> bool:
    query = delete(excused_months).where(
        excused_months.c.organisation_id == ctx.organisation_id,
        excused_months.c.lease_id == lease_id,
        excused_months.c.period == period,
    )
    return ctx.db.execute(query).rowcount == 1


def list_excused_months(ctx: Context, lease_ids: Collection[UUID]) -> list[ExcusedMonth]:
    query = select(*(excused_months.c[name] for name in ExcusedMonth._fields)).where(
        excused_months.c.organisation_id == ctx.organisation_id, excused_months.c.lease_id.in_(lease_ids)
    )
    order = (excused_months.c.lease_id, excused_months.c.period)
    return [ExcusedMonth(*row) for row in ctx.db.execute(query.order_by(*order))]
