"""A sender gives each text to its gateway at most once, whatever the queue does, and tells what came of it."""

import datetime as dt
import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from chalicelib.clock import ManualClock
from chalicelib.delivery import sending_runner
from chalicelib.delivery.queue_payloads import (
    MAX_BYTES,
    MAX_TEXTS,
    InvalidPayload,
    QueuedText,
    parse_texts,
    serialize_texts,
)
from chalicelib.errors import Unavailable
from chalicelib.gateways.claims_folder import ClaimsFolder
from chalicelib.runtime.ports import OutgoingText, SendClaim, SendOutcome
from chalicelib.runtime.resources import OutboundResources
from tests.outbox import NOON, FakePhones, FakeQueues, make_outbound_resources

ORGANISATION = UUID(int=7)


def text_of(number: int, **values: Any) -> QueuedText:
    given = {
        "key": f"{ORGANISATION}:n:{number}:1",
        "organisation_id": ORGANISATION,
        "message_id": UUID(int=number),
        "number": 1,
        "to": f"+2547{number:08d}",
        "text": "The water is off.",
        "subject": "",
        "sender_name": "",
        "not_after": NOON + dt.timedelta(hours=2),
    }
    return QueuedText(**{**given, **values})


def body_of(*texts: QueuedText, gateway: str = "africastalking") -> str:
    ((body, carried),) = serialize_texts("sms", gateway, texts)
    assert carried == list(texts)
    return body


class BreakableClaims(ClaimsFolder):
    """Claims that do not answer for some of their calls."""

    broken: set[str]

    def __init__(self, path: str) -> None:
        super().__init__(path)
        object.__setattr__(self, "broken", set())

    def claim(self, key: str, at: dt.datetime) -> bool:
        if "take" in self.broken or f"take {key}" in self.broken:
            raise Unavailable("no answer")
        return ClaimsFolder.claim(self, key, at)

    def record_outcome(self, key: str, outcome: SendOutcome) -> None:
        if "settle" in self.broken:
            raise Unavailable("no answer")
        ClaimsFolder.record_outcome(self, key, outcome)

    def find(self, key: str) -> SendClaim | None:
        if "find" in self.broken:
            raise Unavailable("no answer")
        return ClaimsFolder.find(self, key)


@pytest.fixture
def phones() -> FakePhones:
    return FakePhones()


@pytest.fixture
def moved(clock: ManualClock) -> ManualClock:
    clock.at = NOON
    return clock


@pytest.fixture
def claims(tmp_path: Path) -> BreakableClaims:
    return BreakableClaims(str(tmp_path / "claims"))


@pytest.fixture
def outside(claims: BreakableClaims, moved: ManualClock, queues: FakeQueues, phones: FakePhones) -> OutboundResources:
    return OutboundResources({"africastalking": phones}, claims, queues, moved)


def told(queues: FakeQueues) -> list[tuple[int, str, str]]:
    """Return (message, outcome, reason) of what was told of since it was last asked."""
    bodies = [json.loads(body) for body in queues.pop("results")]
    return [
        (UUID(each["message_id"]).int, each["outcome"], each["reason"]) for body in bodies for each in body["outcomes"]
    ]


def test_each_text_goes_once_however_often_the_queue_brings_it(
    outside: OutboundResources, phones: FakePhones, queues: FakeQueues
) -> None:
    body = body_of(text_of(1), text_of(2))
    for _ in range(3):
        assert sending_runner.send_texts(outside, body)
        assert told(queues) == [(1, "sent", ""), (2, "sent", "")]
    assert phones.came == {("+254700000001", "The water is off."): 1, ("+254700000002", "The water is off."): 1}
    assert len(phones.calls) == 1


def test_three_senders_at_one_moment_send_one_and_nobody_takes_it_for_unknown(
    outside: OutboundResources, phones: FakePhones, queues: FakeQueues
) -> None:
    """Who comes while another is at the gateway gives the message back, and hears the outcome when it comes again."""
    at_gateway, go_on = threading.Event(), threading.Event()

    def slow(text: OutgoingText) -> SendOutcome:
        at_gateway.set()
        assert go_on.wait(10)
        return phones.usual(text)

    phones.answers = slow
    body, done = body_of(text_of(1)), []
    first = threading.Thread(target=lambda: done.append(sending_runner.send_texts(outside, body)))
    first.start()
    assert at_gateway.wait(10)
    assert [sending_runner.send_texts(outside, body) for _ in range(2)] == [False, False]
    assert told(queues) == []
    go_on.set()
    first.join(10)
    assert done == [True]
    assert sending_runner.send_texts(outside, body)
    assert told(queues) == [(1, "sent", "")] * 2
    assert list(phones.came.values()) == [1]


