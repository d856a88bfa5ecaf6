"""Working tasks off: in the order they came, in sets that each commit, failing as a problem."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection

from chalicelib.clock import ManualClock
from chalicelib.errors import Conflict, NotFound, Unavailable
from chalicelib.ids import new_id
from chalicelib.paging import PageRequest
from chalicelib.runtime.resources import Resources
from chalicelib.storage.engines import make_engine
from chalicelib.tasks import task_runner
from chalicelib.tasks.model import Task
from chalicelib.tasks.registry import TaskHandler
from chalicelib.tasks.task_queue import (
    CLAIM_S,
    Progress,
    get_task,
    list_tasks,
    parse_progress,
    queue_task,
    save_progress,
)
from tests.contexts import context
from tests.registering import task_handler

ORGANISATION = uuid4()


class Script:
    """What the handler under test does, and what it saw."""

    def __init__(self) -> None:
        self.raises: list[BaseException] = []
        self.seen: list[Task] = []
        self.sets = 3
        self.work: TaskHandler = self.work_sets  # a test puts its own here

    def work_sets(self, resources: Resources, task: Task) -> dict[str, Any]:
        self.seen.append(task)
        for number in range(int(task.cursor or 0), self.sets):
            if self.raises:
                raise self.raises.pop(0)
            do_set(resources, task, number + 1, self.sets)
        return {"sets": self.sets}


def do_set(resources: Resources, task: Task, done: int, total: int | None = None) -> None:
    resources.transact(lambda db: save_progress(db, task, done=done, total=total, cursor=str(done)))


script = Script()


@task_handler("scripted")
def _scripted(resources: Resources, task: Task) -> dict[str, Any]:
    return script.work(resources, task)


@pytest.fixture(autouse=True)
def fresh_script() -> None:
    script.__init__()  # type: ignore[misc]  # made anew in place: the handler is registered once


@pytest.fixture
def alone(fresh_database: str, resources: Resources) -> Iterator[Resources]:
    """Parts on a database whose tasks are this test's only."""
    engine = make_engine(fresh_database)
    yield replace(resources, writer=engine, reader=engine)
    engine.dispose()


def queue(resources: Resources, kind: str = "scripted", **input: Any) -> Task:
    with resources.writing() as db:
        return queue_task(context(db, ORGANISATION, now=resources.clock.now()), kind, input, created_by=None)


def stands(resources: Resources, task: Task) -> Task:
    with resources.reading() as db:
        return get_task(context(db, ORGANISATION), task.id)


def test_tasks_are_worked_in_the_order_they_came_and_their_result_is_kept(alone: Resources, clock: ManualClock) -> None:
    first = queue(alone, period="2026-11")
    clock.at += dt.timedelta(seconds=1)
    second = queue(alone)
    assert stands(alone, first).status == "queued"
    assert task_runner.run_tasks(alone) == 2
    assert [task.id for task in script.seen] == [first.id, second.id]
    done = stands(alone, first)
    assert (done.status, done.result, done.problem) == ("done", {"sets": 3}, None)
    assert (done.input, done.progress, done.attempts) == ({"period": "2026-11"}, {"done": 3, "total": 3}, 1)
    assert done.finished_at == clock.now()
    assert not task_runner.run_next_task(alone)


def test_a_domain_error_fails_the_task_and_says_why(alone: Resources) -> None:
    script.raises = [Conflict("The month is closed.", period="2026-10", by=UUID(int=7))]
    task = queue(alone)
    assert task_runner.run_next_task(alone)
    failed = stands(alone, task)
    assert (failed.status, failed.result, failed.attempts) == ("failed", None, 1)
    assert failed.problem == {
        "kinds": ["Conflict", "DomainError"],
        "detail": "The month is closed.",
        "facts": {"period": "2026-10", "by": str(UUID(int=7))},
    }
    assert not task_runner.run_next_task(alone)


@pytest.mark.parametrize("error", [RuntimeError("a fault"), Unavailable("busy")])
def test_any_other_exception_is_tried_anew_from_the_cursor_when_the_claim_has_lapsed(
    alone: Resources, clock: ManualClock, error: Exception
) -> None:
    task = queue(alone)
    script.raises = [error]
    assert task_runner.run_next_task(alone)
    assert stands(alone, task).status == "running"
    clock.at += dt.timedelta(seconds=CLAIM_S - 1)
    assert not task_runner.run_next_task(alone), "the claim has not lapsed"
    clock.at += dt.timedelta(seconds=2)
    assert task_runner.run_tasks(alone) == 1
    assert (stands(alone, task).status, len(script.seen)) == ("done", 2)


def test_tries_that_bring_nothing_end_in_failure_without_telling_the_fault(
    alone: Resources, clock: ManualClock
) -> None:
    task = queue(alone)
    script.raises = [RuntimeError("secret") for _ in range(task_runner.MAX_ATTEMPTS)]
    for _ in range(task_runner.MAX_ATTEMPTS):
        assert task_runner.run_next_task(alone)
        clock.at += dt.timedelta(seconds=CLAIM_S + 1)
    failed = stands(alone, task)
    assert (failed.status, failed.attempts) == ("failed", task_runner.MAX_ATTEMPTS)
    assert failed.problem
    assert failed.problem["kinds"] == ["InternalError"]
    assert "secret" not in str(failed.problem)
    assert not task_runner.run_next_task(alone)


