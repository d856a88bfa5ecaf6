"""SQL of payment notifications: recipients, and what was sent."""

import datetime as dt
from uuid import UUID

from sqlalchemy import BigInteger, and_, cast, func, select

from chalicelib.payments.model import NotificationRecipient, Payment
from chalicelib.runtime.context import Context
from chalicelib.storage.tables.billing import invoice_lines
from chalicelib.storage.tables.leasing import leases, tenant_phones, tenants
from chalicelib.storage.tables.messaging import messages
from chalicelib.storage.tables.organisations import organisations
from chalicelib.storage.tables.payments import payments
from chalicelib.storage.tables.portfolio import properties, units


def find_recipient(ctx: Context, lease_id: UUID, tenant_id: UUID) -> NotificationRecipient | None:
    """Return the recipient for payments of the lease, with its current balance; None once the tenant was erased."""
    lines = invoice_lines.c
    owed = select(func.coalesce(func.sum(lines.open_cents), 0)).where(
        lines.organisation_id == ctx.organisation_id, lines.lease_id == lease_id, lines.open_cents > 0
    )
    credit = select(func.coalesce(func.sum(payments.c.unallocated_cents), 0)).where(
        payments.c.organisation_id == ctx.organisation_id,
        payments.c.lease_id == lease_id,
        payments.c.state == "matched",
    )
    query = (
        select(
            tenants.c.id.label("tenant_id"),
            tenants.c.given_name,
            tenants.c.language,
            tenant_phones.c.phone,
            tenants.c.email,
            leases.c.property_id,
            properties.c.name.label("property_name"),
            units.c.name.label("unit_name"),
            organisations.c.name.label("organisation_name"),
            organisations.c.currency,
            organisations.c.time_zone,
            cast(owed.scalar_subquery() - credit.scalar_subquery(), BigInteger).label("balance_cents"),
        )
        .join(units, and_(units.c.organisation_id == leases.c.organisation_id, units.c.id == leases.c.unit_id))
        .join(
            properties,
            and_(properties.c.organisation_id == leases.c.organisation_id, properties.c.id == leases.c.property_id),
        )
        .join(organisations, organisations.c.id == leases.c.organisation_id)
        .join(tenants, and_(tenants.c.organisation_id == leases.c.organisation_id, tenants.c.id == tenant_id))
        .outerjoin(
            tenant_phones,
            and_(
                tenant_phones.c.organisation_id == tenants.c.organisation_id,
                tenant_phones.c.tenant_id == tenants.c.id,
                tenant_phones.c.position == 0,
            ),
        )
        .where(leases.c.organisation_id == ctx.organisation_id, leases.c.id == lease_id, tenants.c.erased_at.is_(None))
    )
    row = ctx.db.execute(query).one_or_none()
    return None if row is None else NotificationRecipient(**row._mapping)


def was_notified(ctx: Context, kind: str, payment: Payment, *, since: dt.datetime) -> bool:
    """Return whether a message of the kind about the payment's lease was sent or queued for the tenant since then."""
    query = select(messages.c.id).where(
        messages.c.organisation_id == ctx.organisation_id,
        messages.c.tenant_id == payment.tenant_id,  # the index's column
        messages.c.lease_id == payment.lease_id,
        messages.c.kind == kind,
        messages.c.status != "cancelled",
        messages.c.created_at > since,
    )
    return ctx.db.execute(query.limit(1)).first() is not None
