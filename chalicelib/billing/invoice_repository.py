"""SQL of invoices, their lines and the number counters."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Case, ColumnElement, Table, and_, case, exists, insert, literal, or_, select, union_all, update
from sqlalchemy.exc import IntegrityError

from chalicelib.billing.model import REFUND_RECOVERY, Draft, InvoiceLine, OpenLine
from chalicelib.ids import new_id
from chalicelib.runtime.context import Context
from chalicelib.storage.tables.billing import counters, excused_months, invoice_lines, invoices
from chalicelib.storage.tables.leasing import leases
from chalicelib.storage.types import Cents

# Rows per UPDATE with a CASE: more make the statement slow, fewer cost more round trips.
ROWS_PER_UPDATE = 500

_OPEN = (
    "id", "lease_id", "invoice_id", "property_id", "due_on", "charge_type", "seq", "open_cents", "issued_on"
)  # fmt: skip
_LINE = tuple(InvoiceLine._fields)


def reserve_numbers(ctx: Context, kind: str, count: int) -> int:
    """Advance the counter by ``count`` and return the first number reserved; locked until the commit."""
    mine = and_(counters.c.organisation_id == ctx.organisation_id, counters.c.kind == kind)
    step = update(counters).where(mine).values(next_number=counters.c.next_number + count)
    if ctx.db.execute(step).rowcount == 0:
        try:
            with ctx.db.begin_nested():
                row = {"organisation_id": ctx.organisation_id, "kind": kind, "next_number": 1}
                ctx.db.execute(insert(counters).values(row))
        except IntegrityError:
            pass  # a concurrent transaction created it: ours waited for its commit
        ctx.db.execute(step)
    after: int = ctx.db.execute(select(counters.c.next_number).where(mine)).scalar_one()
    return after - count


def find_first_unbilled_lease(
    ctx: Context, period: dt.date, last_day: dt.date, after: UUID | None, among: Collection[UUID] | None
) -> UUID | None:
    """Return the first lease, by id, with a day in the period and no invoice for it; a hint, nothing is locked."""
    billed = exists().where(
        invoices.c.organisation_id == ctx.organisation_id,
        invoices.c.lease_id == leases.c.id,
        invoices.c.run_period == period,
    )
    query = select(leases.c.id).where(
        leases.c.organisation_id == ctx.organisation_id,
        leases.c.starts_on <= last_day,
        or_(leases.c.ends_on.is_(None), and_(leases.c.ends_on >= period, leases.c.ends_on >= leases.c.starts_on)),
        leases.c.billed_from <= period,
        ~billed,
        ~_is_excused(ctx, leases.c.id, period),
    )
    if after is not None:
        query = query.where(leases.c.id > after)
    if among is not None:
        query = query.where(leases.c.id.in_(among))
    return ctx.db.scalar(query.order_by(leases.c.id).limit(1))


def filter_billed_leases(ctx: Context, period: dt.date, lease_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of the leases have their invoice for the period."""
    query = select(invoices.c.lease_id).where(
        invoices.c.organisation_id == ctx.organisation_id,
        invoices.c.lease_id.in_(lease_ids),
        invoices.c.run_period == period,
    )
    return frozenset(ctx.db.scalars(query))


