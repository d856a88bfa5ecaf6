"""JSON payloads of the queues between dispatcher, senders and database.

A malformed body raises ValueError, whose message contains nothing of the body.
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from chalicelib.messaging.model import MEDIUMS
from chalicelib.runtime.ports import OUTCOMES, SendOutcome

MAX_TEXTS = 20  # in one queue message
MAX_BYTES = 200_000  # of one queue message: the SQS limit is 256 KiB
MAX_REASON = 200
REASON_TOO_LATE = "too_late"  # the sender received the text after its deadline


class QueuedText(NamedTuple):
    """One attempt to send one message, with all that a sender needs, since it has no database access."""

    key: str
    organisation_id: UUID
    message_id: UUID
    number: int  # of the attempt
    to: str
    text: str
    subject: str
    sender_name: str
    not_after: dt.datetime  # deadline: quiet hours begin, or the text is stale


class TextBatch(NamedTuple):
    medium: str
    gateway: str
    texts: tuple[QueuedText, ...]


class AttemptOutcome(NamedTuple):
    """Outcome of an attempt."""

    organisation_id: UUID
    message_id: UUID
    number: int
    outcome: SendOutcome


class OutcomeBatch(NamedTuple):
    gateway: str
    outcomes: tuple[AttemptOutcome, ...]


class VendorCallback(NamedTuple):
    """A form posted by a vendor: "report", "incoming" or "opt_out"."""

    kind: str
    gateway: str
    form: dict[str, str]
    at: dt.datetime


CALLBACK_KINDS = ("report", "incoming", "opt_out")


class InvalidPayload(ValueError):
    """A queue message is malformed."""


def serialize_texts(medium: str, gateway: str, texts: Iterable[QueuedText]) -> Iterable[tuple[str, list[QueuedText]]]:
    """Yield queue bodies of ``texts``, each with the texts it contains."""
    head = json.dumps({"medium": medium, "gateway": gateway})[:-1] + ', "texts": ['
    capacity = MAX_BYTES - len(head) - 2
    parts: list[str] = []
    batch: list[QueuedText] = []
    size = 0
    for each in texts:
        item = json.dumps(_serialize_text(each))  # ASCII, so that its length is its bytes
        if batch and (len(batch) == MAX_TEXTS or size + len(item) + 1 > capacity):
            yield head + ",".join(parts) + "]}", batch
            parts, batch, size = [], [], 0
        parts.append(item)
        batch.append(each)
        size += len(item) + 1
    if batch:
        yield head + ",".join(parts) + "]}", batch


def fits_payload(text: str, subject: str) -> bool:
    """Return whether a text fits a queue message at all; the other fields are short."""
    capacity = MAX_BYTES - 4_000
    # At most twelve bytes for a character: one beyond the first plane is escaped as two surrogates.
    return 12 * len(text) < capacity or len(json.dumps(text + subject)) < capacity


def _serialize_text(text: QueuedText) -> dict[str, Any]:
    return {
        "key": text.key,
        "organisation_id": text.organisation_id.hex,
        "message_id": text.message_id.hex,
        "number": text.number,
        "to": text.to,
        "text": text.text,
        "subject": text.subject,
        "sender_name": text.sender_name,
        "not_after": text.not_after.isoformat(),
    }


def parse_texts(body: str) -> TextBatch:
    """Parse a body written by ``serialize_texts``.

    Raises:
        InvalidPayload: it is not.
    """
    try:
        payload = json.loads(body)
        texts = tuple(
            QueuedText(
                **{name: _parse_text(each[name]) for name in ("key", "to", "text", "subject", "sender_name")},
                organisation_id=UUID(each["organisation_id"]),
                message_id=UUID(each["message_id"]),
                number=int(each["number"]),
                not_after=_parse_instant(each["not_after"]),
            )
            for each in payload["texts"]
        )
        if payload["medium"] not in MEDIUMS or not texts:
            raise ValueError
        return TextBatch(payload["medium"], _parse_text(payload["gateway"]), texts)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InvalidPayload("a message of the queue to send cannot be read") from None


def serialize_outcomes(gateway: str, outcomes: Sequence[AttemptOutcome]) -> str:
    items = [
        {
            "organisation_id": each.organisation_id.hex,
            "message_id": each.message_id.hex,
            "number": each.number,
            **each.outcome._replace(reason=each.outcome.reason[:MAX_REASON])._asdict(),
        }
        for each in outcomes
    ]
    return json.dumps({"kind": "outcomes", "gateway": gateway, "outcomes": items})


def serialize_callback(callback: VendorCallback) -> str:
    return json.dumps({**callback._asdict(), "at": callback.at.isoformat()})


def parse_result(body: str) -> OutcomeBatch | VendorCallback:
    """Parse a body of the results queue.

    Raises:
        InvalidPayload: its kind is unknown.
    """
    try:
        payload = json.loads(body)
        if payload["kind"] == "outcomes":
            return OutcomeBatch(
                _parse_text(payload["gateway"]), tuple(_parse_outcome(each) for each in payload["outcomes"])
            )
        if payload["kind"] not in CALLBACK_KINDS:
            raise ValueError
        form = {_parse_text(name): _parse_text(value) for name, value in payload["form"].items()}
        return VendorCallback(payload["kind"], _parse_text(payload["gateway"]), form, _parse_instant(payload["at"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise InvalidPayload("a message of the queue of results cannot be read") from None


def _parse_outcome(each: dict[str, Any]) -> AttemptOutcome:
    if each["outcome"] not in OUTCOMES:
        raise ValueError
    outcome = SendOutcome(
        each["outcome"],
        bool(each.get("permanent", False)),
        each.get("provider_reference") or None,
        int(each.get("parts") or 0),
        None if each.get("cost_cents") is None else int(each["cost_cents"]),
        _parse_text(each.get("reason", ""))[:MAX_REASON],
    )
    return AttemptOutcome(UUID(each["organisation_id"]), UUID(each["message_id"]), int(each["number"]), outcome)


def _parse_text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _parse_instant(text: str) -> dt.datetime:
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError
    return found
