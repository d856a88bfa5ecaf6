"""SQL of maintenance requests."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, insert, select, update

from chalicelib.maintenance.model import BY_PHONE, OPEN, MaintenanceRequest, statuses_before
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context, Properties
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.leasing import tenants
from chalicelib.storage.tables.maintenance import maintenance_requests as requests
from chalicelib.storage.tables.portfolio import properties, units

_JOINED_FIELDS = ("property_name", "unit_name", "tenant_name")
_COLUMN_FIELDS = tuple(name for name in MaintenanceRequest._fields if name not in _JOINED_FIELDS)


def add_request(ctx: Context, values: dict[str, Any]) -> None:
    ctx.db.execute(insert(requests).values(organisation_id=ctx.organisation_id, **values))


def find_request(ctx: Context, request_id: UUID, within: Properties) -> MaintenanceRequest | None:
    row = ctx.db.execute(_select_requests(ctx.organisation_id, within).where(requests.c.id == request_id)).one_or_none()
    return None if row is None else _to_request(row)


def find_request_by_dedupe_key(ctx: Context, dedupe_key: str) -> MaintenanceRequest | None:
    row = ctx.db.execute(
        _select_requests(ctx.organisation_id, None).where(requests.c.dedupe_key == dedupe_key)
    ).one_or_none()
    return None if row is None else _to_request(row)


def count_open(ctx: Context, lease_id: UUID) -> int:
    """Return how many requests by the phones of a lease's tenants are open."""
    query = select(func.count()).where(
        requests.c.organisation_id == ctx.organisation_id,
        requests.c.status == OPEN,
        requests.c.lease_id == lease_id,
        requests.c.source.in_(BY_PHONE),
    )
    return int(ctx.db.scalar(query) or 0)


def list_requests(
    ctx: Context,
    page_request: PageRequest,
    *,
    within: Properties,
    status: str | None,
    property_id: UUID | None,
    tenant_id: UUID | None,
) -> Page[MaintenanceRequest]:
    """Return a page of requests, highest number first."""
    query = _select_requests(ctx.organisation_id, within)
    for name, value in {"status": status, "property_id": property_id, "tenant_id": tenant_id}.items():
        if value is not None:
            query = query.where(requests.c[name] == value)
    return fetch_page(ctx.db, query, [requests.c.number], page_request, descending=True).of(_to_request)


def change_status(ctx: Context, request_id: UUID, status: str, done_at: dt.datetime | None) -> bool:
    """Set the status if the present one allows it; return whether this call did it."""
    query = update(requests).where(
        requests.c.organisation_id == ctx.organisation_id,
        requests.c.id == request_id,
        requests.c.status.in_(statuses_before(status)),
    )
    values = {"status": status, "done_at": done_at, "version": requests.c.version + 1}
    return ctx.db.execute(query.values(values)).rowcount == 1


def anonymise_texts(ctx: Context, tenant_id: UUID) -> None:
    """Clear the texts of the tenant's requests."""
    of_tenant = and_(requests.c.organisation_id == ctx.organisation_id, requests.c.tenant_id == tenant_id)
    ctx.db.execute(update(requests).where(of_tenant).values(text="", version=requests.c.version + 1))


def _select_requests(organisation_id: UUID, within: Properties) -> Select[Any]:
    # Outer joins: requests outlive the rows they refer to, and MySQL keeps scanning by the index on their numbers.
    query = (
        select(
            *(requests.c[name] for name in _COLUMN_FIELDS),
            properties.c.name.label("property_name"),
            units.c.name.label("unit_name"),
            tenants.c.given_name,
            tenants.c.middle_name,
            tenants.c.family_name,
        )
        .outerjoin(properties, _same_row(properties, requests.c.property_id))
        .outerjoin(units, _same_row(units, requests.c.unit_id))
        .outerjoin(tenants, _same_row(tenants, requests.c.tenant_id))
        .where(requests.c.organisation_id == organisation_id)
    )
    return query if within is None else query.where(requests.c.property_id.in_(within))


def _same_row(table: Any, key: Any) -> Any:
    return and_(table.c.organisation_id == requests.c.organisation_id, table.c.id == key)


def _to_request(row: Row[Any]) -> MaintenanceRequest:
    return MaintenanceRequest(
        **{name: getattr(row, name) for name in _COLUMN_FIELDS},
        property_name=row.property_name or "",
        unit_name=row.unit_name or "",
        tenant_name=" ".join(filter(None, (row.given_name, row.middle_name, row.family_name))),
    )
