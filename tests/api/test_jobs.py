"""Jobs over the Lambda handler: how they stand for everybody, and what they did for this organisation alone."""

import datetime as dt
import json
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

from app import app
from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources
from chalicelib.tasks import job_runner
from chalicelib.tasks.job_model import Slot
from chalicelib.tasks.registry import REGISTRY, Job, JobStep
from tests.api.client import Client

counts: dict[UUID, int] = {}


def _works(resources: Resources, slot: Slot) -> Iterator[JobStep]:
    for scope_id, count in counts.items():
        yield JobStep(scope_id, lambda _db, count=count: count)  # type: ignore[misc]  # the count of this turn


REGISTRY.add_job(Job("test_told", dt.timedelta(hours=1), _works))


def told(client: Client) -> dict[str, Any]:
    answer = client.get("/v1/jobs")
    assert answer.status == 200, answer.text
    assert answer.json["next_cursor"] is None
    [mine] = [each for each in answer.json["items"] if each["name"] == "test_told"]
    found: dict[str, Any] = mine
    return found


def test_every_job_of_the_application_is_told_by_name(owner: Client) -> None:
    names = [each["name"] for each in owner.get("/v1/jobs").json["items"]]
    assert names == sorted(names)
    assert {"bill_due", "sweep_old"} <= set(names)


def test_a_job_is_told_with_its_last_and_next_run_and_with_our_own_count(
    owner: Client, stranger: Client, resources: Resources, clock: ManualClock
) -> None:
    clock.at = dt.datetime(2031, 3, 5, 9, 40, tzinfo=dt.UTC)
    counts.clear()
    counts[UUID(owner.organisation_id)] = 7
    counts[UUID("00000000-0000-7000-8000-000000000001")] = 93_000
    [outcome] = job_runner.run_due_slots(resources, "test_told", clock.now())
    assert (outcome.status, outcome.sets, outcome.counted) == ("done", 2, 93_007)
    assert told(owner) == {
        "name": "test_told",
        "every_minutes": 60,
        "last_run": {
            "slot": "2031-03-05T09:00:00Z",
            "status": "done",
            "started_at": "2031-03-05T09:40:00Z",
            "finished_at": "2031-03-05T09:40:00Z",
        },
        "next_run_at": "2031-03-05T10:00:00Z",
        "last_worked_at": "2031-03-05T09:40:00Z",
        "last_count": 7,
    }
    others = told(stranger)
    assert (others["last_worked_at"], others["last_count"]) == (None, None)
    assert others["last_run"] == told(owner)["last_run"]
    assert "93000" not in json.dumps(stranger.get("/v1/jobs").json)
    assert {each["last_count"] for each in stranger.get("/v1/jobs").json["items"]} == {None}


def test_a_run_by_hand_of_a_day_to_come_is_not_the_last_one(
    owner: Client, resources: Resources, clock: ManualClock
) -> None:
    clock.at = dt.datetime(2031, 3, 6, 9, tzinfo=dt.UTC)
    counts.clear()
    job_runner.run_due_slots(resources, "test_told", clock.now())
    assert len(list(job_runner.run_job_by_hand(resources, "test_told", dt.date(2031, 12, 5), "Africa/Nairobi"))) == 24
    assert told(owner)["last_run"]["slot"] == "2031-03-06T09:00:00Z"


def test_a_caretaker_sees_no_jobs(owner: Client, join: Callable[[Client, str], Client]) -> None:
    assert join(owner, "caretaker").get("/v1/jobs").status == 403
    assert join(owner, "accountant").get("/v1/jobs").status == 200


def test_the_jobs_are_the_application_s() -> None:
    assert {"bill_due", "run_job", "sweep_old", "wake_workers", "work_tasks"} <= set(app.handler_map)
