"""SQL of notices: recipients, and the status of their messages."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, and_, func, insert, or_, select, update

from chalicelib.notices.model import Notice, NoticeCounts, NoticeRecipient
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.leasing import lease_tenants, leases, tenant_phones, tenants
from chalicelib.storage.tables.messaging import messages
from chalicelib.storage.tables.portfolio import properties, units
from chalicelib.storage.tables.reminders import notices

_NOTICE_COLUMNS = [notices.c[name] for name in Notice._fields if name != "counts"]


def list_recipients(
    ctx: Context, property_id: UUID | None, today: dt.date, *, after: UUID | None, limit: int
) -> list[NoticeRecipient]:
    """Return the next tenants, by id, of leases active today, with what they rent; two queries."""
    query = _with_active_leases(select(lease_tenants.c.tenant_id).distinct(), ctx.organisation_id, property_id, today)
    if after is not None:
        query = query.where(lease_tenants.c.tenant_id > after)
    chosen = list(ctx.db.scalars(query.order_by(lease_tenants.c.tenant_id).limit(limit)))
    return _load_recipients(ctx, property_id, today, chosen) if chosen else []


def _with_active_leases(
    query: Select[Any], organisation_id: UUID, property_id: UUID | None, today: dt.date
) -> Select[Any]:
    """Return ``query`` over tenants of active leases, as defined by ``leasing.rules.lease_status``."""
    same_lease = and_(
        lease_tenants.c.organisation_id == leases.c.organisation_id, lease_tenants.c.lease_id == leases.c.id
    )
    query = (
        query.select_from(leases)
        .join(lease_tenants, same_lease)
        .where(
            leases.c.organisation_id == organisation_id,
            leases.c.starts_on <= today,
            or_(leases.c.ends_on.is_(None), leases.c.ends_on >= today),
        )
    )
    return query if property_id is None else query.where(leases.c.property_id == property_id)


def _load_recipients(
    ctx: Context, property_id: UUID | None, today: dt.date, chosen: Collection[UUID]
) -> list[NoticeRecipient]:
    scope = {"organisation_id": ctx.organisation_id}
    names = (
        lease_tenants.c.tenant_id,
        leases.c.id.label("lease_id"),
        tenants.c.given_name,
        tenants.c.language,
        tenant_phones.c.phone,
        units.c.name.label("unit_name"),
        properties.c.name.label("property_name"),
    )
    query = (
        _with_active_leases(select(*names), ctx.organisation_id, property_id, today)
        .join(tenants, _matches(tenants, "id", lease_tenants.c.tenant_id, scope))
        .join(units, _matches(units, "id", leases.c.unit_id, scope))
        .join(properties, _matches(properties, "id", leases.c.property_id, scope))
        .outerjoin(
            tenant_phones,
            and_(_matches(tenant_phones, "tenant_id", lease_tenants.c.tenant_id, scope), tenant_phones.c.position == 0),
        )
        .where(lease_tenants.c.tenant_id.in_(chosen), tenants.c.erased_at.is_(None))
        .order_by(lease_tenants.c.tenant_id, properties.c.name_key, units.c.name_key)
    )
    rows = defaultdict(list)
    for row in ctx.db.execute(query):
        rows[row.tenant_id].append(row)
    return [_to_recipient(each) for each in rows.values()]


def _matches(table: Any, name: str, other: Any, scope: dict[str, UUID]) -> Any:
    return and_(table.c.organisation_id == scope["organisation_id"], table.c[name] == other)


def _to_recipient(rows: list[Row[Any]]) -> NoticeRecipient:
    first = rows[0]
    return NoticeRecipient(
        first.tenant_id,
        first.given_name,
        first.language,
        first.phone,
        tuple(row.lease_id for row in rows),
        tuple(row.unit_name for row in rows),
        tuple(row.property_name for row in rows),
    )


def list_sent_texts(ctx: Context, notice_id: UUID, phones: Collection[str]) -> set[tuple[str, str | None]]:
    """Return the notice's texts to ``phones``: (phone, text)."""
    query = select(messages.c.address, messages.c.text).where(
        messages.c.organisation_id == ctx.organisation_id,
        messages.c.notice_id == notice_id,
        messages.c.address.in_(phones),
    )
    return {(row.address, row.text) for row in ctx.db.execute(query)}


def add_notice(ctx: Context, notice: Notice) -> None:
    values = notice._asdict()
    del values["counts"]
    ctx.db.execute(insert(notices).values(organisation_id=ctx.organisation_id, **values))


def set_status(ctx: Context, notice_id: UUID, status: str) -> None:
    query = update(notices).where(notices.c.organisation_id == ctx.organisation_id, notices.c.id == notice_id)
    ctx.db.execute(query.values(status=status))


def find_notice(ctx: Context, notice_id: UUID) -> Notice | None:
    query = select(*_NOTICE_COLUMNS).where(notices.c.organisation_id == ctx.organisation_id, notices.c.id == notice_id)
    row = ctx.db.execute(query).one_or_none()
    return None if row is None else _with_counts(ctx, [row])[0]


def list_notices(ctx: Context, page_request: PageRequest) -> Page[Notice]:
    query = select(*_NOTICE_COLUMNS).where(notices.c.organisation_id == ctx.organisation_id)
    page = fetch_page(ctx.db, query, [notices.c.id], page_request, descending=True)
    return Page(_with_counts(ctx, page.items), page.next_cursor)


def _with_counts(ctx: Context, rows: list[Row[Any]]) -> list[Notice]:
    """Return the notices with their message counts, in one query for all."""
    query = (
        select(messages.c.notice_id, messages.c.status, func.count())
        .where(messages.c.organisation_id == ctx.organisation_id, messages.c.notice_id.in_([row.id for row in rows]))
        .group_by(messages.c.notice_id, messages.c.status)
    )
    counts: dict[UUID, dict[str, int]] = defaultdict(dict)
    for notice_id, status, count in ctx.db.execute(query):
        counts[notice_id][status] = count
    return [Notice(**row._mapping, counts=NoticeCounts(**counts[row.id])) for row in rows]
