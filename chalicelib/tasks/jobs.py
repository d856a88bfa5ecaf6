"""Functions that run tasks, purge old rows, and wake, resume or manually run jobs."""

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
from chalicelib.tasks import job_runner, task_runner
from chalicelib.tasks.job_model import Outcome, Slot
from chalicelib.tasks.model import HEAVY, SHORT
from chalicelib.tasks.registry import REGISTRY, JobStep, RetentionJob, TimeLeft
from chalicelib.tasks.scheduled_jobs import FunctionBlueprint, time_left_of
from chalicelib.tasks.task_queue import purge_old_tasks

log = logging.getLogger("plotihub.tasks")
task_jobs = FunctionBlueprint()


@task_jobs.worker(SHORT)
def run_short_tasks(resources: Resources, time_left: TimeLeft) -> int:
    return task_runner.run_tasks(resources, time_left, lane=SHORT)


@task_jobs.worker(HEAVY)
def run_heavy_tasks(resources: Resources, time_left: TimeLeft) -> int:
    return task_runner.run_tasks(resources, time_left, lane=HEAVY)


@task_jobs.schedule(Rate(1, unit=Rate.MINUTES), name="work_tasks")
def work_tasks(event: CloudWatchEvent) -> dict[str, int]:
    """Resume jobs whose run was killed or failed, and run tasks whose wake-up was lost or whose worker was killed.

    Heavy tasks are left to the workers that it wakes; if none can be woken, it runs them itself after the others.
    """
    resources, time_left = get_resources(), time_left_of(event.context)
    resumed = len(job_runner.resume_runs(resources, time_left))
    worked = task_runner.run_tasks(resources, time_left, lane=SHORT)
    if not task_runner.wake_workers(resources, HEAVY):
        worked += task_runner.run_tasks(resources, time_left, lane=HEAVY)
    log.info("tasks.run.finished: tasks were run", extra={"count": worked, "resumed": resumed})
    return {"worked": worked, "resumed": resumed}


@task_jobs.on_sqs_message(queue_arn="${var.wake_queue_arn}", batch_size=10, name="wake_workers")
def wake_workers(event: SQSEvent) -> dict[str, list[dict[str, str]]]:
    """Run each worker named by the messages once; report the messages of failed workers for redelivery."""
    return _wake_named(event)


@task_jobs.on_sqs_message(queue_arn="${var.heavy_queue_arn}", batch_size=10, name="wake_heavy")
def wake_heavy(event: SQSEvent) -> dict[str, list[dict[str, str]]]:
    """Like ``wake_workers``, for slow work: it has its own queue and its own concurrency."""
    return _wake_named(event)


def _wake_named(event: SQSEvent) -> dict[str, list[dict[str, str]]]:
    named: dict[str, list[str]] = {}
    for record in event:
        named.setdefault(_parse_worker_name(record.body), []).append(record.to_dict()["messageId"])
    failed = [ids for worker, ids in named.items() if not _run_worker(worker, time_left_of(event.context))]
    return {"batchItemFailures": [{"itemIdentifier": each} for ids in failed for each in ids]}


@task_jobs.lambda_function(name="run_job")
def run_job(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Run a job by hand, for operators: {"name", "on": "2026-12-05", "time_zone"?}; return each slot's outcome.

    The tasks that it queues are run by the workers that they wake.
    """
    on, time_zone = dt.date.fromisoformat(event["on"]), event.get("time_zone", NAIROBI)
    outcomes = job_runner.run_job_by_hand(get_resources(), event["name"], on, time_zone, time_left_of(context))
    return {"slots": [_serialize_outcome(slot, outcome) for slot, outcome in outcomes]}


@task_jobs.scheduled("sweep_old", every=dt.timedelta(hours=1), catches_up=False)
def sweep_old(resources: Resources, slot: Slot) -> Iterator[JobStep]:
    """Purge rows past their retention; domains register theirs with ``retention_job``."""
    for purge in REGISTRY.retention_jobs:
        yield JobStep(None, partial(_run_retention_job, purge=purge, at=resources.clock.now()))


@task_jobs.retention_job
def purge_job_runs(db: Connection, at: dt.datetime) -> int:
    return job_runner.purge_old_runs(db, at)


@task_jobs.retention_job
def purge_tasks(db: Connection, at: dt.datetime) -> int:
    return purge_old_tasks(db, at)


def _run_retention_job(db: Connection, *, purge: RetentionJob, at: dt.datetime) -> int:
    return purge(db, at)


def _serialize_outcome(slot: Slot, outcome: Outcome | None) -> dict[str, Any]:
    if outcome is None:
        return {"slot": slot.key, "status": "left out"}
    return {**outcome._asdict(), "slot": slot.key}


def _parse_worker_name(body: str) -> str:
    """Return the worker named by a message; "" if it cannot be parsed."""
    try:
        worker = json.loads(body)["worker"]
    except (ValueError, KeyError, TypeError):
        return ""
    return worker if isinstance(worker, str) else ""


def _run_worker(name: str, time_left: TimeLeft) -> bool:
    """Run the worker; return whether it succeeded. A failure is logged, and the message is redelivered."""
    if name not in REGISTRY.workers:
        log.error("tasks.worker.unknown: no worker has the name in the message")  # not logged: it may contain anything
        return False
    try:
        done = REGISTRY.workers[name](get_resources(), time_left)
    except Exception:
        log.exception("tasks.worker.failed: a worker raised an exception", extra={"worker": name})
        return False
    log.info("tasks.worker.finished: a woken worker finished", extra={"worker": name, "count": done})
    return True
