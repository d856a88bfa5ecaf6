"""A task: work that takes longer than a request may."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

QUEUED, RUNNING, DONE, FAILED = STATUSES = ("queued", "running", "done", "failed")

# Each lane has workers of its own, so that long tasks hold up no short ones; its name is who is woken.
SHORT, HEAVY = LANES = ("tasks", "heavy_tasks")
QUEUES = {SHORT: "wake", HEAVY: "heavy"}  # that wake them
TURN_S = 10  # an organisation's next task is served as if it had been queued so much later than its last


@dataclass(frozen=True, slots=True)
class Task:
    """A task as it was when it was read or claimed.

    ``progress`` is {"done": n, "total": n or None}, ``cursor`` where the next set begins.
    ``problem`` is {"kinds", "detail", "facts"} of the error it failed by, the error's own name first.
    ``claim`` names the run that holds it, and ``clock`` is that run's; neither is told to anybody.
    """

    id: UUID
    organisation_id: UUID
    kind: str
    status: str
    input: dict[str, Any]
    progress: dict[str, int | None]
    cursor: str | None
    result: dict[str, Any] | None
    problem: dict[str, Any] | None
    attempts: int
    created_by: UUID | None
    created_at: dt.datetime
    finished_at: dt.datetime | None
    claim: UUID | None = None
    clock: Callable[[], dt.datetime] | None = field(default=None, repr=False, compare=False)
