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
# The vendor calls only "Success", "Failed" and "Rejected" final: a phone that was off may still be reached.
NOT_LAST = ("absentsubscriber", "expired")


def status_told(word: str) -> str | None:
    """Return the message status that a report's word means, or None where it means nothing that we know."""
    return STATUS_TOLD.get(word.lower())


def may_follow(before: str, after: str) -> bool:
    return after in TRANSITIONS.get(before, ())


def supersedes(word: str, at: dt.datetime, known_word: str, known_at: dt.datetime | None) -> bool:
    """Return whether a report counts for more than the one that is known: a final word is the last, else the later."""
    if known_at is None:
        return True
    rank, known_rank = _rank(word), _rank(known_word)
    return rank > known_rank if rank != known_rank or rank == _LAST else at > known_at


_LAST = 2


def _rank(word: str) -> int:
    """Return how much a word settles: nothing, a failure that may pass, the end."""
    if word.lower() in NOT_LAST:
        return 1
    return _LAST if status_told(word) in FINAL else 0


def next_try(number: int, now: dt.datetime) -> dt.datetime | None:
    """Return when a message is tried again whose attempt ``number`` came to nothing, or None: never."""
    if number >= MOST_ATTEMPTS:
        return None
    return now + dt.timedelta(minutes=BACKOFF_MINUTES[min(number, len(BACKOFF_MINUTES)) - 1])
