"""Payments over HTTP: recording, confirming, matching, allocating, reversing and refunding them."""

from uuid import UUID

from chalicelib.pages import Page
from chalicelib.payments import service
from chalicelib.payments.model import Allocation, Payment, Refund
from chalicelib.payments.schemas import (
    ALLOCATE,
    ALLOCATION,
    MATCH,
    NEW_PAYMENT,
    NEW_REFUND,
    OPENING_CREDIT,
    PAGING,
    PAYMENT,
    PAYMENT_QUERY,
    REASON,
    REFUND,
)
from chalicelib.web.routing import ApiBlueprint, Call

payments = ApiBlueprint(__name__, tag="payments")

FILTERS = ("lease_id", "property_id", "channel_id", "state", "since", "until")


@payments.get("/payments", may="see_payments", query=PAYMENT_QUERY, answer=PAYMENT)
def list_payments(call: Call) -> Page[Payment]:
    """List payments, the newest first; a caretaker sees those of the named properties."""
    filters = {name: call.query[name] for name in FILTERS if name in call.query}
    return service.list_payments(call.ctx, call.asked, **filters)


@payments.post("/payments", may="record_payment", body=NEW_PAYMENT, answer=PAYMENT, location="/v1/payments/{id}")
def record_payment(call: Call) -> Payment:
    """Record money received.

    It is posted, allocated to what the lease owes, oldest first, and receipted. What a caretaker records, and
    an M-Pesa code typed by hand, is pending until it is confirmed. Without a lease it waits to be matched.
    """
    return service.record_payment(call.ctx, call.body)


@payments.get("/payments/{payment_id}", may="see_payments", answer=PAYMENT)
def get_payment(call: Call, payment_id: UUID) -> Payment:
    """Tell one payment."""
    return service.get_payment(call.ctx, payment_id)


@payments.post("/payments/{payment_id}/confirm", may="confirm_payment", status=200, answer=PAYMENT)
def confirm_payment(call: Call, payment_id: UUID) -> Payment:
    """Let a pending payment count."""
    return service.confirm_payment(call.ctx, payment_id)


@payments.post("/payments/{payment_id}/reject", may="confirm_payment", status=200, body=REASON, answer=PAYMENT)
def reject_payment(call: Call, payment_id: UUID) -> Payment:
    """Refuse a pending payment."""
    return service.reject_payment(call.ctx, payment_id, reason=call.body["reason"])


@payments.post("/payments/{payment_id}/match", may="allocate_payment", status=200, body=MATCH, answer=PAYMENT)
def match_payment(call: Call, payment_id: UUID) -> Payment:
    """Give an unmatched payment its lease."""
    return service.match_payment(call.ctx, payment_id, call.body["lease_id"])


@payments.post("/payments/{payment_id}/allocate", may="allocate_payment", status=200, body=ALLOCATE, answer=PAYMENT)
def allocate_payment(call: Call, payment_id: UUID) -> Payment:
    """Allocate a payment anew, to the lines named or, without any, to what is open, oldest first."""
    lines = call.body.get("lines")
    chosen = None if lines is None else [(line["invoice_line_id"], line["amount_cents"]) for line in lines]
    return service.allocate_payment(call.ctx, payment_id, chosen)


@payments.post("/payments/{payment_id}/reverse", may="reverse_payment", status=200, body=REASON, answer=PAYMENT)
def reverse_payment(call: Call, payment_id: UUID) -> Payment:
    """Undo a payment: its lines are open again and its receipt is void."""
    return service.reverse_payment(call.ctx, payment_id, reason=call.body["reason"])


@payments.post("/payments/{payment_id}/refund", may="refund_credit", body=NEW_REFUND, answer=REFUND, fresh=True)
def refund_credit(call: Call, payment_id: UUID) -> Refund:
    """Record that credit of a payment was given back."""
    return service.refund_credit(call.ctx, payment_id, call.body)


@payments.get("/payments/{payment_id}/refunds", may="see_payments", query=PAGING, answer=REFUND)
def list_refunds(call: Call, payment_id: UUID) -> Page[Refund]:
    """List what was given back of a payment."""
    service.get_payment(call.ctx, payment_id)
    return service.list_refunds(call.ctx, call.asked, payment_id)


@payments.get("/payments/{payment_id}/allocations", may="see_payments", query=PAGING, answer=ALLOCATION)
def list_allocations(call: Call, payment_id: UUID) -> Page[Allocation]:
    """List where a payment went; a row below nothing takes an earlier one back."""
    service.get_payment(call.ctx, payment_id)
    return service.list_allocations(call.ctx, call.asked, payment_id)


@payments.post("/leases/{lease_id}/opening-credit", may="allocate_payment", body=OPENING_CREDIT, answer=PAYMENT)
def record_opening_credit(call: Call, lease_id: UUID) -> Payment:
    """Record what a tenant had paid ahead before the books began."""
    return service.record_opening_credit(call.ctx, lease_id, call.body["amount_cents"], call.body["on"])
