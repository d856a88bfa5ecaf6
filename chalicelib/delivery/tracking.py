"""Apply outcomes from senders and reports from gateways, and handle incoming SMS.

Everything here may arrive more than once, late, and in any order: an attempt's outcome is applied once, a known one
replaces an unknown, and a message's status changes by ``model.TRANSITIONS`` only.

Locks are taken in this order: messages by their ids, then the gateway's reference, then the day.
"""

import datetime as dt
import logging
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chalicelib import metrics, organisations
from chalicelib.clock import day_of
from chalicelib.delivery import dispatch_repository
from chalicelib.delivery import tracking_repository as repository
from chalicelib.delivery import tracking_rules as rules
from chalicelib.delivery.dispatch_rules import PENDING
from chalicelib.delivery.queue_payloads import REASON_TOO_LATE, AttemptOutcome
from chalicelib.delivery.tracking_repository import DeliveryRecord
from chalicelib.messaging import rendering
from chalicelib.messaging.model import DELIVERED, FAILED, QUEUED, SENT, SMS, UNKNOWN_STATUS, Attempt, Message
from chalicelib.runtime.ports import NOT_SENT, REFUSED, UNKNOWN, SendOutcome

METRIC_BY_STATUS = {
    SENT: metrics.MESSAGES_SENT,
    DELIVERED: metrics.MESSAGES_DELIVERED,
    FAILED: metrics.MESSAGES_FAILED,
    UNKNOWN_STATUS: metrics.MESSAGES_UNKNOWN,
}

log = logging.getLogger("plotihub.messaging")


class IncomingSms(NamedTuple):
    """An incoming SMS."""

    gateway: str
    provider_reference: str
    phone: str  # E.164
    text: str
    received_at: dt.datetime


# Returns the command that the text was parsed as, at most 20 characters, or "" if the handler does not know it.
IncomingSmsHandler = Callable[[Connection, IncomingSms], str]

# app.py names them; the first that recognises the text handles it. It runs in the transaction that stores the SMS, so
# a redelivered SMS is not handled twice, and returns the name of the command, "" if it does not recognise the text.
INCOMING_SMS_HANDLERS: list[IncomingSmsHandler] = []


def handle_incoming_sms(db: Connection, incoming: IncomingSms) -> str:
    """Store an incoming SMS and pass it to the handlers; return the command it was parsed as, "" for a repeat."""
    reference = incoming.provider_reference
    if not repository.add_incoming(
        db, incoming.gateway, reference, incoming.phone, incoming.text, incoming.received_at
    ):
        return ""
    command = next(filter(None, (handler(db, incoming) for handler in INCOMING_SMS_HANDLERS)), "")
    if command:
        repository.set_command(db, incoming.gateway, reference, command)
    return command


def apply_outcomes(
    db: Connection, organisation_id: UUID, outcomes: Sequence[AttemptOutcome], *, now: dt.datetime
) -> int:
    """Apply outcomes of attempts of one organisation's messages; return how many were new."""
    ids = {each.message_id for each in outcomes}
    messages = repository.lock_messages(db, organisation_id, ids)
    before = {each.id: each.status for each in messages.values()}
    attempts = repository.list_attempts(db, organisation_id, ids)
    applied = 0
    corrections: dict[dt.datetime, tuple[int, int]] = {}
    for each in sorted(outcomes, key=lambda each: (each.message_id, each.number)):
        message, attempt = messages.get(each.message_id), attempts.get((each.message_id, each.number))
        if message is None or attempt is None:
            log.warning(
                "sms.outcome.unknown_attempt: outcome of an attempt that does not exist",
                extra={"message_id": str(each.message_id)},
            )
            continue
        if not _is_new_outcome(attempt, each.outcome):
            continue
        attempts[each.message_id, each.number] = attempt._replace(outcome=each.outcome.outcome)
        messages[each.message_id] = _apply_outcome(db, organisation_id, message, attempt, each.outcome, now)
        known = corrections.get(attempt.created_at, (0, 0))
        correction = _usage_correction(message, attempt, each.outcome)
        corrections[attempt.created_at] = (known[0] + correction[0], known[1] + correction[1])
        applied += 1
    _correct_daily_usage(db, organisation_id, corrections)
    count_status_changes((before[each.id], each.status) for each in messages.values())
    return applied


def count_status_changes(changes: Iterable[tuple[str, str]]) -> None:
    """Emit status changes as CloudWatch metrics; ``changes`` are (before, after) pairs."""
    metrics.count(
        Counter(METRIC_BY_STATUS[after] for before, after in changes if after != before and after in METRIC_BY_STATUS)
    )


def _is_new_outcome(attempt: Attempt, outcome: SendOutcome) -> bool:
    """Return whether the outcome is new: the first, or a known one after an unknown."""
    return attempt.outcome == PENDING or (attempt.outcome == UNKNOWN and outcome.outcome != UNKNOWN)


