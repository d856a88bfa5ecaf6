"""What Africa's Talking says of a call, number by number, in our words."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.money import half_up
from chalicelib.runtime.ports import NOT_SENT, REFUSED, SENT, UNKNOWN, Outcome

TAKEN = {100, 101, 102}  # processed, sent, queued

# Code → reason. Permanent: whoever sends, it will never reach that number.
PERMANENT = {403: "invalid_number", 404: "unsupported_number", 406: "opted_out", 409: "do_not_disturb"}
PASSING = {
    401: "risk_hold",
    402: "invalid_sender",
    405: "insufficient_balance",
    407: "no_route",
    500: "gateway_failed",
    501: "gateway_failed",
    502: "gateway_refused",
}
# Said of a whole call, with no recipients: nothing of it was taken.
OF_THE_CALL = {"RiskHold": 401, "InvalidSenderId": 402, "InsufficientBalance": 405}

MOST_REFERENCE = 100  # characters that we keep of a reference

_COST = re.compile(r"KES ([0-9]{1,9})(?:\.([0-9]{1,6}))?", re.ASCII)


def outcomes_of(status: int, body: bytes, numbers: Sequence[str]) -> list[Outcome]:
    """Return what came of each of ``numbers``, in their order.

    Whom the answer does not name may have been sent it, and so may all when it cannot be read.
    """
    if not 200 <= status < 300:
        return [_of_status(status)] * len(numbers)
    data = _read(body)
    if data is None:
        return [Outcome(UNKNOWN, reason="unreadable_answer")] * len(numbers)
    recipients = [each for each in data["Recipients"] if isinstance(each, dict)]
    code = OF_THE_CALL.get(str(data.get("Message", "")))
    if not recipients and code is not None:
        return [Outcome(REFUSED, reason=PASSING[code])] * len(numbers)
    told = {_digits(str(each.get("number", ""))): each for each in recipients}
    return [_of_recipient(told.get(_digits(number))) for number in numbers]


def _of_status(status: int) -> Outcome:
    if status in {429, 503}:
        return Outcome(NOT_SENT, reason="busy")
    if status >= 500:  # a proxy says so of a call that the vendor may have taken
        return Outcome(UNKNOWN, reason=f"http_{status}")
    return Outcome(REFUSED, reason={400: "bad_request", 401: "bad_credentials"}.get(status, f"http_{status}"))


def _read(body: bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(body)["SMSMessageData"]
        return data if isinstance(data["Recipients"], list) else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _of_recipient(told: Mapping[str, Any] | None) -> Outcome:
    if told is None:
        return Outcome(UNKNOWN, reason="not_in_the_answer")
    code = told.get("statusCode")
    if type(code) is not int:
        return Outcome(UNKNOWN, reason="unknown_status")
    if code in TAKEN:
        reference = str(told.get("messageId") or "")
        known = reference not in {"", "None"} and len(reference) <= MOST_REFERENCE
        return Outcome(SENT, False, reference if known else None, _parts(told), cost_cents(told.get("cost")))
    if code in PERMANENT:
        return Outcome(REFUSED, permanent=True, reason=PERMANENT[code])
    if code in PASSING:
        return Outcome(REFUSED, reason=PASSING[code])
    return Outcome(UNKNOWN, reason="unknown_status")


def _parts(told: Mapping[str, Any]) -> int:
    parts = told.get("messageParts")
    return parts if type(parts) is int and 0 < parts < 1000 else 0


def cost_cents(told: object) -> int | None:
    """Return "KES 0.8000" in cents, half a cent upwards; None for another currency or what is no sum."""
    found = _COST.fullmatch(told) if isinstance(told, str) else None
    if not found:
        return None
    fraction = found[2] or ""
    return half_up(int(found[1] + fraction) * 100, 10 ** len(fraction))


def _digits(number: str) -> str:
    return "".join(character for character in number if character.isdecimal())