def test_many_threads_with_many_messages_send_each_text_once(outside: OutboundResources, phones: FakePhones) -> None:
    bodies = [body_of(*(text_of(number) for number in range(start, start + 5))) for start in (0, 5, 10)] * 3
    threads = [threading.Thread(target=sending_runner.send_texts, args=(outside, body)) for body in bodies]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert Counter(phones.came.values()) == {1: 15}


def test_a_claim_whose_taker_is_gone_is_unknown_and_never_sent(
    outside: OutboundResources, phones: FakePhones, queues: FakeQueues, moved: ManualClock
) -> None:
    text = text_of(1)
    outside.claims.claim(text.key, moved.now())  # and then its sender was killed
    moved.at += dt.timedelta(seconds=sending_runner.IN_FLIGHT_S - 1)
    assert not sending_runner.send_texts(outside, body_of(text, text_of(2)))
    assert told(queues) == [(2, "sent", "")], "its neighbour is sent meanwhile"
    moved.at += dt.timedelta(seconds=1)
    assert sending_runner.send_texts(outside, body_of(text, text_of(2)))
    assert sorted(told(queues)) == [(1, "unknown", "sender_gone"), (2, "sent", "")]
    assert [number for number, _ in phones.came] == ["+254700000002"]


def test_results_that_cannot_be_told_are_told_when_the_message_comes_again(
    outside: OutboundResources, phones: FakePhones, queues: FakeQueues
) -> None:
    queues.silent = True
    assert not sending_runner.send_texts(outside, body_of(text_of(1)))
    queues.silent = False
    queues.refuses = 1
    assert not sending_runner.send_texts(outside, body_of(text_of(1)))
    assert told(queues) == []
    assert sending_runner.send_texts(outside, body_of(text_of(1)))
    assert told(queues) == [(1, "sent", "")]
    assert list(phones.came.values()) == [1]


def test_nothing_is_sent_that_cannot_be_claimed(
    outside: OutboundResources, claims: BreakableClaims, phones: FakePhones, queues: FakeQueues
) -> None:
    claims.broken.add(f"take {text_of(1).key}")
    assert not sending_runner.send_texts(outside, body_of(text_of(1), text_of(2)))
    assert told(queues) == [(2, "sent", "")]
    claims.broken.clear()
    claims.broken.add("find")
    assert not sending_runner.send_texts(outside, body_of(text_of(1), text_of(2)))
    assert told(queues) == [(1, "sent", "")]
    assert list(phones.came.values()) == [1, 1]


def test_an_outcome_that_cannot_be_kept_is_told_all_the_same_and_else_it_is_unknown(
    outside: OutboundResources, claims: BreakableClaims, phones: FakePhones, queues: FakeQueues, moved: ManualClock
) -> None:
    claims.broken.add("settle")
    assert sending_runner.send_texts(outside, body_of(text_of(1)))
    assert told(queues) == [(1, "sent", "")]
    moved.at += dt.timedelta(seconds=sending_runner.IN_FLIGHT_S)
    assert sending_runner.send_texts(outside, body_of(text_of(1)))
    assert told(queues) == [(1, "unknown", "sender_gone")]
    assert list(phones.came.values()) == [1]


