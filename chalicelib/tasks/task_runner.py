"""Run tasks: work that takes longer than a request may.

A worker claims a task for ``CLAIM_S`` seconds. Its handler works in steps; each step is a transaction
that ends with ``save_progress``, which checks and extends the claim. When a worker is killed, another one
claims the task after the claim expires; a worker that was merely slow loses its current step, so no step
is done twice. There are two lanes, each with its own workers; within a lane the organisations are served
in turn.
"""

import datetime as dt
import json
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from chalicelib.errors import DomainError, Unavailable
from chalicelib.ids import new_id
from chalicelib.runtime.resources import Resources
from chalicelib.tasks import repository
from chalicelib.tasks.model import QUEUES, ClaimLost, Task, TaskProblem
from chalicelib.tasks.registry import REGISTRY
from chalicelib.tasks.task_queue import CLAIM_S

MAX_ATTEMPTS = 5

log = logging.getLogger("plotihub.tasks")


def unlimited_time() -> bool:
    return True


def run_tasks(resources: Resources, time_left: Callable[[], bool] = unlimited_time, *, lane: str | None = None) -> int:
    """Run tasks of one lane or both until none can be claimed or ``time_left`` is false; return how many ran."""
    worked = 0
    while time_left() and run_next_task(resources, lane=lane):
        worked += 1
    return worked


def wake_workers(resources: Resources, lane: str) -> bool:
    """Wake the lane's workers if a task is waiting; return whether one is and the wake-up was queued."""
    with resources.reading() as db:
        waits = bool(repository.list_claimable(db, REGISTRY.task_kinds(lane), resources.clock.now()))
    return waits and resources.wake([(QUEUES[lane], lane)])


def run_next_task(resources: Resources, *, lane: str | None = None) -> bool:
    """Claim and run the next task that is queued or whose claim has expired; return whether there was one."""
    task = resources.transact(lambda db: _claim(db, resources, lane))
    if task is None:
        return False
    if task.attempts > MAX_ATTEMPTS:
        _fail(resources, task, _internal_error())
        return True
    try:
        result = REGISTRY.task_handlers[task.kind](resources, task)
        _finish(resources, task, result=result)
    except ClaimLost:
        log.warning("tasks.task.claim_lost: another worker claimed the task", extra=_log_fields(task))
    except Unavailable as error:
        log.warning("tasks.task.unavailable: the task could not continue", extra=_log_fields(task))
        _retry_or_fail(resources, task, _serialize_problem(error))
    except DomainError as error:
        log.info("tasks.task.failed: the task failed", extra={**_log_fields(task), "problem": type(error).__name__})
        _fail(resources, task, _serialize_problem(error))
    except Exception:
        log.exception("tasks.task.error: the task raised an exception", extra=_log_fields(task))
        _retry_or_fail(resources, task, _internal_error())
    return True


def _claim(db: Connection, resources: Resources, lane: str | None) -> Task | None:
    now = resources.clock.now()
    until = now + dt.timedelta(seconds=CLAIM_S)
    # A kind without a handler here is left to a worker of the release that knows it.
    for organisation_id, task_id in repository.list_claimable(db, REGISTRY.task_kinds(lane), now):
        task = repository.claim_task(db, organisation_id, task_id, new_id(), now, until)
        if task is not None:
            return replace(task, clock=resources.clock.now)
    return None


def _retry_or_fail(resources: Resources, task: Task, problem: TaskProblem) -> None:
    """Leave the task until its claim expires, which spaces the attempts; fail it after the last one."""
    current = resources.transact(lambda db: repository.find_task(db, task.organisation_id, task.id))
    if current is not None and current.attempts >= MAX_ATTEMPTS:
        _fail(resources, task, problem)


def _fail(resources: Resources, task: Task, problem: TaskProblem) -> None:
    try:
        _finish(resources, task, problem=problem)
    except ClaimLost:
        log.warning("tasks.task.claim_lost: another worker claimed the task", extra=_log_fields(task))


def _finish(
    resources: Resources, task: Task, *, result: dict[str, Any] | None = None, problem: TaskProblem | None = None
) -> None:
    def work(db: Connection) -> bool:
        return repository.finish_task(
            db, task.organisation_id, task.id, task.claim, at=resources.clock.now(), result=result, problem=problem
        )

    if not resources.transact(work):
        raise ClaimLost(f"task {task.id}")


def _serialize_problem(error: DomainError) -> TaskProblem:
    kinds = [kind.__name__ for kind in type(error).__mro__ if issubclass(kind, DomainError)]
    facts = json.loads(json.dumps(error.facts, default=str))
    return {"kinds": kinds, "detail": error.detail, "facts": facts}


def _internal_error() -> TaskProblem:
    detail = "Something went wrong on our side, even after retries. Quote the task's id."
    return {"kinds": ["InternalError"], "detail": detail, "facts": {}}


def _log_fields(task: Task) -> dict[str, Any]:
    return {"task_id": str(task.id), "kind": task.kind, "attempts": task.attempts}
