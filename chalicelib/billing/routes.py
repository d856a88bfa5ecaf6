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
from chalicelib.web.routing import ApiBlueprint, Call, Page

billing = ApiBlueprint(__name__, tag="billing")


@billing.get("/invoices", may="see_billing", query=INVOICE_QUERY, answer=INVOICE_LISTED)
def list_invoices(call: Call) -> Page[Invoice]:
    """List invoices, without their lines."""
    filters = _named(call, "lease_id", "property_id", "period", "status")
    return service.list_invoices(call.ctx, call.asked, **filters)


@billing.get("/invoices/{invoice_id}", may="see_billing", answer=INVOICE)
def get_invoice(call: Call, invoice_id: UUID) -> Invoice:
    """Tell one invoice with its lines."""
    return service.get_invoice(call.ctx, invoice_id)


@billing.post("/invoices/{invoice_id}/void", may="void_invoice", answer=INVOICE, status=200)
def void_invoice(call: Call, invoice_id: UUID) -> Invoice:
    """Void an invoice that nothing was paid or credited on."""
    return service.void_invoice(call.ctx, invoice_id)  # fmt: skip


@billing.get("/charges", may="see_billing", query=CHARGE_QUERY, answer=CHARGE)
def list_charges(call: Call) -> Page[Charge]:
    """List one-off charges."""
    filters = _named(call, "lease_id", "invoice_id", "status")
    return service.list_charges(call.ctx, call.asked, **filters)


@billing.post("/charges", may="bill", body=NEW_CHARGE, answer=CHARGE, location="/v1/charges/{id}")
def add_charge(call: Call) -> Charge:
    """Add a one-off charge to the lease's next invoice."""
    return service.add_charge(call.ctx, call.body)


@billing.get("/charges/{charge_id}", may="see_billing", answer=CHARGE)
def get_charge(call: Call, charge_id: UUID) -> Charge:
    """Tell one charge."""
    return service.get_charge(call.ctx, charge_id)


@billing.post("/charges/{charge_id}/cancel", may="bill", answer=CHARGE, status=200)
def cancel_charge(call: Call, charge_id: UUID) -> Charge:
    """Cancel a charge that is on no invoice yet."""
    return service.cancel_charge(call.ctx, charge_id)


@billing.get("/credit-notes", may="see_billing", query=CREDIT_NOTE_QUERY, answer=CREDIT_NOTE)
def list_credit_notes(call: Call) -> Page[CreditNote]:
    """List credit notes."""
    filters = _named(call, "lease_id", "invoice_id")
    return service.list_credit_notes(call.ctx, call.asked, **filters)


@billing.get("/credit-notes/{credit_note_id}", may="see_billing", answer=CREDIT_NOTE)
def get_credit_note(call: Call, credit_note_id: UUID) -> CreditNote:
    """Tell one credit note."""
    return service.get_credit_note(call.ctx, credit_note_id)


@billing.get("/receipts", may="see_billing", query=RECEIPT_QUERY, answer=RECEIPT)
def list_receipts(call: Call) -> Page[Receipt]:
    """List receipts."""
    filters = _named(call, "lease_id", "payment_id")
    return service.list_receipts(call.ctx, call.asked, **filters)


@billing.get("/receipts/{receipt_id}", may="see_billing", answer=RECEIPT)
def get_receipt(call: Call, receipt_id: UUID) -> Receipt:
    """Tell one receipt."""
    return service.get_receipt(call.ctx, receipt_id)


@billing.patch("/leases/{lease_id}", may="edit_leases", body=LEASE_CHANGE, answer=LEASE)
def change_lease(call: Call, lease_id: UUID) -> Lease:
    """Change a lease's terms or tenants, or let it run longer."""
    return service.change_lease(call.ctx, lease_id, call.if_match, call.body)


def _named(call: Call, *names: str) -> dict[str, object]:
    return {name: call.query[name] for name in names if name in call.query}
