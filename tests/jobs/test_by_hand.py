"""What operators run by hand, and what is forgotten when it is old."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import func, select, update

from app import app
from chalicelib import organisations
from chalicelib.clock import ManualClock
from chalicelib.errors import NotFound
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage.engines import make_engine
from chalicelib.storage.tables.tasks import job_runs, tasks
from chalicelib.tasks.task_queue import RETENTION, queue_task
from local.runner import event_at
from tests.contexts import context
from tests.money import Money

run_job, sweep_old = app.handler_map["run_job"], app.handler_map["sweep_old"]


@pytest.fixture
def alone(fresh_database: str, resources: Resources, clock: ManualClock) -> Iterator[Resources]:
    """Parts on a database of their own, since jobs look at all organisations."""
    clock.at = dt.datetime(2026, 6, 2, 9, 30, tzinfo=dt.UTC)
    engine = make_engine(fresh_database)
    with using(replace(resources, writer=engine, reader=engine)) as these:
        yield these
    engine.dispose()


def by_hand(**event: Any) -> list[dict[str, Any]]:
    """Invoke the function as an operator does, and return what it says of each slot."""
    outcomes: list[dict[str, Any]] = run_job(event, None)["slots"]
    return outcomes


def test_a_day_is_run_by_hand_in_nairobi_or_where_it_is_asked_for(alone: Resources) -> None:
    Money.found(alone).do(organisations.change_organisation, None, {"bill_by_itself": True})
    outcomes = by_hand(name="bill_due", on="2026-06-02")
    assert [each["slot"] for each in outcomes][::23] == ["2026-06-01T21:00:00Z", "2026-06-02T20:00:00Z"]
    assert outcomes[0] == {
        "slot": "2026-06-01T21:00:00Z", "status": "done", "sets": 1, "passed_over": 0, "counted": 1, "problem": None,
    }  # fmt: skip
    assert sum(each["sets"] for each in outcomes) == 1
    assert by_hand(name="bill_due", on="2026-06-02", time_zone="UTC")[0]["slot"] == "2026-06-02T00:00:00Z"


@dataclass
class Context:
    left_ms: int = 20_000

    def get_remaining_time_in_millis(self) -> int:
        return self.left_ms


def test_what_there_is_no_time_for_is_left_out_and_told(alone: Resources) -> None:
    outcomes: list[dict[str, Any]] = run_job({"name": "bill_due", "on": "2026-06-02"}, Context())["slots"]
    assert {each["status"] for each in outcomes} == {"left out"}
    with alone.reading() as db:
        assert db.scalar(select(func.count()).select_from(job_runs)) == 0


def test_a_job_that_there_is_not_or_a_day_that_is_none_is_an_error(alone: Resources) -> None:
    with pytest.raises(NotFound, match="bill_due"):
        by_hand(name="lost", on="2026-06-02")
    with pytest.raises(ValueError, match="isoformat"):
        by_hand(name="bill_due", on="tomorrow")


def test_tasks_that_the_clock_queued_are_forgotten_after_ninety_days(alone: Resources, clock: ManualClock) -> None:
    organisation_id, member_id = uuid4(), uuid4()

    def leave(**values: Any) -> Any:
        def work(db: Any) -> Any:
            ctx = context(db, organisation_id, now=clock.now())
            task = queue_task(ctx, "test_old", {}, **{"created_by": None, **values})
            return task.id

        return alone.transact(work)

    def end(task_id: Any, status: str) -> None:
        ended = update(tasks).where(tasks.c.id == task_id).values(status=status, finished_at=clock.now())
        alone.transact(lambda db: db.execute(ended).close())

    done, failed, requested, waiting = leave(), leave(), leave(created_by=member_id), leave()
    for each, status in ((done, "done"), (failed, "failed"), (requested, "done")):
        end(each, status)
    clock.at += dt.timedelta(days=1)
    young = leave()
    end(young, "done")
    clock.at += RETENTION - dt.timedelta(hours=1)
    assert sweep_old(event_at(clock.at, "sweep_old"), None)["count"] == 2
    with alone.reading() as db:
        assert set(db.scalars(select(tasks.c.id))) == {requested, waiting, young}


def test_the_run_of_what_forgets_is_kept_as_any_other(alone: Resources, clock: ManualClock) -> None:
    assert sweep_old(event_at(clock.at, "sweep_old"), None) == {"slots": 1, "sets": 0, "count": 0}
    assert sweep_old(event_at(clock.at, "sweep_old"), None) == {"slots": 0, "sets": 0, "count": 0}
