"""An organisation that sends messages, for tests: what lies in its outbox, and hand-written stand-ins for the outside.

The queue keeps what it is given; the phones show what came; claims are the real ones, in a folder.
"""

import datetime as dt
import itertools
import json
import threading
import uuid
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update

from chalicelib import messaging, organisations
from chalicelib.clock import Clock
from chalicelib.errors import Unavailable
from chalicelib.gateways.claims_folder import ClaimsFolder
from chalicelib.messaging.grant_model import GrantLimits
from chalicelib.messaging.model import Message, MessageSettings, NewMessage, RenderedText
from chalicelib.runtime.context import Context
from chalicelib.runtime.ports import SENT, Gateway, OutgoingText, SendOutcome
from chalicelib.runtime.resources import OutboundResources, Resources
from chalicelib.storage.tables.leasing import phone_places
from chalicelib.storage.tables.messaging import message_attempts, message_days, message_settings, messages
from tests.contexts import context

NOON = dt.datetime(2026, 12, 7, 9, tzinfo=dt.UTC)  # a Monday, 12:00 in Nairobi
DAY = dt.timedelta(days=1)
_numbers = itertools.count(10_000_000)


class FakeQueues:
    """Keeps what it is given, by queue; it may be silent, or be struck at the moment of a call."""

    def __init__(self) -> None:
        self.kept: dict[str, list[str]] = {}
        self.silent = False
        self.refuses = 0  # so many bodies of the next call
        self.struck: Callable[[], None] = lambda: None

    def send(self, queue: str, bodies: Sequence[str]) -> list[bool]:
        self.struck()
        if self.silent:
            raise Unavailable("The queue does not answer.")
        refused, self.refuses = self.refuses, 0
        self.kept.setdefault(queue, []).extend(bodies[refused:])
        return [place >= refused for place in range(len(bodies))]

    def pop(self, queue: str) -> list[str]:
        return self.kept.pop(queue, [])

    def texts(self, organisation_id: UUID) -> list[dict[str, Any]]:
        """Return the texts of one organisation that wait to be sent, and leave them there."""
        bodies = [json.loads(body) for body in self.kept.get("send", [])]
        mine = [{**text, "gateway": body["gateway"]} for body in bodies for text in body["texts"]]
        return [text for text in mine if text["organisation_id"] == organisation_id.hex]


class FakePhones:
    """A gateway whose phones show what came, and that answers for each number as the test says."""

    def __init__(self, answers: Callable[[OutgoingText], SendOutcome] | None = None) -> None:
        self.came: Counter[tuple[str, str]] = Counter()  # (number, text)
        self.calls: list[list[OutgoingText]] = []
        self.answers = answers or self.usual
        self._lock = threading.Lock()
        self._ids = itertools.count(1)

    def usual(self, text: OutgoingText) -> SendOutcome:
        return SendOutcome(SENT, provider_reference=f"ATX{next(self._ids)}-{text.key[-40:]}", parts=1, cost_cents=80)

    def send(self, texts: Sequence[OutgoingText]) -> list[SendOutcome]:
        with self._lock:
            self.calls.append(list(texts))
            outcomes = [self.answers(text) for text in texts]
            for text, outcome in zip(texts, outcomes, strict=True):
                if outcome.outcome in ("sent", "unknown"):
                    self.came[text.to, text.text] += 1
        return outcomes


def make_outbound_resources(folder: Path, clock: Clock, queues: FakeQueues, **gateways: Gateway) -> OutboundResources:
    return OutboundResources(gateways=gateways, claims=ClaimsFolder(str(folder)), queues=queues, clock=clock)


def new_phone() -> str:
    return f"+2547{next(_numbers)}"


