"""Parse Africa's Talking's response to a call, number by number."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from chalicelib.money import round_half_up
from chalicelib.runtime.ports import NOT_SENT, REFUSED, SENT, UNKNOWN, SendOutcome

ACCEPTED_CODES = {100, 101, 102}  # processed, sent, queued

# Code → reason. Permanent: no gateway will ever reach that number.
PERMANENT_CODES = {403: "invalid_number", 404: "unsupported_number", 406: "opted_out", 409: "do_not_disturb"}
TRANSIENT_CODES = {
    401: "risk_hold",
    402: "invalid_sender",
    405: "insufficient_balance",
    407: "no_route",
    500: "gateway_failed",
    501: "gateway_failed",
    502: "gateway_refused",
}
# Errors of a whole call, without recipients: nothing was accepted.
WHOLE_CALL_CODES = {"RiskHold": 401, "InvalidSenderId": 402, "InsufficientBalance": 405}

MAX_REFERENCE = 100  # characters that we keep of a reference

_COST = re.compile(r"KES ([0-9]{1,9})(?:\.([0-9]{1,6}))?", re.ASCII)


def parse_outcomes(status: int, body: bytes, numbers: Sequence[str]) -> list[SendOutcome]:
    """Return the outcome of each of ``numbers``, in order.

    A number missing in the response may have been sent to, and so may all if the response cannot be parsed.
    """
    if not 200 <= status < 300:
        return [_outcome_of_status(status)] * len(numbers)
    data = _parse_body(body)
    if data is None:
        return [SendOutcome(UNKNOWN, reason="unreadable_answer")] * len(numbers)
    recipients = [each for each in data["Recipients"] if isinstance(each, dict)]
    code = WHOLE_CALL_CODES.get(str(data.get("Message", "")))
    if not recipients and code is not None:
        return [SendOutcome(REFUSED, reason=TRANSIENT_CODES[code])] * len(numbers)
    recipient = {_digits(str(each.get("number", ""))): each for each in recipients}
    return [_outcome_of_recipient(recipient.get(_digits(number))) for number in numbers]


def _outcome_of_status(status: int) -> SendOutcome:
    if status in {429, 503}:
        return SendOutcome(NOT_SENT, reason="busy")
    if status >= 500:  # from a proxy, for a call that the vendor may have accepted
        return SendOutcome(UNKNOWN, reason=f"http_{status}")
    return SendOutcome(REFUSED, reason={400: "bad_request", 401: "bad_credentials"}.get(status, f"http_{status}"))


def _parse_body(body: bytes) -> dict[str, Any] | None:
    try:
        data = json.loads(body)["SMSMessageData"]
        return data if isinstance(data["Recipients"], list) else None
    except (ValueError, TypeError, KeyError, RecursionError):
        return None


def _outcome_of_recipient(recipient: Mapping[str, Any] | None) -> SendOutcome:
    if recipient is None:
        return SendOutcome(UNKNOWN, reason="not_in_the_answer")
    code = recipient.get("statusCode")
    if type(code) is not int:
        return SendOutcome(UNKNOWN, reason="unknown_status")
    if code in ACCEPTED_CODES:
        reference = str(recipient.get("messageId") or "")
        is_usable = reference not in {"", "None"} and len(reference) <= MAX_REFERENCE
        return SendOutcome(
            SENT,
            False,
            reference if is_usable else None,
            _parse_parts(recipient),
            parse_cost_cents(recipient.get("cost")),
        )
    if code in PERMANENT_CODES:
        return SendOutcome(REFUSED, permanent=True, reason=PERMANENT_CODES[code])
    if code in TRANSIENT_CODES:
        return SendOutcome(REFUSED, reason=TRANSIENT_CODES[code])
    return SendOutcome(UNKNOWN, reason="unknown_status")


def _parse_parts(recipient: Mapping[str, Any]) -> int:
    parts = recipient.get("messageParts")
    return parts if type(parts) is int and 0 < parts < 1000 else 0


def parse_cost_cents(cost: object) -> int | None:
    """Parse "KES 0.8000" into cents, rounded half up; None for another currency or an invalid amount."""
    found = _COST.fullmatch(cost) if isinstance(cost, str) else None
    if not found:
        return None
    fraction = found[2] or ""
    return round_half_up(int(found[1] + fraction) * 100, 10 ** len(fraction))


def _digits(number: str) -> str:
    return "".join(character for character in number if character.isdecimal())
