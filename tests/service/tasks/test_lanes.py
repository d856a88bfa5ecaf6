"""Two lanes of tasks, each with its own workers, and turns of the organisations within a lane."""

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID, uuid4

import pytest

from chalicelib.clock import ManualClock
from chalicelib.errors import Unavailable
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage.engines import make_engine
from chalicelib.tasks import jobs, task_runner
from chalicelib.tasks.model import HEAVY, SHORT, TURN_S, Task
from chalicelib.tasks.task_queue import queue_task
from tests.contexts import context
from tests.queries import counted
from tests.registering import task_handler

ONE, OTHER, THIRD = uuid4(), uuid4(), uuid4()
worked: list[Task] = []


@task_handler("test_short")
def _short(resources: Resources, task: Task) -> dict[str, Any]:
    worked.append(task)
    return {}


@task_handler("test_heavy", lane=HEAVY)
def _heavy(resources: Resources, task: Task) -> dict[str, Any]:
    worked.append(task)
    return {}


@dataclass
class Queue:
    """A queue that keeps what it was sent, but for the names that are down."""

    sent: list[tuple[str, str]] = field(default_factory=list)
    down: tuple[str, ...] = ()

    def send(self, queue: str, bodies: Sequence[str]) -> list[bool]:
        if queue in self.down:
            raise Unavailable("The queue does not answer.")
        self.sent += [(queue, body) for body in bodies]
        return [True] * len(bodies)


@pytest.fixture
def alone(fresh_database: str, resources: Resources) -> Iterator[Resources]:
    """Parts on a database whose tasks are this test's only."""
    worked.clear()
    engine = make_engine(fresh_database)
    with using(replace(resources, writer=engine, reader=engine, queues=Queue())) as these:
        yield these
    engine.dispose()


def queue(resources: Resources, organisation_id: UUID, kind: str = "test_heavy", count: int = 1) -> None:
    with resources.writing() as db:
        for _ in range(count):
            queue_task(context(db, organisation_id, now=resources.clock.now()), kind, {}, created_by=None)


def order() -> list[UUID]:
    return [task.organisation_id for task in worked]


def test_a_lane_is_worked_without_the_other(alone: Resources) -> None:
    queue(alone, ONE, "test_heavy", 3)
    queue(alone, OTHER, "test_short")
    assert task_runner.run_tasks(alone, lane=SHORT) == 1
    assert order() == [OTHER]
    assert task_runner.run_tasks(alone, lane=HEAVY) == 3


def test_each_lane_has_its_own_queue(alone: Resources) -> None:
    queue(alone, ONE, "test_heavy", 2)
    queue(alone, ONE, "test_short")
    assert isinstance(alone.queues, Queue)
    assert alone.queues.sent == [("heavy", '{"worker": "heavy_tasks"}'), ("wake", '{"worker": "tasks"}')]


def test_an_organisations_ten_go_not_before_anothers_first(alone: Resources, clock: ManualClock) -> None:
    queue(alone, ONE, count=10)
    clock.at += dt.timedelta(seconds=1)
    queue(alone, OTHER, count=2)
    queue(alone, THIRD)
    task_runner.run_tasks(alone)
    assert order() == [ONE, OTHER, THIRD, ONE, OTHER, *[ONE] * 8]


def test_who_queues_one_after_another_does_not_put_off_others_for_ever(alone: Resources, clock: ManualClock) -> None:
    queue(alone, ONE, count=3)
    for _ in range(3):  # the other's next is there before its last is done with
        clock.at += dt.timedelta(seconds=TURN_S)
        queue(alone, OTHER)
        task_runner.run_next_task(alone)
        task_runner.run_next_task(alone)
    assert order() == [ONE, ONE, OTHER, ONE, OTHER, OTHER]


def test_the_lanes_of_one_organisation_do_not_wait_for_each_other(alone: Resources, clock: ManualClock) -> None:
    queue(alone, ONE, "test_heavy", 10)
    queue(alone, ONE, "test_short")
    queue(alone, OTHER, "test_short")
    task_runner.run_tasks(alone, lane=SHORT)
    assert order() == [ONE, OTHER]


def test_a_task_is_queued_by_one_statement(alone: Resources) -> None:
    with counted(alone.writer) as statements:
        queue(alone, ONE)
    assert len(statements) == 1


TICK = {
    "version": "0", "account": "", "region": "", "detail": {}, "detail-type": "Scheduled Event",
    "source": "aws.events", "time": "2026-11-20T09:00:00Z", "id": "1", "resources": [],
}  # fmt: skip


@pytest.mark.parametrize(("down", "done"), [((), 1), (("heavy",), 3)])
def test_the_clock_wakes_the_heavy_lane_and_works_it_itself_only_where_nobody_can_be_woken(
    alone: Resources, down: tuple[str, ...], done: int
) -> None:
    queue(alone, ONE, "test_heavy", 2)
    queue(alone, OTHER, "test_short")
    queues = Queue(down=down)
    with using(replace(alone, queues=queues)):
        told: dict[str, int] = jobs.work_tasks(TICK, None)
    assert told["worked"] == done
    assert queues.sent == ([] if down else [("heavy", '{"worker": "heavy_tasks"}')])
    assert order()[0] == OTHER, "the short ones first"
