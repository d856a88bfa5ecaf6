"""Queues over the wire."""

import json
import uuid
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from chalicelib.errors import Unavailable
from chalicelib.gateways.aws_client import AwsClient
from chalicelib.gateways.sqs import SqsQueues
from tests.gateways.vendor import Behaviour, Vendor, answering, hang_up, in_turn, relaying, silent

pytestmark = pytest.mark.slow

JSON = "application/x-amz-json-1.0"


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as open_things:
        yield open_things


@pytest.fixture
def url(aws: str) -> str:
    """A queue of the emulator's."""
    import boto3

    queue_url: str = boto3.client("sqs").create_queue(QueueName=f"send-{uuid.uuid4().hex[:8]}")["QueueUrl"]
    return queue_url


def waiting(url: str) -> list[str]:
    """Take all bodies off the queue."""
    import boto3

    sqs, bodies = boto3.client("sqs"), []
    while got := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        bodies += [message["Body"] for message in got]
    return bodies


def test_more_than_ten_go_in_several_batches_and_in_their_order(url: str) -> None:
    bodies = [json.dumps({"place": place, "text": "Habari – é"}) for place in range(23)]
    assert SqsQueues({"send": url}).send("send", bodies) == [True] * 23
    assert waiting(url) == bodies


def test_large_bodies_go_by_what_one_call_takes(url: str) -> None:
    bodies = [letter * 150_000 for letter in "abc"]
    assert SqsQueues({"send": url}).send("send", bodies) == [True] * 3
    assert waiting(url) == bodies


def test_a_body_that_no_queue_takes_is_the_caller_s_fault(url: str) -> None:
    with pytest.raises(ValueError):
        SqsQueues({"send": url}).send("send", ["é" * 100_001])


def test_nothing_to_send_asks_nobody(account: pytest.MonkeyPatch) -> None:
    assert SqsQueues({"send": "http://127.0.0.1:1/1/send"}).send("send", []) == []


def test_a_queue_that_nobody_set_is_not_there(account: pytest.MonkeyPatch) -> None:
    queues = SqsQueues({"wake": ""})
    for name in ("wake", "send"):
        with pytest.raises(Unavailable, match=name):
            queues.send(name, ["{}"])


def test_a_queue_that_is_not_there_says_so(aws: str) -> None:
    with pytest.raises(Unavailable):
        SqsQueues({"send": f"{aws}/123456789012/nowhere"}).send("send", ["{}"])


@pytest.mark.parametrize(("behave", "tries"), [(silent, 2), (hang_up, 2), (answering(500, b"{}", JSON), 1)])
def test_a_queue_that_does_not_answer_says_so(
    stack: ExitStack, account: pytest.MonkeyPatch, behave: Behaviour, tries: int
) -> None:
    wire = stack.enter_context(Vendor(behave).running())
    account.setenv("AWS_ENDPOINT_URL", wire.url)
    with pytest.raises(Unavailable):
        SqsQueues({"send": f"{wire.url}/1/send"}, AwsClient("sqs", 1, 1)).send("send", ["{}"])
    assert len(wire.posted) == tries


def test_a_connection_that_had_died_costs_nothing(
    stack: ExitStack, account: pytest.MonkeyPatch, aws: str, url: str
) -> None:
    wire = stack.enter_context(Vendor(in_turn(hang_up, relaying(aws))).running())
    account.setenv("AWS_ENDPOINT_URL", wire.url)
    assert SqsQueues({"send": url}).send("send", ["{}"] * 3) == [True] * 3
    assert waiting(url) == ["{}"] * 3


def test_what_the_queue_left_out_of_a_batch_is_told(stack: ExitStack, account: pytest.MonkeyPatch) -> None:
    entry: dict[str, Any] = {"MessageId": "m", "MD5OfMessageBody": "99914b932bd37a50b983c5e7c90ae93b"}  # of {}
    response = {
        "Successful": [{"Id": "2", **entry}, {"Id": "0", **entry}],
        "Failed": [{"Id": "1", "Code": "InternalError", "SenderFault": False}],
    }
    wire = stack.enter_context(Vendor(answering(200, json.dumps(response).encode(), JSON)).running())
    account.setenv("AWS_ENDPOINT_URL", wire.url)
    assert SqsQueues({"send": f"{wire.url}/1/send"}).send("send", ["{}"] * 3) == [True, False, True]


def test_what_went_before_the_queue_fell_silent_is_told_as_taken(
    stack: ExitStack, account: pytest.MonkeyPatch, aws: str, url: str
) -> None:
    wire = stack.enter_context(Vendor(in_turn(relaying(aws), hang_up)).running())
    account.setenv("AWS_ENDPOINT_URL", wire.url)
    accepted = SqsQueues({"send": url}).send("send", ["{}"] * 25)
    assert accepted == [True] * 10 + [False] * 15
    assert len(wire.posted) == 3  # who does not answer is not asked for the rest
