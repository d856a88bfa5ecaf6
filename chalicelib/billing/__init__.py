"""The public interface of billing: every use case under one name.

Locks are acquired in this order: leases by id, one-off charges, the counter, the ledger's book.
"""

from chalicelib.billing.charges import (
    add_charge,
    add_late_fees,
    cancel_charge,
    change_late_fee,
    get_charge,
    list_charges,
    list_late_fees,
    lock_pending_charges,
)
from chalicelib.billing.corrections import list_corrections, record_corrections
from chalicelib.billing.credit_notes import (
    find_last_receipt,
    get_credit_note,
    get_receipt,
    issue_credit_note,
    issue_receipt,
    list_credit_notes,
    list_receipts,
    void_receipt,
)
from chalicelib.billing.invoices import (
    apply_paid,
    check_no_refund_recovery,
    get_invoice,
    get_lines,
    last_billed_periods,
    list_invoices,
    list_monthly_invoice_lines,
    list_open_lines,
    record_void,
)
from chalicelib.billing.issuing import reserve_numbers
from chalicelib.billing.monthly_invoices import bill_leases, monthly_lines
from chalicelib.billing.months import (
    excuse_month,
    list_excused_months,
    list_settled_periods,
    list_term_lines,
    remove_excused_month,
)
from chalicelib.billing.single_invoices import (
    issue_invoice_of_kind,
    issue_opening_invoice,
    issue_opening_invoices,
    issue_refund_recovery,
    issue_single_invoice,
)
