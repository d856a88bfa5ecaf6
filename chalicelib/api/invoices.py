"""Invoices, credit notes, receipts and bill runs."""

from uuid import UUID

from chalicelib import billing, lease_accounts
from chalicelib.api.schemas import invoices as schemas
from chalicelib.api.schemas import tasks as task_schemas
from chalicelib.billing.model import CreditNote, Invoice, Receipt
from chalicelib.tasks.model import Task
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

routes = ApiBlueprint(__name__, tag="billing")


@routes.get("/invoices", may="see_billing", query=schemas.InvoiceQuery, answer=schemas.InvoiceListed)
def list_invoices(request: RequestContext) -> Page[Invoice]:
    """List invoices.

    Returns invoices without their lines, latest number first; filter by lease, property, period and status (open,
    overdue, paid, void). For owners, managers and accountants.
    """
    return billing.list_invoices(
        request.ctx,
        request.page_request,
        lease_id=request.query.get("lease_id"),
        property_id=request.query.get("property_id"),
        period=request.query.get("period"),
        status=request.query.get("status"),
    )


@routes.get("/invoices/{invoice_id}", may="see_billing", answer=schemas.InvoiceView)
def get_invoice(request: RequestContext, invoice_id: UUID) -> Invoice:
    """Get an invoice.

    Returns one invoice with its lines and what is open of each. For owners, managers and accountants.
    """
    return billing.get_invoice(request.ctx, invoice_id)


@routes.post("/invoices/{invoice_id}/void", may="void_invoice", answer=schemas.InvoiceView, status=200)
def void_invoice(request: RequestContext, invoice_id: UUID) -> Invoice:
    """Void an invoice.

    Voids an invoice without payments or credits, keeping its number: its journal is reversed, its charges are
    pending again, and the month can be billed anew. Otherwise refused (409); credit it instead. For owners,
    managers and accountants.
    """
    return lease_accounts.void_invoice(request.ctx, invoice_id)


@routes.get("/credit-notes", may="see_billing", query=schemas.CreditNoteQuery, answer=schemas.CreditNoteView)
def list_credit_notes(request: RequestContext) -> Page[CreditNote]:
    """List credit notes.

    Returns credit notes with their lines, latest number first; filter by lease and invoice. For owners, managers
    and accountants.
    """
    return billing.list_credit_notes(
        request.ctx,
        request.page_request,
        lease_id=request.query.get("lease_id"),
        invoice_id=request.query.get("invoice_id"),
    )


@routes.get("/credit-notes/{credit_note_id}", may="see_billing", answer=schemas.CreditNoteView)
def get_credit_note(request: RequestContext, credit_note_id: UUID) -> CreditNote:
    """Get a credit note.

    Returns one credit note with its lines. For owners, managers and accountants.
    """
    return billing.get_credit_note(request.ctx, credit_note_id)


@routes.get("/receipts", may="see_billing", query=schemas.ReceiptQuery, answer=schemas.ReceiptView)
def list_receipts(request: RequestContext) -> Page[Receipt]:
    """List receipts.

    Returns receipts, latest number first, void ones included; filter by lease and payment. For owners, managers and
    accountants.
    """
    return billing.list_receipts(
        request.ctx,
        request.page_request,
        lease_id=request.query.get("lease_id"),
        payment_id=request.query.get("payment_id"),
    )


@routes.get("/receipts/{receipt_id}", may="see_billing", answer=schemas.ReceiptView)
def get_receipt(request: RequestContext, receipt_id: UUID) -> Receipt:
    """Get a receipt.

    Returns one receipt. For owners, managers and accountants.
    """
    return billing.get_receipt(request.ctx, receipt_id)


@routes.post(
    "/invoices",
    tag="payments",
    may="bill",
    body=schemas.NewInvoice,
    answer=schemas.InvoiceView,
    location="/v1/invoices/{id}",
)
def issue_invoice(request: RequestContext) -> Invoice:
    """Issue an invoice.

    Issues an invoice beside the monthly ones and posts it; credit of the lease is allocated to it at once.
    ``with_charges`` adds the pending charges. It may not be dated in the future. For owners, managers and
    accountants.
    """
    return lease_accounts.issue_invoice(request.ctx, request.body)


@routes.post(
    "/invoices/{invoice_id}/credit-notes",
    tag="payments",
    may="credit_invoice",
    body=schemas.NewCreditNote,
    answer=schemas.CreditNoteView,
    location="/v1/credit-notes/{id}",
)
def credit_invoice(request: RequestContext, invoice_id: UUID) -> CreditNote:
    """Credit an invoice.

    Issues a numbered credit note for lines of an invoice. Its kind says whether the sum was never owed, so that a late
    fee for it goes too, or is goodwill, so that it stays. What was paid on a credited line becomes credit of the
    tenant and is allocated to whatever else the lease owes. Refused for more than the rest of a line, or what a
    deposit paid (409). For owners, managers and accountants.
    """
    return lease_accounts.credit_invoice(
        request.ctx,
        invoice_id,
        [(line["line_id"], line["amount_cents"]) for line in request.body["lines"]],
        reason=request.body["reason"],
        kind=request.body["kind"],
    )


@routes.post(
    "/invoices/{invoice_id}/write-off",
    tag="payments",
    may="credit_invoice",
    body=schemas.NewWriteOff,
    answer=schemas.CreditNoteView,
    location="/v1/credit-notes/{id}",
)
def write_off_invoice(request: RequestContext, invoice_id: UUID) -> CreditNote:
    """Write off an invoice.

    Gives up what is open of an invoice: the debt was owed and its income earned, so it is an expense, and late fees
    stay. It is listed with the credit notes, of the kind write_off. Refused when nothing is open (409). For owners,
    managers and accountants.
    """
    return lease_accounts.write_off_invoice(request.ctx, invoice_id, reason=request.body["reason"])


@routes.post(
    "/bill-runs",
    tag="payments",
    may="bill",
    body=schemas.NewBillRun,
    answer=task_schemas.TaskView,
    status=202,
    location="/v1/tasks/{id}",
)
def queue_bill_run(request: RequestContext) -> Task:
    """Run the monthly bills.

    Queues a task that bills every lease with a day in the month and no invoice for it yet, and allocates credit to
    the bills; with ``leases`` only those. A bill is due on the lease's due day, but not before its first day nor before
    it is issued, unless ``due_on`` names a day on purpose. Safe to repeat: no lease is billed twice for a month, nor
    one that is excused from it, or that the books bill only later. The period may be at most next month (422). For
    owners, managers and accountants.
    """
    return lease_accounts.queue_bill_run(
        request.ctx,
        request.body["period"],
        issued_on=request.body.get("issued_on"),
        due_on=request.body.get("due_on"),
        lease_ids=request.body["leases"],
    )
