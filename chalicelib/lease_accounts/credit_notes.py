"""Credit, write off and void invoices, and derive again what followed from them."""

from collections.abc import Sequence
from uuid import UUID

from chalicelib import billing, leasing, ledger, payments
from chalicelib.billing.model import CreditNote, Invoice
from chalicelib.errors import Conflict
from chalicelib.lease_accounts.revision import revise_charges
from chalicelib.periods import short_day
from chalicelib.runtime.context import Context


def credit_invoice(
    ctx: Context,
    invoice_id: UUID,
    lines: Sequence[tuple[UUID, int]],
    *,
    reason: str,
    kind: str = "never_owed",
    automatic: bool = False,
) -> CreditNote:
    """Credit (line, cents) of an invoice and return the note.

    Payments of a line are released first as far as needed, the latest allocation first; that money
    becomes the tenant's credit and is allocated at once to whatever else the lease owes. What followed from a sum that
    was never owed, its late fee, is derived again.

    Raises:
        Conflict: more than is left of a line, what a deposit paid of it would have to be released, or it is a refund
            to be returned.
        Invalid: no lines, or a line that is not the invoice's.
        NotFound: the organisation has no such invoice.
    """
    seen = billing.get_invoice(ctx, invoice_id)
    leasing.lock_lease_chains(ctx, [seen.lease_id])
    named = {line_id for line_id, _ in lines}
    invoice = billing.get_invoice(ctx, invoice_id)
    billing.check_no_refund_recovery(line.charge_type for line in invoice.lines if line.id in named)
    note, entries = payments.credit_lines(ctx, invoice_id, lines, reason=reason, kind=kind, automatic=automatic)
    if kind == "never_owed" and seen.due_on < ctx.today:
        because = f"credit note {note.number} of {short_day(ctx.today, ctx.today)}"
        entries += payments.revise(ctx, [seen.lease_id], seen.due_on, because)
    else:
        entries += payments.apply_lease_credits(ctx, {seen.lease_id})
    ledger.post(ctx, entries)
    return note


def write_off_invoice(ctx: Context, invoice_id: UUID, *, reason: str) -> CreditNote:
    """Write off what is open of an invoice, and return the note: it was owed, and is given up.

    Raises:
        Conflict: nothing is open of it.
        NotFound: the organisation has no such invoice.
    """
    seen = billing.get_invoice(ctx, invoice_id)
    leasing.lock_lease_chains(ctx, [seen.lease_id])
    invoice = billing.get_invoice(ctx, invoice_id)
    shares = [(line.id, line.open_cents) for line in invoice.lines if line.open_cents]
    if not shares:
        raise Conflict("Nothing is open of this invoice.", invoice_id=str(invoice_id), invoice_status=invoice.status)
    return billing.issue_credit_note(ctx, invoice_id, shares, reason=reason, on=ctx.today, kind="write_off")


def void_invoice(ctx: Context, invoice_id: UUID) -> Invoice:
    """Void an invoice on which nothing was paid or credited (``billing.record_void``), and return it.

    It was never owed: a late fee for it is withdrawn, or credited if it was invoiced.

    Raises:
        Conflict, NotFound: as ``billing.record_void``.
    """
    seen = billing.get_invoice(ctx, invoice_id)
    leasing.lock_lease_chains(ctx, [seen.lease_id])
    voided = billing.record_void(ctx, invoice_id)
    because = f"invoice {voided.number} voided on {short_day(ctx.today, ctx.today)}"
    if seen.run_period is not None:
        revise_charges(ctx, [seen.lease_id], seen.run_period, because)  # its differences go with it
    ledger.post(ctx, payments.revise(ctx, [seen.lease_id], seen.due_on, because))
    return voided
