"""What the queues between the dispatcher, the senders and the database carry, as JSON.

A body that is not of its form raises ValueError, whose text holds nothing of the body.
"""

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from chalicelib.messaging.model import MEDIUMS
from chalicelib.runtime.ports import OUTCOMES, Outcome

MOST_TEXTS = 20  # in one queue message
MOST_BYTES = 200_000  # of one queue message: SQS takes 256 KiB
MOST_REASON = 200
TOO_LATE = "too_late"  # the reason where a sender got a text after its time


class Text(NamedTuple):
    """One attempt to send one message, with all that a sender needs, which reaches no database."""

    key: str
    organisation_id: UUID
    message_id: UUID
    number: int  # of the attempt
    to: str
    text: str
    subject: str
    sender_name: str
    not_after: dt.datetime  # sent later it would come in the night, or tell what is no longer so


class Bundle(NamedTuple):
    medium: str
    gateway: str
    texts: tuple[Text, ...]


class Told(NamedTuple):
    """What came of an attempt."""

    organisation_id: UUID
    message_id: UUID
    number: int
    outcome: Outcome


class ToldBundle(NamedTuple):
    gateway: str
    outcomes: tuple[Told, ...]


class Posted(NamedTuple):
    """A form that a vendor posted to us: "report", "incoming" or "opt_out"."""

    kind: str
    gateway: str
    form: dict[str, str]
    at: dt.datetime


POSTED_KINDS = ("report", "incoming", "opt_out")


class Unreadable(ValueError):
    """A queue message is not of the form that its reader knows."""


def bundles(medium: str, gateway: str, texts: Iterable[Text]) -> Iterable[tuple[str, list[Text]]]:
    """Yield queue bodies of ``texts`` with the texts that each carries."""
    head = json.dumps({"medium": medium, "gateway": gateway})[:-1] + ', "texts": ['
    room = MOST_BYTES - len(head) - 2
    parts: list[str] = []
    carried: list[Text] = []
    used = 0
    for each in texts:
        part = json.dumps(_values(each))  # ASCII, so that its length is its bytes
        if carried and (len(carried) == MOST_TEXTS or used + len(part) + 1 > room):
            yield head + ",".join(parts) + "]}", carried
            parts, carried, used = [], [], 0
        parts.append(part)
        carried.append(each)
        used += len(part) + 1
    if carried:
        yield head + ",".join(parts) + "]}", carried


def fits(text: str, subject: str) -> bool:
    """Return whether a text can be put on a queue at all; what else goes with it is short."""
    room = MOST_BYTES - 4_000
    # At most twelve bytes for a character: one beyond the first plane is escaped as two surrogates.
    return 12 * len(text) < room or len(json.dumps(text + subject)) < room


def _values(text: Text) -> dict[str, Any]:
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


def read_bundle(body: str) -> Bundle:
    """Return what ``bundles`` wrote.

    Raises:
        Unreadable: it is none of theirs.
    """
    try:
        given = json.loads(body)
        texts = tuple(
            Text(
                **{name: _text(each[name]) for name in ("key", "to", "text", "subject", "sender_name")},
                organisation_id=UUID(each["organisation_id"]),
                message_id=UUID(each["message_id"]),
                number=int(each["number"]),
                not_after=_instant(each["not_after"]),
            )
            for each in given["texts"]
        )
        if given["medium"] not in MEDIUMS or not texts:
            raise ValueError
        return Bundle(given["medium"], _text(given["gateway"]), texts)
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Unreadable("a message of the queue to send cannot be read") from None


def write_outcomes(gateway: str, told: Sequence[Told]) -> str:
    listed = [
        {
            "organisation_id": each.organisation_id.hex,
            "message_id": each.message_id.hex,
            "number": each.number,
            **each.outcome._replace(reason=each.outcome.reason[:MOST_REASON])._asdict(),
        }
        for each in told
    ]
    return json.dumps({"kind": "outcomes", "gateway": gateway, "outcomes": listed})


def write_posted(posted: Posted) -> str:
    return json.dumps({**posted._asdict(), "at": posted.at.isoformat()})


def read_result(body: str) -> ToldBundle | Posted:
    """Return what the queue of results brought.

    Raises:
        Unreadable: it is of no kind that we know.
    """
    try:
        given = json.loads(body)
        if given["kind"] == "outcomes":
            return ToldBundle(_text(given["gateway"]), tuple(_told(each) for each in given["outcomes"]))
        if given["kind"] not in POSTED_KINDS:
            raise ValueError
        form = {_text(name): _text(value) for name, value in given["form"].items()}
        return Posted(given["kind"], _text(given["gateway"]), form, _instant(given["at"]))
    except (ValueError, TypeError, KeyError, AttributeError):
        raise Unreadable("a message of the queue of results cannot be read") from None


def _told(each: dict[str, Any]) -> Told:
    if each["outcome"] not in OUTCOMES:
        raise ValueError
    outcome = Outcome(
        each["outcome"],
        bool(each.get("permanent", False)),
        each.get("provider_reference") or None,
        int(each.get("parts") or 0),
        None if each.get("cost_cents") is None else int(each["cost_cents"]),
        _text(each.get("reason", ""))[:MOST_REASON],
    )
    return Told(UUID(each["organisation_id"]), UUID(each["message_id"]), int(each["number"]), outcome)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError
    return value


def _instant(text: str) -> dt.datetime:
    found = dt.datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError
    return found
