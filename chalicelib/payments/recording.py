"""Record payments by hand, and credit from before the books began."""

import datetime as dt
from uuid import UUID

from chalicelib import billing, leasing, ledger
from chalicelib.billing.model import OpenLine
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.ids import new_id
from chalicelib.leasing.model import LeaseTerms, PayerLease
from chalicelib.paging import MAX_PAGE_ITEMS, PageRequest
from chalicelib.payments import channels, payment_repository, rules
from chalicelib.payments.allocation_entries import CHANGED_MEANWHILE
from chalicelib.payments.model import NewPayment, Payment
from chalicelib.payments.notifications import notify_recorded
from chalicelib.payments.payers import Payer, lock_payer
from chalicelib.payments.receiving import describe_act, receive_payment, revise_after
from chalicelib.runtime.context import Context

UNKNOWN_INVOICE = "the organisation has no such invoice"
AnyLease = LeaseTerms | PayerLease


def record_payment(ctx: Context, new: NewPayment) -> Payment:
    """Record a payment by hand and return it.

    Unless it needs confirmation first, it is posted, allocated and receipted; without a lease it is unmatched. What
    the payer named (invoice, lease, purpose) is paid first, then what else the payer owes to the same owner by the
    same channel, oldest first; for a tenant, oldest first over all of it. The tenant is notified of the receipt, and
    of what a caretaker records.

    What a caretaker records is pending until ``confirm_payment``, and is for their properties only. The answer's
    ``warnings`` name payments that may be the same money: of a cheque number, or of equal cash of the lease and day.

    Raises:
        Conflict: a live payment has the M-Pesa code, or the bank's reference on that channel; ``payment_id`` names it.
        Invalid: a day in the future or too long ago (``rules.earliest_received_on``), a lease, tenant or channel that
            is not the organisation's or does not fit.
    """
    _check_new_payment(new, ctx.today)
    payer = _lock_payer(ctx, new)
    lease = payer.lease if payer else None
    _check_received_on(new.received_on, ctx.actor.role, lease, ctx.today)
    channel_id = channels.choose_channel(
        ctx, new.method, channel_id=new.channel_id, property_id=lease.property_id if lease else None
    )
    pending = rules.needs_confirmation(new.method, ctx.actor.role)
    payment = _make_payment(ctx, new, lease)._replace(channel_id=channel_id)
    if pending:
        payment = payment._replace(state="pending", unallocated_cents=0, posted_on=None, matched_on=None)
    lookalikes = payment_repository.list_lookalikes(ctx, payment, ctx.actor.properties)
    warnings = tuple(rules.format_lookalike(each) for each in lookalikes)
    insert_payment(ctx, payment)
    if not pending:
        because, payable = describe_act(ctx, payment, "entered"), payer.payable if payer else ()
        return receive_payment(ctx, payment, because, payable)._replace(warnings=warnings)
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
    if new.tenant_id and (new.lease_id or new.invoice_id):
        wrong.append(("tenant_id", "give the lease or the invoice, or the tenant, not both"))
    if new.method == "mpesa" and not new.provider_reference:
        wrong.append(("provider_reference", "expected the M-Pesa code"))
    if wrong:
        raise Invalid(wrong)


def _check_received_on(received_on: dt.date, role: str, lease: AnyLease | None, today: dt.date) -> None:
    first = rules.earliest_received_on(role, lease.starts_on if lease else None, today)
    if received_on < first:
        raise Invalid([("received_on", f"expected {first.isoformat()} or later")])


def _lock_payer(ctx: Context, new: NewPayment) -> Payer | None:
    """Lock the leases that the payment pays for by itself; None if it names none."""
    lease_id = new.lease_id
    if new.invoice_id is not None:
        lease_id = _find_lease_of_invoice(ctx, new.invoice_id, lease_id)
    elif new.tenant_id is not None:
        lease_id = _find_lease_of_tenant(ctx, new.tenant_id)
    if lease_id is not None:
        return lock_payer(ctx, lease_id)
    if ctx.actor.properties is not None:
        raise Invalid([("lease_id", "choose the lease that the money is for")])
    return None


def _find_lease_of_invoice(ctx: Context, invoice_id: UUID, lease_id: UUID | None) -> UUID:
    try:
        invoice = billing.get_invoice(ctx, invoice_id)
    except NotFound as error:
        raise Invalid([("invoice_id", UNKNOWN_INVOICE)]) from error
    if not ctx.may_touch(invoice.property_id):
        raise Invalid([("invoice_id", UNKNOWN_INVOICE)])  # do not reveal that it exists
    if lease_id not in (None, invoice.lease_id):
        raise Invalid([("invoice_id", "the invoice is of another lease")])
    return invoice.lease_id


def _find_lease_of_tenant(ctx: Context, tenant_id: UUID) -> UUID:
    """Return the tenant's running lease; of several, that of the oldest open line, or the first if nothing is open.

    Raises:
        Invalid: none is running, or several have properties of different owners or channels.
    """
    running = leasing.list_leases(ctx, PageRequest(limit=MAX_PAGE_ITEMS), tenant_id=tenant_id, status="active").items
    if not running:
        raise Invalid([("tenant_id", "the organisation has no such tenant with a running lease")])
    if len(running) == 1:
        return running[0].id
    ids = {lease.id for lease in running}
    paid = [lease for lease in leasing.list_payer_leases(ctx, tenant_id=tenant_id) if lease.id in ids]
    if len({(lease.owner_id, lease.channel_id) for lease in paid}) != 1:
        raise Invalid([("tenant_id", "the running leases have several owners or channels; choose the lease")])
    open_lines = billing.list_open_lines(ctx, [lease.id for lease in paid])
    oldest = min((line for lines in open_lines.values() for line in lines), key=_oldest_first, default=None)
    return oldest.lease_id if oldest else min(paid, key=lambda lease: (lease.starts_on, lease.id)).id


def _oldest_first(line: OpenLine) -> tuple[dt.date, int, UUID]:
    return line.due_on, line.seq, line.id


def _make_payment(ctx: Context, new: NewPayment, lease: AnyLease | None) -> Payment:
    """Return the payment as confirmed, without a channel."""
    posted_on = ledger.posting_day(ctx, new.received_on)
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
        posted_on=posted_on,
        matched_on=posted_on if lease else None,
        reversed_on=None,
        reason=None,
        version=1,
        created_at=ctx.now,
        invoice_id=new.invoice_id,
        spread=new.tenant_id is not None or None,
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
