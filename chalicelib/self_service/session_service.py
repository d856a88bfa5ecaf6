"""What is remembered of a phone between its messages: what was offered to it, and what it had asked for."""

import datetime as dt
from typing import Any, NamedTuple

from sqlalchemy import Connection

from chalicelib.self_service import session_repository as repository
from chalicelib.self_service.registry import CommandRequest, SmsReference

SMS_SESSION = "sms"  # the one session of all that a phone texts
SESSION_LIFETIME = dt.timedelta(hours=12)
DAY = dt.timedelta(days=1)
MAX_WRONG = 3  # answers in a day; then commands are closed for a day
MAX_FAULTS = 5  # of a phone in a day
GUARD_RETENTION = dt.timedelta(days=2)
BATCH_SIZE = 500

# What the number in an answer picks.
CONFIRM, DENY, FAULT = "confirm", "deny", "fault"


class PendingCommand(NamedTuple):
    """What was asked for before it could be answered, and by which SMS."""

    command: str
    text: str
    language: str | None
    sms: SmsReference


class OfferedChoices(NamedTuple):
    """What was offered by number, the first as 1: references of entries, or ids of leases for a fault."""

    purpose: str
    offered: list[str]
    pending: PendingCommand | None = None


def make_pending(request: CommandRequest, command: str) -> PendingCommand:
    return PendingCommand(command, request.text, request.language, request.sms)


def save_offer(db: Connection, phone: str, offer: OfferedChoices, *, now: dt.datetime) -> None:
    repository.save_session(db, phone, SMS_SESSION, _serialize_offer(offer), now + SESSION_LIFETIME)


def find_offer(db: Connection, phone: str, *, now: dt.datetime) -> OfferedChoices | None:
    """Return what was last offered to the phone by SMS, while it holds."""
    state = repository.find_session(db, phone, SMS_SESSION, now)
    if state is None:
        return None
    pending = state["pending"]
    if pending is not None:
        sms = SmsReference(pending["gateway"], pending["reference"], dt.datetime.fromisoformat(pending["received_at"]))
        pending = PendingCommand(pending["command"], pending["text"], pending["language"], sms)
    return OfferedChoices(state["purpose"], state["offered"], pending)


def end_offer(db: Connection, phone: str) -> None:
    repository.end_session(db, phone, SMS_SESSION)


def lock_phone(db: Connection, phone: str, *, now: dt.datetime) -> bool:
    """Answer the phone alone until the commit; return whether its commands are closed."""
    return repository.lock_phone(db, phone, now)


def is_closed(db: Connection, phone: str, *, now: dt.datetime) -> bool:
    return repository.is_closed(db, phone, now)


def count_wrong_answer(db: Connection, phone: str, *, now: dt.datetime) -> int:
    """Count a wrong answer of a phone that is locked, and return how many are left; the last one closes it."""
    left = MAX_WRONG - repository.count_wrong_answer(db, phone, now, now - DAY)
    if left <= 0:
        repository.close_commands(db, phone, now + DAY, now)
    return max(left, 0)


def count_fault(db: Connection, phone: str, *, now: dt.datetime) -> bool:
    """Count a fault of a phone that is locked; return False where it has reported enough today."""
    return repository.count_fault(db, phone, now, now - DAY, MAX_FAULTS)


def find_state(db: Connection, phone: str, session_id: str, *, now: dt.datetime) -> dict[str, Any] | None:
    """Return what is kept of a USSD session."""
    return repository.find_session(db, phone, session_id, now)


def save_state(db: Connection, phone: str, session_id: str, state: dict[str, Any], *, now: dt.datetime) -> None:
    repository.save_session(db, phone, session_id, state, now + SESSION_LIFETIME)


def end_state(db: Connection, phone: str, session_id: str) -> None:
    repository.end_session(db, phone, session_id)


def purge_sessions(db: Connection, at: dt.datetime) -> int:
    """Forget some of what is over; 0: none is left."""
    return repository.purge_sessions(db, at, at - GUARD_RETENTION, BATCH_SIZE)


def _serialize_offer(offer: OfferedChoices) -> dict[str, Any]:
    pending = offer.pending
    pending_json = None
    if pending is not None:
        pending_json = {
            "command": pending.command,
            "text": pending.text,
            "language": pending.language,
            "gateway": pending.sms.gateway,
            "reference": pending.sms.provider_reference,
            "received_at": pending.sms.received_at.isoformat(),
        }
    return {"purpose": offer.purpose, "offered": offer.offered, "pending": pending_json}
