"""SQL of changes of what a tenant owes: the entries of statements, and the balances that they add up to.

Both are computed from one list of movements, so a rent roll's balance is the closing balance of the
lease's statement on that day. Each counts on the day of its journal, so that the balance of a day is what was posted
until then to the lease's receivable and unallocated money.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Integer,
    Select,
    String,
    and_,
    cast,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)

from chalicelib.reporting.model import LeasePosition, Movement
from chalicelib.runtime.context import Context
from chalicelib.storage.tables.billing import credit_notes, invoices, receipts
from chalicelib.storage.tables.leasing import deposit_entries, lease_tenants, leases, tenants
from chalicelib.storage.tables.payments import allocations, payments, refunds

CONFIRMED_STATES = ("matched", "reversed")  # a reversed payment counts until the day of its reversal

# The order of entries of one day.
_ORDER = (
    "invoice",
    "credit_note",
    "void",
    "payment",
    "reversal",
    "credit_carried",
    "deposit_deduction",
    "refund",
)


def list_leases_of_tenant(ctx: Context, tenant_id: UUID) -> list[UUID] | None:
    """Return the leases that the tenant is or was on, alone or with others; None if there is no such tenant."""
    query = (
        select(tenants.c.id, lease_tenants.c.lease_id)
        .outerjoin(
            lease_tenants,
            and_(
                lease_tenants.c.organisation_id == tenants.c.organisation_id,
                lease_tenants.c.tenant_id == tenants.c.id,
            ),
        )
        .where(tenants.c.organisation_id == ctx.organisation_id, tenants.c.id == tenant_id)
    )
    rows = list(ctx.db.execute(query))
    return [row.lease_id for row in rows if row.lease_id is not None] if rows else None


def has_lease(ctx: Context, lease_id: UUID) -> bool:
    query = select(leases.c.id).where(leases.c.organisation_id == ctx.organisation_id, leases.c.id == lease_id)
    return ctx.db.execute(query).one_or_none() is not None


def list_movements(
    ctx: Context, lease_ids: Collection[UUID], tenant_id: UUID | None, from_on: dt.date | None, to_on: dt.date
) -> list[Movement]:
    """Return the changes of the leases' balance in those days, oldest first.

    Args:
        tenant_id: Whose unmatched payments count too; None for a lease's own statement.
    """
    every = _select_movements(ctx.organisation_id, lease_ids, tenant_id, numbered=True).subquery("every")
    query = select(every).where(every.c.moved_on <= to_on, every.c.amount_cents != 0)
    if from_on is not None:
        query = query.where(every.c.moved_on >= from_on)
    query = query.order_by(every.c.moved_on, every.c.place, every.c.number, every.c.document_id, every.c.lease_id)
    return [
        Movement(
            row.moved_on,
            _ORDER[row.place],
            row.lease_id,
            row.document_id,
            row.number,
            row.reference,
            int(row.amount_cents),
        )
        for row in ctx.db.execute(query)
    ]


def balance_before(ctx: Context, lease_ids: Collection[UUID], tenant_id: UUID | None, on: dt.date) -> int:
    """Return the balance at the start of ``on``."""
    every = _select_movements(ctx.organisation_id, lease_ids, tenant_id).subquery("every")
    total = func.coalesce(func.sum(every.c.amount_cents), 0)
    return int(ctx.db.scalar(select(total).where(every.c.moved_on < on)) or 0)


def list_lease_positions(ctx: Context, lease_ids: Collection[UUID], on: dt.date) -> dict[UUID, LeasePosition]:
    """Return the position of each lease at the end of ``on``; a lease without movements is left out."""
    held = select(
        deposit_entries.c.lease_id, func.sum(deposit_entries.c.amount_cents).label("deposit"), literal(0).label("owed")
    ).where(
        deposit_entries.c.organisation_id == ctx.organisation_id,
        deposit_entries.c.lease_id.in_(lease_ids),
        deposit_entries.c.posted_on <= on,
    )
    # Each kind of movement is summed separately: MySQL would materialize a union of them row by row.
    sums = [held.group_by(deposit_entries.c.lease_id)]
    for part in (query.subquery() for query in _select_movements_by_kind(ctx.organisation_id, lease_ids, None)):
        owed = func.sum(part.c.amount_cents).label("owed")
        query = select(part.c.lease_id, literal(0).label("deposit"), owed).where(part.c.moved_on <= on)
        sums.append(query.group_by(part.c.lease_id))
    both = union_all(*sums).subquery("both_sides")
    query = select(both.c.lease_id, func.sum(both.c.deposit), func.sum(both.c.owed)).group_by(both.c.lease_id)
    return {lease_id: LeasePosition(int(deposit), int(balance)) for lease_id, deposit, balance in ctx.db.execute(query)}


def _select_movements(
    organisation_id: UUID, lease_ids: Collection[UUID], tenant_id: UUID | None, *, numbered: bool = False
) -> CompoundSelect[Any]:
    """Select all movements; ``numbered`` adds the receipt number to payments, at a look-up each."""
    wanted = _select_movements_by_kind(organisation_id, lease_ids, _receipt_number() if numbered else None)
    if tenant_id is not None:
        wanted.append(_select_unmatched(organisation_id, tenant_id))
    return union_all(*wanted)


def _select_movements_by_kind(
    organisation_id: UUID, lease_ids: Collection[UUID], receipt: ColumnElement[Any] | None
) -> list[Select[Any]]:
    """Return one query per kind of movement of the leases, all with the same columns."""
    voided = invoices.c.credited_cents - invoices.c.total_cents  # less what credit notes already credited
    parts = [
        _select_movement(
            "invoice", invoices, invoices.c.posted_on, invoices.c.total_cents, number=invoices.c.number
        ).where(invoices.c.id.not_in(_recovery_invoices(organisation_id))),
        _select_movement("void", invoices, invoices.c.voided_on, voided, number=invoices.c.number).where(
            invoices.c.voided_on.is_not(None)
        ),
        _select_movement(
            "credit_note",
            credit_notes,
            credit_notes.c.issued_on,
            -credit_notes.c.total_cents,
            number=credit_notes.c.number,
            reference=credit_notes.c.reason,
        ).where(
            or_(
                credit_notes.c.kind == "write_off",
                credit_notes.c.invoice_id.not_in(_recovery_invoices(organisation_id)),
            )
        ),
        _select_payments("payment", payments.c.matched_on, -payments.c.amount_cents, receipt),
        _select_payments("reversal", payments.c.reversed_on, payments.c.amount_cents, receipt).where(
            payments.c.reversed_on.is_not(None)
        ),
        _select_movement(
            "refund", refunds, refunds.c.posted_on, refunds.c.amount_cents, reference=refunds.c.provider_reference
        ),
        _select_deductions(),
        _select_carried_credit(allocations.c.lease_id, -allocations.c.amount_cents),
        _select_carried_credit(allocations.c.payer_lease_id, allocations.c.amount_cents),
    ]
    return [
        query.where(lease_id.table.c.organisation_id == organisation_id, lease_id.in_(lease_ids))
        for query, lease_id in zip(parts, _lease_ids(), strict=True)
    ]


def _recovery_invoices(organisation_id: UUID) -> Select[Any]:
    """Select the invoices of refunds to be returned: the reversal of the payment says already that it is owed."""
    recovered = payments.c.recovery_invoice_id
    return select(recovered).where(payments.c.organisation_id == organisation_id, recovered.is_not(None))


def _lease_ids() -> Sequence[Any]:
    """Return for each part the column of the lease on whose statement it appears."""
    tables = (invoices, invoices, credit_notes, payments, payments, refunds, allocations, allocations)
    return (*(table.c.lease_id for table in tables), allocations.c.payer_lease_id)


def _select_movement(
    kind: str,
    table: Any,
    on: ColumnElement[Any],
    amount: ColumnElement[Any],
    *,
    number: ColumnElement[Any] | None = None,
    reference: ColumnElement[Any] | None = None,
    document_id: ColumnElement[Any] | None = None,
    lease_id: ColumnElement[Any] | None = None,
) -> Select[Any]:
    return select(
        on.label("moved_on"),
        literal(_ORDER.index(kind), Integer).label("place"),
        (table.c.lease_id if lease_id is None else lease_id).label("lease_id"),
        (table.c.id if document_id is None else document_id).label("document_id"),
        (cast(null(), Integer) if number is None else number).label("number"),
        (literal("", String(200)) if reference is None else reference).label("reference"),
        amount.label("amount_cents"),
    )


def _select_payments(
    kind: str, on: ColumnElement[Any], amount: ColumnElement[Any], receipt: ColumnElement[Any] | None
) -> Select[Any]:
    reference = func.coalesce(payments.c.provider_reference, "")
    query = _select_movement(kind, payments, on, amount, number=receipt, reference=reference)
    return query.where(payments.c.state.in_(CONFIRMED_STATES))


def _receipt_number() -> ColumnElement[Any]:
    """Select the number of the payment's last receipt, NULL if it has none."""
    mine = and_(receipts.c.organisation_id == payments.c.organisation_id, receipts.c.payment_id == payments.c.id)
    return select(func.max(receipts.c.number)).where(mine).correlate(payments).scalar_subquery()


