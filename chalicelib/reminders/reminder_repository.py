"""SQL of reminders: invoices due for a step, steps already sent, and their state at sending."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, and_, cast, exists, func, insert, or_, select, tuple_

from chalicelib.messaging.model import CANCELLED, FAILED, QUEUED
from chalicelib.reminders.model import (
    REMINDER_KINDS,
    InvoiceDates,
    OpenInvoice,
    RemindedInvoice,
    SentReminder,
    TenantContact,
)
from chalicelib.runtime.context import Context
from chalicelib.storage.tables.billing import invoice_lines, invoices
from chalicelib.storage.tables.leasing import leases, tenant_phones, tenants
from chalicelib.storage.tables.messaging import messages
from chalicelib.storage.tables.payments import payments
from chalicelib.storage.tables.portfolio import channels, properties, units
from chalicelib.storage.tables.reminders import reminders

MAX_WAIT = dt.timedelta(days=20)  # no dispatched reminder waits for longer
_LINE = invoice_lines.c


_DATES = (_LINE.issued_on, _LINE.due_on, _LINE.overdue_on)


def list_dates(ctx: Context, first: dt.date, last: dt.date) -> list[InvoiceDates]:
    """Return the distinct dates of open invoices due from ``first`` to ``last``."""
    query = select(*_DATES).distinct()
    return [
        InvoiceDates(*row)
        for row in ctx.db.execute(
            query.where(*_with_open_amount(ctx.organisation_id), _LINE.due_on.between(first, last))
        )
    ]


def list_due_tenants(
    ctx: Context, due: Mapping[tuple[str, ...], Collection[InvoiceDates]], after: UUID | None
) -> list[UUID]:
    """Return the tenants, by id, that pay for leases with an open invoice of such dates.

    Args:
        due: dates by the names of the steps that must not have been sent yet for an invoice of these dates.
        after: only tenants with greater ids.
    """
    if not due:
        return []
    query = (
        select(leases.c.tenant_id)
        .distinct()
        .join(invoice_lines, _same_lease())
        .where(*_with_open_amount(ctx.organisation_id), or_(*(_not_sent(names, dates) for names, dates in due.items())))
        .order_by(leases.c.tenant_id)
    )
    if after is not None:
        query = query.where(leases.c.tenant_id > after)
    return list(ctx.db.scalars(query))


def _not_sent(names: Sequence[str], dates: Collection[InvoiceDates]) -> ColumnElement[bool]:
    days = sorted({each.due_on for each in dates})
    sent = exists().where(
        reminders.c.organisation_id == _LINE.organisation_id,
        reminders.c.invoice_id == _LINE.invoice_id,
        reminders.c.step.in_(names),
    )
    with_dates = tuple_(*_DATES).in_(sorted(dates))
    return and_(_LINE.due_on.between(days[0], days[-1]), with_dates, ~sent)


def list_open_invoices(ctx: Context, tenant_ids: Collection[UUID], first: dt.date, last: dt.date) -> list[OpenInvoice]:
    """Return open invoices due from ``first`` to ``last`` of the leases that the tenants pay for."""
    query = (
        select(
            leases.c.tenant_id,
            leases.c.id,
            leases.c.property_id,
            _LINE.invoice_id,
            *_DATES,
            _as_integer(func.sum(_LINE.open_cents)),
        )
        .join(invoice_lines, _same_lease())
        .where(
            *_with_open_amount(ctx.organisation_id),
            leases.c.tenant_id.in_(tenant_ids),
            _LINE.due_on.between(first, last),
        )
        .group_by(leases.c.tenant_id, leases.c.id, leases.c.property_id, _LINE.invoice_id, *_DATES)
        .order_by(leases.c.tenant_id, _LINE.due_on, _LINE.invoice_id)
    )
    return [OpenInvoice._make((*row[:4], InvoiceDates._make(row[4:7]), row[7])) for row in ctx.db.execute(query)]


def list_waiting_payments(ctx: Context, lease_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return by lease the cents of payments that wait for their confirmation; most leases have none."""
    query = (
        select(payments.c.lease_id, _as_integer(func.sum(payments.c.amount_cents)))
        .where(
            payments.c.organisation_id == ctx.organisation_id,
            payments.c.lease_id.in_(lease_ids),
            payments.c.state == "pending",
        )
        .group_by(payments.c.lease_id)
    )
    return {row[0]: row[1] for row in ctx.db.execute(query)}


def list_owed_by_invoice(ctx: Context, lease_ids: Collection[UUID]) -> list[tuple[UUID, UUID, int]]:
    """Return (lease, invoice, open cents) of the leases' open invoices, the oldest due first."""
    query = (
        select(_LINE.lease_id, _LINE.invoice_id, _as_integer(func.sum(_LINE.open_cents)))
        .where(*_with_open_amount(ctx.organisation_id), _LINE.lease_id.in_(lease_ids))
        .group_by(_LINE.lease_id, _LINE.invoice_id, _LINE.due_on)
        .order_by(_LINE.due_on, _LINE.invoice_id)
    )
    return [(row[0], row[1], row[2]) for row in ctx.db.execute(query)]


