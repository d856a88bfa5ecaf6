"""Whoever has work left for them is woken when it is there, and a queue that is down costs nobody their request."""

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Connection

from chalicelib.errors import Unavailable
from chalicelib.paging import PageRequest
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage.engines import make_engine, wake_after_commit
from chalicelib.tasks import task_runner
from chalicelib.tasks.jobs import wake_workers
from chalicelib.tasks.model import Task
from chalicelib.tasks.registry import TimeLeft
from chalicelib.tasks.task_queue import get_task, list_tasks, queue_task
from tests.contexts import context
from tests.registering import task_handler, worker

Event = dict[str, Any]


@dataclass
class Queue:
    """A queue that keeps what it was sent, or refuses, or is not there."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    dead: bool = False
    full: bool = False
    when: Callable[[], None] = lambda: None

    def send(self, queue: str, bodies: Sequence[str]) -> list[bool]:
        self.when()
        if self.dead:
            raise Unavailable("The queue does not answer.")
        self.sent += [(queue, body) for body in bodies if not self.full]
        return [not self.full] * len(bodies)


@task_handler("test_woken")
def _work(resources: Resources, task: Task) -> dict[str, Any]:
    return {}


@pytest.fixture
def alone(fresh_database: str, resources: Resources) -> Iterator[Resources]:
    """Parts on a database whose tasks are this test's only."""
    engine = make_engine(fresh_database)
    with using(replace(resources, writer=engine, reader=engine, queues=Queue())) as these:
        yield these
    engine.dispose()


def queue_of(resources: Resources) -> Queue:
    assert isinstance(resources.queues, Queue)
    return resources.queues


def leave(resources: Resources, count: int = 1) -> list[Task]:
    """Queue tasks in one transaction."""

    def work(db: Connection) -> list[Task]:
        return [
            queue_task(context(db, ORGANISATION, now=resources.clock.now()), "test_woken", {}, created_by=None)
            for _ in range(count)
        ]

    return resources.transact(work)


ORGANISATION = uuid4()
WAKE = ("wake", '{"worker": "tasks"}')


def test_a_worker_is_woken_once_for_all_that_a_transaction_left(alone: Resources) -> None:
    leave(alone, 3)
    assert queue_of(alone).sent == [WAKE]


def test_nobody_is_woken_before_the_commit_nor_without_one(alone: Resources) -> None:
    seen: list[int] = []

    def look() -> None:
        with alone.reading() as db:
            seen.append(len(list_tasks(context(db, ORGANISATION), PageRequest()).items))

    queue_of(alone).when = look
    leave(alone)
    assert seen == [1], "the task is there when its worker is woken"

    def leave_and_fail(db: Connection) -> None:
        queue_task(context(db, ORGANISATION, now=alone.clock.now()), "test_woken", {}, created_by=None)
        raise KeyError("after it was queued")

    with pytest.raises(KeyError):
        alone.transact(leave_and_fail)
    assert (queue_of(alone).sent, seen) == ([WAKE], [1])


def test_a_try_that_deadlocked_wakes_nobody(alone: Resources) -> None:
    with alone.writing() as db:
        wake_after_commit(db, "tasks")
        db.rollback()  # as the transaction of the victim
        assert queue_of(alone).sent == []


def test_what_leaves_no_work_wakes_nobody(alone: Resources) -> None:
    with alone.writing() as db:
        list_tasks(context(db, ORGANISATION), PageRequest())
    assert queue_of(alone).sent == []


@pytest.mark.parametrize("broken", [{"dead": True}, {"full": True}])
def test_a_queue_that_is_down_fails_nobody_and_the_task_is_worked_by_the_clock(
    alone: Resources, broken: dict[str, bool], caplog: pytest.LogCaptureFixture
) -> None:
    resources = replace(alone, queues=Queue(**broken))  # type: ignore[arg-type]  # its flags by name
    [task] = leave(resources)
    assert [record.getMessage() for record in caplog.records] == [
        "tasks.worker.wake_failed: a worker could not be woken"
    ]
    assert task_runner.run_tasks(resources) == 1
    with resources.reading() as db:
        assert get_task(context(db, ORGANISATION), task.id).status == "done"


def batch(*bodies: str) -> Event:
    """Return the event in which SQS hands messages over; they are named 0, 1, 2 ..."""
    records = [{"messageId": str(place), "body": body, "receiptHandle": "-"} for place, body in enumerate(bodies)]
    return {"Records": records}


def failed(answer: dict[str, list[dict[str, str]]]) -> list[str]:
    return [each["itemIdentifier"] for each in answer["batchItemFailures"]]


def test_who_is_woken_works_what_is_there(alone: Resources) -> None:
    tasks = leave(alone, 2)
    [(_, body)] = queue_of(alone).sent
    assert failed(wake_workers(batch(body), None)) == []
    with alone.reading() as db:
        assert {get_task(context(db, ORGANISATION), task.id).status for task in tasks} == {"done"}
    assert failed(wake_workers(batch(body), None)) == [], "woken for nothing"


calls: list[str] = []
failing = set[str]()


def _register(name: str) -> None:
    @worker(name)
    def work(_resources: Resources, _still: TimeLeft) -> int:
        calls.append(name)
        if name in failing:
            raise KeyError("lost")
        return 1


_register("test_one")
_register("test_other")


@pytest.fixture(autouse=True)
def fresh() -> None:
    calls.clear()
    failing.clear()


def wake(worker: str) -> str:
    return json.dumps({"worker": worker})


def test_a_batch_wakes_each_worker_once(alone: Resources) -> None:
    one, other = wake("test_one"), wake("test_other")
    assert failed(wake_workers(batch(one, other, one, one), None)) == []
    assert sorted(calls) == ["test_one", "test_other"]


def test_a_worker_that_fails_is_given_its_messages_again_and_no_other_is(
    alone: Resources, caplog: pytest.LogCaptureFixture
) -> None:
    failing.add("test_one")
    assert failed(wake_workers(batch(wake("test_one"), wake("test_other"), wake("test_one")), None)) == ["0", "2"]
    assert sorted(calls) == ["test_one", "test_other"]
    assert "tasks.worker.failed: a worker raised an exception" in [record.getMessage() for record in caplog.records]


@pytest.mark.parametrize("body", ["", "no JSON", "[]", "7", "{}", '{"worker": 7}', '{"worker": "+254712345678"}'])
def test_a_message_that_wakes_nobody_is_failed_and_what_it_says_is_not_logged(
    alone: Resources, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    assert failed(wake_workers(batch(wake("test_one"), body), None)) == ["1"]
    assert calls == ["test_one"]
    assert "tasks.worker.unknown: no worker has the name in the message" in [
        record.getMessage() for record in caplog.records
    ]
    assert "+254712345678" not in str([vars(record) for record in caplog.records])


@dataclass
class Context:
    """What Lambda tells of the time that is left, less each time."""

    left_ms: list[int]

    def get_remaining_time_in_millis(self) -> int:
        return self.left_ms.pop(0)


def test_a_worker_stops_while_there_is_time_to_finish_and_the_rest_is_left(alone: Resources) -> None:
    tasks = leave(alone, 3)
    assert failed(wake_workers(batch(wake("tasks")), Context([200_000, 31_000, 30_000]))) == []
    with alone.reading() as db:
        statuses = sorted(get_task(context(db, ORGANISATION), task.id).status for task in tasks)
    assert statuses == ["done", "done", "queued"]


def test_one_name_is_one_worker() -> None:
    with pytest.raises(ValueError):
        worker("tasks")(lambda _resources, _still: 0)
