"""Tasks over the Lambda handler: queued, worked by the schedule's function, told with what came of them."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from app import app
from chalicelib.clock import ManualClock
from chalicelib.errors import Conflict, Unavailable
from chalicelib.ids import new_id
from chalicelib.runtime.resources import Resources, using
from chalicelib.tasks.jobs import work_tasks
from chalicelib.tasks.model import Task
from chalicelib.tasks.task_queue import queue_task, save_progress
from tests.api.client import Client
from tests.contexts import context
from tests.registering import task_handler


@task_handler("test_counts")
def _count(resources: Resources, task: Task) -> dict[str, Any]:
    resources.transact(lambda db: save_progress(db, task, done=task.input["to"], total=task.input["to"]))
    return {"counted": task.input["to"]}


@task_handler("test_refuses")
def _refuse(resources: Resources, task: Task) -> dict[str, Any]:
    raise Conflict("The month is closed.", period="2026-10")


def queue(resources: Resources, client: Client, kind: str, **input: Any) -> str:
    with resources.writing() as db:
        organisation_id = UUID(client.organisation_id)
        return str(queue_task(context(db, organisation_id, now=resources.clock.now()), kind, input, created_by=None).id)


def tick() -> dict[str, int]:
    """Call the schedule's function as EventBridge does."""
    event = {
        "version": "0", "account": "", "region": "", "detail": {}, "detail-type": "Scheduled Event",
        "source": "aws.events", "time": "2026-11-20T09:00:00Z", "id": "1", "resources": [],
    }  # fmt: skip
    told: dict[str, int] = work_tasks(event, None)
    return told


def test_a_task_is_told_from_queued_to_done(owner: Client, resources: Resources, clock: ManualClock) -> None:
    path = f"/v1/tasks/{queue(resources, owner, 'test_counts', to=3)}"
    queued = owner.get(path)
    assert (queued.status, queued.json["status"]) == (200, "queued")
    assert queued.json["progress"] == {"done": 0, "total": None}
    assert tick()["worked"] >= 1
    done = owner.get(path)
    assert done.json["status"] == "done"
    assert done.json["progress"] == {"done": 3, "total": 3}
    assert done.json["result"] == {"counted": 3}
    assert done.json["problem"] is None
    assert done.json["finished_at"] == clock.now().isoformat().replace("+00:00", "Z")
    assert done.etag != queued.etag
    assert "claim" not in done.json


def test_a_failed_task_tells_the_problem_that_a_request_would_have_answered(
    owner: Client, resources: Resources
) -> None:
    task_id = queue(resources, owner, "test_refuses")
    tick()
    told = owner.get(f"/v1/tasks/{task_id}").json
    assert (told["status"], told["result"]) == ("failed", None)
    assert told["problem"] == {
        "type": "urn:plotihub:problem:conflict",
        "title": "Conflict",
        "status": 409,
        "detail": "The month is closed.",
        "period": "2026-10",
    }


def test_tasks_are_listed_newest_first_and_by_status_and_kind(owner: Client, resources: Resources) -> None:
    first = queue(resources, owner, "test_counts", to=1)
    tick()
    second = queue(resources, owner, "test_refuses")

    def listed(query: str) -> list[str]:
        return [each["id"] for each in owner.get(f"/v1/tasks{query}").json["items"]]

    assert listed("") == [second, first]
    assert listed("?status=done") == [first]
    assert listed("?kind=test_refuses") == [second]
    assert owner.get("/v1/tasks?status=lost").status == 422


def test_another_organisation_s_task_is_not_found(owner: Client, stranger: Client, resources: Resources) -> None:
    task_id = queue(resources, owner, "test_counts", to=1)
    assert stranger.get(f"/v1/tasks/{task_id}").status == 404
    assert stranger.get("/v1/tasks").json["items"] == []
    assert owner.get(f"/v1/tasks/{new_id()}").status == 404


class DeadQueue:
    """SQS as it is when it does not answer."""

    def send(self, queue: str, bodies: Sequence[str]) -> list[bool]:
        raise Unavailable("The queue does not answer.")


def test_a_queue_that_does_not_answer_costs_nobody_their_request(owner: Client, resources: Resources) -> None:
    with using(replace(resources, queues=DeadQueue())):
        queued = owner.post("/v1/bill-runs", {"period": resources.clock.now().strftime("%Y-%m")})
        assert queued.status == 202, queued.text
        tick()
    assert owner.get(f"/v1/tasks/{queued.json['id']}").json["status"] == "done"


def test_a_caretaker_sees_no_tasks(owner: Client, join: Callable[[Client, str], Client]) -> None:
    caretaker = join(owner, "caretaker")
    assert caretaker.get("/v1/tasks").status == 403
    assert join(owner, "accountant").get("/v1/tasks").status == 200


def test_the_schedule_is_the_application_s() -> None:
    assert "work_tasks" in {handler.split(".")[-1] for handler in app.handler_map}, json.dumps(list(app.handler_map))
