"""Messages, their status and their cost."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from chalicelib import organisations
from chalicelib.errors import Conflict, NotFound
from chalicelib.messaging import message_repository as repository
from chalicelib.messaging import message_settings
from chalicelib.messaging.model import Attempt, IncomingAnswer, IncomingMessage, Message, Spend
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context


def get_message(ctx: Context, message_id: UUID) -> Message:
    found = repository.find_message(ctx, message_id)
    if found is None:
        raise NotFound("There is no such message.")
    return found


def list_attempts(ctx: Context, message_id: UUID) -> list[Attempt]:
    """Return the message's attempts, in order."""
    return repository.list_attempts(ctx, message_id)


def list_messages(
    ctx: Context,
    page_request: PageRequest,
    *,
    status: str | None = None,
    kind: str | None = None,
    medium: str | None = None,
    tenant_id: UUID | None = None,
    lease_id: UUID | None = None,
    notice_id: UUID | None = None,
) -> Page[Message]:
    """Return a page of messages, newest first."""
    return repository.list_messages(
        ctx,
        page_request,
        status=status,
        kind=kind,
        medium=medium,
        tenant_id=tenant_id,
        lease_id=lease_id,
        notice_id=notice_id,
    )


def count_messages_to(ctx: Context, address: str, kind: str, *, since: dt.datetime) -> int:
    """Return how many messages of the kind were queued for the address after ``since``."""
    return repository.count_messages_to(ctx, address, kind, since)


def cancel_message(ctx: Context, message_id: UUID, *, reason: str) -> Message:
    """Cancel a message that is still queued, and return it.

    Raises:
        Conflict: it was dispatched, or is already final.
    """
    done = repository.cancel_message(ctx, message_id, reason, ctx.now)
    message = get_message(ctx, message_id)
    if not done:
        raise Conflict("Only a message that is queued can be cancelled.", message_status=message.status)
    return message


def get_spend(ctx: Context, month: dt.date) -> Spend:
    """Return the cost of messages dispatched in ``month`` (its first day), by local days."""
    zone = ZoneInfo(organisations.get_organisation(ctx.db, ctx.organisation_id).time_zone)
    following = (month + dt.timedelta(days=31)).replace(day=1)
    starts_at, ends_at = (dt.datetime.combine(day, dt.time(), zone).astimezone(dt.UTC) for day in (month, following))
    kinds = repository.sum_by_kind(ctx, starts_at, ends_at)
    limit_cents = message_settings.get_settings(ctx).monthly_limit_cents
    return Spend(
        month,
        sum(each.messages for each in kinds),
        sum(each.parts for each in kinds),
        sum(each.price_cents for each in kinds),
        sum(each.cost_cents for each in kinds),
        limit_cents,
        kinds,
    )


def list_incoming(ctx: Context, page_request: PageRequest) -> Page[IncomingMessage]:
    """Return a page of incoming SMS answered for the organisation, newest first.

    The organisation was decided on receipt: entering a number later opens nothing older.
    """
    return repository.list_incoming(ctx, page_request)


def record_answers(
    db: Connection, gateway: str, reference: str, received_at: dt.datetime, answers: Iterable[IncomingAnswer]
) -> None:
    """Record the organisations an SMS was answered for; idempotent."""
    for answer in answers:
        repository.record_answer(db, answer.organisation_id, gateway, reference, received_at, answer)
