"""Queue and run tasks: work that takes longer than a request may.

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
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.errors import DomainError, NotFound, Unavailable
from chalicelib.ids import new_id
from chalicelib.pages import Page, PageRequest
from chalicelib.runtime.context import Context
from chalicelib.runtime.resources import Resources
from chalicelib.tasks import repository
from chalicelib.tasks.model import QUEUED, QUEUES, SHORT, Task

CLAIM_S = 60
MAX_ATTEMPTS = 5
RETENTION = dt.timedelta(
    days=90
)  # of tasks queued by a schedule, not by a request; a job queues some for every organisation each day
PURGE_BATCH_SIZE = 500
TaskHandler = Callable[[Resources, Task], dict[str, Any]]

log = logging.getLogger("plotihub.tasks")
_handlers: dict[str, TaskHandler] = {}
_lanes: dict[str, str] = {}


class ClaimLost(Exception):
    """Another worker has claimed the task; this worker rolls back its step and stops."""


def task_handler(kind: str, *, lane: str = SHORT) -> Callable[[TaskHandler], TaskHandler]:
    """Register the function that runs tasks of ``kind`` and returns their result, of JSON types.

    Slow work on untrusted uploads belongs in the lane ``HEAVY``, so that it does not delay billing.

    The handler works in steps, each in its own ``transact``, resumes from ``task.cursor``, and calls
    ``save_progress`` within each step. A DomainError fails the task; after any other exception, or
    Unavailable, the task is retried once the claim has expired.
    """

    def register(handler: TaskHandler) -> TaskHandler:
        if _handlers.setdefault(kind, handler) is not handler:
            raise ValueError(f"tasks of the kind {kind!r} have a handler already")
        _lanes[kind] = lane
        return handler

    return register


def task_kinds(lane: str | None = None) -> list[str]:
    """Return the kinds of tasks that this process has handlers for, in the lane, or in any."""
    return sorted(kind for kind, its_lane in _lanes.items() if lane in (None, its_lane))


def queue_task(ctx: Context, kind: str, input: dict[str, Any], *, created_by: UUID | None) -> Task:
    """Queue a task in the caller's transaction; workers see it only after the commit."""
    task = Task(
        id=new_id(),
        organisation_id=ctx.organisation_id,
        kind=kind,
        status=QUEUED,
        input=input,
        progress={"done": 0, "total": None},
        cursor=None,
        result=None,
        problem=None,
        attempts=0,
        created_by=created_by,
        created_at=ctx.now,
        finished_at=None,
    )
    names = ("id", "kind", "status", "input", "progress", "attempts", "created_by", "created_at")
    lane = _lanes.get(kind, SHORT)
    values = {name: getattr(task, name) for name in names}
    repository.add_task(ctx.db, ctx.organisation_id, values, lane=lane, kinds={*task_kinds(lane), kind})
    return task


def get_task(ctx: Context, task_id: UUID) -> Task:
    found = repository.find_task(ctx.db, ctx.organisation_id, task_id)
    if found is None:
        raise NotFound("There is no such task.")
    return found


def list_tasks(
    ctx: Context, page_request: PageRequest, *, status: str | None = None, kind: str | None = None
) -> Page[Task]:
    """Return a page of tasks, newest first."""
    return repository.list_tasks(ctx.db, ctx.organisation_id, page_request, status=status, kind=kind)


def purge_old_tasks(db: Connection, at: dt.datetime) -> int:
    """Purge a batch of scheduled tasks that ended longer than ``RETENTION`` ago; return how many."""
    return repository.purge_tasks(db, at - RETENTION, PURGE_BATCH_SIZE)


def save_progress(
    db: Connection, task: Task, *, done: int, total: int | None = None, cursor: str | None = None
) -> None:
    """Store the task's progress in the step's own transaction and extend the claim by ``CLAIM_S``.

    Args:
        task: as passed to the handler.
        done, total: number of items done and in all; ``total`` is None while unknown.
        cursor: where the next step begins if another worker resumes the task.

    Raises:
        ClaimLost: another worker has claimed the task; let it leave the transaction, so that the step is rolled back.
    """
    values: dict[str, Any] = {
        "progress": {"done": done, "total": total},
        "cursor": cursor,
        "claimed_until": _get_clock(task)() + dt.timedelta(seconds=CLAIM_S),
    }
    if done > (task.progress["done"] or 0):
        values["attempts"] = 1  # progress resets the count: only attempts without progress are counted
    if not repository.advance_task(db, task.organisation_id, task.id, task.claim, **values):
        raise ClaimLost(f"task {task.id}")


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
        waits = bool(repository.list_claimable(db, task_kinds(lane), resources.clock.now()))
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
        result = _handlers[task.kind](resources, task)
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
    for organisation_id, task_id in repository.list_claimable(db, task_kinds(lane), now):
        task = repository.claim_task(db, organisation_id, task_id, new_id(), now, until)
        if task is not None:
            return replace(task, clock=resources.clock.now)
    return None


def _retry_or_fail(resources: Resources, task: Task, problem: dict[str, Any]) -> None:
    """Leave the task until its claim expires, which spaces the attempts; fail it after the last one."""
    stands = resources.transact(lambda db: repository.find_task(db, task.organisation_id, task.id))
    if stands is not None and stands.attempts >= MAX_ATTEMPTS:
        _fail(resources, task, problem)


def _fail(resources: Resources, task: Task, problem: dict[str, Any]) -> None:
    try:
        _finish(resources, task, problem=problem)
    except ClaimLost:
        log.warning("tasks.task.claim_lost: another worker claimed the task", extra=_log_fields(task))


def _finish(
    resources: Resources, task: Task, *, result: dict[str, Any] | None = None, problem: dict[str, Any] | None = None
) -> None:
    def work(db: Connection) -> bool:
        return repository.finish_task(
            db, task.organisation_id, task.id, task.claim, at=resources.clock.now(), result=result, problem=problem
        )

    if not resources.transact(work):
        raise ClaimLost(f"task {task.id}")


def _serialize_problem(error: DomainError) -> dict[str, Any]:
    """Return what is stored of an error: its class names up the tree; the web layer maps them to HTTP."""
    kinds = [kind.__name__ for kind in type(error).__mro__ if issubclass(kind, DomainError)]
    facts = json.loads(json.dumps(error.facts, default=str))
    return {"kinds": kinds, "detail": error.detail, "facts": facts}


def _internal_error() -> dict[str, Any]:
    detail = "Something went wrong on our side, even after retries. Quote the task's id."
    return {"kinds": ["InternalError"], "detail": detail, "facts": {}}


def _get_clock(task: Task) -> Callable[[], dt.datetime]:
    if task.clock is None:
        raise ValueError("only the task that its handler was given can be advanced")
    return task.clock


def _log_fields(task: Task) -> dict[str, Any]:
    return {"task_id": str(task.id), "kind": task.kind, "attempts": task.attempts}
