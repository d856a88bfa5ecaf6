"""Tenants, leases, their rents, charges and deposits over HTTP."""

from uuid import UUID

from chalicelib.leasing import service
from chalicelib.leasing.model import DatedRent, DepositEntry, Lease, RecurringCharge, Tenant
from chalicelib.leasing.schemas import (
    DEPOSIT,
    DEPOSIT_REFUND,
    DEPOSIT_REVERSAL,
    IDENTITY_DOCUMENT,
    LEASE,
    LEASE_QUERY,
    NEW_DEPOSIT,
    NEW_LEASE,
    NEW_RECURRING_CHARGE,
    NEW_TENANT,
    PAGING,
    RECURRING_CHARGE,
    RECURRING_CHARGE_CHANGE,
    RENEWAL,
    RENT_STEP,
    TENANT,
    TENANT_CHANGE,
    TENANT_QUERY,
)
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

leasing = ApiBlueprint(__name__, tag="leasing")

LEASE_FILTERS = ("unit_id", "property_id", "tenant_id", "status")


@leasing.get("/tenants", may="see_tenants", query=TENANT_QUERY, answer=TENANT)
def list_tenants(request: RequestContext) -> Page[Tenant]:
    """List tenants.

    Returns tenants by name; ``name`` finds by the beginning of a name, ``phone`` by a number. A caretaker sees who
    lives in the named properties now, without documents, address and notes.
    """
    filters = {name: request.query[name] for name in ("name", "phone") if name in request.query}
    return service.list_tenants(request.ctx, request.page_request, **filters)


@leasing.post("/tenants", may="edit_tenants", body=NEW_TENANT, answer=TENANT, location="/v1/tenants/{id}")
def add_tenant(request: RequestContext) -> Tenant:
    """Add a tenant.

    Adds a tenant; the first phone is called first. The identity document is stored encrypted under a key of its
    own. For owners and managers.
    """
    return service.add_tenant(request.ctx, request.body, keys=request.resources.keys)


@leasing.get("/tenants/{tenant_id}", may="see_tenants", answer=TENANT)
def get_tenant(request: RequestContext, tenant_id: UUID) -> Tenant:
    """Get a tenant.

    Returns one tenant, with the version as ETag, and for each phone whether its holder has confirmed it. A
    caretaker sees current tenants of the named properties, without documents, address and notes.
    """
    return service.get_visible_tenant(request.ctx, tenant_id)


@leasing.patch("/tenants/{tenant_id}", may="edit_tenants", body=TENANT_CHANGE, answer=TENANT)
def change_tenant(request: RequestContext, tenant_id: UUID) -> Tenant:
    """Change a tenant.

    Changes the given fields; ``null`` removes an identity document or next of kin. Messages that wait follow a new
    phone or language. For owners and managers, with If-Match. An erased tenant is refused (409).
    """
    return service.change_tenant(request.ctx, tenant_id, request.if_match, request.body, keys=request.resources.keys)


@leasing.get(
    "/tenants/{tenant_id}/identity-document",
    may="read_identity_document",
    answer=IDENTITY_DOCUMENT,
    audited=True,
    fresh=True,
)
def read_identity_document(request: RequestContext, tenant_id: UUID) -> dict[str, str]:
    """Get a tenant's identity document.

    Returns kind and number of the identity document in clear. For owners and managers, with a recent sign-in; each
    read is recorded in the audit trail. 404 if none is stored.
    """
    return service.read_identity_document(request.ctx, tenant_id, keys=request.resources.keys)


@leasing.get("/leases", may="see_leases", query=LEASE_QUERY, answer=LEASE)
def list_leases(request: RequestContext) -> Page[Lease]:
    """List leases.

    Returns leases; filter by unit, property, tenant (who pays first) and status. A caretaker sees those of the
    named properties.
    """
    filters = {name: request.query[name] for name in LEASE_FILTERS if name in request.query}
    return service.list_leases(request.ctx, request.page_request, **filters)


@leasing.post("/leases", may="edit_leases", body=NEW_LEASE, answer=LEASE, location="/v1/leases/{id}")
def add_lease(request: RequestContext) -> Lease:
    """Create a lease.

    Lets a unit to one or more tenants, the first of whom pays. Without ``ends_on`` the lease is open-ended; due day
    and grace are those of the organisation if absent. Refused if another lease of the unit covers some of the days
    (409). For owners and managers.
    """
    return service.add_lease(request.ctx, request.body)


@leasing.get("/leases/{lease_id}", may="see_leases", answer=LEASE)
def get_lease(request: RequestContext, lease_id: UUID) -> Lease:
    """Get a lease.

    Returns one lease with its current rent, tenants and status, and the version as ETag. A caretaker sees those of
    the named properties.
    """
    return service.get_lease(request.ctx, lease_id)


@leasing.post("/leases/{lease_id}/renew", may="edit_leases", body=RENEWAL, answer=LEASE, location="/v1/leases/{id}")
def renew_lease(request: RequestContext, lease_id: UUID) -> Lease:
    """Renew a lease.

    Creates a lease of the same unit and tenants from the day after this one ends, and returns it; recurring charges
    and deposits carry over. Refused if the lease is open-ended, was terminated, or the unit is let from that day
    (409). For owners and managers.
    """
    return service.renew_lease(request.ctx, lease_id, request.body)


