"""How outcomes and reports change a message. Money is whole cents."""

import datetime as dt

from chalicelib.delivery.dispatch_rules import BACKOFF_MINUTES, MAX_ATTEMPTS
from chalicelib.messaging.model import DELIVERED, FAILED, SENT, TRANSITIONS

# Africa's Talking's statuses, developers.africastalking.com/docs/sms/notifications; an unknown status is stored as
# received and changes nothing.
STATUS_BY_VENDOR_STATUS = {
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
NOT_FINAL = ("absentsubscriber", "expired")


def status_of(vendor_status: str) -> str | None:
    """Return the message status for a vendor status, or None if it is unknown or changes nothing."""
    return STATUS_BY_VENDOR_STATUS.get(vendor_status.lower())


def may_follow(before: str, after: str) -> bool:
    return after in TRANSITIONS.get(before, ())


def supersedes(vendor_status: str, at: dt.datetime, known_vendor_status: str, known_at: dt.datetime | None) -> bool:
    """Return whether a report supersedes the known one: a final status always wins, else the later one."""
    if known_at is None:
        return True
    rank, known_rank = _rank(vendor_status), _rank(known_vendor_status)
    return rank > known_rank if rank != known_rank or rank == _FINAL_RANK else at > known_at


_FINAL_RANK = 2


def _rank(vendor_status: str) -> int:
    """Return how final a vendor status is: none, a failure that may pass, final."""
    if vendor_status.lower() in NOT_FINAL:
        return 1
    return _FINAL_RANK if status_of(vendor_status) in FINAL else 0


def next_attempt_at(number: int, now: dt.datetime) -> dt.datetime | None:
    """Return when to retry a message whose attempt ``number`` failed, or None: never."""
    if number >= MAX_ATTEMPTS:
        return None
    return now + dt.timedelta(minutes=BACKOFF_MINUTES[min(number, len(BACKOFF_MINUTES)) - 1])
