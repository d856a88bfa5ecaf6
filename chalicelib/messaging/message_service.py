"""What was told, how far it has got and what it came to."""

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from chalicelib.errors import Conflict, NotFound
from chalicelib.messaging import message_repository as repository
from chalicelib.messaging import settings_service
from chalicelib.messaging.model import Attempt, Incoming, IncomingAnswer, Message, Spend
from chalicelib.pages import Asked, Page

FILTERS = ("status", "kind", "medium", "tenant_id", "lease_id", "notice_id")


def get_message(db: Connection, organisation_id: UUID, message_id: UUID) -> Message:
    found = repository.find_message(db, organisation_id, message_id)
    if found is None:
        raise NotFound("There is no such message.")
    return found


def list_attempts(db: Connection, organisation_id: UUID, message_id: UUID) -> list[Attempt]:
    """Return each giving of the message to a gateway, the first one first."""
    return repository.list_attempts(db, organisation_id, message_id)


def list_messages(db: Connection, organisation_id: UUID, asked: Asked, **filters: Any) -> Page[Message]:
    """Return a page of messages, newest first; ``filters`` are of ``FILTERS``."""
    unknown = filters.keys() - set(FILTERS)
    if unknown:
        raise TypeError(f"messages are not listed by {sorted(unknown)}")
    return repository.list_messages(db, organisation_id, asked, filters)


def count_to(db: Connection, organisation_id: UUID, address: str, kind: str, *, since: dt.datetime) -> int:
    """Return how many messages of the kind were queued for the address after ``since``."""
    return repository.count_to(db, organisation_id, address, kind, since)


def cancel_message(
    db: Connection, organisation_id: UUID, message_id: UUID, *, reason: str, now: dt.datetime
) -> Message:
    """Take back a message that still waits for its hour, and return it.

    Raises:
        Conflict: it was handed over, or will not be sent anyway.
    """
    done = repository.cancel_message(db, organisation_id, message_id, reason, now)
    message = get_message(db, organisation_id, message_id)
    if not done:
        raise Conflict("Only a message that is queued can be cancelled.", message_status=message.status)
    return message


def get_spend(db: Connection, organisation_id: UUID, month: dt.date, time_zone: str) -> Spend:
    """Return what the messages that were handed over in ``month`` (its first day) came to, local days counting."""
    zone = ZoneInfo(time_zone)
    following = (month + dt.timedelta(days=31)).replace(day=1)
    starts_at, ends_at = (dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC) for day in (month, following))
    kinds = repository.sum_by_kind(db, organisation_id, starts_at, ends_at)
    limit_cents = settings_service.get_settings(db, organisation_id).monthly_limit_cents
    return Spend(
        month,
        sum(each.messages for each in kinds),
        sum(each.parts for each in kinds),
        sum(each.price_cents for each in kinds),
        sum(each.cost_cents for each in kinds),
        limit_cents,
        kinds,
    )


def list_incoming(db: Connection, organisation_id: UUID, asked: Asked) -> Page[Incoming]:
    """Return a page of what phones sent that was answered for the organisation, newest first.

    Whose it is was decided then: a number that is entered later opens nothing older.
    """
    return repository.list_incoming(db, organisation_id, asked)


def add_answers(
    db: Connection, gateway: str, reference: str, received_at: dt.datetime, answers: Iterable[IncomingAnswer]
) -> None:
    """Keep for whom an SMS was answered; a second time changes nothing."""
    for answer in answers:
        repository.add_answer(db, answer.organisation_id, gateway, reference, received_at, answer)
