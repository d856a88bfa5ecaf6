"""SQL of handing messages to the senders' queue, set by set of one organisation."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, case, func, insert, literal, select, update
from sqlalchemy import Text as TextType
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from chalicelib.messaging.dispatch_rules import CAPPED_KINDS, PENDING, Day, Handed
from chalicelib.messaging.model import CANCELLED, EMAIL, FAILED, HANDED, QUEUED, SMS, Message
from chalicelib.storage.tables.messaging import message_attempts, message_days, messages
from chalicelib.storage.types import Id

_COLUMNS = tuple(messages.c[name] for name in Message._fields)


def list_due_organisations(db: Connection, now: dt.datetime) -> list[UUID]:
    """Return the organisations that have messages due; of all, since a dispatcher works for all."""
    query = select(messages.c.organisation_id).where(messages.c.status == QUEUED, messages.c.send_after_at <= now)
    return list(db.scalars(query.distinct()))


def lock_due(db: Connection, organisation_id: UUID, now: dt.datetime, limit: int) -> list[Message]:
    """Return the messages that have been due for longest, and hold them; what another dispatcher holds is left out."""
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


def lock_day(db: Connection, organisation_id: UUID, on: dt.date) -> Day:
    """Return what the day and its month have come to, and hold the day: whoever else hands today waits."""
    mine = and_(message_days.c.organisation_id == organisation_id, message_days.c.counted_on == on)
    held = select(message_days.c.messages).where(mine).with_for_update()
    sent = db.scalar(held)
    if sent is None:
        _add_day(db, organisation_id, on)
        sent = db.scalar(held) or 0
    month = select(func.coalesce(func.sum(message_days.c.price_cents), 0)).where(
        message_days.c.organisation_id == organisation_id, message_days.c.counted_on.between(on.replace(day=1), on)
    )
    return Day(sent, int(db.scalar(month) or 0))


def _add_day(db: Connection, organisation_id: UUID, on: dt.date) -> None:
    row = {"organisation_id": organisation_id, "counted_on": on, "messages": 0, "price_cents": 0}
    try:
        with db.begin_nested():
            db.execute(insert(message_days).values(row))
    except IntegrityError:
        pass  # somebody else has just done so


def count_day(db: Connection, organisation_id: UUID, on: dt.date, sent: int, price_cents: int) -> None:
    """Add to what the day came to; both may be negative."""
    query = update(message_days).where(
        message_days.c.organisation_id == organisation_id, message_days.c.counted_on == on
    )
    db.execute(
        query.values(messages=message_days.c.messages + sent, price_cents=message_days.c.price_cents + price_cents)
    )


def count_told(
    db: Connection, organisation_id: UUID, tenant_ids: Collection[UUID], since: dt.datetime
) -> dict[UUID, int]:
    """Return how many capped SMS each tenant has been handed since then, and did not fail to get."""
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


def count_letters(db: Connection, organisation_id: UUID, since: dt.datetime) -> int:
    """Return how many letters of the organisation were handed over since then."""
    query = select(func.count()).where(
        messages.c.organisation_id == organisation_id, messages.c.medium == EMAIL, messages.c.handed_at >= since
    )
    return db.scalar(query) or 0


def hand(db: Connection, organisation_id: UUID, handed: Sequence[Handed], now: dt.datetime) -> None:
    """Mark held messages as handed, and begin an attempt of each."""

    def alike(each: Handed) -> tuple[Any, ...]:
        return each.gateway, each.number, each.encoding, each.parts, each.price_cents, each.reason

    for same, group in groupby(sorted(handed, key=alike), alike):
        names = ("gateway", "attempt", "encoding", "parts", "price_cents", "reason")
        _mark_handed(db, organisation_id, list(group), dict(zip(names, same, strict=True)), now)
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
        for each in handed
    ]
    db.execute(insert(message_attempts), rows)


def _mark_handed(
    db: Connection, organisation_id: UUID, handed: list[Handed], same: Mapping[str, Any], now: dt.datetime
) -> None:
    values: dict[str, Any] = {**same, "status": HANDED, "provider_reference": None, "cost_cents": None}
    values["handed_at"] = func.coalesce(messages.c.handed_at, literal(now, messages.c.handed_at.type))
    made = [each for each in handed if each.message.text is None]
    if made:
        # One statement for many texts, where an executemany of UPDATEs is a journey each.
        values["text"] = case(
            *((messages.c.id == literal(each.message.id, Id), literal(each.text, TextType)) for each in made),
            else_=messages.c.text,
        )
    query = update(messages).where(_are(organisation_id, [each.message.id for each in handed]))
    # Not kept compiled: its text is as long as the set, and seldom the same.
    db.execute(query.values(**values), execution_options={"compiled_cache": None} if made else {})


def finish(
    db: Connection, organisation_id: UUID, message_ids: Collection[UUID], status: str, reason: str, now: dt.datetime
) -> None:
    """Cancel or fail held messages that wait."""
    query = update(messages).where(_are(organisation_id, message_ids))
    db.execute(query.values(status=status, reason=reason, finished_at=now))


def postpone(db: Connection, organisation_id: UUID, message_ids: Collection[UUID], until: dt.datetime) -> None:
    db.execute(update(messages).where(_are(organisation_id, message_ids)).values(send_after_at=until))


def mark_queued(
    db: Connection, organisation_id: UUID, attempts: Collection[tuple[UUID, int]], now: dt.datetime
) -> None:
    """Keep that the attempts, each a message's id and a number, are on the queue."""

    def number(attempt: tuple[UUID, int]) -> int:
        return attempt[1]

    for same, group in groupby(sorted(attempts, key=number), number):
        query = update(message_attempts).where(
            message_attempts.c.organisation_id == organisation_id,
            message_attempts.c.message_id.in_([message_id for message_id, _ in group]),
            message_attempts.c.number == same,
        )
        db.execute(query.values(queued_at=now, queued_times=message_attempts.c.queued_times + 1))


def is_lost(error: Exception) -> bool:
    """Tell whether the transaction that ``error`` came up in is over, or its connection is."""
    return isinstance(error, OperationalError) or (isinstance(error, DBAPIError) and error.connection_invalidated)


def _are(organisation_id: UUID, message_ids: Collection[UUID]) -> ColumnElement[bool]:
    return and_(messages.c.organisation_id == organisation_id, messages.c.id.in_(message_ids))
