"""Record payments by hand, and credit from before the books began."""

import datetime as dt
from uuid import UUID

from chalicelib import leasing
from chalicelib.errors import Conflict, Invalid
from chalicelib.ids import new_id
from chalicelib.leasing.model import LeaseTerms
from chalicelib.paging import PageRequest
from chalicelib.payments import channels, payment_repository, rules
from chalicelib.payments.allocation_entries import CHANGED_MEANWHILE
from chalicelib.payments.model import NewPayment, Payment
from chalicelib.payments.notifications import notify_recorded
from chalicelib.payments.receiving import describe_act, lock_lease_for_payment, receive_payment, revise_after
from chalicelib.runtime.context import Context


def record_payment(ctx: Context, new: NewPayment) -> Payment:
    """Record a payment by hand and return it.

    Unless it needs confirmation first, it is posted, allocated oldest first and receipted; without a lease it is
    unmatched. The tenant is notified of the receipt, and of what a caretaker records.

    What a caretaker records is pending until ``confirm_payment``, and is for their properties only. The answer's
    ``warnings`` name payments that may be the same money: of a cheque number, or of equal cash of the lease and day.

    Raises:
        Conflict: a live payment has the M-Pesa code, or the bank's reference on that channel; ``payment_id`` names it.
        Invalid: a day in the future or too long ago (``rules.earliest_received_on``), a lease, tenant or channel that
            is not the organisation's or does not fit.
    """
    _check_new_payment(new, ctx.today)
    lease = _lock_named_lease(ctx, new)
    _check_received_on(new.received_on, ctx.actor.role, lease, ctx.today)
    channel_id = channels.choose_channel(
        ctx, new.method, channel_id=new.channel_id, property_id=lease.property_id if lease else None
    )
    pending = rules.needs_confirmation(new.method, ctx.actor.role)
    payment = _make_payment(ctx, new, lease)._replace(channel_id=channel_id)
    if pending:
        payment = payment._replace(state="pending", unallocated_cents=0)
    lookalikes = payment_repository.list_lookalikes(ctx, payment, ctx.actor.properties)
    warnings = tuple(rules.format_lookalike(each) for each in lookalikes)
    insert_payment(ctx, payment)
    if not pending:
        return receive_payment(ctx, payment, describe_act(ctx, payment, "entered"))._replace(warnings=warnings)
    if payment.lease_id:
        revise_after(ctx, payment, "entered")
    if ctx.actor.role == "caretaker":
        notify_recorded(ctx, payment)
    return payment._replace(warnings=warnings)


def record_opening_credit(ctx: Context, lease_id: UUID, amount_cents: int, on: dt.date) -> Payment:
    """Record credit that a tenant had before the books began, as a payment of the method "opening".

    It is allocated to what the lease owes, and the rest stays credit for the next bill; it gets no receipt.

    Raises:
        Invalid: ``on`` is in the future or too long ago.
        NotFound: the organisation has no such lease.
    """
    new = NewPayment("opening", amount_cents, on, lease_id)
    _check_new_payment(new, ctx.today)
    lease = leasing.lock_lease_terms(ctx, lease_id)
    _check_received_on(on, "owner", lease, ctx.today)
    payment = _make_payment(ctx, new, lease)
    insert_payment(ctx, payment)
    return receive_payment(ctx, payment, describe_act(ctx, payment, "entered"))


def _check_new_payment(new: NewPayment, today: dt.date) -> None:
    wrong = []
    if new.amount_cents <= 0:
        wrong.append(("amount", "expected an amount above zero"))
    if new.received_on > today:
        wrong.append(("received_on", "may not be in the future"))
    if new.lease_id and new.tenant_id:
        wrong.append(("tenant_id", "give the lease or the tenant, not both"))
    if new.method == "mpesa" and not new.provider_reference:
        wrong.append(("provider_reference", "expected the M-Pesa code"))
    if wrong:
        raise Invalid(wrong)


def _check_received_on(received_on: dt.date, role: str, lease: LeaseTerms | None, today: dt.date) -> None:
    first = rules.earliest_received_on(role, lease.starts_on if lease else None, today)
    if received_on < first:
        raise Invalid([("received_on", f"expected {first.isoformat()} or later")])


def _lock_named_lease(ctx: Context, new: NewPayment) -> LeaseTerms | None:
    """Lock the payment's lease and return its terms; None if none is named."""
    lease_id = _find_only_active_lease(ctx, new.tenant_id) if new.tenant_id else new.lease_id
    if lease_id is not None:
        return lock_lease_for_payment(ctx, lease_id)
    if ctx.actor.properties is not None:
        raise Invalid([("lease_id", "choose the lease that the money is for")])
    return None


def _find_only_active_lease(ctx: Context, tenant_id: UUID) -> UUID:
    page = leasing.list_leases(ctx, PageRequest(limit=2), tenant_id=tenant_id, status="active")
    if not page.items:
        raise Invalid([("tenant_id", "the organisation has no such tenant with a running lease")])
    if len(page.items) > 1:
        raise Invalid([("tenant_id", "the tenant has several running leases; choose the lease")])
    return page.items[0].id


def _make_payment(ctx: Context, new: NewPayment, lease: LeaseTerms | None) -> Payment:
    """Return the payment as confirmed, without a channel."""
    return Payment(
        id=new_id(),
        channel_id=None,
        method=new.method,
        provider_reference="".join(new.provider_reference.split()).upper() or None,
        amount_cents=new.amount_cents,
        received_on=new.received_on,
        lease_id=lease.id if lease else None,
        property_id=lease.property_id if lease else None,
        tenant_id=lease.tenant_id if lease else None,
        state="matched" if lease else "unmatched",
        purpose=new.purpose,
        reference_raw="",
        payer_name=new.payer_name,
        note=new.note,
        unallocated_cents=new.amount_cents,
        refunded_cents=0,
        by_hand=False,
        recorded_by=ctx.actor.member_id,
        confirmed_by=None,
        reversed_on=None,
        reason=None,
        version=1,
        created_at=ctx.now,
    )


def insert_payment(ctx: Context, payment: Payment) -> None:
    """Insert the payment.

    Raises:
        Conflict: a live payment holds its reference; ``payment_id`` and ``state`` are stated if the member may see it.
    """
    if payment_repository.add_payment(ctx, payment):
        return
    first = payment_repository.find_holder_of_reference(ctx, payment)
    if first is None:
        raise Conflict(CHANGED_MEANWHILE)
    raise Conflict(
        "A payment with this M-Pesa code was recorded before."
        if payment.method == "mpesa"
        else "The channel already has a payment with this reference.",
        provider_reference=payment.provider_reference,
        **({"payment_id": str(first.id), "state": first.state} if ctx.may_touch(first.property_id) else {}),
    )
