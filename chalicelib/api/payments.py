"""Payments, their allocations and refunds."""

from uuid import UUID

from chalicelib import payments
from chalicelib.api.schemas import payments as schemas
from chalicelib.paging import Page
from chalicelib.payments.model import Allocation, Payment, Refund
from chalicelib.web.fields import Paging
from chalicelib.web.routing import ApiBlueprint, RequestContext

routes = ApiBlueprint(__name__, tag="payments")


@routes.get("/payments", may="see_payments", query=schemas.PaymentQuery, answer=schemas.PaymentView)
def list_payments(request: RequestContext) -> Page[Payment]:
    """List payments.

    Returns payments, newest first; filter by lease, property, channel, state and day received (``from``, ``to``). A
    caretaker sees those of the named properties.
    """
    return payments.list_payments(
        request.ctx,
        request.page_request,
        lease_id=request.query.get("lease_id"),
        property_id=request.query.get("property_id"),
        channel_id=request.query.get("channel_id"),
        state=request.query.get("state"),
        since=request.query.get("since"),
        until=request.query.get("until"),
    )


@routes.post(
    "/payments",
    may="record_payment",
    body=schemas.NewPayment,
    answer=schemas.RecordedPayment,
    location="/v1/payments/{id}",
)
def record_payment(request: RequestContext) -> Payment:
    """Record a payment.

    Records money received. It is posted, allocated and receipted; without a lease it is ``unmatched``. What is named
    (an invoice, a lease, a purpose) is paid first, then what the payer of the lease owes on others whose properties
    have the same owner and channel, oldest first; with ``tenant_id``, oldest first over all of these. What a
    caretaker records, and an M-Pesa code typed by hand, is ``pending`` until confirmed. An M-Pesa code that a live
    payment has, and a bank's reference that one on the same channel has, is refused (409; ``payment_id`` names it).
    ``warnings`` name payments that may be the same money: a cheque number that was recorded before, equal cash of the
    same lease and day.
    """
    return payments.record_payment(request.ctx, request.body)


@routes.get("/payments/{payment_id}", may="see_payments", answer=schemas.PaymentView)
def get_payment(request: RequestContext, payment_id: UUID) -> Payment:
    """Get a payment.

    Returns one payment with what is allocated, in credit and refunded. A caretaker sees those of the named
    properties.
    """
    return payments.get_payment(request.ctx, payment_id)


@routes.post("/payments/{payment_id}/confirm", may="confirm_payment", status=200, answer=schemas.PaymentView)
def confirm_payment(request: RequestContext, payment_id: UUID) -> Payment:
    """Confirm a payment.

    Confirms a pending payment: it is posted by the day it was received, allocated and receipted, and the tenant is
    notified. A payment that is not pending is refused (409). For owners and managers.
    """
    return payments.confirm_payment(request.ctx, payment_id)


@routes.post(
    "/payments/{payment_id}/reject", may="confirm_payment", status=200, body=schemas.Reason, answer=schemas.PaymentView
)
def reject_payment(request: RequestContext, payment_id: UUID) -> Payment:
    """Reject a payment.

    Rejects a pending payment, for which nothing was posted; its reference can be used again. The tenant is notified
    if they were told of the entry. A payment that is not pending is refused (409). For owners and managers.
    """
    return payments.reject_payment(request.ctx, payment_id, reason=request.body["reason"])


@routes.post(
    "/payments/{payment_id}/match", may="allocate_payment", status=200, body=schemas.Match, answer=schemas.PaymentView
)
def match_payment(request: RequestContext, payment_id: UUID) -> Payment:
    """Match a payment to a lease.

    Gives an unmatched payment its lease: it is allocated to the oldest open lines and receipted. A payment that is
    not unmatched is refused (409). For owners, managers and accountants.
    """
    return payments.match_payment(request.ctx, payment_id, request.body["lease_id"])


