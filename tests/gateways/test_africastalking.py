"""The adapter of Africa's Talking over a real wire, its faults included."""

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from chalicelib.errors import Unavailable
from chalicelib.gateways.africastalking import AfricasTalking
from chalicelib.gateways.concurrency import MAX_CONCURRENT
from chalicelib.runtime.ports import OutgoingText, SendOutcome
from tests.gateways.test_africastalking_responses import AMINA, BRIAN, payload
from tests.gateways.vendor import Behaviour, Posted, Vendor, answer, answering, dripping, hang_up, silent

KEY = "atsk_secret"
NO_ANSWER, NOT_REACHED = SendOutcome("unknown", reason="no_answer"), SendOutcome("not_sent", reason="not_reached")


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as open_things:
        yield open_things


def started(stack: ExitStack, behave: Behaviour) -> Vendor:
    return stack.enter_context(Vendor(behave).running())


def gateway(url: str, timeout_s: float = 5) -> AfricasTalking:
    return AfricasTalking(url, "plotihub", lambda: KEY, sender_name="PLOTIHUB", timeout_s=timeout_s)


def outgoing(*numbers: str, text: str = "Kodi ya Julai imefika.") -> list[OutgoingText]:
    return [OutgoingText(key=f"k{place}", to=number, text=text) for place, number in enumerate(numbers)]


def accept_all(wire: socket.socket, posted: Posted) -> None:
    """Answer as the vendor does that takes every number."""
    recipients = [
        {"number": number, "statusCode": 101, "messageId": f"id{number}", "cost": "KES 0.8000", "messageParts": 1}
        for number in posted.form["to"].split(",")
    ]
    wire.sendall(answer(201, json.dumps({"SMSMessageData": {"Message": "Sent", "Recipients": recipients}}).encode()))


def test_the_call_is_as_the_vendor_describes_it(stack: ExitStack) -> None:
    vendor = started(stack, answering(201, payload("success.json")))
    text = "Amina & Brian: KES 15,000 + 5% = 100%?\nAsante – é"
    came = gateway(vendor.url).send(outgoing(AMINA, BRIAN, text=text))
    assert [each.outcome for each in came] == ["sent", "sent"]
    (posted,) = vendor.posted
    assert posted.line == "POST /version1/messaging HTTP/1.1"
    assert posted.form == {
        "username": "plotihub",
        "to": f"{AMINA},{BRIAN}",
        "message": text,
        "from": "PLOTIHUB",
        "bulkSMSMode": "1",
        "enqueue": "1",
    }
    assert posted.headers["apikey"] == KEY
    assert posted.headers["accept"] == "application/json"
    assert posted.headers["content-type"].startswith("application/x-www-form-urlencoded")


def test_the_vendor_s_own_sender_is_used_where_there_is_none(stack: ExitStack) -> None:
    vendor = started(stack, accept_all)
    AfricasTalking(vendor.url, "plotihub", lambda: KEY).send(outgoing(AMINA))
    assert "from" not in vendor.posted[0].form


def test_only_the_same_words_of_the_same_sender_go_together(stack: ExitStack) -> None:
    vendor = started(stack, accept_all)
    texts = [
        OutgoingText("1", "+254712000001", "rent"),
        OutgoingText("2", "+254712000002", "water"),
        OutgoingText("3", "+254712000003", "rent"),
        OutgoingText("4", "+254712000004", "rent", sender_name="ACME"),
        OutgoingText("5", "+254712000001", "rent"),  # the same phone once more: an answer could not tell which
    ]
    came = gateway(vendor.url).send(texts)
    assert [each.provider_reference for each in came] == [f"id{text.to}" for text in texts]
    assert sorted((posted.form["message"], posted.form["from"], posted.form["to"]) for posted in vendor.posted) == [
        ("rent", "ACME", "+254712000004"),
        ("rent", "PLOTIHUB", "+254712000001"),
        ("rent", "PLOTIHUB", "+254712000001,+254712000003"),
        ("water", "PLOTIHUB", "+254712000002"),
    ]


