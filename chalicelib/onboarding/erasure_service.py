"""Forgetting a tenant: the use case lies in the highest domain that knows anything of them."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.identity import vault
from chalicelib.leasing import service as leasing
from chalicelib.leasing.model import Tenant
from chalicelib.maintenance import service as maintenance
from chalicelib.messaging import service as messaging
from chalicelib.onboarding import repository
from chalicelib.outreach import service as outreach
from chalicelib.payments import service as payments


def erase_tenant(db: Connection, organisation_id: UUID, tenant_id: UUID, *, now: dt.datetime, today: dt.date) -> Tenant:
    """Forget who the tenant is, wherever it is kept, and return what is left; docs/decisions tell what stays.

    What still waits to be told to them is cancelled.

    Raises:
        Conflict: a lease of theirs runs or is to come, or they were erased before.
        NotFound: the organisation has no such tenant.
    """
    erased = leasing.erase_tenant(db, organisation_id, tenant_id, now=now, today=today)
    payments.forget_payer(db, organisation_id, tenant_id, erased.lease_ids)
    maintenance.forget_tenant(db, organisation_id, tenant_id)
    outreach.forget_leases(db, organisation_id, erased.lease_ids)
    messaging.forget_tenant(db, organisation_id, tenant_id, erased.phones, now=now)
    for import_id in repository.forget_problems(db, organisation_id, tenant_id):  # they repeat cells of the sheet
        vault.forget(db, organisation_id, import_id)
    return leasing.get_tenant(db, organisation_id, tenant_id)
