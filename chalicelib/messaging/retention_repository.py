"""SQL that anonymises messages: recipient and text are cleared, the row and its cost stay."""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, delete, exists, func, or_, select, update

from chalicelib.messaging.model import CANCELLED, QUEUED
from chalicelib.runtime.context import Context
from chalicelib.storage.tables.leasing import tenant_phones
from chalicelib.storage.tables.messaging import deliveries, incoming_message_answers, incoming_messages, messages

ANONYMISED: dict[str, Any] = {"address": None, "subject": "", "text": None, "input": {}}


def anonymise_old_messages(db: Connection, before: dt.datetime, oldest_id: UUID, limit: int) -> int:
    """Clear messages, of all organisations, whose last report is older than ``before``; return how many.

    ``oldest_id`` is ``before`` expressed as an id: a message with a later id cannot have an older report. So other
    messages are skipped by the address index alone, which no longer contains cleared rows.
    """
    kept = messages.alias("kept")
    last = func.coalesce(messages.c.finished_at, messages.c.handed_at, messages.c.created_at)
    query = (
        select(messages.c.organisation_id, messages.c.id)
        .join(kept, and_(kept.c.organisation_id == messages.c.organisation_id, kept.c.id == messages.c.id))
        .where(kept.c.address > "", kept.c.id < oldest_id, messages.c.status != QUEUED, last < before)
        .limit(limit)
    )
    return _update_rows(db, messages, ("organisation_id", "id"), db.execute(query).all(), ANONYMISED)


def anonymise_old_incoming(db: Connection, before: dt.datetime, limit: int) -> int:
    """Clear incoming SMS received before ``before``; return how many."""
    table = incoming_messages
    query = select(*table.primary_key).where(table.c.phone > "", table.c.received_at < before).limit(limit)
    return _update_rows(db, table, _REFERENCE_KEY, db.execute(query).all(), {"phone": None, "text": None})


def anonymise_old_deliveries(db: Connection, before: dt.datetime, limit: int) -> int:
    """Clear the phones of unmatched delivery reports made before ``before``; return how many."""
    table = deliveries
    query = select(*table.primary_key).where(table.c.phone > "", table.c.created_at < before).limit(limit)
    return _update_rows(db, table, _REFERENCE_KEY, db.execute(query).all(), {"phone": None})


def anonymise_messages(ctx: Context, tenant_id: UUID, phones: Collection[str], now: dt.datetime) -> None:
    """Clear messages to the tenant, and those to ``phones`` without a tenant; cancel those still queued."""
    without_tenant = and_(messages.c.tenant_id.is_(None), messages.c.address.in_(list(phones)))
    cancelled = {"status": CANCELLED, "reason": "erased", "finished_at": now}
    for filter_by in (messages.c.tenant_id == tenant_id, without_tenant):  # each by its own index
        of_tenant = and_(messages.c.organisation_id == ctx.organisation_id, filter_by)
        ctx.db.execute(update(messages).where(of_tenant, messages.c.status == QUEUED).values(**cancelled))
        ctx.db.execute(update(messages).where(of_tenant).values(**ANONYMISED))


def list_shared_phones(ctx: Context, tenant_id: UUID, phones: Collection[str], *, any_organisation: bool) -> set[str]:
    """Return those of ``phones`` that other tenants also have: of this organisation, or of any."""
    table = tenant_phones
    others = or_(table.c.organisation_id != ctx.organisation_id, table.c.tenant_id != tenant_id)
    query = select(table.c.phone).where(table.c.phone.in_(list(phones)), others)
    if not any_organisation:
        query = query.where(table.c.organisation_id == ctx.organisation_id)
    return set(ctx.db.scalars(query))


def anonymise_answered(ctx: Context, tenant_id: UUID) -> None:
    """Clear incoming SMS answered for this organisation alone, and delete the other answer records of the tenant.

    It does not matter which organisation has entered the number since.
    """
    table = incoming_message_answers
    of_tenant = and_(table.c.organisation_id == ctx.organisation_id, table.c.tenant_id == tenant_id)
    other = table.alias("other")
    # The equal received_at is redundant; it lets the index be used.
    same = and_(*(other.c[name] == table.c[name] for name in (*_REFERENCE_KEY, "received_at")))
    others = exists().where(same, other.c.organisation_id != ctx.organisation_id)
    own = ctx.db.execute(select(table.c.gateway, table.c.provider_reference).where(of_tenant, ~others)).all()
    _update_rows(ctx.db, incoming_messages, _REFERENCE_KEY, own, {"phone": None, "text": None})
    ctx.db.execute(delete(table).where(of_tenant))


def purge_old_answers(db: Connection, before: dt.datetime, limit: int) -> int:
    """Delete answer records of incoming SMS received before ``before``; return how many."""
    table = incoming_message_answers
    query = select(*table.primary_key).where(table.c.received_at < before).limit(limit)
    found = db.execute(query).all()
    for row in found:
        by_key = (table.c[name] == getattr(row, name) for name in ("organisation_id", *_REFERENCE_KEY))
        db.execute(delete(table).where(*by_key))
    return len(found)


def anonymise_phones(ctx: Context, phones: Collection[str]) -> None:
    """Clear SMS from ``phones`` and reports about them; no other organisation may have these numbers."""
    for table, values in ((incoming_messages, {"phone": None, "text": None}), (deliveries, {"phone": None})):
        ctx.db.execute(update(table).where(table.c.phone.in_(list(phones))).values(**values))


_REFERENCE_KEY = ("gateway", "provider_reference")


def _update_rows(
    db: Connection, table: Table, key: tuple[str, ...], rows: Sequence[Any], values: dict[str, Any]
) -> int:
    """Set ``values`` in each of ``rows``, given by their keys, in key order; return how many."""
    if rows:
        by_key: list[ColumnElement[bool]] = [table.c[name] == bindparam(f"key_{name}") for name in key]
        found = [{f"key_{name}": value for name, value in zip(key, row, strict=True)} for row in sorted(rows)]
        db.execute(update(table).where(*by_key).values(**values), found)
    return len(rows)
