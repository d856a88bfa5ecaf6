"""SQL of the rent roll and occupancy on a day."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, exists, func, or_, select

from chalicelib.paging import Page, PageRequest
from chalicelib.reporting.model import PropertyOccupancy, UnitWithLease
from chalicelib.runtime.context import Context
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.leasing import lease_rents, leases, tenant_phones, tenants
from chalicelib.storage.tables.portfolio import properties, units


def list_units_with_lease(
    ctx: Context, page_request: PageRequest, on: dt.date, property_id: UUID | None
) -> Page[UnitWithLease]:
    """Return units, property by property as they were added, each with its lease on ``on``."""
    query = (
        select(
            units.c.id,
            units.c.property_id,
            units.c.name_key,
            units.c.name,
            units.c.type,
            units.c.rent_cents.label("asked_rent_cents"),
            properties.c.name.label("property_name"),
            leases.c.id.label("lease_id"),
            leases.c.tenant_id,
            leases.c.due_day,
            leases.c.starts_on,
            leases.c.ends_on,
            _rent_on(on).label("rent_cents"),
            tenants.c.given_name,
            tenants.c.middle_name,
            tenants.c.family_name,
            tenant_phones.c.phone,
        )
        # Every unit has a property; the outer join makes MySQL read units first, by the index of the sort order.
        .outerjoin(properties, _same_row(properties, units.c.property_id))
        .outerjoin(leases, and_(leases.c.unit_id == units.c.id, _occupies_unit_on(on)))
        .outerjoin(tenants, _same_row(tenants, leases.c.tenant_id))
        .outerjoin(
            tenant_phones,
            and_(
                tenant_phones.c.organisation_id == units.c.organisation_id,
                tenant_phones.c.tenant_id == leases.c.tenant_id,
                tenant_phones.c.position == 0,
            ),
        )
        .where(units.c.organisation_id == ctx.organisation_id)
    )
    if property_id is not None:
        query = query.where(units.c.property_id == property_id)
    return fetch_page(ctx.db, query, [units.c.property_id, units.c.name_key], page_request).of(_unit_with_lease)


def list_occupancy(ctx: Context, on: dt.date) -> list[PropertyOccupancy]:
    """Return every property with the count of its units by status on ``on``, by name."""
    one = _unit_states(ctx.organisation_id, on).subquery("one")
    counted = [
        _as_bigint(func.sum(one.c[name])).label(name) for name in ("occupied", "reserved", "rent", "asked_vacant")
    ]
    query = (
        select(properties.c.id, properties.c.name, func.count(one.c.property_id).label("units"), *counted)
        .outerjoin(one, one.c.property_id == properties.c.id)
        .where(properties.c.organisation_id == ctx.organisation_id)
        .group_by(properties.c.id, properties.c.name, properties.c.name_key)
        .order_by(properties.c.name_key)
    )
    return [_occupancy(row) for row in ctx.db.execute(query)]


def _unit_states(organisation_id: UUID, on: dt.date) -> Select[Any]:
    later = leases.alias("later")
    reserved = exists().where(
        later.c.organisation_id == units.c.organisation_id,
        later.c.unit_id == units.c.id,
        later.c.starts_on > on,
        or_(later.c.ends_on.is_(None), later.c.ends_on >= later.c.starts_on),
    )
    free = leases.c.id.is_(None)
    return (
        select(
            units.c.property_id,
            case((free, 0), else_=1).label("occupied"),
            case((and_(free, reserved), 1), else_=0).label("reserved"),
            func.coalesce(_rent_on(on), 0).label("rent"),
            case((free, units.c.rent_cents), else_=0).label("asked_vacant"),
        )
        .outerjoin(leases, and_(leases.c.unit_id == units.c.id, _occupies_unit_on(on)))
        .where(units.c.organisation_id == organisation_id)
    )


def _same_row(table: Any, key: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(table.c.organisation_id == units.c.organisation_id, table.c.id == key)


def _occupies_unit_on(on: dt.date) -> ColumnElement[bool]:
    """Return the condition that a lease occupies its unit on ``on``; at most one does, as leases never overlap."""
    return and_(
        leases.c.organisation_id == units.c.organisation_id,
        leases.c.starts_on <= on,
        or_(leases.c.ends_on.is_(None), leases.c.ends_on >= on),
    )


def _rent_on(on: dt.date) -> ColumnElement[Any]:
    """Return the lease's rent on ``on``; the first one applies from the lease's first day, also when dated later."""
    mine = (lease_rents.c.organisation_id == leases.c.organisation_id) & (lease_rents.c.lease_id == leases.c.id)
    steps = select(lease_rents.c.rent_cents).where(mine).correlate(leases).limit(1)
    running = steps.where(lease_rents.c.starts_on <= on).order_by(lease_rents.c.starts_on.desc())
    return func.coalesce(running.scalar_subquery(), steps.order_by(lease_rents.c.starts_on).scalar_subquery())


def _as_bigint(amount: ColumnElement[Any]) -> ColumnElement[int]:
    return cast(func.coalesce(amount, 0), BigInteger)


def _unit_with_lease(row: Any) -> UnitWithLease:
    names = (row.given_name, row.middle_name, row.family_name)
    return UnitWithLease(
        unit_id=row.id,
        property_id=row.property_id,
        property_name=row.property_name,
        unit_name=row.name,
        unit_type=row.type,
        asked_rent_cents=row.asked_rent_cents,
        lease_id=row.lease_id,
        tenant_id=row.tenant_id,
        tenant_name=" ".join(filter(None, names)) or None,
        phone=row.phone,
        rent_cents=row.rent_cents,
        due_day=row.due_day,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
    )


def _occupancy(row: Any) -> PropertyOccupancy:
    return PropertyOccupancy(
        property_id=row.id,
        property_name=row.name,
        units=row.units,
        occupied=row.occupied,
        reserved=row.reserved,
        vacant=row.units - row.occupied - row.reserved,
        occupied_bps=0,
        rent_cents=row.rent,
        asked_vacant_cents=row.asked_vacant,
    )
