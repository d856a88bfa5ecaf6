"""Credit invoices, paid ones included: what was paid on a credited line becomes the tenant's credit."""

from collections.abc import Sequence
from uuid import UUID

from chalicelib import billing, leasing, ledger, payments
from chalicelib.billing.model import CreditNote
from chalicelib.runtime.context import Context


def credit_invoice(ctx: Context, invoice_id: UUID, lines: Sequence[tuple[UUID, int]], *, reason: str) -> CreditNote:
    """Credit (line, cents) of an invoice and return the note.

    Payments of a line are released first as far as needed, the latest allocation first; that money
    becomes the tenant's credit and is allocated at once to whatever else the lease owes.

    Raises:
        Conflict: more than is left of a line, or what a deposit paid of it would have to be released.
        Invalid: no lines, or a line that is not the invoice's.
        NotFound: the organisation has no such invoice.
    """
    seen = billing.get_invoice(ctx, invoice_id)
    leasing.lock_lease_chains(ctx, [seen.lease_id])
    invoice = billing.get_invoice(ctx, invoice_id)
    entries = payments.release_for_credit(ctx, invoice, lines)
    note = billing.issue_credit_note(ctx, invoice_id, lines, reason=reason, on=ctx.today)
    entries += payments.apply_lease_credits(ctx, {invoice.lease_id})
    ledger.post(ctx, entries)
    return note
