"""Functions get what lies in their queue as Lambda gives it to them, and again what they could not work."""

import json
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from chalice import Chalice
from chalice.app import SQSEvent

from local import emulator, processes, queues
from local.queues import Consumer, consumers_of

pytestmark = pytest.mark.slow
VISIBLE_AGAIN_S = 1


@pytest.fixture(scope="module")
def sqs() -> Iterator[Any]:
    aws, child = emulator.start()
    client = emulator.client("sqs", aws.url)
    for queue in queues.QUEUES:  # the same, but that a test need not wait half a minute
        url = queues.queue_url(aws.url, queue)
        client.set_queue_attributes(QueueUrl=url, Attributes={"VisibilityTimeout": str(VISIBLE_AGAIN_S)})
    yield client
    processes.stop(child)


class SmallApp(Chalice):
    """A function of the send queue that keeps what it got, and fails what it is told to."""

    def __init__(self) -> None:
        super().__init__("small", configure_logs=False)
        self.got: list[str] = []
        self.records: list[dict[str, Any]] = []
        self.bad: set[str] = set()
        self.raising = False
        declared = self.on_sqs_message(queue_arn="${var.send_queue_arn}", batch_size=5, name="send_messages")
        declared(self.send_messages)

    def send_messages(self, event: SQSEvent) -> dict[str, Any]:
        if self.raising:
            raise KeyError("lost")
        failed = []
        for record in event:
            self.got.append(record.body)
            self.records.append(record.to_dict())
            if record.body in self.bad:
                failed.append({"itemIdentifier": record.to_dict()["messageId"]})
        return {"batchItemFailures": failed}


@pytest.fixture
def small() -> SmallApp:
    return SmallApp()


@pytest.fixture
def consumer(small: SmallApp, sqs: Any) -> Consumer:
    url = sqs.meta.endpoint_url
    (found,) = consumers_of(small, {queue: queues.queue_url(url, queue) for queue in queues.QUEUES}, sqs)
    return found


def put(consumer: Consumer, *bodies: str) -> None:
    for body in bodies:
        consumer.sqs.send_message(QueueUrl=consumer.url, MessageBody=body)


def left(consumer: Consumer, suffix: str = "") -> int:
    """Return how many messages are in the queue, seen or not."""
    return queues.length(consumer.sqs, consumer.url + suffix)


def test_the_event_is_what_lambda_makes(small: SmallApp, consumer: Consumer) -> None:
    assert (consumer.name, consumer.queue, consumer.batch_size) == ("send_messages", "send", 5)
    put(consumer, '{"kind": "x"}')
    assert consumer.work_once() == 1
    record = small.records[0]
    assert json.loads(record["body"]) == {"kind": "x"}
    assert record["eventSource"] == "aws:sqs"
    assert record["eventSourceARN"].endswith(":plotihub-send")
    assert record["attributes"]["ApproximateReceiveCount"] == "1"
    assert left(consumer) == 0


def test_a_batch_is_no_larger_than_declared(small: SmallApp, consumer: Consumer) -> None:
    put(consumer, *"abcdefg")
    assert consumer.work_once() == 5
    assert consumer.work_once() == 2
    assert sorted(small.got) == list("abcdefg")
    assert consumer.work_once() == 0


def test_what_failed_comes_again_and_its_neighbours_do_not(small: SmallApp, consumer: Consumer) -> None:
    small.bad = {"b"}
    put(consumer, "a", "b", "c")
    while len(small.got) < 3:
        consumer.work_once()
    assert left(consumer) == 1
    assert consumer.work_once() == 0  # not before its time
    small.bad = set()
    assert consumer.work_once(wait_s=VISIBLE_AGAIN_S + 1) == 1
    assert sorted(small.got) == ["a", "b", "b", "c"]
    assert left(consumer) == 0


def test_after_an_exception_all_of_it_comes_again(
    small: SmallApp, consumer: Consumer, caplog: pytest.LogCaptureFixture
) -> None:
    small.raising = True
    put(consumer, "a")
    assert consumer.work_once() == 1
    assert "local.queue.error: a function called by a queue raised an exception" in caplog.text
    small.raising = False
    assert consumer.work_once(wait_s=VISIBLE_AGAIN_S + 1) == 1
    assert small.got == ["a"]


def test_what_never_works_ends_among_the_dead(small: SmallApp, consumer: Consumer) -> None:
    small.bad = {"poison"}
    put(consumer, "poison")
    end = time.monotonic() + 30
    while left(consumer, "-dead") == 0:
        assert time.monotonic() < end
        consumer.work_once(wait_s=1)
    assert small.got == ["poison"] * queues.MAX_RECEIVES
    assert left(consumer) == 0


def test_it_works_until_it_is_told_to_end(small: SmallApp, consumer: Consumer) -> None:
    stopped = threading.Event()
    thread = threading.Thread(target=consumer.keep_working, args=(stopped,))
    thread.start()
    put(consumer, "a", "b")
    end = time.monotonic() + 10
    while len(small.got) < 2 and time.monotonic() < end:
        time.sleep(0.01)
    stopped.set()
    thread.join(10)
    assert not thread.is_alive()
    assert sorted(small.got) == ["a", "b"]


def test_a_queue_that_is_not_here_is_told_at_the_start(sqs: Any) -> None:
    app = Chalice("small", configure_logs=False)
    app.on_sqs_message(queue_arn="${var.other_queue_arn}", name="lost")(lambda event: None)
    with pytest.raises(ValueError, match="lost waits for a queue"):
        consumers_of(app, {"send": "http://127.0.0.1/x"}, sqs)
