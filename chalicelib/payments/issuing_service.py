"""Invoices that a person issues beside the monthly ones; the credit of their lease meets them at once.

Else a tenant who has paid ahead would be told, and fined, as overdue until the next bill run.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.billing import service as billing
from chalicelib.billing.model import Invoice
from chalicelib.leasing import service as leasing
from chalicelib.payments.allocation_service import apply_credit


def issue_invoice(
    db: Connection,
    organisation_id: UUID,
    values: dict[str, Any],
    *,
    now: dt.datetime,
    today: dt.date,
    member_id: UUID | None = None,
) -> Invoice:
    """Issue an invoice as ``billing.issue_single_invoice`` says, and return it with what credit has paid of it."""
    leasing.lock_accounts(db, organisation_id, [values["lease_id"]])
    made = billing.issue_single_invoice(db, organisation_id, values, now=now, today=today, member_id=member_id)
    apply_credit(db, organisation_id, [made.lease_id], today, now, member_id)
    return billing.get_invoice(db, organisation_id, made.id)


def record_opening_balance(
    db: Connection,
    organisation_id: UUID,
    lease_id: UUID,
    amount_cents: int,
    on: dt.date,
    *,
    now: dt.datetime,
    today: dt.date,
    member_id: UUID | None = None,
) -> Invoice:
    """Record what a lease owed when its books began, as ``billing.record_opening_balance`` says, less its credit."""
    leasing.lock_accounts(db, organisation_id, [lease_id])
    made = billing.record_opening_balance(
        db, organisation_id, lease_id, amount_cents, on, now=now, today=today, member_id=member_id
    )
    apply_credit(db, organisation_id, [lease_id], today, now, member_id)
    return billing.get_invoice(db, organisation_id, made.id)
