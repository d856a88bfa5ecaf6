"""Maintenance requests: created from a phone or by a member, marked done, reopened.

Lock order: unit, counter.
"""

import datetime as dt
from uuid import UUID

from chalicelib import billing, leasing, portfolio
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.ids import new_id
from chalicelib.maintenance import repository
from chalicelib.maintenance.model import DONE, OPEN, MaintenanceRequest, NewRequest
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context

NUMBER_COUNTER = "maintenance"  # the counter for request numbers


def add_request(ctx: Context, new: NewRequest) -> MaintenanceRequest:
    """Create a numbered request and return it; an existing one with the ``dedupe_key`` is returned unchanged.

    Raises:
        NotFound: the organisation has no such unit.
    """
    portfolio.lock_unit(ctx, new.unit_id)  # the repeat of a message waits here
    before = repository.find_request_by_dedupe_key(ctx, new.dedupe_key)
    if before is not None:
        return before
    request_id = new_id()
    values = {
        "id": request_id,
        "number": billing.reserve_numbers(ctx, NUMBER_COUNTER, 1),
        "status": OPEN,
        "version": 1,
        "created_at": ctx.now,
        **new._asdict(),
    }
    repository.add_request(ctx, values)
    return get_request(ctx, request_id)


def record_request(ctx: Context, unit_id: UUID, text: str) -> MaintenanceRequest:
    """Create a request entered by a member, on behalf of the unit's current tenant, if any.

    Raises:
        Invalid: the organisation has no such unit, or the member has no access to it.
    """
    try:
        unit = portfolio.get_unit(ctx, unit_id)
    except NotFound as error:
        raise Invalid([("unit_id", "the organisation has no such unit")]) from error
    active_leases = leasing.list_leases(ctx, PageRequest(limit=1), unit_id=unit.id, status="active").items
    new = NewRequest(
        property_id=unit.property_id,
        unit_id=unit.id,
        text=text,
        source="member",
        dedupe_key=f"member:{new_id()}",  # repeats are detected by Idempotency-Key
        lease_id=active_leases[0].id if active_leases else None,
        tenant_id=active_leases[0].tenant_id if active_leases else None,
        created_by=ctx.actor.member_id,
    )
    return add_request(ctx, new)


def get_request(ctx: Context, request_id: UUID) -> MaintenanceRequest:
    found = repository.find_request(ctx, request_id, ctx.actor.properties)
    if found is None:
        raise NotFound("There is no such maintenance request.")
    return found


def find_request_by_dedupe_key(ctx: Context, dedupe_key: str) -> MaintenanceRequest | None:
    """Return the request created from the message or session with that key."""
    return repository.find_request_by_dedupe_key(ctx, dedupe_key)


def count_open(ctx: Context, lease_id: UUID) -> int:
    """Return how many requests by the phones of a lease's tenants are open."""
    return repository.count_open(ctx, lease_id)


def list_requests(
    ctx: Context,
    page_request: PageRequest,
    *,
    status: str | None = None,
    property_id: UUID | None = None,
    tenant_id: UUID | None = None,
) -> Page[MaintenanceRequest]:
    """Return a page of requests, highest number first."""
    return repository.list_requests(
        ctx,
        page_request,
        within=ctx.actor.properties,
        status=status,
        property_id=property_id,
        tenant_id=tenant_id,
    )


def mark_done(ctx: Context, request_id: UUID) -> MaintenanceRequest:
    """Mark an open request as done.

    Raises:
        Conflict: it is done.
        NotFound: the organisation has no such request, or its property is not ``within``.
    """
    return _change_status(ctx, request_id, DONE, ctx.now)


def reopen_request(ctx: Context, request_id: UUID) -> MaintenanceRequest:
    """Reopen a request that is done.

    Raises:
        Conflict: it is open.
        NotFound: the organisation has no such request, or its property is not ``within``.
    """
    return _change_status(ctx, request_id, OPEN, None)


def anonymise_requests_of_tenant(ctx: Context, tenant_id: UUID) -> None:
    """Clear the texts of the tenant's requests; that there was one, its unit and its date stay."""
    repository.anonymise_texts(ctx, tenant_id)


def _change_status(ctx: Context, request_id: UUID, status: str, done_at: dt.datetime | None) -> MaintenanceRequest:
    get_request(ctx, request_id)
    if not repository.change_status(ctx, request_id, status, done_at):
        raise Conflict(f"The request is already {status}.", request_id=str(request_id), request_status=status)
    return get_request(ctx, request_id)
