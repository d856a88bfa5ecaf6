"""SQL that recomputes invoices, payments and their numbers for the proof; rows as in ``proof_repository``."""

from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, case, func, literal, select, union_all

from chalicelib.reporting.proof_repository import RECEIVED_STATES, pair_sums, sum_by_key
from chalicelib.storage.tables.billing import (
    counters,
    credit_note_lines,
    credit_notes,
    invoice_lines,
    invoices,
    receipts,
)
from chalicelib.storage.tables.payments import allocations, payments, refunds
from chalicelib.storage.types import Id

_LINES = invoice_lines.c
_NUMBERED: dict[str, Any] = {"invoice": invoices, "credit_note": credit_notes, "receipt": receipts}


def line_paid(organisation_id: UUID) -> Select[Any]:
    set_against = sum_by_key(allocations, allocations.c.invoice_line_id, allocations.c.amount_cents, organisation_id)
    return pair_sums(set_against, _amounts_of_rows(invoice_lines, _LINES.paid_cents, organisation_id))


def line_credited(organisation_id: UUID) -> Select[Any]:
    given = sum_by_key(
        credit_note_lines, credit_note_lines.c.invoice_line_id, credit_note_lines.c.amount_cents, organisation_id
    )
    return pair_sums(given, _amounts_of_rows(invoice_lines, _LINES.credited_cents, organisation_id))


def line_open(organisation_id: UUID) -> Select[Any]:
    left = _LINES.amount_cents - _LINES.paid_cents - _LINES.credited_cents
    expected = case((_LINES.voided_on.is_not(None), 0), else_=left)
    query = select(_LINES.id.label("key"), expected.label("expected"), _LINES.open_cents.label("found"))
    return query.where(_LINES.organisation_id == organisation_id)


def invoice_totals(organisation_id: UUID) -> Select[Any]:
    return _compare_with_lines(_LINES.amount_cents, invoices.c.total_cents, organisation_id)


def invoice_paid(organisation_id: UUID) -> Select[Any]:
    return _compare_with_lines(_LINES.paid_cents, invoices.c.paid_cents, organisation_id)


def invoice_credited(organisation_id: UUID) -> Select[Any]:
    return _compare_with_lines(_LINES.credited_cents, invoices.c.credited_cents, organisation_id)


def credit_note_totals(organisation_id: UUID) -> Select[Any]:
    lines = sum_by_key(
        credit_note_lines, credit_note_lines.c.credit_note_id, credit_note_lines.c.amount_cents, organisation_id
    )
    return pair_sums(lines, _amounts_of_rows(credit_notes, credit_notes.c.total_cents, organisation_id))


def payment_allocated(organisation_id: UUID) -> Select[Any]:
    used = payments.c.amount_cents - payments.c.unallocated_cents - payments.c.refunded_cents
    expected = _amounts_of_rows(payments, case((payments.c.state.in_(RECEIVED_STATES), used), else_=0), organisation_id)
    found = sum_by_key(allocations, allocations.c.source_id, allocations.c.amount_cents, organisation_id)
    return pair_sums(expected, found.where(allocations.c.source_kind == "payment"))


def payment_refunded(organisation_id: UUID) -> Select[Any]:
    given_back = sum_by_key(refunds, refunds.c.payment_id, refunds.c.amount_cents, organisation_id)
    return pair_sums(given_back, _amounts_of_rows(payments, payments.c.refunded_cents, organisation_id))


def numbers(organisation_id: UUID, kind: str) -> Select[Any]:
    """Compare each number with the one before it, and the counter with the last."""
    table = _NUMBERED[kind]
    mine = table.c.organisation_id == organisation_id
    before = func.coalesce(func.lag(table.c.number).over(order_by=table.c.number), 0)
    documents = select(table.c.id.label("key"), (before + 1).label("expected"), table.c.number.label("found")).where(
        mine
    )
    last = select(func.coalesce(func.max(table.c.number), 0) + 1).where(mine).scalar_subquery()
    counter = select(
        literal(organisation_id, Id).label("key"), last.label("expected"), counters.c.next_number.label("found")
    ).where(counters.c.organisation_id == organisation_id, counters.c.kind == kind)
    every = union_all(documents, counter).subquery("every_number")
    return select(every.c.key, every.c.expected, every.c.found)


def _compare_with_lines(
    of_line: ColumnElement[int], of_invoice: ColumnElement[int], organisation_id: UUID
) -> Select[Any]:
    lines = sum_by_key(invoice_lines, _LINES.invoice_id, of_line, organisation_id)
    return pair_sums(lines, _amounts_of_rows(invoices, of_invoice, organisation_id))


def _amounts_of_rows(table: Any, amount: ColumnElement[Any], organisation_id: UUID) -> Select[Any]:
    query = select(table.c.id.label("key"), amount.label("amount"))
    return query.where(table.c.organisation_id == organisation_id)