def _select_deductions() -> Select[Any]:
    """Select what deposits paid on lines, one row per day and deposit entry."""
    return (
        _select_movement(
            "deposit_deduction", allocations, allocations.c.allocated_on,
            cast(-func.sum(allocations.c.amount_cents), BigInteger), document_id=allocations.c.source_id,
        )
        .where(allocations.c.source_kind == "deposit")
        .group_by(allocations.c.lease_id, allocations.c.source_id, allocations.c.allocated_on)
    )  # fmt: skip


def _select_carried_credit(lease_id: ColumnElement[Any], amount: ColumnElement[Any]) -> Select[Any]:
    """Select what payments of one lease paid for a lease that follows it, one row per day and payment.

    Args:
        lease_id: Column of the allocation with the lease of the statement: the one paid for, or the payer.
    """
    return (
        _select_movement(
            "credit_carried", allocations, allocations.c.allocated_on, cast(func.sum(amount), BigInteger),
            document_id=allocations.c.source_id, lease_id=lease_id,
        )
        .where(allocations.c.payer_lease_id.is_not(None))
        .group_by(lease_id, allocations.c.source_id, allocations.c.allocated_on)
    )  # fmt: skip


def _select_unmatched(organisation_id: UUID, tenant_id: UUID) -> Select[Any]:
    """Select the tenant's payments that are not matched to a lease."""
    query = _select_movement(
        "payment", payments, payments.c.posted_on, -payments.c.amount_cents,
        reference=func.coalesce(payments.c.provider_reference, ""),
    )  # fmt: skip
    return query.where(
        payments.c.organisation_id == organisation_id,
        payments.c.lease_id.is_(None),
        payments.c.tenant_id == tenant_id,
        payments.c.state == "unmatched",
    )
