"""SQL of forgetting whom a message went to and what it said; that there was one, and its cost, stays."""

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
    """Clear messages, of whatever organisation, whose last report is older than ``before``; return how many.

    ``oldest_id`` stands for ``before`` among the ids: a message that is younger has no report that is
    older. That leaves what is read of each other message to its entry in the index of addresses, where
    what was cleared stands no more.
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
    """Clear what phones sent before ``before``; return how many."""
    table = incoming_messages
    query = select(*table.primary_key).where(table.c.phone > "", table.c.received_at < before).limit(limit)
    return _update_rows(db, table, _REFERENCE_KEY, db.execute(query).all(), {"phone": None, "text": None})


def anonymise_old_deliveries(db: Connection, before: dt.datetime, limit: int) -> int:
    """Clear the phones of reports that no message was found for, made before ``before``; return how many."""
    table = deliveries
    query = select(*table.primary_key).where(table.c.phone > "", table.c.created_at < before).limit(limit)
    return _update_rows(db, table, _REFERENCE_KEY, db.execute(query).all(), {"phone": None})


def anonymise_messages(ctx: Context, tenant_id: UUID, phones: Collection[str], now: dt.datetime) -> None:
    """Clear what was told to the tenant, and to ``phones`` without saying to whom; cancel what still waits."""
    without_tenant = and_(messages.c.tenant_id.is_(None), messages.c.address.in_(list(phones)))
    cancelled = {"status": CANCELLED, "reason": "erased", "finished_at": now}
    for filter_by in (messages.c.tenant_id == tenant_id, without_tenant):  # each by its own index
        of_tenant = and_(messages.c.organisation_id == ctx.organisation_id, filter_by)
        ctx.db.execute(update(messages).where(of_tenant, messages.c.status == QUEUED).values(**cancelled))
        ctx.db.execute(update(messages).where(of_tenant).values(**ANONYMISED))


def list_shared_phones(ctx: Context, tenant_id: UUID, phones: Collection[str], *, any_organisation: bool) -> set[str]:
    """Return those of ``phones`` that other tenants have, too: of the organisation, or of any."""
    table = tenant_phones
    others = or_(table.c.organisation_id != ctx.organisation_id, table.c.tenant_id != tenant_id)
    query = select(table.c.phone).where(table.c.phone.in_(list(phones)), others)
    if not any_organisation:
        query = query.where(table.c.organisation_id == ctx.organisation_id)
    return set(ctx.db.scalars(query))


def anonymise_answered(ctx: Context, tenant_id: UUID) -> None:
    """Clear what was sent that was answered for no other organisation, and forget what else was answered for them.

    Who else has entered the number by now changes nothing of it.
    """
    table = incoming_message_answers
    of_tenant = and_(table.c.organisation_id == ctx.organisation_id, table.c.tenant_id == tenant_id)
    other = table.alias("other")
    # That it came at the same moment is said for the index.
    same = and_(*(other.c[name] == table.c[name] for name in (*_REFERENCE_KEY, "received_at")))
    others = exists().where(same, other.c.organisation_id != ctx.organisation_id)
    own = ctx.db.execute(select(table.c.gateway, table.c.provider_reference).where(of_tenant, ~others)).all()
    _update_rows(ctx.db, incoming_messages, _REFERENCE_KEY, own, {"phone": None, "text": None})
    ctx.db.execute(delete(table).where(of_tenant))


def purge_old_answers(db: Connection, before: dt.datetime, limit: int) -> int:
    """Delete for whom was answered what phones sent before ``before``; return how many."""
    table = incoming_message_answers
    query = select(*table.primary_key).where(table.c.received_at < before).limit(limit)
    found = db.execute(query).all()
    for row in found:
        by_key = (table.c[name] == getattr(row, name) for name in ("organisation_id", *_REFERENCE_KEY))
        db.execute(delete(table).where(*by_key))
    return len(found)


def anonymise_phones(ctx: Context, phones: Collection[str]) -> None:
    """Clear what ``phones`` sent us, and reports about them: no other organisation has entered them."""
    for table, values in ((incoming_messages, {"phone": None, "text": None}), (deliveries, {"phone": None})):
        ctx.db.execute(update(table).where(table.c.phone.in_(list(phones))).values(**values))


_REFERENCE_KEY = ("gateway", "provider_reference")


def _update_rows(
    db: Connection, table: Table, key: tuple[str, ...], rows: Sequence[Any], values: dict[str, Any]
) -> int:
    """Set ``values`` in each of ``rows``, given by their keys, in the keys' order; return how many there are."""
    if rows:
        by_key: list[ColumnElement[bool]] = [table.c[name] == bindparam(f"key_{name}") for name in key]
        found = [{f"key_{name}": value for name, value in zip(key, row, strict=True)} for row in sorted(rows)]
        db.execute(update(table).where(*by_key).values(**values), found)
    return len(rows)