def filter_settled_leases(ctx: Context, period: dt.date, lease_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of the leases have their invoice for the period or are excused from it."""
    excused = select(excused_months.c.lease_id).where(
        excused_months.c.organisation_id == ctx.organisation_id,
        excused_months.c.lease_id.in_(lease_ids),
        excused_months.c.period == period,
    )
    billed = select(invoices.c.lease_id).where(
        invoices.c.organisation_id == ctx.organisation_id,
        invoices.c.lease_id.in_(lease_ids),
        invoices.c.run_period == period,
    )
    return frozenset(ctx.db.scalars(union_all(billed, excused)))


def _is_excused(ctx: Context, lease_id: ColumnElement[UUID], period: dt.date) -> ColumnElement[bool]:
    return exists().where(
        excused_months.c.organisation_id == ctx.organisation_id,
        excused_months.c.lease_id == lease_id,
        excused_months.c.period == period,
    )


def filter_leases_with_opening(ctx: Context, lease_ids: Collection[UUID]) -> frozenset[UUID]:
    """Return which of the leases have an opening balance that is not void."""
    query = select(invoices.c.lease_id).where(
        invoices.c.organisation_id == ctx.organisation_id,
        invoices.c.lease_id.in_(lease_ids),
        invoices.c.kind == "opening",
        invoices.c.status == "issued",
    )
    return frozenset(ctx.db.scalars(query))


def add_invoices(
    ctx: Context, drafts: Sequence[Draft], first_number: int, now: dt.datetime, posted_on: Mapping[dt.date, dt.date]
) -> None:
    """Insert the drafts, numbered in their order, with their lines; ``posted_on`` is by day of issue."""
    lines = []
    heads = []
    for number, draft in enumerate(drafts, first_number):
        shared = {
            "organisation_id": ctx.organisation_id,
            "lease_id": draft.lease_id,
            "property_id": draft.property_id,
            "issued_on": draft.issued_on,
            "due_on": draft.due_on,
            "overdue_on": draft.overdue_on,
            "posted_on": posted_on[draft.issued_on],
            "paid_cents": 0,
            "credited_cents": 0,
            "voided_on": None,
        }
        heads.append(shared | _invoice_row(draft, number, now))
        lines += [shared | _line_row(draft, seq) for seq in range(len(draft.lines))]
    ctx.db.execute(insert(invoices), heads)
    ctx.db.execute(insert(invoice_lines), lines)


def _invoice_row(draft: Draft, number: int, now: dt.datetime) -> dict[str, Any]:
    return {
        "id": draft.id,
        "number": number,
        "kind": draft.kind,
        "tenant_id": draft.tenant_id,
        "period": draft.period,
        "run_period": draft.run_period,
        "status": "issued",
        "total_cents": draft.total_cents,
        "version": 1,
        "created_at": now,
    }


def _line_row(draft: Draft, seq: int) -> dict[str, Any]:
    line = draft.lines[seq]
    return {
        "id": new_id(),
        "invoice_id": draft.id,
        "seq": seq + 1,
        "charge_type": line.charge_type,
        "description": line.description,
        "charge_id": line.charge_id,
        "amount_cents": line.amount_cents,
        "open_cents": line.amount_cents,
    }


def find_lines(ctx: Context, line_ids: Collection[UUID]) -> list[InvoiceLine]:
    query = select(*(invoice_lines.c[name] for name in _LINE)).where(
        invoice_lines.c.organisation_id == ctx.organisation_id, invoice_lines.c.id.in_(line_ids)
    )
    return [InvoiceLine(*row) for row in ctx.db.execute(query.order_by(invoice_lines.c.id))]


def list_open_lines(ctx: Context, lease_ids: Collection[UUID]) -> list[OpenLine]:
    """Return the leases' open lines, the oldest due first."""
    query = select(*(invoice_lines.c[name] for name in _OPEN)).where(
        invoice_lines.c.organisation_id == ctx.organisation_id,
        invoice_lines.c.lease_id.in_(lease_ids),
        invoice_lines.c.open_cents > 0,
    )
    order = (invoice_lines.c.due_on, invoice_lines.c.seq, invoice_lines.c.id)
    return [OpenLine(*row) for row in ctx.db.execute(query.order_by(*order))]


def invoice_ids_of_lines(ctx: Context, line_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """Return (line, its invoice) of each line."""
    query = select(invoice_lines.c.id, invoice_lines.c.invoice_id).where(
        invoice_lines.c.organisation_id == ctx.organisation_id, invoice_lines.c.id.in_(line_ids)
    )
    return [(row[0], row[1]) for row in ctx.db.execute(query)]


def apply_to_lines(ctx: Context, deltas: Mapping[UUID, int], column: str) -> bool:
    """Shift each line's open cents to ``column`` (paid_cents or credited_cents), or back if below 0.

    Returns:
        False if a line is unknown or would leave its bounds; the caller must then roll back.
    """
    table = invoice_lines
    moved = table.c[column]
    for part in _batches(deltas):
        delta = _amounts_by_id(table, part)
        query = update(table).where(
            table.c.organisation_id == ctx.organisation_id,
            table.c.id.in_(part),
            table.c.voided_on.is_(None),
            table.c.open_cents >= delta,
            moved + delta >= 0,
        )
        changed = ctx.db.execute(query.values({moved: moved + delta, table.c.open_cents: table.c.open_cents - delta}))
        if changed.rowcount != len(part):
            return False
    return True


def apply_to_invoices(ctx: Context, deltas: Mapping[UUID, int], column: str) -> None:
    """Add the changes of their lines to the invoices' ``column``."""
    moved = invoices.c[column]
    for part in _batches(deltas):
        query = update(invoices).where(invoices.c.organisation_id == ctx.organisation_id, invoices.c.id.in_(part))
        values = {moved: moved + _amounts_by_id(invoices, part), invoices.c.version: invoices.c.version + 1}
        ctx.db.execute(query.values(values))


def _amounts_by_id(table: Table, amounts: Mapping[UUID, int]) -> Case[int]:
    """Return each row's own amount; one statement for many rows, where an executemany needs a round trip each."""
    return case(
        *((table.c.id == row_id, literal(amount, Cents)) for row_id, amount in amounts.items()), else_=literal(0, Cents)
    )


def _batches(deltas: Mapping[UUID, int]) -> list[dict[UUID, int]]:
    # In the order of ids, so that two transactions on the same lines wait and do not deadlock.
    ordered = sorted(deltas.items())
    return [dict(ordered[start : start + ROWS_PER_UPDATE]) for start in range(0, len(ordered), ROWS_PER_UPDATE)]


def mark_void(ctx: Context, invoice_id: UUID, on: dt.date) -> bool:
    """Void the invoice if it is issued, unpaid, uncredited and no refund recovery; return whether this call did it.

    Its month is released, so that the lease can be billed for it again.
    """
    query = update(invoices).where(
        invoices.c.organisation_id == ctx.organisation_id,
        invoices.c.id == invoice_id,
        invoices.c.status == "issued",
        invoices.c.paid_cents == 0,
        invoices.c.credited_cents == 0,
        ~exists().where(
            invoice_lines.c.organisation_id == ctx.organisation_id,
            invoice_lines.c.invoice_id == invoice_id,
            invoice_lines.c.charge_type == REFUND_RECOVERY,
        ),
    )
    values = {"status": "void", "run_period": None, "voided_on": on, "version": invoices.c.version + 1}
    if ctx.db.execute(query.values(values)).rowcount != 1:
        return False
    lines = update(invoice_lines).where(
        invoice_lines.c.organisation_id == ctx.organisation_id, invoice_lines.c.invoice_id == invoice_id
    )
    ctx.db.execute(lines.values(voided_on=on, open_cents=0))
    return True
