"""Review payments: confirm or reject pending ones, match those without a lease."""

import datetime as dt
from uuid import UUID

from chalicelib import ledger
from chalicelib.errors import Conflict, NotFound
from chalicelib.ledger.model import Entry, Leg
from chalicelib.payments import payment_repository
from chalicelib.payments.allocation_entries import lock_payment
from chalicelib.payments.model import Payment
from chalicelib.payments.notifications import cancel_recorded_notification, notify_rejected
from chalicelib.payments.payers import find_payer, lock_payer
from chalicelib.payments.receiving import (
    allocate_and_receipt,
    describe_act,
    get_payment,
    receive_payment,
    revise_after,
)
from chalicelib.runtime.context import Context


def confirm_payment(ctx: Context, payment_id: UUID) -> Payment:
    """Confirm a pending payment: post it as of the day it was received, allocate and receipt it.

    Raises:
        Conflict: it is not pending.
    """
    seen = get_payment(ctx, payment_id)
    payable = find_payer(ctx, seen.lease_id).payable if seen.lease_id else ()
    payment = lock_payment(ctx, payment_id, and_leases=payable)
    posted_on = ledger.posting_day(ctx, payment.received_on)
    fresh = {
        "unallocated_cents": payment.amount_cents,
        "confirmed_by": ctx.actor.member_id,
        "posted_on": posted_on,
        "matched_on": posted_on if payment.lease_id else None,
    }
    state = "matched" if payment.lease_id else "unmatched"
    if payment.state != "pending" or not payment_repository.change_state(ctx, payment_id, state, fresh):
        raise Conflict("Only a pending payment can be confirmed.", state=payment.state)
    confirmed = get_payment(ctx, payment_id)
    received = receive_payment(ctx, confirmed, describe_act(ctx, payment, "confirmed"), payable)
    if received.lease_id is not None:
        cancel_recorded_notification(ctx, received)
    return received


def reject_payment(ctx: Context, payment_id: UUID, *, reason: str) -> Payment:
    """Reject a pending payment; nothing was posted for it. The tenant is notified if they were when it was recorded.

    Its reference is free again, so that the same money can still be recorded correctly.

    Raises:
        Conflict: it is not pending.
    """
    payment = lock_payment(ctx, payment_id)
    values = {"reason": reason, "confirmed_by": ctx.actor.member_id}
    if not payment_repository.change_state(ctx, payment_id, "rejected", values):
        raise Conflict("Only a pending payment can be rejected.", state=payment.state)
    revise_after(ctx, payment, "rejected")
    notify_rejected(ctx, payment)
    return get_payment(ctx, payment_id)


def match_payment(ctx: Context, payment_id: UUID, lease_id: UUID) -> Payment:
    """Match an unmatched payment to a lease, allocate it oldest first, and receipt it.

    It counts for the lease from the day that it counts in the books, or from the first open day if that is closed.

    Raises:
        Conflict: it is not unmatched.
        Invalid: the organisation has no such lease.
    """
    get_payment(ctx, payment_id)
    payer = lock_payer(ctx, lease_id)
    lease = payer.lease
    payment = payment_repository.find_payment(ctx, payment_id, lock=True)
    if payment is None:
        raise NotFound("There is no such payment.")
    matched_on = ledger.posting_day(ctx, payment.posted_on or payment.received_on)
    found = {
        "lease_id": lease.id,
        "property_id": lease.property_id,
        "tenant_id": lease.tenant_id,
        "matched_on": matched_on,
    }
    if payment.state != "unmatched" or not payment_repository.change_state(ctx, payment_id, "matched", found):
        raise Conflict("Only an unmatched payment can be matched.", state=payment.state)
    matched = get_payment(ctx, payment_id)
    because = describe_act(ctx, matched, "matched")
    return allocate_and_receipt(ctx, matched, payer.payable, [_match_entry(matched, matched_on)], because)


def _match_entry(payment: Payment, on: dt.date) -> Entry:
    """Return the entry that makes money which was nobody's the credit of its lease."""
    return Entry(
        kind="match",
        effective_on=on,
        idempotency_key=f"match:{payment.id}",
        source_kind="payment",
        source_id=payment.id,
        postings=(
            Leg("unallocated", payment.amount_cents),
            Leg("unallocated", -payment.amount_cents, payment.lease_id, payment.property_id),
        ),
    )
