"""The worker of tasks, what is forgotten when it is old, and how jobs are woken, taken over and run by hand."""

import datetime as dt
import json
import logging
from collections.abc import Iterator
from functools import partial
from typing import Any

from chalice.app import CloudWatchEvent, Rate, SQSEvent
from sqlalchemy import Connection

from chalicelib.clock import NAIROBI
from chalicelib.runtime.resources import Resources, get_resources
from chalicelib.tasks import job_service, service
from chalicelib.tasks.job_model import Outcome
from chalicelib.tasks.model import HEAVY, SHORT
from chalicelib.tasks.scheduling import (
    SWEEPS,
    WORKERS,
    Functions,
    Slot,
    Still,
    Sweep,
    Work,
    scheduled,
    still_of,
    sweeps,
    works,
)
from chalicelib.web import idempotency

log = logging.getLogger("plotihub.tasks")
task_jobs = Functions()


@works(SHORT)
def work(resources: Resources, still: Still) -> int:
    return service.work_all(resources, still, lane=SHORT)


@works(HEAVY)
def work_heavy(resources: Resources, still: Still) -> int:
    return service.work_all(resources, still, lane=HEAVY)


@task_jobs.schedule(Rate(1, unit=Rate.MINUTES), name="work_tasks")
def work_tasks(event: CloudWatchEvent) -> dict[str, int]:
    """Go on with jobs whose run died or failed, and work the tasks that nobody was woken for or whose worker died.

    The heavy ones are left to whom it wakes; where nobody can be woken it works them itself, when the others are done.
    """
    resources, still = get_resources(), still_of(event.context)
    resumed = len(job_service.resume(resources, still))
    worked = service.work_all(resources, still, lane=SHORT)
    if not service.wake_workers(resources, HEAVY):
        worked += service.work_all(resources, still, lane=HEAVY)
    log.info("tasks worked", extra={"count": worked, "resumed": resumed})
    return {"worked": worked, "resumed": resumed}


@task_jobs.on_sqs_message(queue_arn="${var.wake_queue_arn}", batch_size=10, name="wake_workers")
def wake_workers(event: SQSEvent) -> dict[str, list[dict[str, str]]]:
    """Let each worker that the messages name do what is there to do, once; give back those whose worker failed."""
    return _wake(event)


@task_jobs.on_sqs_message(queue_arn="${var.heavy_queue_arn}", batch_size=10, name="wake_heavy")
def wake_heavy(event: SQSEvent) -> dict[str, list[dict[str, str]]]:
    """Do as ``wake_workers``, for what may take long: from a queue of its own, and so many at once of its own."""
    return _wake(event)


def _wake(event: SQSEvent) -> dict[str, list[dict[str, str]]]:
    named: dict[str, list[str]] = {}
    for record in event:
        named.setdefault(_named(record.body), []).append(record.to_dict()["messageId"])
    failed = [ids for worker, ids in named.items() if not _works_off(worker, still_of(event.context))]
    return {"batchItemFailures": [{"itemIdentifier": each} for ids in failed for each in ids]}


@task_jobs.lambda_function(name="run_job")
def run_job(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Run a job by hand, for operators: {"name", "on": "2026-12-05", "time_zone"?}; tell what came of each slot.

    The tasks that it queues are worked by whom they wake.
    """
    on, time_zone = dt.date.fromisoformat(event["on"]), event.get("time_zone", NAIROBI)
    ran = job_service.run_job(get_resources(), event["name"], on, time_zone, still_of(context))
    return {"slots": [_told(slot, outcome) for slot, outcome in ran]}


@scheduled(task_jobs, "sweep_old", every=dt.timedelta(hours=1), catches_up=False)
def sweep_old(resources: Resources, slot: Slot) -> Iterator[Work]:
    """Forget what is too old to be kept; other domains join by ``sweeps``."""
    for sweep in SWEEPS:
        yield Work(None, partial(_sweep, sweep=sweep, at=resources.clock.now()))


@sweeps
def forget_answers(db: Connection, at: dt.datetime) -> int:
    return idempotency.forget_old(db, at)


@sweeps
def forget_runs(db: Connection, at: dt.datetime) -> int:
    return job_service.forget_old(db, at)


@sweeps
def forget_tasks(db: Connection, at: dt.datetime) -> int:
    return service.forget_old(db, at)


def _sweep(db: Connection, *, sweep: Sweep, at: dt.datetime) -> int:
    return sweep(db, at)


def _told(slot: Slot, outcome: Outcome | None) -> dict[str, Any]:
    if outcome is None:
        return {"slot": slot.key, "status": "left out"}
    return {**outcome._asdict(), "slot": slot.key}


def _named(body: str) -> str:
    """Return the worker that a message names; "" where it cannot be read."""
    try:
        worker = json.loads(body)["worker"]
    except (ValueError, KeyError, TypeError):
        return ""
    return worker if isinstance(worker, str) else ""


def _works_off(name: str, still: Still) -> bool:
    """Let the worker work; return whether it did, and tell why not: it is given the message again."""
    if name not in WORKERS:
        log.error("nobody works what a message woke")  # it may say anything
        return False
    try:
        done = WORKERS[name](get_resources(), still)
    except Exception:
        log.exception("a worker failed", extra={"worker": name})
        return False
    log.info("a worker was woken", extra={"worker": name, "count": done})
    return True
