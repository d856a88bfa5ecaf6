"""SQL of delivery: attempts, gateway references and reports."""

import datetime as dt
from collections.abc import Collection
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from chalicelib.delivery.dispatch_rules import PENDING
from chalicelib.messaging.model import HANDED, Attempt, Message, statuses_before
from chalicelib.storage.tables.messaging import deliveries, incoming_messages, message_attempts, messages

_MESSAGE_COLUMNS = tuple(messages.c[name] for name in Message._fields)
_ATTEMPT_COLUMNS = tuple(message_attempts.c[name] for name in Attempt._fields)


class DeliveryRecord(NamedTuple):
    """A gateway's reference and what was reported for it."""

    gateway: str
    provider_reference: str
    organisation_id: UUID | None
    message_id: UUID | None
    phone: str | None
    status: str
    reason: str
    reported_at: dt.datetime | None
    created_at: dt.datetime


_DELIVERY_COLUMNS = tuple(deliveries.c[name] for name in DeliveryRecord._fields)


def lock_messages(db: Connection, organisation_id: UUID, message_ids: Collection[UUID]) -> dict[UUID, Message]:
    """Lock and return the messages, in id order so that concurrent callers do not deadlock."""
    query = select(*_MESSAGE_COLUMNS).where(
        messages.c.organisation_id == organisation_id, messages.c.id.in_(message_ids)
    )
    rows = db.execute(query.order_by(messages.c.id).with_for_update())
    return {row.id: Message._make(row) for row in rows}


def list_attempts(
    db: Connection, organisation_id: UUID, message_ids: Collection[UUID]
) -> dict[tuple[UUID, int], Attempt]:
    query = select(*_ATTEMPT_COLUMNS).where(
        message_attempts.c.organisation_id == organisation_id, message_attempts.c.message_id.in_(message_ids)
    )
    return {(row.message_id, row.number): Attempt._make(row) for row in db.execute(query)}


def finish_attempt(db: Connection, organisation_id: UUID, message_id: UUID, number: int, **values: Any) -> None:
    query = update(message_attempts).where(
        message_attempts.c.organisation_id == organisation_id,
        message_attempts.c.message_id == message_id,
        message_attempts.c.number == number,
    )
    db.execute(query.values(**values))


def list_organisations_with_lost_attempts(
    db: Connection, unqueued_before: dt.datetime, queued_before: dt.datetime
) -> list[UUID]:
    """Return all organisations with attempts that perhaps never reached a sender."""
    query = select(message_attempts.c.organisation_id).where(_is_lost(unqueued_before, queued_before))
    return list(db.scalars(query.distinct()))


def list_lost_attempts(
    db: Connection, organisation_id: UUID, unqueued_before: dt.datetime, queued_before: dt.datetime, limit: int
) -> list[tuple[Message, Attempt]]:
    """Return attempts without an outcome, with their messages, oldest first."""
    query = (
        select(*_MESSAGE_COLUMNS, *_ATTEMPT_COLUMNS)
        .join_from(message_attempts, messages, _is_last_attempt())
        .where(
            message_attempts.c.organisation_id == organisation_id,
            _is_lost(unqueued_before, queued_before),
            messages.c.status == HANDED,
            messages.c.text.is_not(None),
            messages.c.address.is_not(None),
        )
        .order_by(message_attempts.c.created_at, message_attempts.c.message_id)
        .limit(limit)
    )
    width = len(_MESSAGE_COLUMNS)
    return [(Message._make(row[:width]), Attempt._make(row[width:])) for row in db.execute(query)]


def list_unanswered_attempts(db: Connection, before: dt.datetime, limit: int) -> list[tuple[UUID, UUID, int]]:
    """Return (organisation, message, number) of attempts before ``before`` without an outcome; of all organisations."""
    query = (
        select(message_attempts.c.organisation_id, message_attempts.c.message_id, message_attempts.c.number)
        .where(message_attempts.c.outcome == PENDING, message_attempts.c.created_at < before)
        .order_by(message_attempts.c.created_at, message_attempts.c.message_id)
        .limit(limit)
    )
    return [(row[0], row[1], row[2]) for row in db.execute(query)]


def _is_lost(unqueued_before: dt.datetime, queued_before: dt.datetime) -> ColumnElement[bool]:
    unqueued = and_(message_attempts.c.queued_at.is_(None), message_attempts.c.created_at < unqueued_before)
    unanswered = message_attempts.c.queued_at < queued_before
    return and_(
        message_attempts.c.outcome == PENDING,
        message_attempts.c.created_at < unqueued_before,  # matches the index
        or_(unqueued, unanswered),
    )


