"""Money received: recorded, confirmed, allocated, reversed, refunded.

Locks are acquired in this order: unit, leases by id, payments by id, the counters, the ledger's book, messages."""

from chalicelib.payments.allocation import (
    apply_and_post_lease_credits,
    apply_lease_credits,
    list_allocations,
    release_for_credit,
)
from chalicelib.payments.balances import get_credit, list_balances
from chalicelib.payments.crediting import credit_lines
from chalicelib.payments.deposit_allocation import allocate_deposit, choose_lines, release_deposit
from chalicelib.payments.late_fees import assess_final_late_fees, assess_late_fees
from chalicelib.payments.manual_allocation import allocate_payment
from chalicelib.payments.moving import move_payment
from chalicelib.payments.receiving import anonymise_payer, get_payment, list_payments
from chalicelib.payments.recording import record_opening_credit, record_payment
from chalicelib.payments.refunds import list_refunds, refund_credit, reverse_refund
from chalicelib.payments.reversal import reverse_payment
from chalicelib.payments.review import confirm_payment, match_payment, reject_payment
from chalicelib.payments.revision import revise