@leasing.get("/leases/{lease_id}/rents", may="see_leases", query=PAGING, answer=RENT_STEP)
def list_rents(request: RequestContext, lease_id: UUID) -> Page[DatedRent]:
    """List the rents of a lease.

    Returns the dated monthly rents of a lease, oldest first.
    """
    return service.list_rents(request.ctx, lease_id, request.page_request)


@leasing.post("/leases/{lease_id}/rents", may="edit_leases", body=RENT_STEP, answer=RENT_STEP)
def add_rent_change(request: RequestContext, lease_id: UUID) -> DatedRent:
    """Change the rent of a lease.

    Sets the monthly rent from a day on; a change that has not begun yet is replaced. Earlier bills stay as they
    are. Refused if a rent started on that very day, or the lease was ended (409). For owners and managers.
    """
    return service.add_rent_change(request.ctx, lease_id, **request.body)


@leasing.get("/leases/{lease_id}/recurring-charges", may="see_leases", query=PAGING, answer=RECURRING_CHARGE)
def list_recurring_charges(request: RequestContext, lease_id: UUID) -> Page[RecurringCharge]:
    """List the recurring charges of a lease.

    Returns what a lease is billed every month beside its rent.
    """
    return service.list_recurring_charges(request.ctx, lease_id, request.page_request)


@leasing.post(
    "/leases/{lease_id}/recurring-charges",
    may="edit_leases",
    body=NEW_RECURRING_CHARGE,
    answer=RECURRING_CHARGE,
    location="/v1/recurring-charges/{id}",
)
def add_recurring_charge(request: RequestContext, lease_id: UUID) -> RecurringCharge:
    """Add a recurring charge.

    Adds a monthly charge beside the rent, from ``starts_on`` (today, or the first day of the lease, if absent). For
    owners and managers.
    """
    return service.add_recurring_charge(request.ctx, lease_id, request.body)


@leasing.get("/recurring-charges/{recurring_charge_id}", may="see_leases", answer=RECURRING_CHARGE)
def get_recurring_charge(request: RequestContext, recurring_charge_id: UUID) -> RecurringCharge:
    """Get a recurring charge.

    Returns one recurring charge, with the version as ETag.
    """
    return service.get_recurring_charge(request.ctx, recurring_charge_id)


@leasing.patch(
    "/recurring-charges/{recurring_charge_id}",
    may="edit_leases",
    body=RECURRING_CHARGE_CHANGE,
    answer=RECURRING_CHARGE,
)
def change_recurring_charge(request: RequestContext, recurring_charge_id: UUID) -> RecurringCharge:
    """Change a recurring charge.

    Changes description, amount, proration or the last day for future bills. Set ``ends_on`` to end it; the day
    before ``starts_on`` cancels it. For owners and managers, with If-Match.
    """
    return service.change_recurring_charge(request.ctx, recurring_charge_id, request.if_match, request.body)


@leasing.get("/leases/{lease_id}/deposits", may="see_billing", query=PAGING, answer=DEPOSIT)
def list_deposits(request: RequestContext, lease_id: UUID) -> Page[DepositEntry]:
    """List the deposit entries of a lease.

    Returns every movement of the deposits of a lease; the deposit held is their sum. For owners, managers and
    accountants.
    """
    return service.list_deposits(request.ctx, lease_id, request.page_request)


@leasing.post("/leases/{lease_id}/deposits", may="hold_deposit", body=NEW_DEPOSIT, answer=DEPOSIT)
def record_deposit(request: RequestContext, lease_id: UUID) -> DepositEntry:
    """Record a deposit.

    Records a deposit received and posts it to the ledger; without ``channel_id`` it is one that was held before the
    books began. ``entered_on`` may not be in the future. For owners, managers and accountants.
    """
    return service.record_deposit(request.ctx, lease_id, **request.body)


@leasing.post("/leases/{lease_id}/deposit-refunds", may="hold_deposit", body=DEPOSIT_REFUND, answer=DEPOSIT, fresh=True)
def refund_deposit(request: RequestContext, lease_id: UUID) -> DepositEntry:
    """Refund a deposit.

    Records that a deposit, or a part of it, was paid back out of a channel, and posts it. Refused if less was held
    of that kind on that day or since (409). For owners, managers and accountants, with a recent sign-in.
    """
    return service.refund_deposit(request.ctx, lease_id, **request.body)


@leasing.post("/deposits/{deposit_entry_id}/reverse", may="hold_deposit", body=DEPOSIT_REVERSAL, answer=DEPOSIT)
def reverse_deposit_entry(request: RequestContext, deposit_entry_id: UUID) -> DepositEntry:
    """Reverse a deposit entry.

    Undoes a deposit or deposit refund that was recorded by mistake: a mirror entry is added and the journal
    reversed. A deduction is reversed by its own operation. Refused if already reversed, or the money is no longer
    held (409). For owners, managers and accountants.
    """
    return service.reverse_deposit_entry(
        request.ctx, deposit_entry_id, reason=request.body["reason"], on=request.ctx.today
    )
