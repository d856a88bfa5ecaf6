"""The functions of sending as AWS calls them: part of a batch is given back, and the schedule makes up for the rest."""

import datetime as dt
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app import app
from chalicelib.clock import ManualClock
from chalicelib.delivery import tracking
from chalicelib.delivery.queue_payloads import VendorCallback, serialize_callback
from chalicelib.errors import Unavailable
from chalicelib.runtime.ports import OutgoingText, SendOutcome
from chalicelib.runtime.resources import Resources, using, using_outbound
from chalicelib.storage.engines import make_engine
from chalicelib.tasks import job_runner
from chalicelib.tasks.scheduled_jobs import JobFailed
from local.runner import event_at
from tests.contexts import context
from tests.outbox import NOON, FakePhones, FakeQueues, Outbox, make_outbound_resources, new_phone, notice

MINUTE = dt.timedelta(minutes=1)
Given = dict[str, list[dict[str, str]]]


class Context:
    def __init__(self, left_ms: int) -> None:
        self.left_ms = left_ms

    def get_remaining_time_in_millis(self) -> int:
        return self.left_ms


def called(function: str, bodies: list[str], left_ms: int = 60_000) -> list[int]:
    """Call the function with a batch and return the places of those that it gives back."""
    records = [
        {"messageId": f"m{place}", "body": body, "eventSource": "aws:sqs", "receiptHandle": "r", "attributes": {}}
        for place, body in enumerate(bodies)
    ]
    answer: Given = app.handler_map[function]({"Records": records}, Context(left_ms))
    return [int(each["itemIdentifier"][1:]) for each in answer["batchItemFailures"]]


@pytest.fixture
def queues() -> FakeQueues:
    return FakeQueues()


@pytest.fixture
def alone(fresh_database: str, resources: Resources, clock: ManualClock, queues: FakeQueues) -> Iterator[Resources]:
    """Parts on a database whose messages are this test's only."""
    clock.at = NOON
    engine = make_engine(fresh_database)
    with using(replace(resources, writer=engine, reader=engine, queues=queues)) as these:
        yield these
    engine.dispose()


@pytest.fixture
def phones(alone: Resources, queues: FakeQueues, tmp_path: Path) -> Iterator[FakePhones]:
    gateway = FakePhones()
    with using_outbound(make_outbound_resources(tmp_path, alone.clock, queues, africastalking=gateway)):
        yield gateway


@pytest.fixture
def outbox(alone: Resources) -> Outbox:
    return Outbox.found(alone)


def test_what_is_queued_wakes_the_dispatcher_and_goes_all_the_way(
    outbox: Outbox, queues: FakeQueues, phones: FakePhones
) -> None:
    ids = outbox.texts(3)
    wakes = queues.pop("wake")
    assert [json.loads(body) for body in wakes] == [{"worker": "messages"}]
    assert called("wake_workers", wakes) == []
    assert called("send_messages", queues.pop("send")) == []
    assert called("take_results", queues.pop("results")) == []
    assert outbox.statuses() == {"sent": 3}
    form = {"id": str(outbox.message(ids[0]).provider_reference), "status": "Success"}
    assert called("take_results", [serialize_callback(VendorCallback("report", "africastalking", form, NOON))]) == []
    assert outbox.message(ids[0]).status == "delivered"
    assert sorted(phones.came.values()) == [1, 1, 1]


def test_one_number_of_a_batch_that_is_refused_fails_alone(
    outbox: Outbox, queues: FakeQueues, phones: FakePhones
) -> None:
    bad = new_phone()

    def answers(text: OutgoingText) -> SendOutcome:
        if text.to == bad:
            return SendOutcome("refused", permanent=True, reason="InvalidPhoneNumber")
        return phones.usual(text)

    phones.answers = answers
    outbox.texts(2)
    (refused,) = outbox.queue([notice(address=bad)])
    called("wake_workers", queues.pop("wake"))
    (body,) = queues.pop("send")
    assert called("send_messages", [body]) == []
    assert called("take_results", queues.pop("results")) == []
    assert outbox.statuses() == {"sent": 2, "failed": 1}
    assert outbox.message(refused).reason == "InvalidPhoneNumber"
    assert outbox.day() == (2, 160)


def test_of_a_batch_only_those_are_given_back_that_were_not_worked(
    outbox: Outbox, queues: FakeQueues, phones: FakePhones
) -> None:
    outbox.texts(25)
    called("wake_workers", queues.pop("wake"))
    bodies = queues.pop("send")
    assert called("send_messages", [bodies[0], "no JSON", bodies[1], ""]) == [1, 3]
    assert called("take_results", [*queues.pop("results"), "{}", "none"]) == [2, 3]
    assert outbox.statuses() == {"sent": 25}


def test_a_sender_whose_time_is_up_gives_back_what_it_has_not_begun(
    outbox: Outbox, queues: FakeQueues, phones: FakePhones
) -> None:
    outbox.texts(1)
    called("wake_workers", queues.pop("wake"))
    assert called("send_messages", queues.kept["send"], left_ms=29_000) == [0]
    assert phones.calls == []


