"""SQL of what late fees are derived from: the lines of leases, what was decided about them, and money received."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import and_, exists, or_, select

from chalicelib.payments.late_fee_rules import NO_LATE_FEE, MoneyIn
from chalicelib.runtime.context import Context
from chalicelib.storage.tables.billing import charges, credit_note_lines, credit_notes, invoice_lines, invoices
from chalicelib.storage.tables.leasing import leases
from chalicelib.storage.tables.payments import allocations, payments

_LINE = invoice_lines.c


class BilledLine(NamedTuple):
    """A line of an invoice, with what its invoice says."""

    id: UUID
    invoice_id: UUID
    lease_id: UUID
    property_id: UUID
    charge_type: str
    charge_id: UUID | None
    seq: int
    issued_on: dt.date
    due_on: dt.date
    overdue_on: dt.date
    amount_cents: int
    credited_cents: int
    open_cents: int
    voided_on: dt.date | None
    number: int
    kind: str


class CreditedPart(NamedTuple):
    line_id: UUID
    kind: str
    automatic: bool
    issued_on: dt.date
    amount_cents: int


def list_late_leases(
    ctx: Context,
    *,
    on: dt.date,
    due_through: dt.date,
    due_since: dt.date,
    after: UUID | None = None,
    limit: int | None = None,
    among: Collection[UUID] | None = None,
) -> list[UUID]:
    """Return the next leases, by id, not ended before ``on``, with an invoice that is or was late and had no fee yet.

    More than the rules then charge, never less: an invoice that is settled counts if it is due from ``due_since`` on
    and money for it came after its own grace.
    """
    had_one = exists().where(
        charges.c.organisation_id == ctx.organisation_id, charges.c.late_for_id == _LINE.invoice_id
    )
    paid_late = exists().where(
        allocations.c.organisation_id == ctx.organisation_id,
        allocations.c.invoice_line_id == _LINE.id,
        payments.c.organisation_id == ctx.organisation_id,
        payments.c.id == allocations.c.source_id,
        payments.c.received_on >= _LINE.overdue_on,
    )
    query = (
        select(_LINE.lease_id)
        .distinct()
        .join(leases, and_(leases.c.organisation_id == _LINE.organisation_id, leases.c.id == _LINE.lease_id))
        .where(
            _LINE.organisation_id == ctx.organisation_id,
            _LINE.overdue_on <= on,
            _LINE.due_on <= due_through,
            _LINE.charge_type.not_in(NO_LATE_FEE),
            or_(_LINE.open_cents > 0, and_(_LINE.due_on >= due_since, _LINE.voided_on.is_(None), paid_late)),
            or_(leases.c.ends_on.is_(None), leases.c.ends_on >= on),
            ~had_one,
        )
        .order_by(_LINE.lease_id)
    )
    if after is not None:
        query = query.where(_LINE.lease_id > after)
    if among is not None:
        query = query.where(_LINE.lease_id.in_(among))
    return list(ctx.db.scalars(query.limit(limit) if limit is not None else query))


def filter_ended(ctx: Context, lease_ids: Collection[UUID], on: dt.date) -> set[UUID]:
    """Return those of the leases that ended before ``on``."""
    query = select(leases.c.id).where(
        leases.c.organisation_id == ctx.organisation_id, leases.c.id.in_(lease_ids), leases.c.ends_on < on
    )
    return set(ctx.db.scalars(query))


def list_billed_lines(ctx: Context, lease_ids: Collection[UUID]) -> list[BilledLine]:
    names = [name for name in BilledLine._fields if name not in ("number", "kind")]
    query = (
        select(*(_LINE[name] for name in names), invoices.c.number, invoices.c.kind)
        .join(invoices, and_(invoices.c.organisation_id == _LINE.organisation_id, invoices.c.id == _LINE.invoice_id))
        .where(_LINE.organisation_id == ctx.organisation_id, _LINE.lease_id.in_(lease_ids))
    )
    return [BilledLine._make(row) for row in ctx.db.execute(query)]


def list_credited_parts(ctx: Context, lease_ids: Collection[UUID]) -> list[CreditedPart]:
    """Return what credit notes and write-offs credited on lines of the leases."""
    part = credit_note_lines.c
    query = (
        select(part.invoice_line_id, credit_notes.c.kind, credit_notes.c.automatic, part.issued_on, part.amount_cents)
        .join(
            credit_notes,
            and_(credit_notes.c.organisation_id == part.organisation_id, credit_notes.c.id == part.credit_note_id),
        )
        .where(credit_notes.c.organisation_id == ctx.organisation_id, credit_notes.c.lease_id.in_(lease_ids))
    )
    return [CreditedPart(*row) for row in ctx.db.execute(query)]


def list_money(ctx: Context, lease_ids: Collection[UUID]) -> list[MoneyIn]:
    """Return the leases' money that allocates itself.

    A pending payment counts up to its amount: whoever paid in time is not fined because nobody has confirmed it yet.
    """
    query = select(
        payments.c.lease_id,
        payments.c.received_on,
        payments.c.amount_cents - payments.c.refunded_cents,
        payments.c.purpose,
        payments.c.invoice_id,
        payments.c.spread,
    ).where(
        payments.c.organisation_id == ctx.organisation_id,
        payments.c.lease_id.in_(lease_ids),
        payments.c.state.in_(("matched", "pending")),
        payments.c.by_hand.is_(False),
    )
    return [MoneyIn(*row[:-1], bool(row.spread)) for row in ctx.db.execute(query)]


def list_decided_allocations(ctx: Context, lease_ids: Collection[UUID]) -> dict[UUID, list[tuple[str, dt.date, int]]]:
    """Return by line (source kind, day, cents) of what deposits paid, and payments that people allocated by hand.

    Money counts from the day that it was received, a deposit from the day of its deduction.
    """
    query = (
        select(
            allocations.c.invoice_line_id,
            allocations.c.source_kind,
            allocations.c.allocated_on,
            allocations.c.amount_cents,
            payments.c.received_on,
        )
        .outerjoin(
            payments,
            and_(payments.c.organisation_id == allocations.c.organisation_id, payments.c.id == allocations.c.source_id),
        )
        .where(
            allocations.c.organisation_id == ctx.organisation_id,
            allocations.c.lease_id.in_(lease_ids),
            or_(allocations.c.source_kind == "deposit", payments.c.by_hand.is_(True)),
        )
    )
    found: defaultdict[UUID, list[tuple[str, dt.date, int]]] = defaultdict(list)
    for line_id, source_kind, allocated_on, cents, received_on in ctx.db.execute(query):
        found[line_id].append((source_kind, allocated_on if received_on is None else received_on, cents))
    return found