class Outbox:
    """One organisation's messages on ``resources``.

    ``confirmed``: whoever it writes to has said that a place is theirs, so that no text says how to object.
    """

    def __init__(self, resources: Resources, organisation_id: UUID, *, confirmed: bool = True) -> None:
        self.resources = resources
        self.id = organisation_id
        self.confirmed = confirmed
        self._places: set[str] = set()

    @classmethod
    def found(cls, resources: Resources, *, granted: bool = True) -> Self:
        def work(db: Connection) -> UUID:
            phone = f"+2547{uuid.uuid4().int % 10**8:08d}"
            founded = organisations.found_organisation(db, phone, name="Acme Homes", person_name="Amina", now=NOON)
            if granted:
                messaging.grant_messaging(
                    context(db, founded.id, now=NOON), by="tests", limits=GrantLimits(10**6, 100, 10**12)
                )
            return founded.id

        return cls(resources, resources.transact(work))

    def settings(self, **values: Any) -> None:
        usual = {**MessageSettings()._asdict(), "gateways": ["africastalking", "sns"], "version": 1, "changed_at": NOON}
        with self.resources.writing() as db:
            db.execute(insert(message_settings).values(organisation_id=self.id, **{**usual, **values}))

    def queue(self, new: Sequence[NewMessage]) -> list[UUID]:
        if self.confirmed:
            self._confirm({each.address for each in new if each.address and each.medium == "sms"} - self._places)
        return self.resources.transact(
            lambda db: messaging.queue_messages(context(db, self.id, now=self.resources.clock.now()), new)
        )

    def _confirm(self, phones: set[str]) -> None:
        place = {"lease_id": uuid.uuid4(), "state": "confirmed", "source": "sms", "decided_at": NOON - 365 * DAY}
        rows = [{"organisation_id": self.id, "phone": phone, **place} for phone in phones]
        if rows:
            with self.resources.writing() as db:
                db.execute(insert(phone_places), rows)
        self._places |= phones

    def texts(self, count: int, **values: Any) -> list[UUID]:
        """Queue so many notices, each to a number of its own."""
        return self.queue([notice(**values) for _ in range(count)])

    def messages(self) -> dict[UUID, Message]:
        query = select(*(messages.c[name] for name in Message._fields)).where(messages.c.organisation_id == self.id)
        with self.resources.reading() as db:
            return {row.id: Message._make(row) for row in db.execute(query)}

    def message(self, message_id: UUID) -> Message:
        return self.messages()[message_id]

    def statuses(self) -> Counter[str]:
        return Counter(each.status for each in self.messages().values())

    def attempts(self) -> list[Any]:
        query = select(message_attempts).where(message_attempts.c.organisation_id == self.id)
        ordered = query.order_by(message_attempts.c.message_id, message_attempts.c.number)
        with self.resources.reading() as db:
            return list(db.execute(ordered))

    def day(self) -> tuple[int, int]:
        """Return what all days together came to: messages, and cents."""
        query = select(
            func.coalesce(func.sum(message_days.c.messages), 0), func.coalesce(func.sum(message_days.c.price_cents), 0)
        ).where(message_days.c.organisation_id == self.id)
        with self.resources.reading() as db:
            sent, price_cents = db.execute(query).one()
        return int(sent), int(price_cents)

    def change(self, message_ids: Iterable[UUID], **values: Any) -> None:
        query = update(messages).where(messages.c.organisation_id == self.id, messages.c.id.in_(list(message_ids)))
        with self.resources.writing() as db:
            db.execute(query.values(**values))


def notice(text: str | None = "The water is off today.", **values: Any) -> NewMessage:
    given = {"kind": "notice", "dedupe_key": f"notice:{uuid.uuid4()}", "address": new_phone(), "text": text}
    return NewMessage(**{**given, **values})


class ScriptedRenderer:
    """What the maker of texts says; it is registered once for a kind, and each test puts its own words here."""

    def __init__(self) -> None:
        self.says: Callable[[Message], RenderedText] = lambda message: RenderedText(
            f"You owe {message.input.get('amount')}."
        )
        self.batch_sizes: list[int] = []

    def __call__(self, ctx: Context, messages: Sequence[Message]) -> dict[UUID, RenderedText]:
        self.batch_sizes.append(len(messages))
        return {message.id: self.says(message) for message in messages}


def opted_out(db: Connection, organisation_id: UUID, phones: Iterable[str]) -> set[str]:
    """Return those of ``phones`` that want no messages of the organisation, or none at all."""
    wanted = set(phones)
    found = messaging.find_suppressions(
        db, organisation_id, [messaging.MessageTarget(each, None) for each in wanted], NOON.date()
    )
    return {each for each in wanted if found.is_opted_out(each) or found.is_denied(each, None)}