def test_a_call_takes_a_hundred_numbers(stack: ExitStack) -> None:
    vendor = started(stack, accept_all)
    numbers = [f"+2547120{place:05d}" for place in range(201)]
    came = gateway(vendor.url).send(outgoing(*numbers))
    assert [each.provider_reference for each in came] == [f"id{number}" for number in numbers]
    assert sorted(len(posted.form["to"].split(",")) for posted in vendor.posted) == [1, 100, 100]


def test_different_texts_go_at_once_but_at_most_eight(stack: ExitStack) -> None:
    together = threading.Barrier(MAX_CONCURRENT)
    counting, inside, seen = threading.Lock(), [0], [0]

    def in_eights(wire: socket.socket, posted: Posted) -> None:
        with counting:
            inside[0] += 1
            seen.append(inside[0])
        together.wait(30)  # who came alone would wait for ever
        with counting:
            inside[0] -= 1
        accept_all(wire, posted)

    vendor = started(stack, in_eights)
    texts = [OutgoingText(str(place), f"+2547120{place:05d}", f"rent {place}") for place in range(3 * MAX_CONCURRENT)]
    came = gateway(vendor.url, timeout_s=60).send(texts)
    assert [each.provider_reference for each in came] == [f"id{text.to}" for text in texts]
    assert max(seen) == MAX_CONCURRENT


def test_what_is_no_number_is_never_asked_for(stack: ExitStack) -> None:
    vendor = started(stack, accept_all)
    came = gateway(vendor.url).send(outgoing(AMINA, f"{BRIAN},+254700000000", "0712345678", ""))
    refused = SendOutcome("refused", permanent=True, reason="invalid_number")
    assert came[1:] == [refused] * 3
    assert [posted.form["to"] for posted in vendor.posted] == [AMINA]


def test_nothing_to_send_calls_nobody(stack: ExitStack) -> None:
    vendor = started(stack, accept_all)
    assert gateway(vendor.url).send([]) == []
    assert vendor.posted == []


def break_off(wire: socket.socket, posted: Posted) -> None:
    wire.sendall(answer(201, payload("success.json"))[:-200])


def flood(wire: socket.socket, posted: Posted) -> None:
    wire.sendall(b"HTTP/1.1 201 Created\r\n\r\n" + b" " * 1_000_001)


@pytest.mark.parametrize(
    "behave",
    [
        pytest.param(silent, id="silent after it has read the request"),
        # Who waited for its end would be told that both were sent.
        pytest.param(dripping(answer(201, payload("success.json")), 0.02), id="head drips in"),
        pytest.param(hang_up, id="hangs up"),
        pytest.param(break_off, id="breaks off in the body"),
        pytest.param(flood, id="never ends"),
        pytest.param(lambda wire, posted: wire.sendall(b"no HTTP at all\r\n\r\n"), id="garbage"),
        pytest.param(lambda wire, posted: wire.sendall(b"HTTP/1.1 abc\r\n\r\n"), id="no status"),
    ],
)
def test_what_may_have_been_taken_is_unknown_and_asked_once(stack: ExitStack, behave: Behaviour) -> None:
    vendor = started(stack, behave)
    assert gateway(vendor.url, timeout_s=0.5).send(outgoing(AMINA, BRIAN)) == [NO_ANSWER] * 2
    assert len(vendor.posted) == 1


def test_a_body_that_drips_past_the_end_is_unknown(stack: ExitStack) -> None:
    def drip_body(wire: socket.socket, posted: Posted) -> None:
        head, _, body = answer(201, payload("success.json")).partition(b"\r\n\r\n")
        wire.sendall(head + b"\r\n\r\n")
        dripping(body, 0.02)(wire, posted)  # who waited for its end would be told that both were sent

    vendor = started(stack, drip_body)
    assert gateway(vendor.url, timeout_s=0.5).send(outgoing(AMINA, BRIAN)) == [NO_ANSWER] * 2


