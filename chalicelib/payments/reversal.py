"""Reverse payments, and refund credit to the tenant."""

import datetime as dt
from uuid import UUID

from chalicelib import billing, ledger, portfolio
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.ids import new_id
from chalicelib.ledger.model import Entry, Leg
from chalicelib.money import lowest_balance_from
from chalicelib.paging import Page, PageRequest
from chalicelib.payments import allocation_repository, payment_repository
from chalicelib.payments.allocation import apply_lease_credits
from chalicelib.payments.allocation_entries import CHANGED_MEANWHILE, lock_payment, releases_of, write_allocations
from chalicelib.payments.model import NewRefund, Payment, Refund
from chalicelib.payments.notifications import notify_reversed
from chalicelib.payments.receiving import describe_act, get_payment
from chalicelib.payments.revision import revise
from chalicelib.runtime.context import Context


def reverse_payment(ctx: Context, payment_id: UUID, *, reason: str) -> Payment:
    """Reverse a payment that was none (a bounced cheque, a typing error) and return it.

    Its allocations are released, which reopens the lines; its receipt becomes void, its journal is
    mirrored today. Other credit of the leases is applied to what was reopened. It keeps its
    reference, so that a repeat of the same message is not mistaken for new money. The tenant is notified
    if the receipt was sent to them.

    Raises:
        Conflict: it is pending, rejected or reversed already, or part of it was refunded.
    """
    payment = lock_payment(ctx, payment_id)
    if payment.refunded_cents:
        raise Conflict(
            "Part of this payment was refunded; it can no longer be reversed.",
            payment_id=str(payment_id),
            refunded_cents=payment.refunded_cents,
        )
    if payment.state not in ("matched", "unmatched"):
        raise Conflict("Only a confirmed payment can be reversed.", state=payment.state)
    net_allocations = allocation_repository.net_allocations_of_source(ctx, payment_id)
    entries = write_allocations(ctx, releases_of(ctx, net_allocations, ctx.today))
    reopened = allocation_repository.list_leases_of_source(ctx, payment_id)
    values = {"unallocated_cents": 0, "reversed_on": ctx.today, "reason": reason}
    if not payment_repository.change_state(ctx, payment_id, "reversed", values):
        raise Conflict(CHANGED_MEANWHILE)
    if payment.lease_id is not None:
        because = describe_act(ctx, payment, "reversed")
        concerned = {payment.lease_id, *reopened}
        if payment.received_on < ctx.today:
            entries += revise(ctx, concerned, payment.received_on, because)
        else:
            entries += apply_lease_credits(ctx, concerned)
        billing.void_receipt(ctx, payment_id)
    ledger.post(ctx, entries)
    ledger.reverse(ctx, ("payment", payment_id), on=ctx.today, kinds={"payment"})
    notify_reversed(ctx, payment)
    return get_payment(ctx, payment_id)


def refund_credit(ctx: Context, payment_id: UUID, new: NewRefund) -> Refund:
    """Record a refund of a payment's credit to the tenant, and post it.

    Raises:
        Conflict: the payment has no lease, is not confirmed, or has less credit, or had less on that day or since;
            ``credit_cents`` states how much.
        Invalid: a day in the future or before the payment, or the channel is not the organisation's.
    """
    payment = lock_payment(ctx, payment_id)
    refunded_on = new.refunded_on or ctx.today
    if not payment.received_on <= refunded_on <= ctx.today:
        raise Invalid([("refunded_on", "expected a day from that of the payment to today")])
    channel_id = _check_channel(ctx, new.channel_id or payment.channel_id)
    if payment.lease_id is None or payment.state != "matched":
        raise Conflict("Only credit of a confirmed payment that has a lease can be refunded.", state=payment.state)
    credit_cents = _least_credit_since(ctx, payment, refunded_on)
    if new.amount_cents > credit_cents:
        raise Conflict(
            "The payment has, or had on that day or later, less credit than this amount.", credit_cents=credit_cents
        )
    if not payment_repository.mark_refunded(ctx, payment_id, new.amount_cents):
        raise Conflict(CHANGED_MEANWHILE)
    refund = Refund(
        id=new_id(),
        payment_id=payment_id,
        lease_id=payment.lease_id,
        amount_cents=new.amount_cents,
        channel_id=channel_id,
        provider_reference=new.provider_reference,
        refunded_on=refunded_on,
        reason=new.reason,
        created_at=ctx.now,
    )
    payment_repository.add_refund(ctx, refund)
    ledger.post(ctx, [_refund_entry(refund, payment)])
    return refund


def list_refunds(ctx: Context, page_request: PageRequest, payment_id: UUID) -> Page[Refund]:
    return payment_repository.list_refunds(ctx, page_request, payment_id)


def _least_credit_since(ctx: Context, payment: Payment, day: dt.date) -> int:
    """Return the least credit (cents) that the payment had on ``day`` or since: money that was allocated until the
    20th cannot have been refunded on the 10th."""
    spent = allocation_repository.allocated_by_day(ctx, payment.id)
    spent += payment_repository.refunded_by_day(ctx, payment.id)
    return lowest_balance_from(
        day, [(payment.received_on, payment.amount_cents), *((on, -cents) for on, cents in spent)]
    )


def _refund_entry(refund: Refund, payment: Payment) -> Entry:
    return Entry(
        kind="refund",
        effective_on=refund.refunded_on,
        idempotency_key=f"refund:{refund.id}",
        source_kind="refund",
        source_id=refund.id,
        postings=(
            Leg("unallocated", refund.amount_cents, refund.lease_id, payment.property_id),
            Leg(ledger.channel_code(refund.channel_id), -refund.amount_cents, refund.lease_id, payment.property_id),
        ),
        memo=refund.reason,
    )


def _check_channel(ctx: Context, channel_id: UUID | None) -> UUID:
    if channel_id is None:
        raise Invalid([("channel_id", "choose the channel that the money leaves from")])
    try:
        return portfolio.get_channel(ctx, channel_id).id
    except NotFound as error:
        raise Invalid([("channel_id", "the organisation has no such channel")]) from error
