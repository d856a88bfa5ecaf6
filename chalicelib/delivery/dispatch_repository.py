"""SQL of dispatch: messages are put on the senders' queue in sets of one organisation."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, case, func, insert, literal, select, update
from sqlalchemy import Text as TextType
from sqlalchemy.exc import IntegrityError

from chalicelib.delivery.cap_rules import DailyUsage, Dispatched
from chalicelib.delivery.dispatch_rules import CAPPED_KINDS, PENDING
from chalicelib.messaging.model import CANCELLED, EMAIL, FAILED, HANDED, QUEUED, SMS, Message
from chalicelib.storage.tables.messaging import message_attempts, message_days, messages
from chalicelib.storage.types import Id

_COLUMNS = tuple(messages.c[name] for name in Message._fields)


def list_due_organisations(db: Connection, now: dt.datetime) -> list[UUID]:
    """Return all organisations that have messages due."""
    query = select(messages.c.organisation_id).where(messages.c.status == QUEUED, messages.c.send_after_at <= now)
    return list(db.scalars(query.distinct()))


def lock_due_messages(db: Connection, organisation_id: UUID, now: dt.datetime, limit: int) -> list[Message]:
    """Lock and return the messages longest due; rows locked by another dispatcher are skipped."""
    query = (
        select(*_COLUMNS)
        .where(
            messages.c.organisation_id == organisation_id,
            messages.c.status == QUEUED,
            messages.c.send_after_at <= now,
        )
        .order_by(messages.c.send_after_at, messages.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [Message._make(row) for row in db.execute(query)]


def lock_daily_usage(db: Connection, organisation_id: UUID, on: dt.date) -> DailyUsage:
    """Lock the day's usage row and return the day's and month's usage; other dispatchers of the day wait."""
    that_day = and_(message_days.c.organisation_id == organisation_id, message_days.c.counted_on == on)
    day_row = select(message_days.c.messages).where(that_day).with_for_update()
    sent = db.scalar(day_row)
    if sent is None:
        _add_daily_usage(db, organisation_id, on)
        sent = db.scalar(day_row) or 0
    month = select(func.coalesce(func.sum(message_days.c.price_cents), 0)).where(
        message_days.c.organisation_id == organisation_id, message_days.c.counted_on.between(on.replace(day=1), on)
    )
    return DailyUsage(sent, int(db.scalar(month) or 0))


def _add_daily_usage(db: Connection, organisation_id: UUID, on: dt.date) -> None:
    row = {"organisation_id": organisation_id, "counted_on": on, "messages": 0, "price_cents": 0}
    try:
        with db.begin_nested():
            db.execute(insert(message_days).values(row))
    except IntegrityError:
        pass  # inserted concurrently


def add_daily_usage(db: Connection, organisation_id: UUID, on: dt.date, sent: int, price_cents: int) -> None:
    """Add to the day's usage; both amounts may be negative."""
    query = update(message_days).where(
        message_days.c.organisation_id == organisation_id, message_days.c.counted_on == on
    )
    db.execute(
        query.values(messages=message_days.c.messages + sent, price_cents=message_days.c.price_cents + price_cents)
    )


def count_sent_to_tenants(
    db: Connection, organisation_id: UUID, tenant_ids: Collection[UUID], since: dt.datetime
) -> dict[UUID, int]:
    """Return how many capped SMS were dispatched to each tenant since ``since``, failed ones excluded."""
    query = (
        select(messages.c.tenant_id, func.count())
        .where(
            messages.c.organisation_id == organisation_id,
            messages.c.tenant_id.in_(tenant_ids),
            messages.c.handed_at >= since,
            messages.c.medium == SMS,
            messages.c.kind.in_(CAPPED_KINDS),
            messages.c.status.not_in((QUEUED, CANCELLED, FAILED)),
        )
        .group_by(messages.c.tenant_id)
    )
    return {row[0]: row[1] for row in db.execute(query)}


def count_emails(db: Connection, organisation_id: UUID, since: dt.datetime) -> int:
    """Return how many e-mails of the organisation were dispatched since ``since``."""
    query = select(func.count()).where(
        messages.c.organisation_id == organisation_id, messages.c.medium == EMAIL, messages.c.handed_at >= since
    )
    return db.scalar(query) or 0


def mark_dispatched(db: Connection, organisation_id: UUID, dispatched: Sequence[Dispatched], now: dt.datetime) -> None:
    """Mark locked messages as dispatched, and add an attempt for each."""

    def shared_values(each: Dispatched) -> tuple[Any, ...]:
        return each.gateway, each.number, each.encoding, each.parts, each.price_cents, each.reason

    for shared, group in groupby(sorted(dispatched, key=shared_values), shared_values):
        names = ("gateway", "attempt", "encoding", "parts", "price_cents", "reason")
        _mark_handed(db, organisation_id, list(group), dict(zip(names, shared, strict=True)), now)
    rows = [
        {
            "organisation_id": organisation_id,
            "message_id": each.message.id,
            "number": each.number,
            "gateway": each.gateway,
            "outcome": PENDING,
            "permanent": False,
            "parts": each.parts,
            "reason": "",
            "created_at": now,
            "queued_times": 0,
        }
        for each in dispatched
    ]
    db.execute(insert(message_attempts), rows)


def _mark_handed(
    db: Connection, organisation_id: UUID, dispatched: list[Dispatched], shared: Mapping[str, Any], now: dt.datetime
) -> None:
    values: dict[str, Any] = {**shared, "status": HANDED, "provider_reference": None, "cost_cents": None}
    values["handed_at"] = func.coalesce(messages.c.handed_at, literal(now, messages.c.handed_at.type))
    rendered = [each for each in dispatched if each.message.text is None]
    if rendered:
        # One statement for many texts; executemany of UPDATEs makes one round trip each.
        values["text"] = case(
            *((messages.c.id == literal(each.message.id, Id), literal(each.text, TextType)) for each in rendered),
            else_=messages.c.text,
        )
    query = update(messages).where(_by_ids(organisation_id, [each.message.id for each in dispatched]))
    # Not cached: the statement grows with the set and is seldom the same.
    db.execute(query.values(**values), execution_options={"compiled_cache": None} if rendered else {})


def close_messages(
    db: Connection, organisation_id: UUID, message_ids: Collection[UUID], status: str, reason: str, now: dt.datetime
) -> None:
    """Cancel or fail locked messages that are queued."""
    query = update(messages).where(_by_ids(organisation_id, message_ids))
    db.execute(query.values(status=status, reason=reason, finished_at=now))


def postpone(db: Connection, organisation_id: UUID, message_ids: Collection[UUID], until: dt.datetime) -> None:
    db.execute(update(messages).where(_by_ids(organisation_id, message_ids)).values(send_after_at=until))


def mark_queued(
    db: Connection, organisation_id: UUID, attempts: Collection[tuple[UUID, int]], now: dt.datetime
) -> None:
    """Mark the attempts, (message id, number) each, as put on the queue."""

    def number(attempt: tuple[UUID, int]) -> int:
        return attempt[1]

    for shared, group in groupby(sorted(attempts, key=number), number):
        query = update(message_attempts).where(
            message_attempts.c.organisation_id == organisation_id,
            message_attempts.c.message_id.in_([message_id for message_id, _ in group]),
            message_attempts.c.number == shared,
        )
        db.execute(query.values(queued_at=now, queued_times=message_attempts.c.queued_times + 1))


def _by_ids(organisation_id: UUID, message_ids: Collection[UUID]) -> ColumnElement[bool]:
    return and_(messages.c.organisation_id == organisation_id, messages.c.id.in_(message_ids))