def test_a_worker_that_keeps_dying_ends_in_failure_too(alone: Resources, clock: ManualClock) -> None:
    class Killed(BaseException):
        """Ends the worker as SystemExit would, past every handler of errors."""

    task = queue(alone)
    for _ in range(task_runner.MAX_ATTEMPTS):
        script.raises = [Killed()]
        with pytest.raises(Killed):
            task_runner.run_next_task(alone)
        clock.at += dt.timedelta(seconds=CLAIM_S + 1)
    assert task_runner.run_next_task(alone)
    assert stands(alone, task).status == "failed"
    assert len(script.seen) == task_runner.MAX_ATTEMPTS


def test_a_task_that_gets_on_may_be_taken_up_more_often(alone: Resources, clock: ManualClock) -> None:
    script.sets = task_runner.MAX_ATTEMPTS + 2
    task = queue(alone)

    def one_set_a_run(resources: Resources, claimed: Task) -> dict[str, Any]:
        done = int(claimed.cursor or 0) + 1
        do_set(resources, claimed, done)
        if done < script.sets:
            raise RuntimeError("out of time")
        return {"sets": done}

    script.work = one_set_a_run
    for _ in range(script.sets):
        assert task_runner.run_next_task(alone)
        clock.at += dt.timedelta(seconds=CLAIM_S + 1)
    assert stands(alone, task).status == "done"


def test_a_slow_worker_s_set_is_undone_when_another_has_taken_over(alone: Resources, clock: ManualClock) -> None:
    task, other = queue(alone), []

    def be_overtaken(resources: Resources, claimed: Task) -> dict[str, Any]:
        script.work = script.work_sets  # the second worker is quick
        clock.at += dt.timedelta(seconds=CLAIM_S + 1)
        assert task_runner.run_next_task(resources)

        def late_set(db: Connection) -> None:
            other.append(queue_task(context(db, ORGANISATION, now=clock.now()), "late", {}, created_by=None))
            save_progress(db, claimed, done=1, cursor="1")

        resources.transact(late_set)
        return {"sets": 0}

    script.work = be_overtaken
    assert task_runner.run_next_task(alone)
    done = stands(alone, task)
    assert (done.status, done.result, done.attempts) == ("done", {"sets": 3}, 1)
    with alone.reading() as db, pytest.raises(NotFound):
        get_task(context(db, ORGANISATION), other[0].id)


def test_an_advance_prolongs_the_claim(alone: Resources, clock: ManualClock) -> None:
    def slow(resources: Resources, claimed: Task) -> dict[str, Any]:
        for done in range(1, 4):
            clock.at += dt.timedelta(seconds=CLAIM_S - 10)
            do_set(resources, claimed, done)
            assert not task_runner.run_next_task(resources)
        return {}

    script.work = slow
    task = queue(alone)
    assert task_runner.run_next_task(alone)
    assert (stands(alone, task).status, stands(alone, task).progress) == ("done", {"done": 3, "total": None})


def test_a_task_is_there_only_when_its_transaction_commits(alone: Resources) -> None:
    def queue_and_fail(db: Connection) -> None:
        queue_task(context(db, ORGANISATION, now=alone.clock.now()), "scripted", {}, created_by=None)
        raise RuntimeError("after it was queued")

    with pytest.raises(RuntimeError):
        alone.transact(queue_and_fail)
    assert not task_runner.run_next_task(alone)


def test_a_kind_that_this_release_does_not_know_is_left_alone(alone: Resources) -> None:
    task = queue(alone, "from_the_future")
    assert not task_runner.run_next_task(alone)
    assert stands(alone, task).status == "queued"


def test_one_kind_has_one_handler() -> None:
    with pytest.raises(ValueError):
        task_handler("scripted")(lambda resources, task: {})


def test_only_a_claimed_task_can_be_advanced(alone: Resources) -> None:
    task = queue(alone)
    with alone.writing() as db, pytest.raises(ValueError):
        save_progress(db, stands(alone, task), done=1)


def test_another_organisation_s_task_is_not_found_and_not_listed(alone: Resources) -> None:
    task, stranger = queue(alone), new_id()
    with alone.reading() as db:
        with pytest.raises(NotFound):
            get_task(context(db, stranger), task.id)
        assert list_tasks(context(db, stranger), PageRequest()).items == []
        assert [each.id for each in list_tasks(context(db, ORGANISATION), PageRequest(), status="queued").items] == [
            task.id
        ]
        assert list_tasks(context(db, ORGANISATION), PageRequest(), kind="other").items == []


def test_a_task_of_sets_keeps_in_its_cursor_where_it_is_and_what_it_made(resources: Resources) -> None:
    new, last = queue(resources, "nobody's"), uuid4()
    assert parse_progress(new) == Progress(None, 0, 0)
    done = Progress(last, 500, 7)
    assert done.cursor == f"{last.hex}:7"
    assert parse_progress(replace(new, progress={"done": 500, "total": None}, cursor=done.cursor)) == done
    assert Progress(None, 500, 7).cursor is None
