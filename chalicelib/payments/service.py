"""The public interface of payments: every use case under one name.

Locks are acquired in this order: unit, leases by id, payments by id, the counters, the ledger's book, messages.
"""

from chalicelib.payments.allocation_service import allocate_payment, list_allocations
from chalicelib.payments.balance_service import list_balances
from chalicelib.payments.credit_service import credit_invoice
from chalicelib.payments.deciding_service import confirm_payment, match_payment, reject_payment
from chalicelib.payments.deduction_service import deduct_deposit, reverse_deduction
from chalicelib.payments.ending_service import close_account, get_final_account, terminate_lease, transfer_lease
from chalicelib.payments.intake_service import anonymise_payer, get_payment, list_payments
from chalicelib.payments.issuing_service import issue_invoice, record_opening_balance
from chalicelib.payments.recording_service import record_opening_credit, record_payment
from chalicelib.payments.reversal_service import list_refunds, refund_credit, reverse_payment
from chalicelib.payments.run_service import queue_bill_run

__all__ = [
    "allocate_payment",
    "anonymise_payer",
    "close_account",
    "confirm_payment",
    "credit_invoice",
    "deduct_deposit",
    "get_final_account",
    "get_payment",
    "issue_invoice",
    "list_allocations",
    "list_balances",
    "list_payments",
    "list_refunds",
    "match_payment",
    "queue_bill_run",
    "record_opening_balance",
    "record_opening_credit",
    "record_payment",
    "refund_credit",
    "reject_payment",
    "reverse_deduction",
    "reverse_payment",
    "terminate_lease",
    "transfer_lease",
]
