"""Keeping what tenants ask to be mended: asked by a phone or a member, done, opened again.

Locks are taken in this order: unit, counter.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.billing import service as billing
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.ids import new_id
from chalicelib.leasing import service as leasing
from chalicelib.maintenance import repository
from chalicelib.maintenance.model import DONE, OPEN, MaintenanceRequest, NewRequest
from chalicelib.pages import Asked, Page
from chalicelib.portfolio import service as portfolio

Properties = frozenset[UUID] | None  # the ones a caretaker may touch; None: all

NUMBERS = "maintenance"  # the counter of their numbers


def add_request(db: Connection, organisation_id: UUID, new: NewRequest, *, now: dt.datetime) -> MaintenanceRequest:
    """Number and keep a request, and return it; one whose ``dedupe_key`` is there is returned as it stands.

    Raises:
        NotFound: the organisation has no such unit.
    """
    portfolio.lock_unit(db, organisation_id, new.unit_id)  # of one message that comes twice, one waits here
    before = repository.find_by_dedupe_key(db, organisation_id, new.dedupe_key)
    if before is not None:
        return before
    request_id = new_id()
    values = {
        "id": request_id,
        "number": billing.next_numbers(db, organisation_id, NUMBERS, 1),
        "status": OPEN,
        "version": 1,
        "created_at": now,
        **new._asdict(),
    }
    repository.add_request(db, organisation_id, values)
    return get_request(db, organisation_id, request_id)


def log_request(
    db: Connection,
    organisation_id: UUID,
    values: dict[str, Any],
    *,
    now: dt.datetime,
    today: dt.date,
    member_id: UUID,
    within: Properties = None,
) -> MaintenanceRequest:
    """Keep what a member heard of a unit (unit_id, text); it is asked by who rents the unit today, if anybody does.

    Raises:
        Invalid: the organisation has no such unit, or the member may not touch it.
    """
    try:
        unit = portfolio.get_unit(db, organisation_id, values["unit_id"], today=today, within=within)
    except NotFound as error:
        raise Invalid([("unit_id", "the organisation has no such unit")]) from error
    running = leasing.list_leases(
        db, organisation_id, Asked(limit=1), today=today, unit_id=unit.id, status="active", within=within
    ).items
    new = NewRequest(
        property_id=unit.property_id,
        unit_id=unit.id,
        text=values["text"],
        source="member",
        dedupe_key=f"member:{new_id()}",  # Idempotency-Key tells a repeat of theirs
        lease_id=running[0].id if running else None,
        tenant_id=running[0].tenant_id if running else None,
        created_by=member_id,
    )
    return add_request(db, organisation_id, new, now=now)


def get_request(
    db: Connection, organisation_id: UUID, request_id: UUID, within: Properties = None
) -> MaintenanceRequest:
    found = repository.find_request(db, organisation_id, request_id, within)
    if found is None:
        raise NotFound("There is no such maintenance request.")
    return found


def find_request_of(db: Connection, organisation_id: UUID, dedupe_key: str) -> MaintenanceRequest | None:
    """Return the request that was made of the message or session with that key."""
    return repository.find_by_dedupe_key(db, organisation_id, dedupe_key)


def count_open(db: Connection, organisation_id: UUID, lease_id: UUID) -> int:
    """Return how many requests by the phones of a lease's tenants are open."""
    return repository.count_open(db, organisation_id, lease_id)


def list_requests(
    db: Connection, organisation_id: UUID, asked: Asked, *, within: Properties = None, **filters: Any
) -> Page[MaintenanceRequest]:
    """Return a page of requests, the newest number first; ``filters`` are status, property_id and tenant_id."""
    return repository.list_requests(db, organisation_id, asked, within=within, **filters)


def mark_done(
    db: Connection, organisation_id: UUID, request_id: UUID, *, now: dt.datetime, within: Properties = None
) -> MaintenanceRequest:
    """Mark an open request as done.

    Raises:
        Conflict: it is done.
        NotFound: the organisation has no such request, or it is of a property that is not ``within``.
    """
    return _change_status(db, organisation_id, request_id, DONE, now, within)


def reopen_request(
    db: Connection, organisation_id: UUID, request_id: UUID, *, within: Properties = None
) -> MaintenanceRequest:
    """Open a request again that was marked as done.

    Raises:
        Conflict: it is open.
        NotFound: the organisation has no such request, or it is of a property that is not ``within``.
    """
    return _change_status(db, organisation_id, request_id, OPEN, None, within)


def forget_tenant(db: Connection, organisation_id: UUID, tenant_id: UUID) -> None:
    """Forget what the tenant wrote; that something was asked, of which unit and when, stays."""
    repository.forget_texts(db, organisation_id, tenant_id)


def _change_status(
    db: Connection,
    organisation_id: UUID,
    request_id: UUID,
    status: str,
    done_at: dt.datetime | None,
    within: Properties,
) -> MaintenanceRequest:
    get_request(db, organisation_id, request_id, within)
    if not repository.change_status(db, organisation_id, request_id, status, done_at):
        raise Conflict(f"The request is {status} already.", request_id=str(request_id), request_status=status)
    return get_request(db, organisation_id, request_id)
