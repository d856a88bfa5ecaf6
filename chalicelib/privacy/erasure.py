"""Erase a tenant: above all rooms that know anything of them."""

from uuid import UUID

from chalicelib import imports, leasing, maintenance, messaging, payments, reminders
from chalicelib.leasing.tenant_model import Tenant
from chalicelib.runtime.context import Context


def erase_tenant(ctx: Context, tenant_id: UUID) -> Tenant:
    """Forget who the tenant is, wherever it is kept, and return what is left; docs/decisions tell what stays.

    What still waits to be told to them is cancelled.

    Raises:
        Conflict: a lease of theirs runs or is to come, or they were erased before.
        NotFound: the organisation has no such tenant.
    """
    erased = leasing.anonymise_tenant(ctx, tenant_id)
    payments.anonymise_payer(ctx, tenant_id, erased.lease_ids)
    maintenance.anonymise_requests_of_tenant(ctx, tenant_id)
    reminders.anonymise_leases(ctx, erased.lease_ids)
    messaging.anonymise_messages_of_tenant(ctx, tenant_id, erased.phones)
    imports.anonymise_imports_of_tenant(ctx, tenant_id)
    return leasing.get_tenant(ctx, tenant_id)
