"""SQL of reading what was told, and what it came to."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, exists, func, or_, select, update

from chalicelib.messaging.model import CANCELLED, FAILED, QUEUED, Attempt, Incoming, KindSpend, Message
from chalicelib.pages import Asked, Page
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.leasing import tenant_phones, tenants
from chalicelib.storage.tables.messaging import incoming_messages, message_attempts, messages

_COLUMNS = [messages.c[name] for name in Message._fields]


def find_message(db: Connection, organisation_id: UUID, message_id: UUID) -> Message | None:
    query = select(*_COLUMNS).where(messages.c.organisation_id == organisation_id, messages.c.id == message_id)
    row = db.execute(query).one_or_none()
    return None if row is None else Message._make(row)


def list_attempts(db: Connection, organisation_id: UUID, message_id: UUID) -> list[Attempt]:
    table = message_attempts
    query = select(*(table.c[name] for name in Attempt._fields)).where(
        table.c.organisation_id == organisation_id, table.c.message_id == message_id
    )
    return [Attempt._make(row) for row in db.execute(query.order_by(table.c.number))]


def list_messages(db: Connection, organisation_id: UUID, asked: Asked, filters: dict[str, Any]) -> Page[Message]:
    """Return those whose columns have the values in ``filters``, newest first."""
    query = select(*_COLUMNS).where(messages.c.organisation_id == organisation_id)
    query = query.where(*(messages.c[name] == value for name, value in filters.items()))
    return fetch_page(db, query, [messages.c.id], asked, descending=True).of(Message._make)


def count_to(db: Connection, organisation_id: UUID, address: str, kind: str, since: dt.datetime) -> int:
    query = select(func.count()).where(
        messages.c.organisation_id == organisation_id,
        messages.c.address == address,
        messages.c.kind == kind,
        messages.c.created_at > since,
    )
    return int(db.scalar(query) or 0)


def cancel_message(db: Connection, organisation_id: UUID, message_id: UUID, reason: str, now: dt.datetime) -> bool:
    """Cancel the message if it still waits; return whether this call did it."""
    query = update(messages).where(
        messages.c.organisation_id == organisation_id, messages.c.id == message_id, messages.c.status == QUEUED
    )
    return db.execute(query.values(status=CANCELLED, reason=reason, finished_at=now)).rowcount == 1


def sum_by_kind(db: Connection, organisation_id: UUID, starts_at: dt.datetime, ends_at: dt.datetime) -> list[KindSpend]:
    """Return what the messages that were handed over from ``starts_at`` to before ``ends_at`` came to.

    What no gateway took in the end costs nothing; what it took and could not deliver does.
    """
    taken = or_(messages.c.status.not_in((CANCELLED, FAILED)), messages.c.provider_reference.is_not(None))
    sums = (messages.c.parts, messages.c.price_cents, messages.c.cost_cents)
    query = (
        select(messages.c.kind, func.count(), *(func.coalesce(func.sum(each), 0) for each in sums))
        .where(
            messages.c.organisation_id == organisation_id,
            messages.c.handed_at >= starts_at,
            messages.c.handed_at < ends_at,
            taken,
        )
        .group_by(messages.c.kind)
        .order_by(messages.c.kind)
    )
    return [KindSpend(kind, *map(int, sums)) for kind, *sums in db.execute(query)]


def list_incoming(db: Connection, organisation_id: UUID, asked: Asked) -> Page[Incoming]:
    """Return what the phones of the organisation's tenants sent since it knows these, newest first."""
    table = incoming_messages
    whose = and_(
        tenant_phones.c.organisation_id == organisation_id,
        tenant_phones.c.phone == table.c.phone,
        tenants.c.organisation_id == organisation_id,
        tenants.c.id == tenant_phones.c.tenant_id,
        tenants.c.created_at <= table.c.received_at,
    )
    # Of a number that several share, the one who came first.
    tenant_id = select(func.min(tenants.c.id)).where(whose).correlate(table).scalar_subquery()
    query = select(*(table.c[name] for name in Incoming._fields[:-1]), tenant_id.label("tenant_id")).where(
        exists(select(tenants.c.id).where(whose).correlate(table))
    )
    keys = [table.c.received_at, table.c.gateway, table.c.provider_reference]
    return fetch_page(db, query, keys, asked, descending=True).of(Incoming._make)
