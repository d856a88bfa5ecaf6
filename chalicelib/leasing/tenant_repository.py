"""SQL of tenants and their phones."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, exists, insert, or_, select, update

from chalicelib.leasing.lease_query_repository import is_active
from chalicelib.leasing.rules import phone_state
from chalicelib.leasing.tenant_model import NextOfKin, PhoneState, Tenant
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.leasing import lease_tenants, leases, phone_places, tenant_phones, tenants


class ActiveTenancy(NamedTuple):
    """Filter: tenants with a lease in one of the properties that runs on that day."""

    properties: frozenset[UUID]
    on: dt.date


def add_tenant(ctx: Context, values: dict[str, Any], phones: list[str]) -> None:
    ctx.db.execute(insert(tenants).values(organisation_id=ctx.organisation_id, **values))
    _add_phones(ctx, values["id"], phones)


def change_tenant(ctx: Context, tenant_id: UUID, version: int | None, columns: Mapping[str, object]) -> bool:
    """Set ``columns`` if the row still has ``version`` (None: any); return whether this call did it."""
    query = update(tenants).where(_is_tenant(ctx.organisation_id, tenant_id), tenants.c.erased_at.is_(None))
    if version is not None:
        query = query.where(tenants.c.version == version)
    return ctx.db.execute(query.values(**columns, version=tenants.c.version + 1)).rowcount == 1


def replace_phones(ctx: Context, tenant_id: UUID, phones: list[str]) -> None:
    mine = (tenant_phones.c.organisation_id == ctx.organisation_id) & (tenant_phones.c.tenant_id == tenant_id)
    ctx.db.execute(delete(tenant_phones).where(mine))
    _add_phones(ctx, tenant_id, phones)


def find_tenant(
    ctx: Context, tenant_id: UUID, renting: ActiveTenancy | None = None, *, lock: bool = False
) -> Tenant | None:
    query = select(tenants).where(_is_tenant(ctx.organisation_id, tenant_id))
    if renting is not None:
        query = query.where(_has_active_lease(ctx.organisation_id, renting))
    row = ctx.db.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _with_phones(ctx, [row])[0]


def find_sealed_identity(ctx: Context, tenant_id: UUID) -> bytes | None:
    """Return the identity document, encrypted; None if there is none."""
    return ctx.db.scalar(select(tenants.c.identity_sealed).where(_is_tenant(ctx.organisation_id, tenant_id)))


def list_tenants(
    ctx: Context,
    page_request: PageRequest,
    *,
    renting: ActiveTenancy | None,
    name_prefix: str | None = None,
    phone: str | None = None,
) -> Page[Tenant]:
    """Return those not erased, by name; ``name_prefix`` in the form of ``name_key``, ``phone`` in E.164.

    Any of the names may begin with ``name_prefix``, because people search by either. This scans the
    organisation's index of names, but the page's limit usually ends the scan early.
    """
    query = select(tenants).where(tenants.c.organisation_id == ctx.organisation_id, tenants.c.erased_at.is_(None))
    if renting is not None:
        query = query.where(_has_active_lease(ctx.organisation_id, renting))
    if name_prefix:
        begins = tenants.c.name_key.startswith(name_prefix, autoescape=True)
        query = query.where(or_(begins, tenants.c.name_key.contains(f" {name_prefix}", autoescape=True)))
    if phone is not None:
        reached = select(tenant_phones.c.tenant_id).where(
            tenant_phones.c.organisation_id == ctx.organisation_id, tenant_phones.c.phone == phone
        )
        query = query.where(tenants.c.id.in_(reached))
    page = fetch_page(ctx.db, query, [tenants.c.name_key, tenants.c.id], page_request)
    return Page(_with_phones(ctx, page.items), page.next_cursor)


def lock_tenants(ctx: Context, ids: Iterable[UUID]) -> set[UUID]:
    """Lock those of ``ids`` that exist and are not erased, and return them; none can be erased meanwhile."""
    query = (
        select(tenants.c.id)
        .where(
            tenants.c.organisation_id == ctx.organisation_id,
            tenants.c.id.in_(sorted(set(ids))),
            tenants.c.erased_at.is_(None),
        )
        .order_by(tenants.c.id)
        .with_for_update(read=True)
    )
    return set(ctx.db.scalars(query))


def has_running_lease(ctx: Context, tenant_id: UUID, today: dt.date) -> bool:
    """Return whether the tenant has a running or future lease."""
    query = (
        select(leases.c.id)
        .join(
            lease_tenants,
            (lease_tenants.c.organisation_id == leases.c.organisation_id) & (lease_tenants.c.lease_id == leases.c.id),
        )
        .where(
            leases.c.organisation_id == ctx.organisation_id,
            lease_tenants.c.tenant_id == tenant_id,
            or_(leases.c.ends_on.is_(None), (leases.c.ends_on >= today) & (leases.c.ends_on >= leases.c.starts_on)),
        )
    )
    return ctx.db.execute(query.limit(1)).first() is not None


def clear_notes(ctx: Context, tenant_id: UUID) -> list[UUID]:
    """Clear the notes of the tenant's leases, and return the ids of these leases, in order."""
    query = select(lease_tenants.c.lease_id).where(
        lease_tenants.c.organisation_id == ctx.organisation_id, lease_tenants.c.tenant_id == tenant_id
    )
    found = sorted(ctx.db.scalars(query))
    noted = (leases.c.organisation_id == ctx.organisation_id) & leases.c.id.in_(found) & (leases.c.note != "")
    ctx.db.execute(update(leases).where(noted).values(note="", version=leases.c.version + 1))
    return found


