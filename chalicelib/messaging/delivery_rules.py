"""What results and reports make of a message. Money is whole cents."""

import datetime as dt

from chalicelib.messaging.dispatch_rules import BACKOFF_MINUTES, MOST_ATTEMPTS
from chalicelib.messaging.model import DELIVERED, FAILED, SENT, TRANSITIONS

# Africa's Talking's words, developers.africastalking.com/docs/sms/notifications; a word that is none of these is
# kept as told and changes nothing.
STATUS_TOLD = {
    "sent": SENT,
    "submitted": SENT,
    "buffered": SENT,
    "success": DELIVERED,
    "failed": FAILED,
    "rejected": FAILED,
    "absentsubscriber": FAILED,
    "expired": FAILED,
}
FINAL = (DELIVERED, FAILED)


def status_told(word: str) -> str | None:
    """Return the message status that a report's word means, or None where it means nothing that we know."""
    return STATUS_TOLD.get(word.lower())


def may_follow(before: str, after: str) -> bool:
    return after in TRANSITIONS.get(before, ())


def supersedes(word: str, at: dt.datetime, known_word: str, known_at: dt.datetime | None) -> bool:
    """Return whether a report counts for more than the one that is known: a final word is the last, else the later."""
    if known_at is None:
        return True
    is_final, was_final = status_told(word) in FINAL, status_told(known_word) in FINAL
    if is_final != was_final:
        return is_final
    return not was_final and at > known_at


def next_try(number: int, now: dt.datetime) -> dt.datetime | None:
    """Return when a message is tried again whose attempt ``number`` came to nothing, or None: never."""
    if number >= MOST_ATTEMPTS:
        return None
    return now + dt.timedelta(minutes=BACKOFF_MINUTES[min(number, len(BACKOFF_MINUTES)) - 1])
