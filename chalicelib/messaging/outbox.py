"""Queue messages in the transaction of the change they report: they become visible when it commits."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.clock import day_of
from chalicelib.ids import new_id
from chalicelib.messaging import footer_rules, message_settings, opt_outs, rules
from chalicelib.messaging import outbox_repository as repository
from chalicelib.messaging.grant_model import REASON_GRANT_NEEDED, SendingProfile
from chalicelib.messaging.grants import get_sending_profile
from chalicelib.messaging.model import (
    CANCELLED,
    DELIVERED,
    HANDED,
    KINDS,
    QUEUED,
    SENT,
    SMS,
    UNKNOWN_STATUS,
    NewMessage,
    SmsSize,
)
from chalicelib.messaging.rendering import TextFinalizer
from chalicelib.messaging.suppression_rules import NUMBER_DENIED, Suppressions
from chalicelib.runtime.context import Context

BATCH_SIZE = 500

_NO_SIZE = SmsSize("", 0, 0)
_MISSING_ADDRESS_REASONS = {"sms": "no_phone", "email": "no_email"}


class _QueueingContext(NamedTuple):
    """One organisation's settings and suppressions for queueing now."""

    organisation_id: UUID
    sending: SendingProfile
    prices: Mapping[str, int]
    now: dt.datetime
    delivery_times: dict[dt.datetime, dt.datetime]  # cache: most of a set share one

    def send_after_at(self, message: NewMessage) -> dt.datetime:
        earliest = max(message.send_after_at or self.now, self.now)
        if not rules.respects_quiet_hours(message.kind, message.medium):
            return earliest
        if earliest not in self.delivery_times:
            self.delivery_times[earliest] = rules.end_of_quiet_hours(
                earliest, self.sending.settings, self.sending.time_zone
            )
        return self.delivery_times[earliest]


def queue_messages(ctx: Context, new: Sequence[NewMessage]) -> list[UUID]:
    """Queue messages and return their ids in order, without those whose ``dedupe_key`` existed.

    Stored as cancelled, with the reason, so that the landlord sees who was not notified: a message without an address,
    to a number that is opted out or denied, an SMS about a lease that ended so long ago that the number may have a new
    holder, and a free text without the messaging grant. An SMS text is normalised and gets its footer as in
    ``finalizing``; one rendered at sending is finalised and measured then. Quiet hours postpone the sending.
    Call once per transaction: sets with the same keys in another order can deadlock.

    Raises:
        KeyError: a kind is not one of ``model.KINDS``.
    """
    unique: dict[str, NewMessage] = {}
    for message in new:
        unique.setdefault(message.dedupe_key, message)
    if not unique:
        return []
    sending = get_sending_profile(ctx.db, ctx.organisation_id)
    queueing = _QueueingContext(ctx.organisation_id, sending, message_settings.get_part_prices(), ctx.now, {})
    ids = {key: new_id() for key in unique}
    inserted: set[UUID] = set()
    for batch in _batches(sorted(unique)):
        rows = _build_rows(ctx.db, queueing, [unique[key] for key in batch], ids)
        new_ids = set(repository.add_messages(ctx, rows))
        if any(row["id"] in new_ids and row["status"] == QUEUED and row["send_after_at"] <= ctx.now for row in rows):
            repository.wake_dispatcher(ctx)
        inserted |= new_ids
    return [each for each in ids.values() if each in inserted]


def _batches(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), BATCH_SIZE):
        yield keys[start : start + BATCH_SIZE]


def _build_rows(
    db: Connection, queueing: _QueueingContext, batch: list[NewMessage], ids: Mapping[str, UUID]
) -> list[dict[str, Any]]:
    texts = [each for each in batch if each.medium == SMS]
    today = day_of(queueing.now, queueing.sending.time_zone)
    suppressions = opt_outs.find_suppressions(db, queueing.organisation_id, texts, today)
    finalizer = TextFinalizer(queueing.sending.allowance, suppressions)
    return [_build_row(queueing, message, ids[message.dedupe_key], suppressions, finalizer) for message in batch]


