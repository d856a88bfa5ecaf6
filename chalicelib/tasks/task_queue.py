"""The queue of tasks: work that takes longer than a request may.

A task is queued in the transaction that wants it. Its handler stores its progress in the transaction of each step.
"""

import datetime as dt
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.errors import NotFound
from chalicelib.ids import new_id
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context
from chalicelib.tasks import repository
from chalicelib.tasks.model import QUEUED, ClaimLost, Task
from chalicelib.tasks.registry import REGISTRY

CLAIM_S = 60
# Of tasks queued by a schedule, not by a request; a job queues some for every organisation each day.
RETENTION = dt.timedelta(days=90)
PURGE_BATCH_SIZE = 500


class Progress(NamedTuple):
    """How far a task has come that works through ids in sets: the last id, how many it has seen, and what it made.

    ``seen`` is stored as the number done, the rest in the cursor.
    """

    after: UUID | None
    seen: int
    made: int

    @property
    def cursor(self) -> str | None:
        return f"{self.after.hex}:{self.made}" if self.after else None


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
    lane = REGISTRY.lane_of(kind)
    values = {name: getattr(task, name) for name in names}
    repository.add_task(ctx.db, ctx.organisation_id, values, lane=lane, kinds={*REGISTRY.task_kinds(lane), kind})
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


def parse_progress(task: Task) -> Progress:
    """Return the progress that a task of sets has stored; a new one stands at the beginning."""
    if not task.cursor:
        return Progress(None, 0, 0)
    after, made = task.cursor.split(":")
    return Progress(UUID(after), task.progress["done"] or 0, int(made))


def _get_clock(task: Task) -> Callable[[], dt.datetime]:
    if task.clock is None:
        raise ValueError("only the task that its handler was given can be advanced")
    return task.clock
