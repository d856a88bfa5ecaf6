"""Payments as they are read and taken in: posted, set against what is owed, receipted."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.billing import service as billing
from chalicelib.errors import Invalid, NotFound
from chalicelib.leasing import service as leasing
from chalicelib.leasing.model import LeaseTerms
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Entry, Leg
from chalicelib.pages import Asked, Page
from chalicelib.payments import repository
from chalicelib.payments.allocation_service import spend
from chalicelib.payments.model import Payment
from chalicelib.payments.telling_service import tell_receipt

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


def hold_lease(db: Connection, organisation_id: UUID, lease_id: UUID, within: Properties) -> LeaseTerms:
    """Return the lease's terms and hold it; one that is not the caller's to touch is told as not there."""
    try:
        lease = leasing.get_lease_terms(db, organisation_id, lease_id)
    except NotFound as error:
        raise Invalid([("lease_id", NO_LEASE)]) from error
    if within is not None and lease.property_id not in within:
        raise Invalid([("lease_id", NO_LEASE)])  # nor is it told that it is there
    return lease


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
    return receipted(db, organisation_id, payment, [entry], now=now, today=today, member_id=member_id)


def receipted(
    db: Connection,
    organisation_id: UUID,
    payment: Payment,
    entries: list[Entry],
    *,
    now: dt.datetime,
    today: dt.date,
    member_id: UUID | None,
) -> Payment:
    """Allocate a payment that counts and has a lease, receipt it, post that together with ``entries``, and tell
    the tenant."""
    payable = {payment.lease_id: [payment.lease_id]} if payment.lease_id else {}
    entries += spend(db, organisation_id, [payment], payable, now=now, today=today)
    receipt = None
    if payment.lease_id and payment.tenant_id and payment.method != "opening":
        receipt = billing.issue_receipt(
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
    if receipt is not None:
        tell_receipt(db, organisation_id, payment, receipt, now=now)
    return get_payment(db, organisation_id, payment.id)


def forget_payer(db: Connection, organisation_id: UUID, tenant_id: UUID, lease_ids: Iterable[UUID]) -> None:
    """Forget who paid, and what was typed beside it, on the payments of an erased tenant and of their leases.

    Sums, days and the provider's references stay: the books rest on them.
    """
    repository.forget_payer(db, organisation_id, tenant_id, lease_ids)
