"""Issue invoices by hand and apply the lease's credit to them at once.

Otherwise a tenant who has paid ahead would be reminded, and charged, as overdue until the next bill run.
"""

import datetime as dt
from uuid import UUID

from chalicelib import billing, leasing, payments
from chalicelib.billing.model import Invoice, NewInvoice
from chalicelib.runtime.context import Context


def issue_invoice(ctx: Context, new: NewInvoice) -> Invoice:
    """Issue an invoice (``billing.issue_single_invoice``), apply credit to it, and return it."""
    leasing.lock_lease_chains(ctx, [new.lease_id])
    issued = billing.issue_single_invoice(ctx, new)
    payments.apply_and_post_lease_credits(ctx, [issued.lease_id])
    return billing.get_invoice(ctx, issued.id)


def record_opening_balance(ctx: Context, lease_id: UUID, amount_cents: int, on: dt.date) -> Invoice:
    """Issue a lease's opening balance (``billing.issue_opening_invoice``), apply credit to it, and return it."""
    leasing.lock_lease_chains(ctx, [lease_id])
    issued = billing.issue_opening_invoice(ctx, lease_id, amount_cents, on)
    payments.apply_and_post_lease_credits(ctx, [lease_id])
    return billing.get_invoice(ctx, issued.id)
