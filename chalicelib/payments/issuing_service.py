"""Invoices that a person issues beside the monthly ones; the credit of their lease meets them at once.

Else a tenant who has paid ahead would be told, and fined, as overdue until the next bill run.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from chalicelib.billing import service as billing
from chalicelib.billing.model import Invoice
from chalicelib.leasing import service as leasing
from chalicelib.payments.allocation_service import apply_credit
from chalicelib.runtime.context import Context


def issue_invoice(ctx: Context, values: dict[str, Any]) -> Invoice:
    """Issue an invoice as ``billing.issue_single_invoice`` says, and return it with what credit has paid of it."""
    leasing.lock_accounts(ctx, [values["lease_id"]])
    made = billing.issue_single_invoice(ctx, values)
    apply_credit(ctx, [made.lease_id])
    return billing.get_invoice(ctx, made.id)


def record_opening_balance(ctx: Context, lease_id: UUID, amount_cents: int, on: dt.date) -> Invoice:
    """Record what a lease owed when its books began, as ``billing.record_opening_balance`` says, less its credit."""
    leasing.lock_accounts(ctx, [lease_id])
    made = billing.record_opening_balance(ctx, lease_id, amount_cents, on)
    apply_credit(ctx, [lease_id])
    return billing.get_invoice(ctx, made.id)