def _build_row(
    queueing: _QueueingContext,
    message: NewMessage,
    message_id: UUID,
    suppressions: Suppressions,
    finalizer: TextFinalizer,
) -> dict[str, Any]:
    reason = _reason_to_cancel(queueing, message, suppressions)
    text, size = _final_text(message, finalizer)
    return {
        "organisation_id": queueing.organisation_id,
        "id": message_id,
        "kind": message.kind,
        "medium": message.medium,
        "status": CANCELLED if reason else QUEUED,
        "tenant_id": message.tenant_id,
        "lease_id": message.lease_id,
        "property_id": message.property_id,
        "notice_id": message.notice_id,
        "address": message.address,
        "language": message.language,
        "subject": finalizer.finalize_subject(message.subject),
        "text": text,
        # Retention finds messages by address; without one, the text must not be stored.
        "input": dict(message.input) if message.address else {},
        "dedupe_key": message.dedupe_key,
        "send_after_at": queueing.send_after_at(message),
        "expires_at": message.expires_at,
        "encoding": size.encoding,
        "parts": size.parts,
        "price_cents": rules.price_cents(size.parts, queueing.sending.settings.gateways[0], queueing.prices),
        "attempt": 0,
        "reason": reason,
        "created_by": message.created_by,
        "created_at": queueing.now,
        "finished_at": queueing.now if reason else None,
    }


def _reason_to_cancel(queueing: _QueueingContext, message: NewMessage, suppressions: Suppressions) -> str:
    """Return why the message is not sent, or ""."""
    KINDS[message.kind]  # a misspelt kind fails here, not at dispatch
    if not message.address:
        return _MISSING_ADDRESS_REASONS[message.medium]
    settings = queueing.sending.settings
    suppression = suppressions.reason_not_to_send(
        message.kind, message.medium, message.address, message.lease_id, settings
    )
    if not suppression and KINDS[message.kind].free_text and not queueing.sending.allowance.granted:
        return REASON_GRANT_NEEDED
    return suppression


def _final_text(message: NewMessage, finalizer: TextFinalizer) -> tuple[str | None, SmsSize]:
    """Return the final text and its size; None if rendered at sending, or never sent."""
    if message.text is None or not message.address:
        return None, _NO_SIZE
    text = finalizer.finalize(message, message.text)
    return text, rules.measure_sms(text) if message.medium == SMS else _NO_SIZE


IN_FLIGHT = (HANDED, UNKNOWN_STATUS)
MAYBE_SENT = (*IN_FLIGHT, SENT, DELIVERED)


def cancel_messages(ctx: Context, dedupe_keys: Collection[str], *, reason: str) -> set[str]:
    """Cancel those of the messages still queued, and return the keys of those sent or possibly sent.

    Waits for a dispatcher that has locked the messages, and so knows which. A message in flight also expires: if it
    turns out not to have been sent, it is not retried.
    """
    repository.cancel_by_keys(ctx, dedupe_keys, reason, ctx.now)
    repository.expire_by_keys(ctx, dedupe_keys, IN_FLIGHT, ctx.now)
    return repository.list_keys_with_status(ctx, dedupe_keys, MAYBE_SENT)


def redirect_messages(
    ctx: Context, tenant_id: UUID, *, phones: Sequence[str] | None = None, language: str | None = None
) -> None:
    """Redirect a tenant's queued SMS to the first of ``phones``, in ``language``; None: unchanged.

    A number that the tenant still has is kept, and so is the recipient of a reply; without any number the messages are
    cancelled. A stored text keeps its language.
    """
    if language is not None:
        repository.set_language(ctx, tenant_id, language)
    if phones:
        # Rendered for a number with a confirmed lease; the new recipient may not be the tenant.
        for message_id, rendered_language, text in repository.lock_rendered_messages(ctx, tenant_id, except_for=phones):
            if (with_hint := footer_rules.with_denial_hint(text, rendered_language)) != text:
                repository.set_text(ctx, message_id, with_hint)
        repository.set_address(ctx, tenant_id, phones[0], except_for=phones)
    elif phones is not None:
        repository.cancel_sms_of_tenant(ctx, tenant_id, "no_phone", ctx.now)


def cancel_messages_to_number(ctx: Context, phone: str, lease_ids: Collection[UUID] | None) -> None:
    """Cancel queued SMS to ``phone`` about these leases or (None) anything: it is not the tenant's."""
    repository.cancel_sms_to_number(ctx, phone, lease_ids, NUMBER_DENIED, ctx.now)
