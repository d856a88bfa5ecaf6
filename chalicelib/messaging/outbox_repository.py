"""SQL of the outbox."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from chalicelib.messaging.model import CANCELLED, QUEUED, SMS, statuses_before
from chalicelib.runtime.context import Context
from chalicelib.storage.engines import wake_after_commit
from chalicelib.storage.tables.messaging import messages

WORKER = "messages"

Rows = Sequence[Mapping[str, Any]]


def add_messages(ctx: Context, rows: Rows) -> list[UUID]:
    """Insert the rows whose dedupe_key the organisation has not had, and return their ids.

    A concurrent insert of the same keys waits for the first transaction, then finds the keys present. Pass the rows in
    key order: otherwise two transactions can deadlock.
    """
    new_rows = _drop_existing(ctx, rows)
    while new_rows:
        try:
            with ctx.db.begin_nested():
                ctx.db.execute(insert(messages), new_rows)
            break
        except IntegrityError:
            remaining = _drop_existing(ctx, new_rows)
            if len(remaining) == len(new_rows):
                raise  # another constraint
            new_rows = remaining
    return [row["id"] for row in new_rows]


def _drop_existing(ctx: Context, rows: Rows) -> list[Mapping[str, Any]]:
    existing = find_existing_keys(ctx, (row["dedupe_key"] for row in rows))
    return [row for row in rows if row["dedupe_key"] not in existing]


def find_existing_keys(ctx: Context, keys: Iterable[str]) -> set[str]:
    """Return those of ``keys`` that the organisation already has."""
    query = select(messages.c.dedupe_key).where(
        messages.c.organisation_id == ctx.organisation_id, messages.c.dedupe_key.in_(list(keys))
    )
    return set(ctx.db.scalars(query))


def wake_dispatcher(ctx: Context) -> None:
    """Wake the dispatcher after commit; it finds by itself which organisations have messages due."""
    wake_after_commit(ctx.db, WORKER)


def cancel_by_keys(ctx: Context, keys: Collection[str], reason: str, now: dt.datetime) -> int:
    """Cancel those of the messages that may still be cancelled; return how many."""
    query = update(messages).where(
        _by_dedupe_keys(ctx.organisation_id, keys), messages.c.status.in_(statuses_before(CANCELLED))
    )
    return ctx.db.execute(query.values(status=CANCELLED, reason=reason, finished_at=now)).rowcount


def expire_by_keys(ctx: Context, keys: Collection[str], statuses: Collection[str], now: dt.datetime) -> None:
    """Let messages in one of the statuses expire now, so that no retry sends them."""
    query = update(messages).where(_by_dedupe_keys(ctx.organisation_id, keys), messages.c.status.in_(statuses))
    ctx.db.execute(query.values(expires_at=now))


def list_keys_with_status(ctx: Context, keys: Collection[str], statuses: Collection[str]) -> set[str]:
    """Return those of ``keys`` whose message is in one of the statuses."""
    query = select(messages.c.dedupe_key).where(
        _by_dedupe_keys(ctx.organisation_id, keys), messages.c.status.in_(statuses)
    )
    return set(ctx.db.scalars(query))


def lock_rendered_messages(
    ctx: Context, tenant_id: UUID, *, except_for: Collection[str]
) -> list[tuple[UUID, str, str]]:
    """Lock the tenant's queued messages with a stored text, except to ``except_for``: (id, language, text)."""
    rendered = (
        _queued_sms_of_tenant(ctx.organisation_id, tenant_id),
        messages.c.text.is_not(None),
        messages.c.address.not_in(except_for),
    )
    query = select(messages.c.id, messages.c.language, messages.c.text).where(*rendered)
    return [(row[0], row[1], row[2]) for row in ctx.db.execute(query.order_by(messages.c.id).with_for_update())]


def set_text(ctx: Context, message_id: UUID, text: str) -> None:
    """Change the text of a locked message; its size is measured at dispatch."""
    query = update(messages).where(messages.c.organisation_id == ctx.organisation_id, messages.c.id == message_id)
    ctx.db.execute(query.values(text=text))


def set_address(ctx: Context, tenant_id: UUID, phone: str, *, except_for: Collection[str]) -> None:
    """Redirect the tenant's queued messages to ``phone``, except those to ``except_for``."""
    to_other_number = messages.c.address.not_in(except_for)
    ctx.db.execute(
        update(messages)
        .where(_queued_sms_of_tenant(ctx.organisation_id, tenant_id), to_other_number)
        .values(address=phone)
    )


def set_language(ctx: Context, tenant_id: UUID, language: str) -> None:
    unrendered = messages.c.text.is_(None)
    ctx.db.execute(
        update(messages)
        .where(_queued_sms_of_tenant(ctx.organisation_id, tenant_id), unrendered)
        .values(language=language)
    )


def cancel_sms_of_tenant(ctx: Context, tenant_id: UUID, reason: str, now: dt.datetime) -> None:
    query = update(messages).where(_queued_sms_of_tenant(ctx.organisation_id, tenant_id))
    ctx.db.execute(query.values(status=CANCELLED, reason=reason, finished_at=now))


def cancel_sms_to_number(
    ctx: Context, phone: str, lease_ids: Collection[UUID] | None, reason: str, now: dt.datetime
) -> None:
    """Cancel queued SMS to a number, about ``lease_ids`` or (None) about anything, except replies."""
    query = update(messages).where(
        messages.c.organisation_id == ctx.organisation_id,
        messages.c.address == phone,
        messages.c.status == QUEUED,
        messages.c.medium == SMS,
        messages.c.kind != "reply",
    )
    if lease_ids is not None:
        query = query.where(messages.c.lease_id.in_(list(lease_ids)))
    ctx.db.execute(query.values(status=CANCELLED, reason=reason, finished_at=now))


def _queued_sms_of_tenant(organisation_id: UUID, tenant_id: UUID) -> ColumnElement[bool]:
    """Match the queued SMS of a tenant, except replies to a particular phone."""
    return and_(
        messages.c.organisation_id == organisation_id,
        messages.c.tenant_id == tenant_id,
        messages.c.status == QUEUED,
        messages.c.medium == SMS,
        messages.c.kind != "reply",
    )


def _by_dedupe_keys(organisation_id: UUID, keys: Collection[str]) -> ColumnElement[bool]:
    return (messages.c.organisation_id == organisation_id) & messages.c.dedupe_key.in_(sorted(keys))