def list_sent_steps(ctx: Context, invoice_ids: Collection[UUID]) -> dict[UUID, list[str]]:
    """Return the names of the steps sent for each of the invoices."""
    query = select(reminders.c.invoice_id, reminders.c.step).where(
        reminders.c.organisation_id == ctx.organisation_id, reminders.c.invoice_id.in_(invoice_ids)
    )
    sent = defaultdict(list)
    for invoice_id, step in ctx.db.execute(query):
        sent[invoice_id].append(step)
    return sent


def list_contacts(ctx: Context, tenant_ids: Collection[UUID]) -> dict[UUID, TenantContact]:
    """Return those of the tenants not erased, with their primary phone."""
    query = (
        select(tenants.c.id, tenants.c.given_name, tenants.c.language, tenant_phones.c.phone)
        .outerjoin(
            tenant_phones,
            and_(
                tenant_phones.c.organisation_id == ctx.organisation_id,
                tenant_phones.c.tenant_id == tenants.c.id,
                tenant_phones.c.position == 0,
            ),
        )
        .where(
            tenants.c.organisation_id == ctx.organisation_id,
            tenants.c.id.in_(tenant_ids),
            tenants.c.erased_at.is_(None),
        )
    )
    return {row.id: TenantContact(*row) for row in ctx.db.execute(query)}


def map_dedupe_keys(ctx: Context, message_ids: Collection[UUID]) -> dict[str, UUID]:
    """Return the message ids by dedupe key."""
    query = select(messages.c.dedupe_key, messages.c.id).where(
        messages.c.organisation_id == ctx.organisation_id, messages.c.id.in_(message_ids)
    )
    return {row.dedupe_key: row.id for row in ctx.db.execute(query)}


def add_reminders(ctx: Context, rows: Sequence[Mapping[str, Any]]) -> None:
    """Record which step of which invoice each message covers."""
    if rows:
        ctx.db.execute(insert(reminders), [{"organisation_id": ctx.organisation_id, **row} for row in rows])


def list_reminded_invoices(ctx: Context, message_ids: Collection[UUID]) -> list[RemindedInvoice]:
    """Return the current state of the messages' invoices, oldest first, paid ones excluded."""
    open_cents = _as_integer(func.sum(_LINE.open_cents))
    columns = (
        reminders.c.message_id,
        reminders.c.invoice_id,
        leases.c.id,
        leases.c.tenant_id,
        invoices.c.period,
        invoices.c.due_on,
        invoices.c.overdue_on,
        units.c.name,
        properties.c.name,
        channels.c.kind,
        channels.c.number,
    )
    query = (
        select(*columns, open_cents)
        .select_from(reminders)
        .join(invoices, _same_row(reminders, invoices, reminders.c.invoice_id, invoices.c.id))
        .join(invoice_lines, _same_row(reminders, invoice_lines, reminders.c.invoice_id, _LINE.invoice_id))
        .join(leases, _same_row(reminders, leases, reminders.c.lease_id, leases.c.id))
        .join(units, _same_row(leases, units, leases.c.unit_id, units.c.id))
        .join(properties, _same_row(units, properties, units.c.property_id, properties.c.id))
        .outerjoin(channels, _same_row(properties, channels, properties.c.channel_id, channels.c.id))
        .where(
            reminders.c.organisation_id == ctx.organisation_id,
            reminders.c.message_id.in_(message_ids),
            _LINE.open_cents > 0,
        )
        .group_by(*columns)
        .order_by(reminders.c.message_id, invoices.c.due_on, reminders.c.invoice_id)
    )
    return [RemindedInvoice._make(row) for row in ctx.db.execute(query)]


def list_sent_reminders(
    ctx: Context, tenant_ids: Collection[UUID], since: dt.datetime, now: dt.datetime
) -> list[SentReminder]:
    """Return the tenants' reminders dispatched since ``since`` and not failed, and those due now."""
    status, handed_at = messages.c.status, messages.c.handed_at
    due = and_(status == QUEUED, messages.c.send_after_at <= now, messages.c.expires_at > now)
    query = select(messages.c.tenant_id, messages.c.id, status == QUEUED).where(
        messages.c.organisation_id == ctx.organisation_id,
        messages.c.tenant_id.in_(tenant_ids),
        or_(handed_at.is_(None), handed_at >= since - MAX_WAIT),
        messages.c.kind.in_(REMINDER_KINDS),
        or_(due, and_(handed_at >= since, status.not_in((QUEUED, CANCELLED, FAILED)))),
    )
    return [SentReminder._make(row) for row in ctx.db.execute(query)]


def _with_open_amount(organisation_id: UUID) -> tuple[ColumnElement[bool], ...]:
    return _LINE.organisation_id == organisation_id, _LINE.open_cents > 0


def _same_lease() -> ColumnElement[bool]:
    return and_(leases.c.organisation_id == _LINE.organisation_id, leases.c.id == _LINE.lease_id)


def _same_row(one: Any, other: Any, key: ColumnElement[UUID], other_key: ColumnElement[UUID]) -> ColumnElement[bool]:
    return and_(one.c.organisation_id == other.c.organisation_id, key == other_key)


def _as_integer(amount: ColumnElement[Any]) -> ColumnElement[int]:
    # MySQL's SUM is a DECIMAL, and would be serialized as one.
    return cast(amount, BigInteger)
