"""The schedule that queues each organisation's reminders, hour by hour, and days by hand."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest

from chalicelib.clock import ManualClock
from chalicelib.organisations import repository
from chalicelib.reminders import jobs, promises
from chalicelib.reminders.model import NewPromise
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage.engines import make_engine
from chalicelib.tasks import job_runner
from chalicelib.tasks import task_runner as tasks
from chalicelib.tasks.model import Task
from chalicelib.tasks.task_queue import list_tasks
from local.runner import event_at
from tests.money import ALL
from tests.service.reminders.estate import Estate

DUE = dt.date(2026, 12, 5)
DAY = dt.timedelta(days=1)


@pytest.fixture
def own(fresh_database: str, resources: Resources, clock: ManualClock) -> Iterator[Estate]:
    """An estate that reminds, on a database of its own, since the schedule takes whoever there is."""
    engine = make_engine(fresh_database)
    made = Estate.found(replace(resources, writer=engine, reader=engine, clock=clock), DUE)
    assert isinstance(made, Estate)
    made.at_day(DUE - 10 * DAY)
    made.policy()
    yield made
    engine.dispose()


def fire(estate: Estate) -> int:
    """Fire the schedule at the hour of the clock, work what it queued, and return how many tasks that were."""
    with using(estate.resources):
        queued: int = jobs.rent_reminders(event_at(estate.resources.clock.now(), "rent_reminders"), None)["count"]
    assert tasks.run_tasks(estate.resources) == queued
    return queued


def ran(estate: Estate) -> list[Task]:
    return estate.do(list_tasks, ALL).items


def test_each_day_is_worked_once_from_its_hour_on(own: Estate) -> None:
    own.owing(DUE)
    worked = []
    for hour in range(3, 24):
        own.at_day(DUE, hour)
        worked += [hour] * fire(own)
        worked += [hour] * fire(own)
    assert worked == [9]
    assert [task.input for task in ran(own)] == [{"on": "2026-12-05"}]
    assert [step for _, step in own.said()] == ["due"]


def test_an_hour_and_a_day_that_were_missed_are_made_up_for(own: Estate) -> None:
    own.owing(DUE)
    own.at_day(DUE, 22)  # nothing ran at nine
    assert fire(own) == 1
    own.at_day(DUE + 8 * DAY)  # nothing ran for a week: after_5 was three days ago
    assert fire(own) == 1
    assert [step for _, step in own.said()] == ["due", "after_5"]


def test_a_day_begins_in_the_organisation_s_own_time_zone(own: Estate) -> None:
    own.do(repository.update_organisation, None, {"time_zone": "Pacific/Auckland"})
    own.resources.clock.at = dt.datetime(2026, 12, 4, 20, 30, tzinfo=dt.UTC)  # type: ignore[attr-defined]  # 9.30 on the 5th
    own.today = DUE
    own.owing(DUE)
    assert fire(own) == 1
    assert [step for _, step in own.said()] == ["due"]


def test_who_has_no_policy_is_left_alone_but_for_their_promises(own: Estate) -> None:
    lease_id, _ = own.owing(DUE)
    own.policy(enabled=False)
    own.at_day(DUE)
    assert fire(own) == 0
    said = NewPromise(lease_id, 100_00, DUE)
    promise = own.do(promises.add_promise, said, **own.at())
    own.at_day(DUE, 11)
    assert fire(own) == 1
    own.at_day(DUE + DAY)
    assert fire(own) == 1
    assert own.do(promises.get_promise, promise.id).status == "broken"
    own.at_day(DUE + 2 * DAY)
    assert fire(own) == 0
    assert own.messages() == []


def by_hand(estate: Estate, on: dt.date) -> int:
    outcomes = list(job_runner.run_job_by_hand(estate.resources, "rent_reminders", on, "Africa/Nairobi"))
    tasks.run_tasks(estate.resources)
    return sum(outcome.counted for _, outcome in outcomes if outcome)


def test_a_day_to_come_is_run_by_hand_once_and_a_past_one_reminds_as_of_now(own: Estate) -> None:
    own.owing(DUE)
    own.at_day(DUE - 4 * DAY)
    assert by_hand(own, DUE) == 1
    assert [step for _, step in own.said()] == ["due"]
    own.at_day(DUE)
    assert fire(own) == 0, "its day was run by hand"
    own.at_day(DUE + 5 * DAY)
    assert by_hand(own, DUE + DAY) == 1
    assert [step for _, step in own.said()] == ["due", "after_5"]
    assert fire(own) == 0
