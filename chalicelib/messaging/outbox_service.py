"""Queueing messages, in the transaction of what they tell of: they are there to be sent when that commits."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.clock import day_of
from chalicelib.ids import new_id
from chalicelib.messaging import opt_out_service, rules, settings_service
from chalicelib.messaging import outbox_repository as repository
from chalicelib.messaging.finishing_service import Finisher
from chalicelib.messaging.grant_model import GRANT_NEEDED, Sending
from chalicelib.messaging.grant_service import get_sending
from chalicelib.messaging.model import CANCELLED, KINDS, QUEUED, SMS, Measured, NewMessage
from chalicelib.messaging.objection_rules import Objections
from chalicelib.runtime.context import Context

AT_ONCE = 500

_NOTHING = Measured("", 0, 0)
_NO_ADDRESS = {"sms": "no_phone", "email": "no_email"}


class _Ways(NamedTuple):
    """How messages of one organisation are queued now."""

    organisation_id: UUID
    sending: Sending
    prices: Mapping[str, int]
    now: dt.datetime
    openings: dict[dt.datetime, dt.datetime]  # already reckoned: most of a set have the same

    def send_after_at(self, message: NewMessage) -> dt.datetime:
        earliest = max(message.send_after_at or self.now, self.now)
        if not rules.waits_for_opening(message.kind, message.medium):
            return earliest
        if earliest not in self.openings:
            self.openings[earliest] = rules.opening(earliest, self.sending.settings, self.sending.time_zone)
        return self.openings[earliest]


def queue_messages(ctx: Context, new: Sequence[NewMessage]) -> list[UUID]:
    """Queue messages and return their ids in their order, without those whose ``dedupe_key`` was there before.

    One without an address, to a number that wants none or is not the tenant's, (an SMS) about a lease that ended
    so long ago that the number may be another's, or in words that take a grant, is kept as cancelled, with why as
    its reason, so that the landlord sees who was not told. The text of an SMS is made harmless and ends as
    ``finishing_service`` says; one that is to be made at sending is finished and measured then. Quiet hours put the
    sending off. Within a transaction ask once for all: sets that name the same keys in another order may meet in a
    deadlock.

    Raises:
        KeyError: a kind is not one of ``model.KINDS``.
    """
    wanted: dict[str, NewMessage] = {}
    for message in new:
        wanted.setdefault(message.dedupe_key, message)
    if not wanted:
        return []
    sending = get_sending(ctx.db, ctx.organisation_id)
    ways = _Ways(ctx.organisation_id, sending, settings_service.part_prices(), ctx.now, {})
    ids = {key: new_id() for key in wanted}
    added: set[UUID] = set()
    for part in _in_sets(sorted(wanted)):
        rows = _rows(ctx.db, ways, [wanted[key] for key in part], ids)
        made = set(repository.add_messages(ctx, rows))
        if any(row["id"] in made and row["status"] == QUEUED and row["send_after_at"] <= ctx.now for row in rows):
            repository.wake_dispatcher(ctx)
        added |= made
    return [each for each in ids.values() if each in added]


def _in_sets(keys: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]


def _rows(db: Connection, ways: _Ways, part: list[NewMessage], ids: Mapping[str, UUID]) -> list[dict[str, Any]]:
    texts = [each for each in part if each.medium == SMS]
    today = day_of(ways.now, ways.sending.time_zone)
    objections = opt_out_service.find_objections(db, ways.organisation_id, texts, today)
    finisher = Finisher(ways.sending.allowance, objections)
    return [_row(ways, message, ids[message.dedupe_key], objections, finisher) for message in part]


def _row(
    ways: _Ways, message: NewMessage, message_id: UUID, objections: Objections, finisher: Finisher
) -> dict[str, Any]:
    reason = _why_not(ways, message, objections)
    text, measured = _text(message, finisher)
    return {
        "organisation_id": ways.organisation_id,
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
        "subject": finisher.finish_subject(message.subject),
        "text": text,
        # What has no address is not found again to be forgotten.
        "input": dict(message.input) if message.address else {},
        "dedupe_key": message.dedupe_key,
        "send_after_at": ways.send_after_at(message),
        "expires_at": message.expires_at,
        "encoding": measured.encoding,
        "parts": measured.parts,
        "price_cents": rules.price_cents(measured.parts, ways.sending.settings.gateways[0], ways.prices),
        "attempt": 0,
        "reason": reason,
        "created_by": message.created_by,
        "created_at": ways.now,
        "finished_at": ways.now if reason else None,
    }


def _why_not(ways: _Ways, message: NewMessage, objections: Objections) -> str:
    """Return why the message is not sent, or ""."""
    KINDS[message.kind]  # a slip in a kind's name is found here, not in the night's dispatch
    if not message.address:
        return _NO_ADDRESS[message.medium]
    settings = ways.sending.settings
    objection = objections.why_not(message.kind, message.medium, message.address, message.lease_id, settings)
    if not objection and KINDS[message.kind].free_text and not ways.sending.allowance.granted:
        return GRANT_NEEDED
    return objection


def _text(message: NewMessage, finisher: Finisher) -> tuple[str | None, Measured]:
    """Return the text as it goes out and its measure; none where it is made at sending, or never."""
    if message.text is None or not message.address:
        return None, _NOTHING
    text = finisher.finish(message, message.text)
    return text, rules.measure(text) if message.medium == SMS else _NOTHING
