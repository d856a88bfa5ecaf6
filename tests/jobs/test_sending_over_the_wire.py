"""The whole way by the real adapter of Africa's Talking, over a socket to a vendor that misbehaves.

What the vendor was asked is what its phones would have got.
"""

import datetime as dt
import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from chalicelib.clock import ManualClock
from chalicelib.delivery import dispatch_runner, recovery_runner, result_runner, sending_runner
from chalicelib.delivery.queue_payloads import VendorCallback as PostedToUs
from chalicelib.delivery.queue_payloads import serialize_callback
from chalicelib.gateways.africastalking import AfricasTalking
from chalicelib.runtime.resources import OutboundResources, Resources, using
from tests.gateways.vendor import Behaviour, Posted, Vendor, answer, silent
from tests.outbox import NOON, FakeQueues, Outbox, make_outbound_resources, new_phone, notice

pytestmark = pytest.mark.slow


@pytest.fixture
def queues() -> FakeQueues:
    return FakeQueues()


@pytest.fixture
def outbox(resources: Resources, clock: ManualClock, queues: FakeQueues) -> Iterator[Outbox]:
    clock.at = NOON
    with using(replace(resources, queues=queues)) as these:
        dispatch_runner.dispatch(these)  # what other tests left
        queues.pop("send")
        yield Outbox.found(these)


@pytest.fixture
def stack() -> Iterator[ExitStack]:
    with ExitStack() as open_things:
        yield open_things


def outbound(stack: ExitStack, outbox: Outbox, folder: Path, behave: Behaviour) -> tuple[OutboundResources, Vendor]:
    vendor = stack.enter_context(Vendor(behave).running())
    gateway = AfricasTalking(vendor.url, "plotihub", lambda: "atsk_secret", timeout_s=1)
    queues = outbox.resources.queues
    assert isinstance(queues, FakeQueues)
    return make_outbound_resources(folder, outbox.resources.clock, queues, africastalking=gateway), vendor


def came(vendor: Vendor) -> Counter[str]:
    """Return how many SMS the vendor took for each number."""
    return Counter(number for posted in vendor.posted for number in posted.form["to"].split(","))


def taking(refused: str = "") -> Behaviour:
    """Return a vendor that takes every number but one."""

    def behave(wire: socket.socket, posted: Posted) -> None:
        recipients = [
            {"number": number, "statusCode": 403, "status": "InvalidPhoneNumber", "messageId": "None", "cost": "0"}
            if number == refused
            else {
                "number": number, "statusCode": 101, "status": "Success", "messageId": f"ATX{number}",
                "cost": "KES 0.8000", "messageParts": 1,
            }
            for number in posted.form["to"].split(",")
        ]  # fmt: skip
        response = {"SMSMessageData": {"Message": "Sent", "Recipients": recipients}}
        wire.sendall(answer(201, json.dumps(response).encode()))

    return behave


def settle(outbox: Outbox, queues: FakeQueues) -> None:
    for body in queues.pop("results"):
        result_runner.handle_result(outbox.resources, body)


def test_a_batch_with_a_number_that_is_refused(
    outbox: Outbox, queues: FakeQueues, stack: ExitStack, tmp_path: Path
) -> None:
    bad = new_phone()
    outbox.texts(2)
    (refused,) = outbox.queue([notice(address=bad)])
    dispatch_runner.dispatch(outbox.resources)
    sender, vendor = outbound(stack, outbox, tmp_path, taking(refused=bad))
    (body,) = queues.pop("send")
    assert sending_runner.send_texts(sender, body)
    settle(outbox, queues)
    assert len(vendor.posted) == 1, "one text to three numbers is one call"
    assert outbox.statuses() == {"sent": 2, "failed": 1}
    assert outbox.message(refused).status == "failed"
    assert outbox.day() == (2, 160)


def test_a_vendor_that_says_nothing_after_it_took_the_text(
    outbox: Outbox, queues: FakeQueues, stack: ExitStack, tmp_path: Path, clock: ManualClock
) -> None:
    """One SMS, however often the queue brings it and the schedule comes; its report settles it."""
    (message_id,) = outbox.texts(1)
    dispatch_runner.dispatch(outbox.resources)
    sender, vendor = outbound(stack, outbox, tmp_path, silent)
    (body,) = queues.pop("send")
    for _ in range(3):
        assert sending_runner.send_texts(sender, body)
    settle(outbox, queues)
    message = outbox.message(message_id)
    assert (message.status, message.reason) == ("unknown", "no_answer")
    clock.at += dt.timedelta(hours=1)
    recovery_runner.requeue_lost_attempts(outbox.resources)
    dispatch_runner.dispatch(outbox.resources)
    assert queues.texts(outbox.id) == []

    form = {"id": f"ATX{message_id}", "status": "Success", "phoneNumber": str(message.address)}
    result_runner.handle_result(
        outbox.resources, serialize_callback(PostedToUs("report", "africastalking", form, clock.at))
    )
    clock.at += dt.timedelta(minutes=11)
    recovery_runner.match_reports_by_phone(outbox.resources)
    assert outbox.message(message_id).status == "delivered"
    assert came(vendor) == {message.address: 1}


def test_the_queue_brings_a_message_three_times_at_one_moment(
    outbox: Outbox, queues: FakeQueues, stack: ExitStack, tmp_path: Path
) -> None:
    outbox.queue([notice(f"Your meter reads {number}.") for number in range(12)])
    dispatch_runner.dispatch(outbox.resources)
    sender, vendor = outbound(stack, outbox, tmp_path, taking())
    bodies = queues.pop("send") * 3
    done: list[bool] = []
    threads = [
        threading.Thread(target=lambda body=body: done.append(sending_runner.send_texts(sender, body)))
        for body in bodies
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(done) == 3
    for body in bodies:  # those that were given back come again
        assert sending_runner.send_texts(sender, body)
    settle(outbox, queues)
    assert outbox.statuses() == {"sent": 12}
    assert Counter(came(vendor).values()) == {1: 12}
    assert outbox.day() == (12, 960)
