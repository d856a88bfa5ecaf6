"""List payments, and receive them: post, allocate, receipt."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from chalicelib import billing, ledger
from chalicelib.errors import NotFound
from chalicelib.ledger.model import Entry, Leg
from chalicelib.paging import Page, PageRequest
from chalicelib.payments import payment_repository
from chalicelib.payments.allocation import apply_credits
from chalicelib.payments.model import Payment
from chalicelib.payments.notifications import notify_receipt
from chalicelib.payments.revision import revise
from chalicelib.periods import short_day
from chalicelib.runtime.context import Context


def get_payment(ctx: Context, payment_id: UUID) -> Payment:
    found = payment_repository.find_payment(ctx, payment_id)
    if found is None or not ctx.may_touch(found.property_id):
        raise NotFound("There is no such payment.")
    return found


def list_payments(
    ctx: Context,
    page_request: PageRequest,
    *,
    lease_id: UUID | None = None,
    property_id: UUID | None = None,
    channel_id: UUID | None = None,
    state: str | None = None,
    since: dt.date | None = None,
    until: dt.date | None = None,
) -> Page[Payment]:
    """Return a page of payments; ``since`` and ``until`` limit the day received, both included."""
    return payment_repository.list_payments(
        ctx,
        page_request,
        within=ctx.actor.properties,
        lease_id=lease_id,
        property_id=property_id,
        channel_id=channel_id,
        state=state,
        since=since,
        until=until,
    )


def receive_payment(
    ctx: Context, payment: Payment, because: str, payable: Collection[UUID] = (), entries: Sequence[Entry] = ()
) -> Payment:
    """Post a confirmed payment on its ``posted_on`` with ``entries``, and allocate and receipt it if it has a lease.

    Args:
        payable: Leases that it pays for besides its own, locked by the caller.
    """
    code = "opening" if payment.channel_id is None else ledger.channel_code(payment.channel_id)
    entry = Entry(
        kind="payment",
        effective_on=payment.posted_on or payment.received_on,
        idempotency_key=f"payment:{payment.id}",
        source_kind="payment",
        source_id=payment.id,
        postings=(
            Leg(code, payment.amount_cents, payment.lease_id, payment.property_id),
            Leg("unallocated", -payment.amount_cents, payment.lease_id, payment.property_id),
        ),
    )
    return allocate_and_receipt(ctx, payment, payable, [*entries, entry], because)


def allocate_and_receipt(
    ctx: Context, payment: Payment, payable: Collection[UUID], entries: list[Entry], because: str
) -> Payment:
    """Allocate and receipt a confirmed payment of a lease, post that together with ``entries``, notify the tenant.

    What follows is derived again where it counts from a past day; ``because`` tells people why.
    """
    if payment.lease_id:
        if payment.received_on < ctx.today:
            entries += revise(ctx, {payment.lease_id, *payable}, payment.received_on, because)
        else:
            entries += apply_credits(ctx, [payment], {payment.lease_id: {payment.lease_id, *payable}})
    receipt = None
    if payment.lease_id and payment.tenant_id and payment.method != "opening":
        receipt = billing.issue_receipt(
            ctx,
            payment_id=payment.id,
            lease_id=payment.lease_id,
            tenant_id=payment.tenant_id,
            amount_cents=payment.amount_cents,
            on=ctx.today,
        )
    ledger.post(ctx, entries)
    if receipt is not None:
        notify_receipt(ctx, payment, receipt)
    return get_payment(ctx, payment.id)


def revise_after(ctx: Context, payment: Payment, act: str) -> None:
    """Derive again what follows from the payment, after an ``act`` on it that moves no money, and post that."""
    if payment.lease_id is None:
        return
    ledger.post(ctx, revise(ctx, [payment.lease_id], payment.received_on, describe_act(ctx, payment, act)))


def describe_act(ctx: Context, payment: Payment, act: str) -> str:
    """Return what was done to the payment, for people: "payment of 3 Nov entered on 30 Nov"."""
    return f"payment of {short_day(payment.received_on, ctx.today)} {act} on {short_day(ctx.today, ctx.today)}"


def anonymise_payer(ctx: Context, tenant_id: UUID, lease_ids: Iterable[UUID]) -> None:
    """Anonymise the payments of an erased tenant and of their leases: payer and free text go.

    Amounts, dates and the provider's references stay, because the books depend on them.
    """
    payment_repository.anonymise_payer(ctx, tenant_id, lease_ids)