def _apply_outcome(
    db: Connection, organisation_id: UUID, message: Message, attempt: Attempt, outcome: SendOutcome, now: dt.datetime
) -> Message:
    """Store an attempt's outcome and update the message; return the message as it is afterwards."""
    repository.finish_attempt(
        db, organisation_id, message.id, attempt.number,
        outcome=outcome.outcome, permanent=outcome.permanent, provider_reference=outcome.provider_reference,
        parts=outcome.parts or attempt.parts, cost_cents=outcome.cost_cents, reason=outcome.reason, finished_at=now,
    )  # fmt: skip
    if message.attempt != attempt.number:
        log.warning(
            "sms.outcome.superseded_attempt: outcome of an attempt that is not the latest",
            extra={"message_id": str(message.id)},
        )
        return message
    values = _message_changes(message, attempt, outcome, now)
    if rules.may_follow(message.status, values["status"]):
        repository.change_message(db, organisation_id, message.id, **values)
        message = message._replace(**values)
    if outcome.provider_reference and outcome.outcome == SENT:
        message = _attach_reference(db, organisation_id, message, attempt.gateway, outcome.provider_reference, now)
    return message


def _message_changes(message: Message, attempt: Attempt, outcome: SendOutcome, now: dt.datetime) -> dict[str, Any]:
    if outcome.outcome == SENT:
        return {
            "status": SENT,
            "provider_reference": outcome.provider_reference,
            "parts": outcome.parts or message.parts,
            "cost_cents": outcome.cost_cents,
        }
    if outcome.outcome == UNKNOWN:
        return {"status": UNKNOWN_STATUS, "reason": outcome.reason}
    again_at = None if outcome.outcome == REFUSED and outcome.permanent else rules.next_attempt_at(attempt.number, now)
    if again_at is None:
        return {"status": FAILED, "reason": outcome.reason, "finished_at": now}
    text = None if rendering.has_renderer(message.kind) else message.text  # rendered anew, to be true at sending
    values = {"status": QUEUED, "send_after_at": again_at, "text": text, "reason": outcome.reason}
    # A gateway that was never called is not at fault: the retry may use it first again.
    return values | ({"gateway": None} if outcome.reason == REASON_TOO_LATE else {})


def _attach_reference(
    db: Connection, organisation_id: UUID, message: Message, gateway: str, reference: str, now: dt.datetime
) -> Message:
    """Attach a gateway's reference to its message, and apply a report that came before."""
    fresh = DeliveryRecord(gateway, reference, organisation_id, message.id, None, "", "", None, now)
    if repository.add_delivery(db, fresh):
        return message
    known = repository.find_delivery(db, gateway, reference, lock=True)
    if known is None or known.message_id not in (None, message.id):
        log.warning(
            "sms.outcome.reference_conflict: provider reference belongs to another message",
            extra={"message_id": str(message.id)},
        )
        return message
    repository.change_delivery(
        db, gateway, reference, organisation_id=organisation_id, message_id=message.id, phone=None
    )
    return apply_report(db, organisation_id, message, known.status, known.reason, now)


def apply_report(
    db: Connection, organisation_id: UUID, message: Message, vendor_status: str, reason: str, now: dt.datetime
) -> Message:
    """Apply a vendor status to the message, if allowed; return the message. The caller has locked it."""
    status = rules.status_of(vendor_status)
    if status is None or not rules.may_follow(message.status, status):
        return message
    values: dict[str, Any] = {"status": status}
    if status in rules.FINAL:
        values["finished_at"] = now
    if status == FAILED:
        values["reason"] = reason or vendor_status
    elif status == DELIVERED and message.status in (FAILED, UNKNOWN_STATUS):
        values["reason"] = ""  # no longer lost
    repository.change_message(db, organisation_id, message.id, **values)
    return message._replace(**values)


def _usage_correction(message: Message, attempt: Attempt, outcome: SendOutcome) -> tuple[int, int]:
    """Return the difference in messages and cents from the usage counted at dispatch."""
    if message.medium != SMS or message.attempt != attempt.number:
        return 0, 0
    if outcome.outcome in (REFUSED, NOT_SENT):
        return -1, (outcome.cost_cents or 0) - message.price_cents
    if outcome.cost_cents is None:
        return 0, 0
    return 0, outcome.cost_cents - message.price_cents


def _correct_daily_usage(
    db: Connection, organisation_id: UUID, corrections: dict[dt.datetime, tuple[int, int]]
) -> None:
    if not any(any(each) for each in corrections.values()):
        return
    time_zone = organisations.get_organisation(db, organisation_id).time_zone
    days: dict[dt.date, tuple[int, int]] = {}
    for at, (sent, price_cents) in corrections.items():
        day = day_of(at, time_zone)
        before = days.get(day, (0, 0))
        days[day] = (before[0] + sent, before[1] + price_cents)
    for day, (sent, price_cents) in sorted(days.items()):
        dispatch_repository.add_daily_usage(db, organisation_id, day, sent, price_cents)