@pytest.mark.parametrize(
    ("answers", "reason"),
    [
        (lambda texts: (_ for _ in ()).throw(ValueError("+254700000001 is odd")), "gateway_failed"),
        (lambda texts: [], "gateway_failed"),
    ],
)
def test_a_gateway_that_raises_or_forgets_some_leaves_them_unknown(
    outside: OutboundResources,
    queues: FakeQueues,
    answers: Callable[[Sequence[OutgoingText]], list[SendOutcome]],
    reason: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    class Odd:
        def send(self, texts: Sequence[OutgoingText]) -> list[SendOutcome]:
            return answers(texts)

    odd = OutboundResources({"africastalking": Odd()}, outside.claims, queues, outside.clock)
    assert sending_runner.send_texts(odd, body_of(text_of(1)))
    assert told(queues) == [(1, "unknown", reason)]
    assert "+254700000001" not in caplog.text


def test_a_refused_number_does_not_stop_its_neighbours(
    outside: OutboundResources, phones: FakePhones, queues: FakeQueues
) -> None:
    def answers(text: OutgoingText) -> SendOutcome:
        if text.to.endswith("2"):
            return SendOutcome("refused", permanent=True, reason="InvalidPhoneNumber")
        return phones.usual(text)

    phones.answers = answers
    assert sending_runner.send_texts(outside, body_of(*map(text_of, (1, 2, 3))))
    assert told(queues) == [(1, "sent", ""), (2, "refused", "InvalidPhoneNumber"), (3, "sent", "")]


def test_what_comes_too_late_is_not_sent_and_stays_so(
    outside: OutboundResources, phones: FakePhones, queues: FakeQueues, moved: ManualClock
) -> None:
    moved.at = NOON + dt.timedelta(hours=2)
    assert sending_runner.send_texts(outside, body_of(text_of(1)))
    assert told(queues) == [(1, "not_sent", "too_late")]
    again = text_of(1, not_after=NOON + dt.timedelta(hours=9))  # as another copy of it may say
    assert sending_runner.send_texts(outside, body_of(again))
    assert told(queues) == [(1, "not_sent", "too_late")]
    assert phones.came == {}


def test_a_gateway_that_is_not_there_leaves_texts_to_the_next(outside: OutboundResources, queues: FakeQueues) -> None:
    assert sending_runner.send_texts(outside, body_of(text_of(1), gateway="pigeon"))
    assert told(queues) == [(1, "not_sent", "no_gateway")]


def test_when_time_is_up_nothing_is_begun(outside: OutboundResources, phones: FakePhones) -> None:
    assert not sending_runner.send_texts(outside, body_of(text_of(1)), lambda: False)
    assert phones.calls == []
    assert sending_runner.send_texts(outside, body_of(text_of(1)))


def test_bundles_hold_twenty_texts_and_two_hundred_kilobytes() -> None:
    texts = [text_of(number, key=f"{uuid4()}") for number in range(45)]
    assert [len(carried) for _, carried in serialize_texts("sms", "sns", texts)] == [MAX_TEXTS, MAX_TEXTS, 5]
    long = [text_of(number, text="ñ" * 20_000) for number in range(4)]  # six bytes each, escaped
    made = list(serialize_texts("email", "email", long))
    assert [len(carried) for _, carried in made] == [1, 1, 1, 1]
    assert max(len(body.encode()) for body, _ in made) <= MAX_BYTES
    read = parse_texts(made[0][0])
    assert (read.medium, read.gateway, read.texts) == ("email", "email", (long[0],))


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "[]", "null", '{"medium": "sms", "gateway": "sns", "texts": []}',
        '{"medium": "pigeon", "gateway": "sns", "texts": [1]}',
        body_of(text_of(1)).replace('"to": "+254', '"two": "+254'),
        body_of(text_of(1)).replace("+00:00", ""),
        body_of(text_of(1)).replace('"number": 1', '"number": "x"'),
    ],
)  # fmt: skip
def test_a_body_that_cannot_be_read_says_nothing_of_what_it_holds(outside: OutboundResources, body: str) -> None:
    with pytest.raises(InvalidPayload) as raised:
        sending_runner.send_texts(outside, body)
    assert str(raised.value) == "a message of the queue to send cannot be read"


def test_a_sender_lives_shorter_than_its_claims_are_waited_for() -> None:
    from chalicelib.functions import FUNCTIONS

    assert FUNCTIONS["send_messages"].timeout_s < sending_runner.IN_FLIGHT_S


def test_the_outside_helper_works_with_the_real_folder(tmp_path: Path, moved: ManualClock, queues: FakeQueues) -> None:
    phones = FakePhones()
    these = make_outbound_resources(tmp_path, moved, queues, africastalking=phones)
    assert sending_runner.send_texts(these, body_of(text_of(1)))
    assert list(phones.came.values()) == [1]
