"""SQL that reads messages and their cost."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Connection, and_, case, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from chalicelib.messaging.model import (
    CANCELLED,
    FAILED,
    QUEUED,
    Attempt,
    IncomingAnswer,
    IncomingMessage,
    KindSpend,
    Message,
)
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.messaging import incoming_message_answers, incoming_messages, message_attempts, messages

_COLUMNS = [messages.c[name] for name in Message._fields]


def find_message(ctx: Context, message_id: UUID) -> Message | None:
    query = select(*_COLUMNS).where(messages.c.organisation_id == ctx.organisation_id, messages.c.id == message_id)
    row = ctx.db.execute(query).one_or_none()
    return None if row is None else Message._make(row)


def list_attempts(ctx: Context, message_id: UUID) -> list[Attempt]:
    table = message_attempts
    query = select(*(table.c[name] for name in Attempt._fields)).where(
        table.c.organisation_id == ctx.organisation_id, table.c.message_id == message_id
    )
    return [Attempt._make(row) for row in ctx.db.execute(query.order_by(table.c.number))]


def list_messages(
    ctx: Context,
    page_request: PageRequest,
    *,
    status: str | None,
    kind: str | None,
    medium: str | None,
    tenant_id: UUID | None,
    lease_id: UUID | None,
    notice_id: UUID | None,
) -> Page[Message]:
    query = select(*_COLUMNS).where(messages.c.organisation_id == ctx.organisation_id)
    wanted = {
        "status": status,
        "kind": kind,
        "medium": medium,
        "tenant_id": tenant_id,
        "lease_id": lease_id,
        "notice_id": notice_id,
    }
    query = query.where(*(messages.c[name] == value for name, value in wanted.items() if value is not None))
    return fetch_page(ctx.db, query, [messages.c.id], page_request, descending=True).of(Message._make)


def count_messages_to(ctx: Context, address: str, kind: str, since: dt.datetime) -> int:
    query = select(func.count()).where(
        messages.c.organisation_id == ctx.organisation_id,
        messages.c.address == address,
        messages.c.kind == kind,
        messages.c.created_at > since,
    )
    return int(ctx.db.scalar(query) or 0)


def cancel_message(ctx: Context, message_id: UUID, reason: str, now: dt.datetime) -> bool:
    """Cancel the message if it is still queued; return whether this call did it."""
    query = update(messages).where(
        messages.c.organisation_id == ctx.organisation_id, messages.c.id == message_id, messages.c.status == QUEUED
    )
    return ctx.db.execute(query.values(status=CANCELLED, reason=reason, finished_at=now)).rowcount == 1


def sum_by_kind(ctx: Context, starts_at: dt.datetime, ends_at: dt.datetime) -> list[KindSpend]:
    """Return the cost of messages dispatched from ``starts_at`` to before ``ends_at``.

    Messages that no gateway accepted cost nothing; accepted ones that were not delivered do.
    """
    accepted = or_(messages.c.status.not_in((CANCELLED, FAILED)), messages.c.provider_reference.is_not(None))
    sums = (messages.c.parts, messages.c.price_cents, messages.c.cost_cents)
    query = (
        select(messages.c.kind, func.count(), *(func.coalesce(func.sum(each), 0) for each in sums))
        .where(
            messages.c.organisation_id == ctx.organisation_id,
            messages.c.handed_at >= starts_at,
            messages.c.handed_at < ends_at,
            accepted,
        )
        .group_by(messages.c.kind)
        .order_by(messages.c.kind)
    )
    return [KindSpend(kind, *map(int, sums)) for kind, *sums in ctx.db.execute(query)]


def list_incoming(ctx: Context, page_request: PageRequest) -> Page[IncomingMessage]:
    """Return incoming SMS answered for the organisation and not yet anonymised, newest first."""
    table, sent = incoming_message_answers, incoming_messages
    same_sms = and_(sent.c.gateway == table.c.gateway, sent.c.provider_reference == table.c.provider_reference)
    query = (
        select(
            table.c.gateway,
            table.c.provider_reference,
            sent.c.phone,
            case((table.c.alone, sent.c.text), else_=None).label("text"),
            table.c.command,
            table.c.received_at,
            table.c.lease_id,
            table.c.tenant_id,
        )
        .join(sent, same_sms)
        .where(table.c.organisation_id == ctx.organisation_id, sent.c.phone.is_not(None))
    )
    keys = [table.c.received_at, table.c.gateway, table.c.provider_reference]
    return fetch_page(ctx.db, query, keys, page_request, descending=True).of(IncomingMessage._make)


def record_answer(
    db: Connection,
    organisation_id: UUID,
    gateway: str,
    reference: str,
    received_at: dt.datetime,
    answer: IncomingAnswer,
) -> None:
    """Record that an SMS was answered for the organisation; an existing record is left unchanged."""
    table = incoming_message_answers
    same_answer = and_(
        table.c.organisation_id == organisation_id,
        table.c.gateway == gateway,
        table.c.provider_reference == reference,
    )
    if db.scalar(select(table.c.gateway).where(same_answer)) is not None:
        return
    row = {"gateway": gateway, "provider_reference": reference, "received_at": received_at, **answer._asdict()}
    try:
        with db.begin_nested():
            db.execute(insert(table).values(**row))
    except IntegrityError:
        pass  # recorded concurrently
