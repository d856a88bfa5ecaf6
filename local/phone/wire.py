"""Africa's Talking's formats: requests to send, the responses to them, and the forms that it posts.

https://developers.africastalking.com/docs/sms/sending/bulk and /docs/sms/notifications. Parts are counted
here independently, by GSM 03.38, so that the API's count can be compared.
"""

import datetime as dt
import re
from typing import Any, NamedTuple

from local.phone.store import BUSY, REFUSE

PART_COST = "0.8000"  # KES, of a part
SHORT_CODE = "20880"  # that phones reply to: a sender name cannot be replied to
UNKNOWN_SENDER = "AFRICASTKNG"  # the vendor's default sender name

SENT, BAD_NUMBER, GATEWAY_ERROR = (101, "Success"), (403, "InvalidPhoneNumber"), (500, "InternalServerError")

_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = "\f^{}\\[~]|€"


class InvalidSendRequest(ValueError):
    """The provider rejects the whole request; the message is its response."""


class SendRequest(NamedTuple):
    """One request to send a text to some numbers."""

    numbers: list[str]
    text: str
    sender: str


def parse_send_request(form: dict[str, str]) -> SendRequest:
    """Parse a posted form.

    Raises:
        InvalidSendRequest: a field is missing.
    """
    for name in ("username", "to", "message"):
        if not form.get(name):
            raise InvalidSendRequest(f"Request is missing required form field '{name}'")
    numbers = [number.strip() for number in form["to"].split(",") if number.strip()]
    return SendRequest(numbers, form["message"], form.get("from") or UNKNOWN_SENDER)


def verdict(number: str, fault: str) -> tuple[int, str]:
    """Return the status code and its name for one number of a request."""
    if fault == REFUSE or not re.fullmatch(r"\+254[17][0-9]{8}", number):
        return BAD_NUMBER
    return GATEWAY_ERROR if fault == BUSY else SENT


def answer(results: list[tuple[str, tuple[int, str], str]], parts: int) -> dict[str, Any]:
    """Return the response for the (number, verdict, message id) of each, as recorded from the provider."""
    recipients = [
        {
            "statusCode": code,
            "number": number,
            "status": status,
            "cost": f"KES {_cost(parts)}" if (code, status) == SENT else "0",
            "messageId": reference or "None",
            "messageParts": parts if reference else 0,
        }
        for number, (code, status), reference in results
    ]
    sent = sum(1 for _, outcome, _ in results if outcome == SENT)
    summary = f"Sent to {sent}/{len(results)} Total Cost: KES {_cost(parts * sent)}"
    return {"SMSMessageData": {"Message": summary, "Recipients": recipients}}


def count_parts(text: str) -> int:
    """Return the number of SMS parts of the text."""
    if all(character in _BASIC or character in _EXTENDED for character in text):
        whole, piece, sizes = 160, 153, [2 if character in _EXTENDED else 1 for character in text]
    else:
        whole, piece, sizes = 70, 67, [len(character.encode("utf-16-be")) // 2 for character in text]
    if sum(sizes) <= whole:
        return 1
    parts, room = 1, piece
    for size in sizes:
        if size > room:  # an escape sequence or a surrogate pair is not split
            parts, room = parts + 1, piece
        room -= size
    return parts


def delivery_report(reference: str, number: str, status: str, reason: str = "") -> dict[str, str]:
    report = {"id": reference, "status": status, "phoneNumber": number, "networkCode": network_of(number)}
    return {**report, "retryCount": "0", **({"failureReason": reason} if reason else {})}


def incoming(reference: str, number: str, text: str, at: dt.datetime) -> dict[str, str]:
    return {
        "date": at.astimezone(dt.UTC).strftime("%Y-%m-%d %H:%M:%S"),
        "from": number,
        "id": reference,
        "linkId": "",
        "text": text,
        "to": SHORT_CODE,
        "cost": "0",
        "networkCode": network_of(number),
    }


def ussd(session: str, service_code: str, number: str, inputs: list[str]) -> dict[str, str]:
    return {
        "sessionId": session,
        "serviceCode": service_code,
        "phoneNumber": number,
        "networkCode": network_of(number),
        "text": "*".join(inputs),
    }


def network_of(number: str) -> str:
    """Return the code of the network that originally issued the number."""
    if re.match(r"\+254(73|78|75[0-6]|10)", number):
        return "63903"  # Airtel
    return "63907" if number.startswith("+25477") else "63902"  # Telkom, Safaricom


def _cost(parts: int) -> str:
    ten_thousandths = int(PART_COST.replace(".", "")) * parts
    return f"{ten_thousandths // 10_000}.{ten_thousandths % 10_000:04d}"
