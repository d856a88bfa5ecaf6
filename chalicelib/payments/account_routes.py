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
from chalicelib.web.routing import ApiBlueprint, RequestContext

accounts = ApiBlueprint(__name__, tag="payments")


@accounts.post("/invoices", may="bill", body=NEW_INVOICE, answer=INVOICE, location="/v1/invoices/{id}")
def issue_invoice(request: RequestContext) -> Invoice:
    """Issue an invoice.

    Issues an invoice beside the monthly ones and posts it; credit of the lease is allocated to it at once.
    ``with_charges`` adds the pending charges. It may not be dated in the future. For owners, managers and
    accountants.
    """
    return service.issue_invoice(request.ctx, request.body)


@accounts.post(
    "/leases/{lease_id}/opening-balance", may="bill", body=OPENING_BALANCE, answer=INVOICE, location="/v1/invoices/{id}"
)
def record_opening_balance(request: RequestContext, lease_id: UUID) -> Invoice:
    """Record an opening balance.

    Records what a lease owed when its books began, as an invoice that was due the day before ``on`` (today if
    absent). A second one is refused until the first is void (409). For owners, managers and accountants.
    """
    return service.record_opening_balance(
        request.ctx, lease_id, request.body["amount_cents"], request.body.get("on", request.ctx.today)
    )


@accounts.post(
    "/invoices/{invoice_id}/credit-notes",
    may="credit_invoice",
    body=NEW_CREDIT_NOTE,
    answer=CREDIT_NOTE,
    location="/v1/credit-notes/{id}",
)
def credit_invoice(request: RequestContext, invoice_id: UUID) -> CreditNote:
    """Credit an invoice.

    Issues a numbered credit note for lines of an invoice. What was paid on a credited line becomes credit of the
    tenant and is allocated to whatever else the lease owes. Refused for more than the rest of a line, or what a
    deposit paid (409). For owners, managers and accountants.
    """
    return service.credit_invoice(
        request.ctx,
        invoice_id,
        [(line["line_id"], line["amount_cents"]) for line in request.body["lines"]],
        reason=request.body["reason"],
    )


@accounts.post("/leases/{lease_id}/terminate", may="terminate_lease", body=TERMINATION, answer=FINAL_ACCOUNT)
def terminate_lease(request: RequestContext, lease_id: UUID) -> FinalAccount:
    """Terminate a lease.

    Ends a lease with ``ends_on`` and returns its final account: days billed beyond are credited, unbilled days are
    billed. A notice that is too short is refused unless ``waive_notice`` is set (422); an ended lease is refused
    (409). For owners and managers.
    """
    return service.terminate_lease(
        request.ctx,
        lease_id,
        None,
        ends_on=request.body["ends_on"],
        given_on=request.body.get("given_on", request.ctx.today),
        waive_notice=request.body["waive_notice"],
    )


@accounts.post(
    "/leases/{lease_id}/transfer", may="edit_leases", body=TRANSFER, answer=LEASE, location="/v1/leases/{id}"
)
def transfer_lease(request: RequestContext, lease_id: UUID) -> Lease:
    """Transfer a lease to another unit.

    Ends the lease the day before ``starts_on``, settles its bills, and creates a lease of the same tenants on
    another unit, which is returned; recurring charges, deposits and credit carry over. Refused if the unit is let
    on some of the days (409). For owners and managers.
    """
    return service.transfer_lease(request.ctx, lease_id, request.body)


@accounts.get("/leases/{lease_id}/final-account", may="see_billing", answer=FINAL_ACCOUNT)
def get_final_account(request: RequestContext, lease_id: UUID) -> FinalAccount:
    """Get the final account of a lease.

    Returns what a lease owes, has in credit and holds in deposits now, and what remains to refund or to collect
    once these are set off. For owners, managers and accountants.
    """
    return service.get_final_account(request.ctx, lease_id)


@accounts.post("/leases/{lease_id}/final-account", may="terminate_lease", answer=FINAL_ACCOUNT)
def close_account(request: RequestContext, lease_id: UUID) -> FinalAccount:
    """Settle the final account of a lease.

    Credits what was billed after the last day of the lease and bills what was not, and returns the final account.
    Safe to repeat: a second call only adds what has come up since. A lease without a last day is refused (409). For
    owners and managers.
    """
    return service.close_account(request.ctx, lease_id)


@accounts.post("/leases/{lease_id}/deposit-deductions", may="hold_deposit", body=NEW_DEDUCTION, answer=DEDUCTION)
def deduct_deposit(request: RequestContext, lease_id: UUID) -> Deduction:
    """Deduct from a deposit.

    Takes an amount from the deposits held and allocates it to what the lease owes, oldest first, or to one invoice.
    Refused if less is held or less is owed (409). For owners, managers and accountants.
    """
    return service.deduct_deposit(request.ctx, lease_id, request.body)


@accounts.post("/deposit-deductions/{entry_id}/reverse", may="hold_deposit", status=204, body=REASON)
def reverse_deduction(request: RequestContext, entry_id: UUID) -> None:
    """Reverse a deposit deduction.

    Undoes a deduction: its lines are open again and the deposit is held as before. A second reversal is refused
    (409). For owners, managers and accountants.
    """
    service.reverse_deduction(request.ctx, entry_id, reason=request.body["reason"])


@accounts.post("/bill-runs", may="bill", body=NEW_BILL_RUN, answer=TASK, status=202, location="/v1/tasks/{id}")
def queue_bill_run(request: RequestContext) -> Task:
    """Run the monthly bills.

    Queues a task that bills every lease with a day in the month and no invoice for it yet, and allocates credit to
    the bills. Safe to repeat: no lease is billed twice for a month. The period may be at most next month (422). For
    owners, managers and accountants.
    """
    return service.queue_bill_run(request.ctx, request.body["period"], issued_on=request.body.get("issued_on"))
