"""What is asked of a lease and settles its account, over HTTP: invoices, credit notes, deposits, the end, bill runs."""

from uuid import UUID

from chalicelib.billing.model import CreditNote, Invoice
from chalicelib.billing.schemas import CREDIT_NOTE, INVOICE, NEW_INVOICE, OPENING_BALANCE
from chalicelib.leasing.model import Lease
from chalicelib.leasing.schemas import LEASE, TRANSFER
from chalicelib.payments import service
from chalicelib.payments.model import Deduction, FinalAccount
from chalicelib.payments.schemas import (
    DEDUCTION,
    FINAL_ACCOUNT,
    NEW_BILL_RUN,
    NEW_CREDIT_NOTE,
    NEW_DEDUCTION,
    REASON,
    TERMINATION,
)
from chalicelib.tasks.model import Task
from chalicelib.tasks.schemas import TASK
from chalicelib.web.routing import ApiBlueprint, Call

accounts = ApiBlueprint(__name__, tag="payments")


@accounts.post("/invoices", may="bill", body=NEW_INVOICE, answer=INVOICE, location="/v1/invoices/{id}")
def issue_invoice(call: Call) -> Invoice:
    """Issue an invoice beside the monthly ones; what the lease has in credit pays it at once."""
    return service.issue_invoice(call.ctx, call.body)


@accounts.post(
    "/leases/{lease_id}/opening-balance", may="bill", body=OPENING_BALANCE, answer=INVOICE, location="/v1/invoices/{id}"
)
def record_opening_balance(call: Call, lease_id: UUID) -> Invoice:
    """Record what a lease owed when its books began."""
    return service.record_opening_balance(
        call.ctx, lease_id, call.body["amount_cents"], call.body.get("on", call.ctx.today)
    )


@accounts.post(
    "/invoices/{invoice_id}/credit-notes",
    may="credit_invoice",
    body=NEW_CREDIT_NOTE,
    answer=CREDIT_NOTE,
    location="/v1/credit-notes/{id}",
)
def credit_invoice(call: Call, invoice_id: UUID) -> CreditNote:
    """Credit lines of an invoice; what was paid on them becomes the tenant's credit."""
    return service.credit_invoice(
        call.ctx,
        invoice_id,
        [(line["line_id"], line["amount_cents"]) for line in call.body["lines"]],
        reason=call.body["reason"],
    )


@accounts.post("/leases/{lease_id}/terminate", may="terminate_lease", body=TERMINATION, answer=FINAL_ACCOUNT)
def terminate_lease(call: Call, lease_id: UUID) -> FinalAccount:
    """End a lease: days billed beyond its last are credited, days not billed are, and its account is told."""
    return service.terminate_lease(
        call.ctx,
        lease_id,
        None,
        ends_on=call.body["ends_on"],
        given_on=call.body.get("given_on", call.ctx.today),
        waive_notice=call.body["waive_notice"],
    )


@accounts.post(
    "/leases/{lease_id}/transfer", may="edit_leases", body=TRANSFER, answer=LEASE, location="/v1/leases/{id}"
)
def transfer_lease(call: Call, lease_id: UUID) -> Lease:
    """Move the tenants to another unit from a day, and settle the old lease's bills; tells the new lease."""
    return service.transfer_lease(call.ctx, lease_id, call.body)


@accounts.get("/leases/{lease_id}/final-account", may="see_billing", answer=FINAL_ACCOUNT)
def get_final_account(call: Call, lease_id: UUID) -> FinalAccount:
    """Tell what a lease owes, has in credit and has in deposits, and what remains once these are set off."""
    return service.get_final_account(call.ctx, lease_id)


@accounts.post("/leases/{lease_id}/final-account", may="terminate_lease", answer=FINAL_ACCOUNT)
def close_account(call: Call, lease_id: UUID) -> FinalAccount:
    """Bring the bills of a lease that has a last day in line with it, with what has come up since it was ended."""
    return service.close_account(call.ctx, lease_id)


@accounts.post("/leases/{lease_id}/deposit-deductions", may="hold_deposit", body=NEW_DEDUCTION, answer=DEDUCTION)
def deduct_deposit(call: Call, lease_id: UUID) -> Deduction:
    """Set part of a deposit against what the lease owes, oldest first."""
    return service.deduct_deposit(call.ctx, lease_id, call.body)


@accounts.post("/deposit-deductions/{entry_id}/reverse", may="hold_deposit", status=204, body=REASON)
def reverse_deduction(call: Call, entry_id: UUID) -> None:
    """Take a deduction back: its lines are open again, and the deposit is held as before."""
    service.reverse_deduction(call.ctx, entry_id, reason=call.body["reason"])


@accounts.post("/bill-runs", may="bill", body=NEW_BILL_RUN, answer=TASK, status=202, location="/v1/tasks/{id}")
def queue_bill_run(call: Call) -> Task:
    """Bill a month: every lease that has a day in it and no invoice for it yet. The answer is a task."""
    return service.queue_bill_run(call.ctx, call.body["period"], issued_on=call.body.get("issued_on"))
