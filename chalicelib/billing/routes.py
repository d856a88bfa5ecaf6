"""Invoices, charges, credit notes and receipts over HTTP, and the change of a lease that bills may stand in the way of.

A caretaker has no billing.
"""

from uuid import UUID

from chalicelib.billing import service
from chalicelib.billing.model import Charge, CreditNote, Invoice, Receipt
from chalicelib.billing.schemas import (
    CHARGE,
    CHARGE_QUERY,
    CREDIT_NOTE,
    CREDIT_NOTE_QUERY,
    INVOICE,
    INVOICE_LISTED,
    INVOICE_QUERY,
    NEW_CHARGE,
    RECEIPT,
    RECEIPT_QUERY,
)
from chalicelib.leasing.model import Lease
from chalicelib.leasing.schemas import LEASE, LEASE_CHANGE
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

billing = ApiBlueprint(__name__, tag="billing")


@billing.get("/invoices", may="see_billing", query=INVOICE_QUERY, answer=INVOICE_LISTED)
def list_invoices(request: RequestContext) -> Page[Invoice]:
    """List invoices.

    Returns invoices without their lines, latest number first; filter by lease, property, period and status (open,
    overdue, paid, void). For owners, managers and accountants.
    """
    filters = _named(request, "lease_id", "property_id", "period", "status")
    return service.list_invoices(request.ctx, request.page_request, **filters)


@billing.get("/invoices/{invoice_id}", may="see_billing", answer=INVOICE)
def get_invoice(request: RequestContext, invoice_id: UUID) -> Invoice:
    """Get an invoice.

    Returns one invoice with its lines and what is open of each. For owners, managers and accountants.
    """
    return service.get_invoice(request.ctx, invoice_id)


@billing.post("/invoices/{invoice_id}/void", may="void_invoice", answer=INVOICE, status=200)
def void_invoice(request: RequestContext, invoice_id: UUID) -> Invoice:
    """Void an invoice.

    Voids an invoice without payments or credits, keeping its number: its journal is reversed, its charges are
    pending again, and the month can be billed anew. Otherwise refused (409); credit it instead. For owners,
    managers and accountants.
    """
    return service.void_invoice(request.ctx, invoice_id)  # fmt: skip


@billing.get("/charges", may="see_billing", query=CHARGE_QUERY, answer=CHARGE)
def list_charges(request: RequestContext) -> Page[Charge]:
    """List charges.

    Returns one-off charges, oldest first; filter by lease, invoice and status. For owners, managers and
    accountants.
    """
    filters = _named(request, "lease_id", "invoice_id", "status")
    return service.list_charges(request.ctx, request.page_request, **filters)


@billing.post("/charges", may="bill", body=NEW_CHARGE, answer=CHARGE, location="/v1/charges/{id}")
def add_charge(request: RequestContext) -> Charge:
    """Add a charge.

    Adds a one-off charge, which goes on the lease's next monthly invoice of a month that ends on or after
    ``charged_on`` (today if absent). For owners, managers and accountants.
    """
    return service.add_charge(request.ctx, request.body)


@billing.get("/charges/{charge_id}", may="see_billing", answer=CHARGE)
def get_charge(request: RequestContext, charge_id: UUID) -> Charge:
    """Get a charge.

    Returns one charge, with the invoice that billed it, if any. For owners, managers and accountants.
    """
    return service.get_charge(request.ctx, charge_id)


@billing.post("/charges/{charge_id}/cancel", may="bill", answer=CHARGE, status=200)
def cancel_charge(request: RequestContext, charge_id: UUID) -> Charge:
    """Cancel a charge.

    Cancels a pending charge. One that was invoiced is refused (409); credit or void the invoice instead. For
    owners, managers and accountants.
    """
    return service.cancel_charge(request.ctx, charge_id)


@billing.get("/credit-notes", may="see_billing", query=CREDIT_NOTE_QUERY, answer=CREDIT_NOTE)
def list_credit_notes(request: RequestContext) -> Page[CreditNote]:
    """List credit notes.

    Returns credit notes with their lines, latest number first; filter by lease and invoice. For owners, managers
    and accountants.
    """
    filters = _named(request, "lease_id", "invoice_id")
    return service.list_credit_notes(request.ctx, request.page_request, **filters)


@billing.get("/credit-notes/{credit_note_id}", may="see_billing", answer=CREDIT_NOTE)
def get_credit_note(request: RequestContext, credit_note_id: UUID) -> CreditNote:
    """Get a credit note.

    Returns one credit note with its lines. For owners, managers and accountants.
    """
    return service.get_credit_note(request.ctx, credit_note_id)


@billing.get("/receipts", may="see_billing", query=RECEIPT_QUERY, answer=RECEIPT)
def list_receipts(request: RequestContext) -> Page[Receipt]:
    """List receipts.

    Returns receipts, latest number first, void ones included; filter by lease and payment. For owners, managers and
    accountants.
    """
    filters = _named(request, "lease_id", "payment_id")
    return service.list_receipts(request.ctx, request.page_request, **filters)


@billing.get("/receipts/{receipt_id}", may="see_billing", answer=RECEIPT)
def get_receipt(request: RequestContext, receipt_id: UUID) -> Receipt:
    """Get a receipt.

    Returns one receipt. For owners, managers and accountants.
    """
    return service.get_receipt(request.ctx, receipt_id)


@billing.patch("/leases/{lease_id}", may="edit_leases", body=LEASE_CHANGE, answer=LEASE)
def change_lease(request: RequestContext, lease_id: UUID) -> Lease:
    """Change a lease.

    Changes due day, grace, notice, note, tenants, agreed deposits, or a later ``ends_on``; what was billed stays as
    it is. To shorten a lease, terminate it. For owners and managers, with If-Match. An ended lease, or one whose
    last month is billed up to its end, is refused (409).
    """
    return service.change_lease(request.ctx, lease_id, request.if_match, request.body)


def _named(request: RequestContext, *names: str) -> dict[str, object]:
    return {name: request.query[name] for name in names if name in request.query}