def test_an_answer_in_pieces_is_read_whole(stack: ExitStack) -> None:
    vendor = started(stack, dripping(answer(201, payload("success.json")), 0.0005))
    assert [each.outcome for each in gateway(vendor.url).send(outgoing(AMINA, BRIAN))] == ["sent", "sent"]


def test_a_busy_vendor_has_taken_nothing(stack: ExitStack) -> None:
    vendor = started(stack, answering(429, b"Too Many Requests", "text/plain"))
    assert gateway(vendor.url).send(outgoing(AMINA)) == [SendOutcome("not_sent", reason="busy")]


def test_a_wrong_key_is_told_and_shown_nowhere(stack: ExitStack, caplog: pytest.LogCaptureFixture) -> None:
    vendor = started(stack, answering(401, b"The supplied authentication is invalid", "text/plain"))
    adapter = gateway(vendor.url)
    assert adapter.send(outgoing(AMINA)) == [SendOutcome("refused", reason="bad_credentials")]
    assert KEY not in repr(adapter) + caplog.text


def test_a_proxy_s_error_page_leaves_it_unknown(stack: ExitStack) -> None:
    vendor = started(stack, answering(502, payload("bad_gateway.html"), "text/html"))
    assert gateway(vendor.url).send(outgoing(AMINA)) == [SendOutcome("unknown", reason="http_502")]


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    return port


@pytest.mark.parametrize("url", ["http://127.0.0.1:99999", "http://" + "a" * 70, "http://a b", "http://[", "", "x:"])
def test_an_address_that_cannot_be_one_is_not_reached(url: str) -> None:
    assert gateway(url).send(outgoing(AMINA)) == [NOT_REACHED]


def test_nobody_there_is_not_reached() -> None:
    assert gateway(f"http://127.0.0.1:{closed_port()}").send(outgoing(AMINA, BRIAN)) == [NOT_REACHED] * 2


def test_a_host_that_takes_no_more_connections_is_not_reached(stack: ExitStack) -> None:
    listening = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
    for _ in range(2):  # the kernel keeps one more than it was told; from then on it answers no one
        waiting = stack.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(listening.getsockname())
    came = gateway(f"http://127.0.0.1:{listening.getsockname()[1]}", timeout_s=0.5).send(outgoing(AMINA))
    assert came == [NOT_REACHED]


def test_a_key_with_a_line_break_sends_nothing(stack: ExitStack) -> None:
    vendor = started(stack, accept_all)
    came = AfricasTalking(vendor.url, "plotihub", lambda: "a\nX-Other: b").send(outgoing(AMINA))
    assert came == [NOT_REACHED]
    assert vendor.posted == []


@pytest.mark.parametrize(("username", "key"), [("", KEY), ("plotihub", "")])
def test_without_an_account_it_refuses_and_says_what_to_set(
    stack: ExitStack, caplog: pytest.LogCaptureFixture, username: str, key: str
) -> None:
    vendor = started(stack, accept_all)
    came = AfricasTalking(vendor.url, username, lambda: key).send(outgoing(AMINA, BRIAN))
    assert came == [SendOutcome("refused", reason="no_api_key")] * 2
    assert vendor.posted == []
    assert "AFRICASTALKING_API_KEY" in caplog.text


def test_a_key_that_cannot_be_read_leaves_all_unsent(stack: ExitStack, caplog: pytest.LogCaptureFixture) -> None:
    def unreadable() -> str:
        raise Unavailable("The parameter /sms/key could not be read from Parameter Store.")

    vendor = started(stack, accept_all)
    came = AfricasTalking(vendor.url, "plotihub", unreadable).send(outgoing(AMINA))
    assert came == [SendOutcome("not_sent", reason="no_api_key")]
    assert vendor.posted == []
    assert "/sms/key" in str([vars(record) for record in caplog.records])
