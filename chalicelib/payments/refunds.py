"""Refund credit to the tenant, and reverse refunds that never were."""

import datetime as dt
from uuid import UUID

from chalicelib import billing, ledger, portfolio
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.ids import new_id
from chalicelib.ledger.model import Entry, Leg
from chalicelib.ledger.rules import effective_day
from chalicelib.money import lowest_balance_from
from chalicelib.paging import Page, PageRequest
from chalicelib.payments import allocation_repository, refund_repository
from chalicelib.payments.allocation import apply_lease_credits, release_for_credit
from chalicelib.payments.allocation_entries import CHANGED_MEANWHILE, lock_payment
from chalicelib.payments.model import NewRefund, Payment, Refund
from chalicelib.payments.reversal import find_mirror_day
from chalicelib.runtime.context import Context


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
    if not refund_repository.mark_refunded(ctx, payment_id, new.amount_cents):
        raise Conflict(CHANGED_MEANWHILE)
    refund = Refund(
        id=new_id(),
        payment_id=payment_id,
        lease_id=payment.lease_id,
        amount_cents=new.amount_cents,
        channel_id=channel_id,
        provider_reference=new.provider_reference,
        refunded_on=refunded_on,
        posted_on=ledger.posting_day(ctx, refunded_on),
        reason=new.reason,
        created_at=ctx.now,
    )
    refund_repository.add_refund(ctx, refund)
    ledger.post(ctx, [_refund_entry(refund, payment)])
    return refund


def reverse_refund(ctx: Context, payment_id: UUID, refund_id: UUID, *, reason: str) -> Refund:
    """Reverse a refund that was never paid out, and return the row that reverses it.

    It is undone on the day of its journal, or on the first open day if that month is closed. The credit comes back
    and is applied; if the payment was reversed since, what was billed to recover the refund is credited instead.

    Raises:
        Conflict: it was reversed before, or reverses one itself.
        NotFound: the payment has no such refund.
    """
    payment = lock_payment(ctx, payment_id)
    refund = refund_repository.find_refund(ctx, payment_id, refund_id)
    if refund is None:
        raise NotFound("There is no such refund.")
    if refund.reverses_id is not None:
        raise Conflict("This reverses a refund; it cannot be reversed itself.")
    closed_through = ledger.get_closed_through(ctx)
    first_open = effective_day(refund.refunded_on, closed_through)
    mirror_day = find_mirror_day(ctx, refund_id, "refund", first_open)
    mirror = refund._replace(
        id=new_id(),
        amount_cents=-refund.amount_cents,
        refunded_on=mirror_day,
        posted_on=mirror_day,
        reason=reason,
        created_at=ctx.now,
        reverses_id=refund_id,
    )
    if not refund_repository.add_refund(ctx, mirror):
        raise Conflict("This refund was reversed before.")
    if not refund_repository.mark_refunded(ctx, payment_id, -refund.amount_cents, state=payment.state):
        raise Conflict(CHANGED_MEANWHILE)
    entries = _credit_recovery(ctx, payment, refund.amount_cents, reason)
    entries += apply_lease_credits(
        ctx, {refund.lease_id, *allocation_repository.list_leases_of_source(ctx, payment_id)}
    )
    ledger.post(ctx, entries)
    ledger.reverse(ctx, ("refund", refund_id), on=first_open)
    if ledger.get_closed_through(ctx, locked=True) != closed_through:
        raise Conflict(CHANGED_MEANWHILE)
    return mirror


def list_refunds(ctx: Context, page_request: PageRequest, payment_id: UUID) -> Page[Refund]:
    return refund_repository.list_refunds(ctx, page_request, payment_id)


def _credit_recovery(ctx: Context, payment: Payment, amount_cents: int, reason: str) -> list[Entry]:
    """Credit what was billed to recover a refund of a payment that was reversed; return the entries to post."""
    if payment.recovery_invoice_id is None:
        return []
    invoice = billing.get_invoice(ctx, payment.recovery_invoice_id)
    lines = [(invoice.lines[0].id, amount_cents)]
    entries = release_for_credit(ctx, invoice, lines)
    billing.issue_credit_note(ctx, invoice.id, lines, reason=reason, on=ctx.today)
    return entries


def _least_credit_since(ctx: Context, payment: Payment, day: dt.date) -> int:
    """Return the least credit (cents) that the payment had on ``day`` or since: money that was allocated until the
    20th cannot have been refunded on the 10th."""
    spent = allocation_repository.allocated_by_day(ctx, payment.id)
    spent += refund_repository.refunded_by_day(ctx, payment.id)
    return lowest_balance_from(
        day, [(payment.received_on, payment.amount_cents), *((on, -cents) for on, cents in spent)]
    )


def _refund_entry(refund: Refund, payment: Payment) -> Entry:
    return Entry(
        kind="refund",
        effective_on=refund.posted_on,
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
