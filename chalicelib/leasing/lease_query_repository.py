"""SQL that reads leases, one or a page, with their details."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, and_, exists, or_, select

from chalicelib.leasing.lease_repository import HOLDS_A_DAY
from chalicelib.leasing.model import AgreedDeposit, DatedRent, Lease, NamedTenant
from chalicelib.leasing.rules import lease_status, rent_on
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context, Properties
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.leasing import deposit_terms, lease_rents, lease_tenants, leases, tenants
from chalicelib.storage.tables.portfolio import properties, units


def find_lease(ctx: Context, lease_id: UUID, today: dt.date, within: Properties) -> Lease | None:
    query = _leases(ctx.organisation_id).where(leases.c.id == lease_id)
    if within is not None:
        query = query.where(leases.c.property_id.in_(within))
    row = ctx.db.execute(query).one_or_none()
    return None if row is None else _with_details(ctx, [row], today)[0]


def has_lease(ctx: Context, lease_id: UUID, within: Properties) -> bool:
    query = select(leases.c.id).where(leases.c.organisation_id == ctx.organisation_id, leases.c.id == lease_id)
    if within is not None:
        query = query.where(leases.c.property_id.in_(within))
    return ctx.db.execute(query).first() is not None


def list_leases(
    ctx: Context,
    page_request: PageRequest,
    *,
    today: dt.date,
    within: Properties,
    unit_id: UUID | None = None,
    property_id: UUID | None = None,
    tenant_id: UUID | None = None,
    status: str | None = None,
) -> Page[Lease]:
    query = _leases(ctx.organisation_id)
    if within is not None:
        query = query.where(leases.c.property_id.in_(within))
    if unit_id is not None:
        query = query.where(leases.c.unit_id == unit_id)
    if property_id is not None:
        query = query.where(leases.c.property_id == property_id)
    if tenant_id is not None:
        query = query.where(_is_tenant(ctx.organisation_id, tenant_id))
    if status is not None:
        query = query.where(_STATUS[status](today))
    page = fetch_page(ctx.db, query, [leases.c.id], page_request, descending=page_request.sort == "-id")
    return Page(_with_details(ctx, page.items, today), page.next_cursor)


def _has_ended(today: dt.date) -> ColumnElement[bool]:
    return or_(leases.c.ends_on < today, leases.c.ends_on < leases.c.starts_on)


def _is_upcoming(today: dt.date) -> ColumnElement[bool]:
    return and_(leases.c.starts_on > today, HOLDS_A_DAY)


def is_active(today: dt.date) -> ColumnElement[bool]:
    return and_(leases.c.starts_on <= today, or_(leases.c.ends_on.is_(None), leases.c.ends_on >= today))


# ``rules.lease_status`` as SQL; a test compares the two.
_STATUS = {"ended": _has_ended, "upcoming": _is_upcoming, "active": is_active}


def _is_tenant(organisation_id: UUID, tenant_id: UUID) -> ColumnElement[bool]:
    return exists().where(
        lease_tenants.c.organisation_id == organisation_id,
        lease_tenants.c.lease_id == leases.c.id,
        lease_tenants.c.tenant_id == tenant_id,
    )


def _leases(organisation_id: UUID) -> Select[Any]:
    # Alone: joined to its unit and property, MariaDB may begin with those and sort what it then finds.
    return select(leases).where(leases.c.organisation_id == organisation_id)


def _with_details(ctx: Context, rows: list[Row[Any]], today: dt.date) -> list[Lease]:
    """Return the leases of ``rows`` with names, tenants, rents and deposit terms, each in one query for all."""
    ids = [row.id for row in rows]
    places = _names_of_units(ctx, {row.unit_id for row in rows})
    who = _tenants_of(ctx, ids)
    steps = _rents_of(ctx, ids)
    terms = _deposit_terms_of(ctx, ids)
    return [_lease(row, places[row.unit_id], who[row.id], steps[row.id], terms.get(row.id, []), today) for row in rows]


def _names_of_units(ctx: Context, unit_ids: set[UUID]) -> dict[UUID, tuple[str, str]]:
    """Return the name of each unit and of its property."""
    query = (
        select(units.c.id, units.c.name, properties.c.name)
        .join(
            properties,
            (properties.c.organisation_id == units.c.organisation_id) & (properties.c.id == units.c.property_id),
        )
        .where(units.c.organisation_id == ctx.organisation_id, units.c.id.in_(unit_ids))
    )
    return {row[0]: (row[1], row[2]) for row in ctx.db.execute(query)}


def _tenants_of(ctx: Context, ids: list[UUID]) -> dict[UUID, list[NamedTenant]]:
    query = (
        select(
            lease_tenants.c.lease_id,
            lease_tenants.c.tenant_id,
            tenants.c.given_name,
            tenants.c.middle_name,
            tenants.c.family_name,
        )
        .join(
            tenants,
            (tenants.c.organisation_id == lease_tenants.c.organisation_id)
            & (tenants.c.id == lease_tenants.c.tenant_id),
        )
        .where(lease_tenants.c.organisation_id == ctx.organisation_id, lease_tenants.c.lease_id.in_(ids))
        .order_by(lease_tenants.c.lease_id, lease_tenants.c.position)
    )
    found: dict[UUID, list[NamedTenant]] = {}
    for lease_id, tenant_id, *names in ctx.db.execute(query):
        found.setdefault(lease_id, []).append(NamedTenant(tenant_id, " ".join(filter(None, names))))
    return found


def _rents_of(ctx: Context, ids: list[UUID]) -> dict[UUID, list[DatedRent]]:
    query = (
        select(lease_rents.c.lease_id, lease_rents.c.starts_on, lease_rents.c.rent_cents)
        .where(lease_rents.c.organisation_id == ctx.organisation_id, lease_rents.c.lease_id.in_(ids))
        .order_by(lease_rents.c.lease_id, lease_rents.c.starts_on)
    )
    found: dict[UUID, list[DatedRent]] = {}
    for lease_id, starts_on, rent_cents in ctx.db.execute(query):
        found.setdefault(lease_id, []).append(DatedRent(starts_on, rent_cents))
    return found


def _deposit_terms_of(ctx: Context, ids: list[UUID]) -> dict[UUID, list[AgreedDeposit]]:
    query = (
        select(deposit_terms.c.lease_id, deposit_terms.c.kind, deposit_terms.c.amount_cents)
        .where(deposit_terms.c.organisation_id == ctx.organisation_id, deposit_terms.c.lease_id.in_(ids))
        .order_by(deposit_terms.c.lease_id, deposit_terms.c.kind)
    )
    found: dict[UUID, list[AgreedDeposit]] = {}
    for lease_id, kind, amount_cents in ctx.db.execute(query):
        found.setdefault(lease_id, []).append(AgreedDeposit(kind, amount_cents))
    return found


def _lease(
    row: Row[Any],
    place: tuple[str, str],
    who: list[NamedTenant],
    steps: list[DatedRent],
    terms: list[AgreedDeposit],
    today: dt.date,
) -> Lease:
    return Lease(
        id=row.id,
        unit_id=row.unit_id,
        unit_name=place[0],
        property_id=row.property_id,
        property_name=place[1],
        tenant_id=row.tenant_id,
        tenants=who,
        starts_on=row.starts_on,
        ends_on=row.ends_on,
        due_day=row.due_day,
        grace_days=row.grace_days,
        notice_days=row.notice_days,
        rent_cents=rent_on(steps, today if row.ends_on is None else min(today, row.ends_on)),
        deposits=terms,
        status=lease_status(row.starts_on, row.ends_on, row.terminated_on is not None, today),
        terminated_on=row.terminated_on,
        previous_id=row.previous_id,
        billed_from=row.billed_from,
        note=row.note,
        version=row.version,
        created_at=row.created_at,
    )