@routes.post(
    "/payments/{payment_id}/allocate",
    may="allocate_payment",
    status=200,
    body=schemas.Allocate,
    answer=schemas.PaymentView,
)
def allocate_payment(request: RequestContext, payment_id: UUID) -> Payment:
    """Allocate a payment.

    Releases what the payment is allocated to and allocates it anew: to the given lines, or without ``lines`` to the
    oldest open ones; an empty list leaves all of it as credit. Lines may be of any lease of the same payer. For
    owners, managers and accountants.
    """
    lines = request.body.get("lines")
    chosen = None if lines is None else [(line["invoice_line_id"], line["amount_cents"]) for line in lines]
    return payments.allocate_payment(request.ctx, payment_id, chosen)


@routes.post(
    "/payments/{payment_id}/reverse", may="reverse_payment", status=200, body=schemas.Reason, answer=schemas.PaymentView
)
def reverse_payment(request: RequestContext, payment_id: UUID) -> Payment:
    """Reverse a payment.

    Reverses a confirmed payment, such as a bounced cheque: its lines are open again, its receipt is void, its
    journal is mirrored today, and the tenant is notified. Its reference can be used again. What was
    refunded of it is billed by an invoice (``recovery_invoice_id``), due today. For owners, managers and accountants.
    """
    return payments.reverse_payment(request.ctx, payment_id, reason=request.body["reason"])


@routes.post(
    "/payments/{payment_id}/move",
    may="reverse_payment",
    body=schemas.Move,
    answer=schemas.PaymentView,
    location="/v1/payments/{id}",
)
def move_payment(request: RequestContext, payment_id: UUID) -> Payment:
    """Move a payment to another lease.

    Corrects a payment that was recorded on the wrong lease: it is reversed, its receipt is void, and a new payment
    (``moved_from_id`` names the old one) with the same reference, day and amount is allocated and receipted on the
    right lease. The old lease is corrected as of the days concerned, or of the first open day. Both tenants are
    notified. Only a matched payment of which nothing was refunded can be moved (409). For owners, managers and
    accountants.
    """
    return payments.move_payment(request.ctx, payment_id, **request.body)


@routes.post(
    "/payments/{payment_id}/refund", may="refund_credit", body=schemas.NewRefund, answer=schemas.RefundView, fresh=True
)
def refund_credit(request: RequestContext, payment_id: UUID) -> Refund:
    """Refund credit.

    Records that credit of a payment was paid back to the tenant, and posts it. Refused if the payment has less
    credit, or had on that day or later (409; ``credit_cents`` says how much). For owners, managers and accountants,
    with a recent sign-in.
    """
    return payments.refund_credit(request.ctx, payment_id, request.body)


@routes.post(
    "/payments/{payment_id}/refunds/{refund_id}/reversal",
    may="refund_credit",
    body=schemas.Reason,
    answer=schemas.RefundView,
)
def reverse_refund(request: RequestContext, payment_id: UUID, refund_id: UUID) -> Refund:
    """Reverse a refund.

    Undoes a refund that was never paid out, as of its day, or of the first open day if that month is closed: the
    credit comes back and is allocated to what is open. Answers with the row that reverses it; a refund that was
    reversed before is refused (409). For owners, managers and accountants.
    """
    return payments.reverse_refund(request.ctx, payment_id, refund_id, reason=request.body["reason"])


@routes.get("/payments/{payment_id}/refunds", may="see_payments", query=Paging, answer=schemas.RefundView)
def list_refunds(request: RequestContext, payment_id: UUID) -> Page[Refund]:
    """List the refunds of a payment.

    Returns what was paid back of the credit of a payment.
    """
    payments.get_payment(request.ctx, payment_id)
    return payments.list_refunds(request.ctx, request.page_request, payment_id)


@routes.get("/payments/{payment_id}/allocations", may="see_payments", query=Paging, answer=schemas.AllocationView)
def list_allocations(request: RequestContext, payment_id: UUID) -> Page[Allocation]:
    """List the allocations of a payment.

    Returns which invoice lines a payment was allocated to; a negative amount releases an earlier one. A caretaker
    does not see lines of properties that are not named.
    """
    payments.get_payment(request.ctx, payment_id)
    return payments.list_allocations(request.ctx, request.page_request, payment_id)