def _is_tenant(organisation_id: UUID, tenant_id: UUID) -> ColumnElement[bool]:
    return (tenants.c.organisation_id == organisation_id) & (tenants.c.id == tenant_id)


def _has_active_lease(organisation_id: UUID, renting: ActiveTenancy) -> ColumnElement[bool]:
    return exists().where(
        lease_tenants.c.organisation_id == organisation_id,
        lease_tenants.c.tenant_id == tenants.c.id,
        leases.c.organisation_id == organisation_id,
        leases.c.id == lease_tenants.c.lease_id,
        leases.c.property_id.in_(renting.properties),
        is_active(renting.on),
    )


def _add_phones(ctx: Context, tenant_id: UUID, phones: list[str]) -> None:
    rows = [
        {"organisation_id": ctx.organisation_id, "tenant_id": tenant_id, "position": position, "phone": phone}
        for position, phone in enumerate(phones)
    ]
    if rows:
        ctx.db.execute(insert(tenant_phones), rows)


def _with_phones(ctx: Context, rows: list[Row[Any]]) -> list[Tenant]:
    theirs = exists().where(
        lease_tenants.c.organisation_id == ctx.organisation_id,
        lease_tenants.c.lease_id == phone_places.c.lease_id,
        lease_tenants.c.tenant_id == tenant_phones.c.tenant_id,
    )
    said = and_(phone_places.c.organisation_id == ctx.organisation_id, phone_places.c.phone == tenant_phones.c.phone)
    query = (
        select(tenant_phones.c.tenant_id, tenant_phones.c.phone, phone_places.c.state, theirs.label("theirs"))
        .outerjoin(phone_places, said)
        .where(
            tenant_phones.c.organisation_id == ctx.organisation_id, tenant_phones.c.tenant_id.in_([r.id for r in rows])
        )
        .order_by(tenant_phones.c.tenant_id, tenant_phones.c.position)
    )
    decided: dict[UUID, dict[str, list[tuple[str, bool]]]] = {}
    for tenant_id, phone, state, own in ctx.db.execute(query):
        known = decided.setdefault(tenant_id, {}).setdefault(phone, [])
        if state is not None:
            known.append((state, bool(own)))
    return [_tenant(row, decided.get(row.id, {})) for row in rows]


def _tenant(row: Row[Any], decided: dict[str, list[tuple[str, bool]]]) -> Tenant:
    has_kin = row.kin_name or row.kin_phone or row.kin_relation
    return Tenant(
        id=row.id,
        given_name=row.given_name,
        middle_name=row.middle_name,
        family_name=row.family_name,
        phones=list(decided),
        phone_states=[PhoneState(phone, phone_state(known)) for phone, known in decided.items()],
        language=row.language,
        email=row.email,
        kra_pin=row.kra_pin,
        identity_kind=row.identity_kind,
        kin=NextOfKin(row.kin_name, row.kin_phone, row.kin_relation) if has_kin else None,
        note=row.note,
        erased_at=row.erased_at,
        version=row.version,
        created_at=row.created_at,
    )