def _is_last_attempt() -> ColumnElement[bool]:
    return and_(
        messages.c.organisation_id == message_attempts.c.organisation_id,
        messages.c.id == message_attempts.c.message_id,
        messages.c.attempt == message_attempts.c.number,
    )


def change_message(db: Connection, organisation_id: UUID, message_id: UUID, **values: Any) -> bool:
    """Set ``values``; a new status only if the transition is allowed. Return whether a row changed."""
    query = update(messages).where(messages.c.organisation_id == organisation_id, messages.c.id == message_id)
    if "status" in values:
        query = query.where(messages.c.status.in_(statuses_before(values["status"])))
    return db.execute(query.values(**values)).rowcount == 1


def find_delivery(db: Connection, gateway: str, reference: str, *, lock: bool = False) -> DeliveryRecord | None:
    query = select(*_DELIVERY_COLUMNS).where(_by_reference(gateway, reference))
    row = db.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else DeliveryRecord._make(row)


def add_delivery(db: Connection, delivery: DeliveryRecord) -> bool:
    """Insert a new reference; return False if it exists, also if inserted concurrently."""
    if find_delivery(db, delivery.gateway, delivery.provider_reference) is not None:
        return False
    try:
        with db.begin_nested():
            db.execute(insert(deliveries).values(delivery._asdict()))
    except IntegrityError:
        return False
    return True


def change_delivery(db: Connection, gateway: str, reference: str, **values: Any) -> None:
    db.execute(update(deliveries).where(_by_reference(gateway, reference)).values(**values))


def _by_reference(gateway: str, reference: str) -> ColumnElement[bool]:
    return and_(deliveries.c.gateway == gateway, deliveries.c.provider_reference == reference)


def list_unmatched_reports(
    db: Connection, before: dt.datetime, after: tuple[dt.datetime, str] | None, limit: int
) -> list[DeliveryRecord]:
    """Return reports before ``before`` without a message, oldest first, starting behind ``after``."""
    query = select(*_DELIVERY_COLUMNS).where(
        deliveries.c.message_id.is_(None), deliveries.c.phone.is_not(None), deliveries.c.created_at < before
    )
    if after is not None:
        at, reference = after
        after_same_instant = and_(deliveries.c.created_at == at, deliveries.c.provider_reference > reference)
        query = query.where((deliveries.c.created_at > at) | after_same_instant)
    ordered = query.order_by(deliveries.c.created_at, deliveries.c.provider_reference).limit(limit)
    return [DeliveryRecord._make(row) for row in db.execute(ordered)]


def purge_deliveries(db: Connection, unmatched_before: dt.datetime, before: dt.datetime, limit: int) -> int:
    """Delete some old references: unmatched ones early, since they contain a number, the others later."""
    for old in (
        and_(deliveries.c.created_at < unmatched_before, deliveries.c.message_id.is_(None)),
        deliveries.c.created_at < before,
    ):
        query = select(deliveries.c.gateway, deliveries.c.provider_reference).where(old)
        keys = db.execute(query.order_by(deliveries.c.created_at).limit(limit)).all()
        if keys:
            references = [row.provider_reference for row in keys]
            expired = delete(deliveries).where(
                old, deliveries.c.gateway == keys[0].gateway, deliveries.c.provider_reference.in_(references)
            )
            return db.execute(expired).rowcount
    return 0


def list_open_messages_to(
    db: Connection, address: str, statuses: Collection[str], handed_before: dt.datetime
) -> list[tuple[UUID, Message]]:
    """Return the messages to a number in one of these statuses, of any organisation.

    Used to match a report, which names only the number and the reference.
    """
    query = select(messages.c.organisation_id, *_MESSAGE_COLUMNS).where(
        messages.c.address == address, messages.c.status.in_(statuses), messages.c.handed_at <= handed_before
    )
    return [(row[0], Message._make(row[1:])) for row in db.execute(query)]


def add_incoming(
    db: Connection, gateway: str, reference: str, phone: str | None, text: str, received_at: dt.datetime
) -> bool:
    """Insert an incoming SMS; return False if it exists."""
    same_reference = and_(incoming_messages.c.gateway == gateway, incoming_messages.c.provider_reference == reference)
    if db.scalar(select(incoming_messages.c.gateway).where(same_reference)) is not None:
        return False
    row = {"gateway": gateway, "provider_reference": reference, "phone": phone, "text": text, "command": ""}
    try:
        with db.begin_nested():
            db.execute(insert(incoming_messages).values(**row, received_at=received_at))
    except IntegrityError:
        return False
    return True


def set_command(db: Connection, gateway: str, reference: str, command: str) -> None:
    query = update(incoming_messages).where(
        incoming_messages.c.gateway == gateway, incoming_messages.c.provider_reference == reference
    )
    db.execute(query.values(command=command))
