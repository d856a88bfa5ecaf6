"""Record payments by hand, and credit from before the books began."""

import datetime as dt
from typing import Any
from uuid import UUID

from chalicelib import leasing
from chalicelib.errors import Conflict, Invalid
from chalicelib.ids import new_id
from chalicelib.leasing.model import LeaseTerms
from chalicelib.paging import PageRequest
from chalicelib.payments import channels, payment_repository, rules
from chalicelib.payments.allocation_entries import CHANGED_MEANWHILE
from chalicelib.payments.model import Payment
from chalicelib.payments.notifications import notify_recorded
from chalicelib.payments.receiving import get_payment, lock_lease_for_payment, receive_payment
from chalicelib.runtime.context import Context


def record_payment(ctx: Context, values: dict[str, Any]) -> Payment:
    """Record a payment by hand and return it.

    ``values``: method, amount_cents, received_on; optionally lease_id or tenant_id (for the tenant's
    only running lease), channel_id, provider_reference, purpose (a charge type), reference_raw,
    payer_name, note. Unless it needs confirmation first, it is posted, allocated oldest first and
    receipted; without a lease it is unmatched. The tenant is notified of the receipt, and of what a
    caretaker records.

    What a caretaker records is pending until ``confirm_payment``, and is for their properties only.

    Raises:
        Conflict: the channel has the provider's reference already; ``payment_id`` names the first payment.
        Invalid: a day in the future or too long ago (``rules.earliest_received_on``), a lease, tenant or channel that
            is not the organisation's or does not fit.
    """
    _check_new_payment(values, ctx.today)
    lease = _lock_named_lease(ctx, values)
    _check_received_on(values["received_on"], ctx.actor.role, lease, ctx.today)
    channel_id = channels.choose_channel(
        ctx, values["method"], channel_id=values.get("channel_id"), property_id=lease.property_id if lease else None
    )
    pending = rules.needs_confirmation(values["method"], ctx.actor.role)
    row = _payment_row(values, lease) | {
        "channel_id": channel_id,
        "state": "pending" if pending else "matched" if lease else "unmatched",
        "unallocated_cents": 0 if pending else values["amount_cents"],
        "recorded_by": ctx.actor.member_id,
        "created_at": ctx.now,
    }
    _insert_payment(ctx, row)
    payment = get_payment(ctx, row["id"])
    if not pending:
        return receive_payment(ctx, payment)
    if ctx.actor.role == "caretaker":
        notify_recorded(ctx, payment)
    return payment


def record_opening_credit(ctx: Context, lease_id: UUID, amount_cents: int, on: dt.date) -> Payment:
    """Record credit that a tenant had before the books began, as a payment of the method "opening".

    It is allocated to what the lease owes, and the rest stays credit for the next bill; it gets no receipt.

    Raises:
        Invalid: ``on`` is in the future or too long ago.
        NotFound: the organisation has no such lease.
    """
    values = {"method": "opening", "amount_cents": amount_cents, "received_on": on, "lease_id": lease_id}
    _check_new_payment(values, ctx.today)
    lease = leasing.lock_lease_terms(ctx, lease_id)
    _check_received_on(on, "owner", lease, ctx.today)
    row = _payment_row(values, lease) | {
        "channel_id": None,
        "state": "matched",
        "unallocated_cents": amount_cents,
        "recorded_by": ctx.actor.member_id,
        "created_at": ctx.now,
    }
    _insert_payment(ctx, row)
    payment = get_payment(ctx, row["id"])
    return receive_payment(ctx, payment)


def _check_new_payment(values: dict[str, Any], today: dt.date) -> None:
    wrong = []
    if values["amount_cents"] <= 0:
        wrong.append(("amount", "expected an amount above zero"))
    if values["received_on"] > today:
        wrong.append(("received_on", "may not be in the future"))
    if values.get("lease_id") and values.get("tenant_id"):
        wrong.append(("tenant_id", "give the lease or the tenant, not both"))
    if values["method"] == "mpesa" and not values.get("provider_reference"):
        wrong.append(("provider_reference", "expected the M-Pesa code"))
    if wrong:
        raise Invalid(wrong)


def _check_received_on(received_on: dt.date, role: str, lease: LeaseTerms | None, today: dt.date) -> None:
    first = rules.earliest_received_on(role, lease.starts_on if lease else None, today)
    if received_on < first:
        raise Invalid([("received_on", f"expected {first.isoformat()} or later")])


def _lock_named_lease(ctx: Context, values: dict[str, Any]) -> LeaseTerms | None:
    """Lock the payment's lease and return its terms; None if none is named."""
    lease_id = values.get("lease_id")
    if values.get("tenant_id"):
        lease_id = _find_only_active_lease(ctx, values["tenant_id"])
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


def _payment_row(values: dict[str, Any], lease: LeaseTerms | None) -> dict[str, Any]:
    reference = "".join((values.get("provider_reference") or "").split()).upper()
    return {
        "id": new_id(),
        "method": values["method"],
        "provider_reference": reference or None,
        "amount_cents": values["amount_cents"],
        "received_on": values["received_on"],
        "lease_id": lease.id if lease else None,
        "property_id": lease.property_id if lease else None,
        "tenant_id": lease.tenant_id if lease else None,
        "purpose": values.get("purpose"),
        "reference_raw": values.get("reference_raw", ""),
        "payer_name": values.get("payer_name", ""),
        "note": values.get("note", ""),
        "refunded_cents": 0,
        "confirmed_by": None,
        "reversed_on": None,
        "reason": None,
        "version": 1,
    }


def _insert_payment(ctx: Context, row: dict[str, Any]) -> None:
    if payment_repository.add_payment(ctx, row):
        return
    first = payment_repository.find_by_reference(ctx, row["channel_id"], row["provider_reference"])
    if first is None:
        raise Conflict(CHANGED_MEANWHILE)
    raise Conflict(
        "The channel already has a payment with this reference.",
        provider_reference=row["provider_reference"],
        **({"payment_id": str(first.id), "state": first.state} if ctx.may_touch(first.property_id) else {}),
    )
