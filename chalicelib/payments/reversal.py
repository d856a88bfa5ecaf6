"""Reverse payments."""

import datetime as dt
from typing import Any
from uuid import UUID

from chalicelib import billing, ledger
from chalicelib.errors import Conflict
from chalicelib.paging import PageRequest
from chalicelib.payments import allocation_repository, payment_repository
from chalicelib.payments.allocation import apply_lease_credits
from chalicelib.payments.allocation_entries import CHANGED_MEANWHILE, lock_payment, releases_of, write_allocations
from chalicelib.payments.model import Payment
from chalicelib.payments.notifications import notify_reversed
from chalicelib.payments.receiving import describe_act, get_payment
from chalicelib.payments.revision import revise
from chalicelib.runtime.context import Context


def reverse_payment(ctx: Context, payment_id: UUID, *, reason: str) -> Payment:
    """Reverse a payment that was none (a bounced cheque, a typing error) and return it.

    Its allocations are released, which reopens the lines; its receipt becomes void, its journal is
    mirrored today. Other credit of the leases is applied to what was reopened. It keeps its
    reference, which other payments may have again. What was refunded of it is billed to the tenant as a refund to
    be returned, due today. The tenant is notified if the receipt was sent to them.

    Raises:
        Conflict: it is pending, rejected or reversed already.
    """
    payment = lock_payment(ctx, payment_id)
    if payment.state not in ("matched", "unmatched"):
        raise Conflict("Only a confirmed payment can be reversed.", state=payment.state)
    net_allocations = allocation_repository.net_allocations_of_source(ctx, payment_id)
    entries = write_allocations(ctx, releases_of(ctx, net_allocations, ctx.today))
    reopened = allocation_repository.list_leases_of_source(ctx, payment_id)
    values: dict[str, Any] = {"unallocated_cents": 0, "reversed_on": ctx.today, "reason": reason}
    if payment.refunded_cents and payment.lease_id is not None:
        values["recovery_invoice_id"] = billing.issue_refund_recovery(ctx, payment.lease_id, payment.refunded_cents)
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
    ledger.reverse(ctx, ("payment", payment_id), on=ctx.today, kinds={"payment", "match"})
    notify_reversed(ctx, payment)
    return get_payment(ctx, payment_id)


def find_mirror_day(ctx: Context, source_id: UUID, kind: str, first_open: dt.date) -> dt.date:
    """Return the day on which the mirror of the source's journal of the kind takes effect: its own, if it is open."""
    [posted] = ledger.list_journals(ctx, PageRequest(limit=1), source_id=source_id, kind=kind).items
    return max(posted.effective_on, first_open)
