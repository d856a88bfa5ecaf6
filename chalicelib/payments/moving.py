"""Move payments to the lease that they were for."""

import datetime as dt
from uuid import UUID

from chalicelib import billing, ledger
from chalicelib.errors import Conflict, Invalid
from chalicelib.ids import new_id
from chalicelib.leasing.model import PayerLease
from chalicelib.ledger.model import Entry
from chalicelib.ledger.rules import effective_day
from chalicelib.payments import allocation_repository, payment_repository
from chalicelib.payments.allocation import apply_lease_credits
from chalicelib.payments.allocation_entries import CHANGED_MEANWHILE, lock_payment, releases_of, write_allocations
from chalicelib.payments.model import Payment
from chalicelib.payments.notifications import notify_reversed
from chalicelib.payments.payers import find_payer
from chalicelib.payments.receiving import describe_act, get_payment, receive_payment
from chalicelib.payments.recording import insert_payment
from chalicelib.payments.reversal import find_mirror_day
from chalicelib.payments.revision import revise
from chalicelib.runtime.context import Context


def move_payment(ctx: Context, payment_id: UUID, lease_id: UUID, *, reason: str) -> Payment:
    """Move a payment that was recorded on the wrong lease, and return the payment that replaces it.

    The old payment is reversed and its receipt void; the new one has the same channel, reference, day and amount,
    and is allocated and receipted. What the old one did is undone on the days of its journals, or on the first open
    day where their month is closed, so that the old lease's balance of an open month never has money that was not
    its. Both tenants are notified: of a reversal and of a receipt.

    Raises:
        Conflict: it is pending, unmatched, rejected or reversed, or part of it was refunded.
        Invalid: the organisation has no such lease, or the payment is on it already.
        NotFound: the organisation has no such payment.
    """
    get_payment(ctx, payment_id)
    payer = find_payer(ctx, lease_id)
    old = lock_payment(ctx, payment_id, and_leases=payer.payable)
    _check_movable(old, lease_id)
    closed_through = ledger.get_closed_through(ctx)
    first_open = effective_day(old.received_on, closed_through)
    entries = _withdraw(ctx, old, first_open, reason)
    moved = _replacement(ctx, old, payer.lease)._replace(posted_on=first_open, matched_on=first_open)
    insert_payment(ctx, moved)
    # Whether the tenant is notified goes by the day on which the money was first entered.
    because = describe_act(ctx, moved, "moved")
    received = receive_payment(ctx, moved._replace(created_at=old.created_at), because, payer.payable, entries)
    ledger.reverse(ctx, ("payment", old.id), on=first_open, kinds={"payment", "match"})
    if ledger.get_closed_through(ctx, locked=True) != closed_through:
        raise Conflict(CHANGED_MEANWHILE)
    notify_reversed(ctx, old)
    return received


def _check_movable(payment: Payment, lease_id: UUID) -> None:
    if payment.state == "pending":
        raise Conflict(
            "A pending payment is not moved: reject it, which frees its reference, and record it on the right lease.",
            state=payment.state,
        )
    if payment.state == "unmatched":
        raise Conflict("This payment has no lease yet: match it to one.", state=payment.state)
    if payment.state != "matched" or payment.method == "opening":
        raise Conflict("Only a confirmed payment that came in can be moved.", state=payment.state)
    if payment.refunded_cents:
        raise Conflict(
            "Part of this payment was refunded; reverse the refund before it is moved.",
            refunded_cents=payment.refunded_cents,
        )
    if payment.lease_id == lease_id:
        raise Invalid([("lease_id", "the payment is on this lease already")])


def _withdraw(ctx: Context, payment: Payment, first_open: dt.date, reason: str) -> list[Entry]:
    """Reverse the payment as of the days of what it did, each not before ``first_open``; return the entries to post,
    without the mirror of its own journal."""
    done = allocation_repository.net_allocations_by_day(ctx, payment, not_before=first_open)
    releases = releases_of(ctx, [net for _, net in done], first_open)
    entries = write_allocations(
        ctx, [release._replace(on=day) for release, (day, _) in zip(releases, done, strict=True)]
    )
    reversed_on = find_mirror_day(ctx, payment.id, "payment", first_open)
    values = {"unallocated_cents": 0, "reversed_on": reversed_on, "reason": reason}
    if payment.lease_id is None or not payment_repository.change_state(ctx, payment.id, "reversed", values):
        raise Conflict(CHANGED_MEANWHILE)
    billing.void_receipt(ctx, payment.id)
    paid_for = allocation_repository.list_leases_of_source(ctx, payment.id)
    concerned = {payment.lease_id, *paid_for}
    if payment.received_on < ctx.today:
        return entries + revise(ctx, concerned, payment.received_on, describe_act(ctx, payment, "moved"))
    return entries + apply_lease_credits(ctx, concerned)


def _replacement(ctx: Context, old: Payment, lease: PayerLease) -> Payment:
    return old._replace(
        id=new_id(),
        lease_id=lease.id,
        property_id=lease.property_id,
        tenant_id=lease.tenant_id,
        unallocated_cents=old.amount_cents,
        by_hand=False,
        recorded_by=ctx.actor.member_id,
        version=1,
        created_at=ctx.now,
        moved_from_id=old.id,
        invoice_id=None,
        spread=None,
    )
