"""Billing's use cases, for the entrances and for other domains; each stands in the module of its noun.

Locks are taken in this order: leases by id, one-off charges, the counter, the ledger's book.
"""

from chalicelib.billing.charge_service import add_charge, cancel_charge, get_charge, list_charges, list_pending_charges
from chalicelib.billing.document_service import (
    find_last_receipt,
    get_credit_note,
    get_receipt,
    issue_credit_note,
    issue_receipt,
    list_credit_notes,
    list_receipts,
    void_receipt,
)
from chalicelib.billing.invoice_service import (
    get_invoice,
    get_lines,
    last_periods,
    list_invoices,
    list_monthly_lines,
    open_lines,
    settle,
    void_invoice,
)
from chalicelib.billing.issue_service import next_numbers
from chalicelib.billing.lease_service import change_lease
from chalicelib.billing.run_service import bill_leases, lines_of_month
from chalicelib.billing.single_service import (
    issue_invoice,
    issue_single_invoice,
    record_opening_balance,
    record_opening_balances,
)

__all__ = [
    "add_charge",
    "bill_leases",
    "cancel_charge",
    "change_lease",
    "find_last_receipt",
    "get_charge",
    "get_credit_note",
    "get_invoice",
    "get_lines",
    "get_receipt",
    "issue_credit_note",
    "issue_invoice",
    "issue_receipt",
    "issue_single_invoice",
    "last_periods",
    "lines_of_month",
    "list_charges",
    "list_credit_notes",
    "list_invoices",
    "list_monthly_lines",
    "list_pending_charges",
    "list_receipts",
    "next_numbers",
    "open_lines",
    "record_opening_balance",
    "record_opening_balances",
    "settle",
    "void_invoice",
    "void_receipt",
]
