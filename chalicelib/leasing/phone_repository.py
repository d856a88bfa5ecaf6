"""SQL that finds whom a phone belongs to, in whichever organisations.

A phone that writes or dials names no organisation, so the rows of all are read; who asks for them
tells each organisation's only to that phone, and keeps them apart.
"""

from typing import Any

from sqlalchemy import Connection, Row, and_, select

from chalicelib.leasing.repository import HOLDS_A_DAY
from chalicelib.storage.tables.identity import organisations
from chalicelib.storage.tables.leasing import lease_tenants, leases, tenant_phones, tenants
from chalicelib.storage.tables.portfolio import properties, units


def list_leases_of_phone(db: Connection, phone: str) -> list[Row[Any]]:
    """Return a row for each (tenant with the phone, lease of theirs), or with no lease (None) where there is none.

    Erased tenants have no phone; that they are left out by name too makes sure of it.
    """
    query = (
        select(
            tenant_phones.c.organisation_id,
            organisations.c.name.label("organisation_name"),
            organisations.c.currency,
            organisations.c.time_zone,
            tenants.c.id.label("tenant_id"),
            tenants.c.language,
            leases.c.id.label("lease_id"),
            leases.c.unit_id,
            units.c.name.label("unit_name"),
            leases.c.property_id,
            properties.c.name.label("property_name"),
            leases.c.starts_on,
            leases.c.ends_on,
            leases.c.terminated_on,
            leases.c.due_day,
            leases.c.previous_id,
        )
        .join(tenants, _of(tenant_phones, tenants, "tenant_id"))
        .join(organisations, organisations.c.id == tenant_phones.c.organisation_id)
        .outerjoin(
            lease_tenants,
            and_(
                lease_tenants.c.organisation_id == tenants.c.organisation_id, lease_tenants.c.tenant_id == tenants.c.id
            ),
        )
        .outerjoin(leases, and_(_of(lease_tenants, leases, "lease_id"), HOLDS_A_DAY))
        .outerjoin(units, _of(leases, units, "unit_id"))
        .outerjoin(properties, _of(leases, properties, "property_id"))
        .where(tenant_phones.c.phone == phone, tenants.c.erased_at.is_(None))
        .order_by(
            tenant_phones.c.organisation_id, tenant_phones.c.position, tenants.c.id, leases.c.starts_on, leases.c.id
        )
    )
    return list(db.execute(query))


def _of(table: Any, other: Any, key: str) -> Any:
    return and_(other.c.organisation_id == table.c.organisation_id, other.c.id == table.c[key])
