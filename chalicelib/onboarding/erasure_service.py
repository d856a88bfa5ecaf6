"""Forgetting a tenant: the use case lies in the highest domain that knows anything of them."""

from uuid import UUID

from chalicelib.identity import vault
from chalicelib.leasing import service as leasing
from chalicelib.leasing.model import Tenant
from chalicelib.maintenance import service as maintenance
from chalicelib.messaging import service as messaging
from chalicelib.onboarding import repository
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
    erased = leasing.erase_tenant(ctx, tenant_id)
    payments.forget_payer(ctx, tenant_id, erased.lease_ids)
    maintenance.forget_tenant(ctx, tenant_id)
    outreach.forget_leases(ctx, erased.lease_ids)
    messaging.forget_tenant(ctx, tenant_id, erased.phones)
    for import_id in repository.forget_problems(ctx, tenant_id):  # they repeat cells of the sheet
        vault.forget(ctx.db, ctx.organisation_id, import_id)
    return leasing.get_tenant(ctx, tenant_id)