def test_the_schedule_sends_what_nobody_was_woken_for_and_counts_it_for_its_organisation(
    alone: Resources, outbox: Outbox, queues: FakeQueues, clock: ManualClock
) -> None:
    outbox.texts(2)
    queues.pop("wake")
    app.handler_map["dispatch_messages"](event_at(clock.at, "dispatch_messages"), None)
    assert len(queues.texts(outbox.id)) == 2
    with alone.reading() as db:
        states = {each.name: each for each in job_runner.list_jobs(context(db, outbox.id, now=clock.at))}
        theirs = {each.name: each for each in job_runner.list_jobs(context(db, UUID(int=9), now=clock.at))}
    mine = states["dispatch_messages"]
    assert mine.last_run is not None
    assert (mine.every_minutes, mine.last_run.status, mine.last_count) == (5, "done", 2)
    assert theirs["dispatch_messages"].last_count is None
    clock.at += 5 * MINUTE
    app.handler_map["dispatch_messages"](event_at(clock.at, "dispatch_messages"), None)
    assert len(queues.texts(outbox.id)) == 2


def test_the_schedule_makes_up_for_a_queue_that_was_silent_and_gives_up_after_a_day(
    outbox: Outbox, queues: FakeQueues, clock: ManualClock, phones: FakePhones
) -> None:
    outbox.texts(1)
    queues.pop("wake")
    queues.silent = True
    with pytest.raises(JobFailed):
        app.handler_map["dispatch_messages"](event_at(clock.at, "dispatch_messages"), None)
    queues.silent = False
    clock.at += 5 * MINUTE
    app.handler_map["dispatch_messages"](event_at(clock.at, "dispatch_messages"), None)
    assert len(queues.texts(outbox.id)) == 1
    queues.pop("send")  # and the queue loses it
    clock.at += dt.timedelta(days=1)
    app.handler_map["dispatch_messages"](event_at(clock.at, "dispatch_messages"), None)
    assert outbox.statuses() == {"unknown": 1}
    assert queues.texts(outbox.id) == []


def test_a_queue_that_lay_still_over_the_evening_sends_nothing_in_the_night_but_in_the_morning(
    outbox: Outbox, queues: FakeQueues, clock: ManualClock, phones: FakePhones
) -> None:
    clock.at = NOON + dt.timedelta(hours=7, minutes=50)  # 19:50
    (message_id,) = outbox.texts(1)
    called("wake_workers", queues.pop("wake"))
    clock.at += dt.timedelta(hours=2)
    assert called("send_messages", queues.pop("send")) == []
    assert called("take_results", queues.pop("results")) == []
    for _ in range(3):
        clock.at += 5 * MINUTE
        app.handler_map["dispatch_messages"](event_at(clock.at, "dispatch_messages"), None)
    waits = outbox.message(message_id)
    assert (waits.status, waits.send_after_at) == ("queued", dt.datetime(2026, 12, 8, 5, tzinfo=dt.UTC))
    assert phones.came == {}
    clock.at = waits.send_after_at
    app.handler_map["dispatch_messages"](event_at(clock.at, "dispatch_messages"), None)
    again = outbox.message(message_id)
    assert (again.attempt, again.gateway) == (2, "africastalking"), "nothing was wrong with it"


def test_what_goes_wrong_is_told_without_a_number_or_a_text(
    outbox: Outbox, queues: FakeQueues, caplog: pytest.LogCaptureFixture
) -> None:
    def taker(db: Any, incoming: Any) -> str:
        raise ValueError(f"{incoming.phone} said {incoming.text}")

    caplog.set_level(logging.DEBUG)
    tracking.INCOMING_SMS_HANDLERS.append(taker)
    try:
        form = {"id": "in-1", "from": "+254711222333", "text": "Wanjiru's tap drips"}
        assert called(
            "take_results",
            [serialize_callback(VendorCallback("incoming", "africastalking", form, NOON)), "254711222333"],
        ) == [0, 1]
    finally:
        tracking.INCOMING_SMS_HANDLERS.remove(taker)
    logged = caplog.text + "".join(json.dumps(vars(record), default=str) for record in caplog.records)
    assert "ValueError" in logged
    assert "254711222333" not in logged
    assert "Wanjiru" not in logged


def test_a_database_that_is_gone_gives_every_result_back(
    outbox: Outbox, queues: FakeQueues, alone: Resources, tmp_path: Path
) -> None:
    gone = make_engine(f"sqlite:///{tmp_path / 'no' / 'such' / 'folder.sqlite3'}")
    form = {"id": "in-1", "status": "Success"}
    body = serialize_callback(VendorCallback("report", "africastalking", form, NOON))
    with using(replace(alone, writer=gone, reader=gone)):
        assert called("take_results", [body, body]) == [0, 1]
        assert called("wake_workers", ['{"worker": "messages"}']) == [0]
    with pytest.raises(Unavailable), replace(alone, writer=gone).writing():
        pass
