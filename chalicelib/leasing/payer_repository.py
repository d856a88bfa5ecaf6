"""SQL of the leases that one tenant pays for, and of who receives the rent of each."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select

from chalicelib.leasing.model import PayerLease
from chalicelib.runtime.context import Context
from chalicelib.storage.tables.leasing import leases
from chalicelib.storage.tables.portfolio import properties

_LEASE = tuple(leases.c[name] for name in ("id", "previous_id", "property_id", "tenant_id", "starts_on", "ends_on"))


def list_leases_of_payers(ctx: Context, lease_ids: Collection[UUID]) -> list[PayerLease]:
    """Return all leases of the tenants who pay for the leases, by id."""
    payers = select(leases.c.tenant_id).where(
        leases.c.organisation_id == ctx.organisation_id, leases.c.id.in_(lease_ids)
    )
    query = (
        select(*_LEASE, properties.c.owner_id, properties.c.channel_id)
        .join(properties, properties.c.id == leases.c.property_id)
        .where(
            properties.c.organisation_id == ctx.organisation_id,
            leases.c.organisation_id == ctx.organisation_id,
            leases.c.tenant_id.in_(payers),
        )
        .order_by(leases.c.id)
    )
    return [PayerLease(**row._mapping) for row in ctx.db.execute(query)]


def list_payer_leases(ctx: Context, *, lease_id: UUID | None = None, tenant_id: UUID | None = None) -> list[PayerLease]:
    """Return all leases of the tenant, or of the tenant who pays for the lease, by id."""
    payer = select(leases.c.tenant_id).where(leases.c.organisation_id == ctx.organisation_id, leases.c.id == lease_id)
    query = (
        select(*_LEASE, properties.c.owner_id, properties.c.channel_id)
        .join(properties, properties.c.id == leases.c.property_id)
        .where(
            properties.c.organisation_id == ctx.organisation_id,
            leases.c.organisation_id == ctx.organisation_id,
            leases.c.tenant_id == (payer.scalar_subquery() if tenant_id is None else tenant_id),
        )
        .order_by(leases.c.id)
    )
    return [PayerLease(**row._mapping) for row in ctx.db.execute(query)]
