"""Read and void invoices, and record what is paid or credited on their lines."""

import datetime as dt
from collections.abc import Collection, Iterable
from uuid import UUID

from chalicelib import leasing, ledger
from chalicelib.billing import charge_repository, invoice_query_repository, invoice_repository
from chalicelib.billing.model import REFUND_RECOVERY, Invoice, InvoiceLine, OpenLine
from chalicelib.errors import Conflict, NotFound
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context


def get_invoice(ctx: Context, invoice_id: UUID) -> Invoice:
    """Return the invoice with its lines."""
    found = invoice_query_repository.find_invoice(ctx, invoice_id)
    if found is None:
        raise NotFound("There is no such invoice.")
    return found


def list_monthly_invoice_lines(ctx: Context, invoice_id: UUID) -> list[InvoiceLine]:
    """Return the invoice's lines, in their order, without those that billed one-off charges and late fees.

    Raises:
        NotFound: the organisation has no such invoice.
    """
    return [line for line in get_invoice(ctx, invoice_id).lines if line.charge_id is None]


def list_invoices(
    ctx: Context,
    page_request: PageRequest,
    *,
    lease_id: UUID | None = None,
    property_id: UUID | None = None,
    period: dt.date | None = None,
    status: str | None = None,
) -> Page[Invoice]:
    """Return a page of invoices without their lines, by number; ``status``: open, overdue (today), paid, void."""
    return invoice_query_repository.list_invoices(
        ctx,
        page_request,
        today=ctx.today,
        lease_id=lease_id,
        property_id=property_id,
        period=period,
        status=status,
    )


def record_void(ctx: Context, invoice_id: UUID) -> Invoice:
    """Void an invoice on which nothing was paid or credited, keeping its number, and return it.

    Its journal is reversed, the one-off charges and late fees on it are pending again, and its month can be billed
    again. A late fee for its being overdue is the caller's (``lease_accounts.void_invoice``).

    Raises:
        NotFound: the organisation has no such invoice.
        Conflict: something was paid or credited on it, it is void already, or it bills a refund to be returned.
    """
    lease_id = invoice_query_repository.find_lease_of_invoice(ctx, invoice_id)
    if lease_id is None:
        raise NotFound("There is no such invoice.")
    leasing.lock_lease(ctx, lease_id)
    if not invoice_repository.mark_void(ctx, invoice_id, ctx.today):
        invoice = get_invoice(ctx, invoice_id)
        check_no_refund_recovery(line.charge_type for line in invoice.lines)
        raise Conflict(
            "Only an invoice without payments or credits can be voided; credit it instead.",
            invoice_id=str(invoice.id), invoice_status=invoice.status, paid_cents=invoice.paid_cents,
            credited_cents=invoice.credited_cents,
        )  # fmt: skip
    charge_repository.release_charges(ctx, invoice_id)
    ledger.reverse(ctx, ("invoice", invoice_id), on=ctx.today)
    return get_invoice(ctx, invoice_id)


def check_no_refund_recovery(charge_types: Iterable[str]) -> None:
    """Refuse to void or credit by hand a refund that is to be returned, since the books say that it was paid out."""
    if REFUND_RECOVERY in charge_types:
        raise Conflict("This bills a refund to be returned; reverse that refund if it was never paid out.")


def apply_paid(ctx: Context, changes: Iterable[tuple[UUID, int]]) -> None:
    """Add cents (below 0: subtract) to the paid amount of lines; nothing else changes it.

    The caller locks the leases and posts the journal.

    Raises:
        Conflict: a line is unknown or void, or its paid amount would fall below 0 or exceed what is owed.
    """
    apply_line_changes(ctx, changes, "paid_cents")


def apply_line_changes(ctx: Context, changes: Iterable[tuple[UUID, int]], column: str) -> None:
    """Shift open cents of lines, and of their invoices, to ``column``: paid_cents or credited_cents."""
    deltas: dict[UUID, int] = {}
    for line_id, delta in changes:
        deltas[line_id] = deltas.get(line_id, 0) + delta
    deltas = {line_id: delta for line_id, delta in deltas.items() if delta}
    if not deltas:
        return
    if not invoice_repository.apply_to_lines(ctx, deltas, column):
        raise Conflict("The open amount of a line has changed; read it again.")
    totals: dict[UUID, int] = {}
    for line_id, invoice_id in invoice_repository.invoice_ids_of_lines(ctx, list(deltas)):
        totals[invoice_id] = totals.get(invoice_id, 0) + deltas[line_id]
    invoice_repository.apply_to_invoices(ctx, totals, column)


def last_billed_periods(ctx: Context, lease_ids: Collection[UUID]) -> dict[UUID, dt.date]:
    """Return the latest month that each lease was billed for; one that never was is left out."""
    return invoice_query_repository.last_billed_periods(ctx, lease_ids)


def list_open_lines(ctx: Context, lease_ids: Collection[UUID]) -> dict[UUID, list[OpenLine]]:
    """Return each lease's open lines, the oldest due first; a lease without any is left out."""
    grouped: dict[UUID, list[OpenLine]] = {}
    for line in invoice_repository.list_open_lines(ctx, lease_ids):
        grouped.setdefault(line.lease_id, []).append(line)
    return grouped


def get_lines(ctx: Context, line_ids: Collection[UUID]) -> list[InvoiceLine]:
    """Return the lines, by id.

    Raises:
        NotFound: the organisation lacks one of them.
    """
    found = invoice_repository.find_lines(ctx, line_ids)
    missing = set(line_ids) - {line.id for line in found}
    if missing:
        raise NotFound("There is no such invoice line.", line_id=str(min(missing)))
    return found
