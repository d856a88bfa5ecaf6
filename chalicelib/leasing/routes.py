"""Tenants, leases, their rents, charges and deposits over HTTP."""

from uuid import UUID

from chalicelib.leasing import service
from chalicelib.leasing.model import DepositEntry, Lease, RecurringCharge, RentStep, Tenant
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
from chalicelib.web.routing import ApiBlueprint, Call, Page

leasing = ApiBlueprint(__name__, tag="leasing")

LEASE_FILTERS = ("unit_id", "property_id", "tenant_id", "status")


@leasing.get("/tenants", may="see_tenants", query=TENANT_QUERY, answer=TENANT)
def list_tenants(call: Call) -> Page[Tenant]:
    """List tenants by name, or find them by the beginning of it or by a phone.

    A caretaker sees who lives in the named properties now, without their papers.
    """
    filters = {name: call.query[name] for name in ("name", "phone") if name in call.query}
    return service.list_tenants(call.ctx, call.asked, **filters)


@leasing.post("/tenants", may="edit_tenants", body=NEW_TENANT, answer=TENANT, location="/v1/tenants/{id}")
def add_tenant(call: Call) -> Tenant:
    """Add a tenant."""
    return service.add_tenant(call.ctx, call.body, keys=call.parts.keys)


@leasing.get("/tenants/{tenant_id}", may="see_tenants", answer=TENANT)
def get_tenant(call: Call, tenant_id: UUID) -> Tenant:
    """Tell one tenant."""
    return service.show_tenant(call.ctx, tenant_id)


@leasing.patch("/tenants/{tenant_id}", may="edit_tenants", body=TENANT_CHANGE, answer=TENANT)
def change_tenant(call: Call, tenant_id: UUID) -> Tenant:
    """Change a tenant."""
    return service.change_tenant(call.ctx, tenant_id, call.if_match, call.body, keys=call.parts.keys)


@leasing.get(
    "/tenants/{tenant_id}/identity-document",
    may="read_identity_document",
    answer=IDENTITY_DOCUMENT,
    audited=True,
    fresh=True,
)
def read_identity_document(call: Call, tenant_id: UUID) -> dict[str, str]:
    """Tell the tenant's identity document in clear; who read it is kept in the audit trail."""
    return service.read_identity_document(call.ctx, tenant_id, keys=call.parts.keys)


@leasing.get("/leases", may="see_leases", query=LEASE_QUERY, answer=LEASE)
def list_leases(call: Call) -> Page[Lease]:
    """List leases."""
    filters = {name: call.query[name] for name in LEASE_FILTERS if name in call.query}
    return service.list_leases(call.ctx, call.asked, **filters)


@leasing.post("/leases", may="edit_leases", body=NEW_LEASE, answer=LEASE, location="/v1/leases/{id}")
def add_lease(call: Call) -> Lease:
    """Let a unit."""
    return service.add_lease(call.ctx, call.body)


@leasing.get("/leases/{lease_id}", may="see_leases", answer=LEASE)
def get_lease(call: Call, lease_id: UUID) -> Lease:
    """Tell one lease."""
    return service.get_lease(call.ctx, lease_id)


@leasing.post("/leases/{lease_id}/renew", may="edit_leases", body=RENEWAL, answer=LEASE, location="/v1/leases/{id}")
def renew_lease(call: Call, lease_id: UUID) -> Lease:
    """Let the unit to the same tenants from the day after the lease ends; tells the new lease."""
    return service.renew_lease(call.ctx, lease_id, call.body)


@leasing.get("/leases/{lease_id}/rents", may="see_leases", query=PAGING, answer=RENT_STEP)
def list_rents(call: Call, lease_id: UUID) -> Page[RentStep]:
    """List the dated rents of a lease, the first day first."""
    return service.list_rents(call.ctx, lease_id, call.asked)


@leasing.post("/leases/{lease_id}/rents", may="edit_leases", body=RENT_STEP, answer=RENT_STEP)
def add_rent_change(call: Call, lease_id: UUID) -> RentStep:
    """Change a lease's rent from a day on."""
    return service.add_rent_change(call.ctx, lease_id, **call.body)


@leasing.get("/leases/{lease_id}/recurring-charges", may="see_leases", query=PAGING, answer=RECURRING_CHARGE)
def list_recurring_charges(call: Call, lease_id: UUID) -> Page[RecurringCharge]:
    """List what is asked for every month beside the rent."""
    return service.list_recurring_charges(call.ctx, lease_id, call.asked)


@leasing.post(
    "/leases/{lease_id}/recurring-charges",
    may="edit_leases",
    body=NEW_RECURRING_CHARGE,
    answer=RECURRING_CHARGE,
    location="/v1/recurring-charges/{id}",
)
def add_recurring_charge(call: Call, lease_id: UUID) -> RecurringCharge:
    """Ask for a sum every month."""
    return service.add_recurring_charge(call.ctx, lease_id, call.body)


@leasing.get("/recurring-charges/{recurring_charge_id}", may="see_leases", answer=RECURRING_CHARGE)
def get_recurring_charge(call: Call, recurring_charge_id: UUID) -> RecurringCharge:
    """Tell one recurring charge."""
    return service.get_recurring_charge(call.ctx, recurring_charge_id)


@leasing.patch(
    "/recurring-charges/{recurring_charge_id}",
    may="edit_leases",
    body=RECURRING_CHARGE_CHANGE,
    answer=RECURRING_CHARGE,
)
def change_recurring_charge(call: Call, recurring_charge_id: UUID) -> RecurringCharge:
    """Change or end a recurring charge for the bills to come."""
    return service.change_recurring_charge(call.ctx, recurring_charge_id, call.if_match, call.body)


@leasing.get("/leases/{lease_id}/deposits", may="see_billing", query=PAGING, answer=DEPOSIT)
def list_deposits(call: Call, lease_id: UUID) -> Page[DepositEntry]:
    """List every movement of the lease's deposits; what is held is their sum."""
    return service.list_deposits(call.ctx, lease_id, call.asked)


@leasing.post("/leases/{lease_id}/deposits", may="hold_deposit", body=NEW_DEPOSIT, answer=DEPOSIT)
def record_deposit(call: Call, lease_id: UUID) -> DepositEntry:
    """Take a deposit into keeping; without a channel it was held before the books began."""
    return service.record_deposit(call.ctx, lease_id, **call.body)


@leasing.post("/leases/{lease_id}/deposit-refunds", may="hold_deposit", body=DEPOSIT_REFUND, answer=DEPOSIT, fresh=True)
def refund_deposit(call: Call, lease_id: UUID) -> DepositEntry:
    """Give a held deposit, or part of it, back to the tenant."""
    return service.refund_deposit(call.ctx, lease_id, **call.body)


@leasing.post("/deposits/{deposit_entry_id}/reverse", may="hold_deposit", body=DEPOSIT_REVERSAL, answer=DEPOSIT)
def reverse_deposit_entry(call: Call, deposit_entry_id: UUID) -> DepositEntry:
    """Undo a deposit taken in or given back by mistake, by its mirror."""
    return service.reverse_deposit_entry(call.ctx, deposit_entry_id, reason=call.body["reason"], on=call.ctx.today)
