"""A task: work that takes longer than a request may."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypedDict
from uuid import UUID

QUEUED, RUNNING, DONE, FAILED = STATUSES = ("queued", "running", "done", "failed")

# Each lane has its own workers, so that long tasks do not delay short ones; its name is the worker's name.
SHORT, HEAVY = LANES = ("tasks", "heavy_tasks")
QUEUES = {SHORT: "wake", HEAVY: "heavy"}  # that wake those workers
TURN_S = 10  # spacing between the turns of an organisation's waiting tasks, in seconds


class TaskProblem(TypedDict):
    """Why a task failed, as stored; the web layer maps it to HTTP."""

    kinds: list[str]  # class names of the error, its own first, then up the tree
    detail: str
    facts: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Task:
    """A task as of when it was read or claimed.

    ``progress`` is {"done": n, "total": n or None}, ``cursor`` where the next step begins.
    ``claim`` identifies the run that claimed it, ``clock`` is that run's clock; neither is serialized.
    """

    id: UUID
    organisation_id: UUID
    kind: str
    status: str
    input: dict[str, Any]
    progress: dict[str, int | None]
    cursor: str | None
    result: dict[str, Any] | None
    problem: TaskProblem | None
    attempts: int
    created_by: UUID | None
    created_at: dt.datetime
    finished_at: dt.datetime | None
    claim: UUID | None = None
    clock: Callable[[], dt.datetime] | None = field(default=None, repr=False, compare=False)


class ClaimLost(Exception):
    """Another worker has claimed the task or slot: let it leave the transaction, which rolls the step back."""
