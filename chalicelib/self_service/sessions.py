"""Session state of a phone between messages: offered choices, and a pending command."""

import datetime as dt
from typing import Any, NamedTuple

from sqlalchemy import Connection

from chalicelib.self_service import session_repository as repository
from chalicelib.self_service.command_registry import CommandRequest, SmsReference
from chalicelib.self_service.ussd_confirmation_rules import ConfirmationState

SMS_SESSION = "sms"  # one session for all SMS of a phone
SESSION_LIFETIME = dt.timedelta(hours=12)
DAY = dt.timedelta(days=1)
MAX_WRONG = 3  # answers in a day; then commands are blocked for a day
MAX_FAULTS = 5  # per phone and day
GUARD_RETENTION = dt.timedelta(days=2)
BATCH_SIZE = 500

# What a numbered answer selects.
CONFIRM, DENY, FAULT = "confirm", "deny", "fault"


class PendingCommand(NamedTuple):
    """A command that waits for a choice, and the SMS it came in."""

    command: str
    text: str
    language: str | None
    sms: SmsReference


class OfferedChoices(NamedTuple):
    """Numbered choices, from 1: references of entries, or ids of leases for a fault."""

    purpose: str
    offered: list[str]
    pending: PendingCommand | None = None


def make_pending(request: CommandRequest, command: str) -> PendingCommand:
    return PendingCommand(command, request.text, request.language, request.sms)


def save_offer(db: Connection, phone: str, offer: OfferedChoices, *, now: dt.datetime) -> None:
    repository.save_session(db, phone, SMS_SESSION, _serialize_offer(offer), now + SESSION_LIFETIME)


def find_offer(db: Connection, phone: str, *, now: dt.datetime) -> OfferedChoices | None:
    """Return the last choices offered to the phone by SMS, until they expire."""
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
    """Lock the phone until commit; return whether its commands are blocked."""
    return repository.lock_phone(db, phone, now)


def is_closed(db: Connection, phone: str, *, now: dt.datetime) -> bool:
    return repository.is_closed(db, phone, now)


def count_wrong_answer(db: Connection, phone: str, *, now: dt.datetime) -> int:
    """Count a wrong answer of a locked phone, and return how many are left; the last one blocks it."""
    left = MAX_WRONG - repository.count_wrong_answer(db, phone, now, now - DAY)
    if left <= 0:
        repository.close_commands(db, phone, now + DAY, now)
    return max(left, 0)


def count_fault(db: Connection, phone: str, *, now: dt.datetime) -> bool:
    """Count a fault of a locked phone; return False if its daily limit is reached."""
    return repository.count_fault(db, phone, now, now - DAY, MAX_FAULTS)


def find_state(db: Connection, phone: str, session_id: str, *, now: dt.datetime) -> ConfirmationState | None:
    """Return the state of a USSD session."""
    state = repository.find_session(db, phone, session_id, now)
    return None if state is None else ConfirmationState(**{**state, "offered": tuple(state["offered"])})


def save_state(db: Connection, phone: str, session_id: str, state: ConfirmationState, *, now: dt.datetime) -> None:
    repository.save_session(
        db, phone, session_id, {**state._asdict(), "offered": list(state.offered)}, now + SESSION_LIFETIME
    )


def end_state(db: Connection, phone: str, session_id: str) -> None:
    repository.end_session(db, phone, session_id)


def purge_sessions(db: Connection, at: dt.datetime) -> int:
    """Delete some expired sessions; 0: none is left."""
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
