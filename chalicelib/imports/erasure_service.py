"""Forgetting a tenant: the use case lies in the highest domain that knows anything of them."""

from uuid import UUID

from chalicelib.identity import vault
from chalicelib.imports import repository
from chalicelib.leasing import service as leasing
from chalicelib.leasing.model import Tenant
from chalicelib.maintenance import service as maintenance
from chalicelib.messaging import service as messaging
from chalicelib.outreach import service as outreach
from chalicelib.payments import service as payments
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
    outreach.anonymise_leases(ctx, erased.lease_ids)
    messaging.anonymise_messages_of_tenant(ctx, tenant_id, erased.phones)
    for import_id in repository.clear_problems(ctx, tenant_id):  # they repeat cells of the sheet
        vault.destroy_key(ctx.db, ctx.organisation_id, import_id)
    return leasing.get_tenant(ctx, tenant_id)
