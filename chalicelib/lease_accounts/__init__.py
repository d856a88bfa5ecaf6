"""The account of a lease: what it is billed, credited and deducted, and how it closes.

Locks are acquired in the order of payments."""

from chalicelib.lease_accounts.bill_run import queue_bill_run
from chalicelib.lease_accounts.credit_notes import credit_invoice, void_invoice, write_off_invoice
from chalicelib.lease_accounts.deposit_deductions import deduct_deposit, reverse_deduction
from chalicelib.lease_accounts.invoices import issue_invoice, record_opening_balance
from chalicelib.lease_accounts.lease_closing import (
    call_off_transfer,
    close_account,
    get_final_account,
    terminate_lease,
    transfer_lease,
    withdraw_termination,
)
from chalicelib.lease_accounts.revision import revise_charges
from chalicelib.lease_accounts.terms import (
    add_recurring_charge,
    add_rent_change,
    change_lease,
    change_recurring_charge,
)
from chalicelib.lease_accounts.unbilled_months import list_unbilled_months
