"""Recording payments, confirming what a caretaker took in, matching what came without a lease."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.billing import service as billing
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.ids import new_id
from chalicelib.leasing import service as leasing
from chalicelib.leasing.model import LeaseTerms
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Entry, Leg
from chalicelib.pages import Asked, Page
from chalicelib.payments import channel_service, repository, rules
from chalicelib.payments.allocation_service import RACED, hold_payment, spend
from chalicelib.payments.model import Payment

Properties = frozenset[UUID] | None  # the ones a caretaker may touch; None: all

NO_LEASE = "the organisation has no such lease"


def get_payment(db: Connection, organisation_id: UUID, payment_id: UUID, within: Properties = None) -> Payment:
    found = repository.find_payment(db, organisation_id, payment_id)
    if found is None or (within is not None and found.property_id not in within):
        raise NotFound("There is no such payment.")
    return found


def list_payments(
    db: Connection, organisation_id: UUID, asked: Asked, *, within: Properties = None, **filters: Any
) -> Page[Payment]:
    """Return a page of payments; ``filters`` are lease_id, property_id, channel_id, state, since and until."""
    return repository.list_payments(db, organisation_id, asked, within=within, **filters)


def record_payment(
    db: Connection,
    organisation_id: UUID,
    values: dict[str, Any],
    *,
    now: dt.datetime,
    today: dt.date,
    member_id: UUID | None = None,
    role: str = "owner",
    within: Properties = None,
) -> Payment:
    """Record money received by hand and return the payment.

    ``values``: method, amount_cents, received_on; and as known lease_id or tenant_id (of whom the only
    running lease is meant), channel_id, provider_reference, purpose (a charge type), reference_raw,
    payer_name, note. Where a confirmation is not needed first, it is posted, allocated oldest first
    and receipted; without a lease it waits among the unmatched.

    Args:
        role: of who records it; what a caretaker records waits for ``confirm_payment``.
        within: the only properties they may record for.

    Raises:
        Conflict: the channel has the provider's reference already; ``payment_id`` names the first payment.
        Invalid: a day to come, a lease, tenant or channel that is not the organisation's or does not fit.
    """
    _check_values(values, today)
    lease = _named_lease(db, organisation_id, values, within, today)
    channel_id = channel_service.choose_channel(
        db,
        organisation_id,
        values["method"],
        channel_id=values.get("channel_id"),
        property_id=lease.property_id if lease else None,
        now=now,
    )
    pending = rules.needs_confirming(values["method"], role)
    row = _row(values, lease) | {
        "channel_id": channel_id,
        "state": "pending" if pending else "matched" if lease else "unmatched",
        "unallocated_cents": 0 if pending else values["amount_cents"],
        "recorded_by": member_id,
        "created_at": now,
    }
    _add(db, organisation_id, row)
    payment = get_payment(db, organisation_id, row["id"])
    return payment if pending else take_in(db, organisation_id, payment, now=now, today=today, member_id=member_id)


def record_opening_credit(
    db: Connection,
    organisation_id: UUID,
    lease_id: UUID,
    amount_cents: int,
    on: dt.date,
    *,
    now: dt.datetime,
    today: dt.date,
    member_id: UUID | None = None,
) -> Payment:
    """Record what a tenant had paid ahead before the books began, as a payment of the method "opening".

    It is set against what the lease owes, and the rest waits for the next bill; it gets no receipt.

    Raises:
        Invalid: ``on`` is to come, or the organisation has no such lease.
    """
    values = {"method": "opening", "amount_cents": amount_cents, "received_on": on, "lease_id": lease_id}
    _check_values(values, today)
    lease = _named_lease(db, organisation_id, values, None, today)
    row = _row(values, lease) | {
        "channel_id": None,
        "state": "matched",
        "unallocated_cents": amount_cents,
        "recorded_by": member_id,
        "created_at": now,
    }
    _add(db, organisation_id, row)
    payment = get_payment(db, organisation_id, row["id"])
    return take_in(db, organisation_id, payment, now=now, today=today, member_id=member_id)


def confirm_payment(
    db: Connection,
    organisation_id: UUID,
    payment_id: UUID,
    *,
    now: dt.datetime,
    today: dt.date,
    member_id: UUID | None = None,
) -> Payment:
    """Let a pending payment count: it is posted by the day it was received, allocated and receipted.

    Raises:
        Conflict: it is not pending.
    """
    payment = hold_payment(db, organisation_id, payment_id)
    fresh = {"unallocated_cents": payment.amount_cents, "confirmed_by": member_id}
    state = "matched" if payment.lease_id else "unmatched"
    if payment.state != "pending" or not repository.change_state(db, organisation_id, payment_id, state, fresh):
        raise Conflict("Only a pending payment can be confirmed.", state=payment.state)
    confirmed = get_payment(db, organisation_id, payment_id)
    return take_in(db, organisation_id, confirmed, now=now, today=today, member_id=member_id)


def reject_payment(
    db: Connection, organisation_id: UUID, payment_id: UUID, *, reason: str, member_id: UUID | None = None
) -> Payment:
    """Refuse a pending payment; nothing was posted for it.

    Its reference is kept as ``reference_raw`` and is free again, so that the same money can still
    be recorded rightly.

    Raises:
        Conflict: it is not pending.
    """
    payment = hold_payment(db, organisation_id, payment_id)
    values = {"reason": reason, "confirmed_by": member_id}
    if payment.provider_reference is not None:
        values |= {"provider_reference": None, "reference_raw": payment.reference_raw or payment.provider_reference}
    if not repository.change_state(db, organisation_id, payment_id, "rejected", values):
        raise Conflict("Only a pending payment can be rejected.", state=payment.state)
    return get_payment(db, organisation_id, payment_id)


def match_payment(
    db: Connection,
    organisation_id: UUID,
    payment_id: UUID,
    lease_id: UUID,
    *,
    now: dt.datetime,
    today: dt.date,
    member_id: UUID | None = None,
) -> Payment:
    """Give an unmatched payment its lease: it is allocated oldest first and receipted.

    Raises:
        Conflict: it is not unmatched.
        Invalid: the organisation has no such lease.
    """
    get_payment(db, organisation_id, payment_id)
    lease = _lease(db, organisation_id, lease_id, None)
    payment = repository.find_payment(db, organisation_id, payment_id, lock=True)
    state = payment.state if payment else "unmatched"
    found = {"lease_id": lease.id, "property_id": lease.property_id, "tenant_id": lease.tenant_id}
    if state != "unmatched" or not repository.change_state(db, organisation_id, payment_id, "matched", found):
        raise Conflict("Only an unmatched payment can be matched.", state=state)
    matched = get_payment(db, organisation_id, payment_id)
    return _receipted(db, organisation_id, matched, [], now=now, today=today, member_id=member_id)


def take_in(
    db: Connection,
    organisation_id: UUID,
    payment: Payment,
    *,
    now: dt.datetime,
    today: dt.date,
    member_id: UUID | None,
) -> Payment:
    """Post a payment that counts from now on, and allocate and receipt it where it has a lease."""
    code = "opening" if payment.channel_id is None else ledger.channel_code(payment.channel_id)
    entry = Entry(
        kind="payment",
        effective_on=payment.received_on,
        idempotency_key=f"payment:{payment.id}",
        source_kind="payment",
        source_id=payment.id,
        postings=(
            Leg(code, payment.amount_cents, payment.lease_id, payment.property_id),
            Leg("unallocated", -payment.amount_cents, payment.lease_id, payment.property_id),
        ),
    )
    return _receipted(db, organisation_id, payment, [entry], now=now, today=today, member_id=member_id)


def _receipted(
    db: Connection,
    organisation_id: UUID,
    payment: Payment,
    entries: list[Entry],
    *,
    now: dt.datetime,
    today: dt.date,
    member_id: UUID | None,
) -> Payment:
    entries += spend(db, organisation_id, [payment], now=now, today=today)
    if payment.lease_id and payment.tenant_id and payment.method != "opening":
        billing.issue_receipt(
            db,
            organisation_id,
            payment_id=payment.id,
            lease_id=payment.lease_id,
            tenant_id=payment.tenant_id,
            amount_cents=payment.amount_cents,
            on=today,
            now=now,
        )
    ledger.post(db, organisation_id, entries, now=now, member_id=member_id)
    return get_payment(db, organisation_id, payment.id)


def _check_values(values: dict[str, Any], today: dt.date) -> None:
    wrong = []
    if values["amount_cents"] <= 0:
        wrong.append(("amount", "expected more than nothing"))
    if values["received_on"] > today:
        wrong.append(("received_on", "may not lie in the future"))
    if values.get("lease_id") and values.get("tenant_id"):
        wrong.append(("tenant_id", "name the lease or the tenant, not both"))
    if values["method"] == "mpesa" and not values.get("provider_reference"):
        wrong.append(("provider_reference", "expected the M-Pesa code"))
    if wrong:
        raise Invalid(wrong)


def _named_lease(
    db: Connection, organisation_id: UUID, values: dict[str, Any], within: Properties, today: dt.date
) -> LeaseTerms | None:
    """Return the lease that the payment is for, locked, or None where none is named."""
    lease_id = values.get("lease_id")
    if values.get("tenant_id"):
        lease_id = _only_running(db, organisation_id, values["tenant_id"], within, today)
    if lease_id is not None:
        return _lease(db, organisation_id, lease_id, within)
    if within is not None:
        raise Invalid([("lease_id", "name the lease that the money is for")])
    return None


def _only_running(db: Connection, organisation_id: UUID, tenant_id: UUID, within: Properties, today: dt.date) -> UUID:
    page = leasing.list_leases(
        db, organisation_id, Asked(limit=2), today=today, within=within, tenant_id=tenant_id, status="active"
    )
    if not page.items:
        raise Invalid([("tenant_id", "the organisation has no such tenant with a running lease")])
    if len(page.items) > 1:
        raise Invalid([("tenant_id", "the tenant has several running leases; name the lease")])
    return page.items[0].id


def _lease(db: Connection, organisation_id: UUID, lease_id: UUID, within: Properties) -> LeaseTerms:
    try:
        lease = leasing.get_lease_terms(db, organisation_id, lease_id, lock=True)
    except NotFound as error:
        raise Invalid([("lease_id", NO_LEASE)]) from error
    if within is not None and lease.property_id not in within:
        raise Invalid([("lease_id", NO_LEASE)])  # nor is it told that it is there
    return lease


def _row(values: dict[str, Any], lease: LeaseTerms | None) -> dict[str, Any]:
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


def _add(db: Connection, organisation_id: UUID, row: dict[str, Any]) -> None:
    if repository.add_payment(db, organisation_id, row):
        return
    first = repository.find_by_reference(db, organisation_id, row["channel_id"], row["provider_reference"])
    if first is None:
        raise Conflict(RACED)
    raise Conflict(
        "The channel has a payment with this reference already.",
        payment_id=str(first.id),
        provider_reference=row["provider_reference"],
        state=first.state,
    )
