"""Deciding on payments that wait: confirming or rejecting what is pending, matching what has no lease."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.errors import Conflict
from chalicelib.payments import repository
from chalicelib.payments.intake_service import get_payment, hold_lease, receipted, take_in
from chalicelib.payments.model import Payment
from chalicelib.payments.move_service import hold_payment
from chalicelib.payments.telling_service import take_entry_back, tell_rejection


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
    taken = take_in(db, organisation_id, confirmed, now=now, today=today, member_id=member_id)
    if taken.lease_id is not None:
        take_entry_back(db, organisation_id, taken, now=now)
    return taken


def reject_payment(
    db: Connection,
    organisation_id: UUID,
    payment_id: UUID,
    *,
    reason: str,
    now: dt.datetime,
    member_id: UUID | None = None,
) -> Payment:
    """Refuse a pending payment; nothing was posted for it. The tenant is told where they were told of its entry.

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
    tell_rejection(db, organisation_id, payment, now=now)
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
    lease = hold_lease(db, organisation_id, lease_id, None)
    payment = repository.find_payment(db, organisation_id, payment_id, lock=True)
    state = payment.state if payment else "unmatched"
    found = {"lease_id": lease.id, "property_id": lease.property_id, "tenant_id": lease.tenant_id}
    if state != "unmatched" or not repository.change_state(db, organisation_id, payment_id, "matched", found):
        raise Conflict("Only an unmatched payment can be matched.", state=state)
    matched = get_payment(db, organisation_id, payment_id)
    return receipted(db, organisation_id, matched, [], now=now, today=today, member_id=member_id)
