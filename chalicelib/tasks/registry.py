"""What this process can run: task handlers, jobs, workers and retention jobs. app.py fills it from the blueprints.

A worker whose registry is incomplete would leave tasks to others for ever, so nothing is registered as a side
effect of an import.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, Protocol, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.runtime.resources import Resources
from chalicelib.tasks.job_model import Slot
from chalicelib.tasks.model import SHORT, Task

T = TypeVar("T")
TimeLeft = Callable[[], bool]
TaskHandler = Callable[[Resources, Task], dict[str, Any]]
Worker = Callable[[Resources, TimeLeft], int]
RetentionJob = Callable[[Connection, dt.datetime], int]


class JobStep(NamedTuple):
    """One step: ``work`` in one transaction with the claim of (job, ``key``, ``scope_id``); returns a count.

    ``scope_id`` is usually an organisation's id. Without one nothing is claimed: ``work`` must be idempotent
    and is repeated, each time in its own transaction, until it returns 0.
    ``key`` begins with a day, as in 2026-12-05, from which its purge date follows; the default is the slot's key.
    """

    scope_id: UUID | None
    work: Callable[[Connection], int]
    key: str = ""


class Job(NamedTuple):
    """``steps`` yields the steps of a slot. If ``catches_up`` is False, the next slot covers a missed one.

    ``steps`` is called again when a run is resumed: it may yield steps already done, in any order.
    """

    name: str
    every: dt.timedelta
    steps: Callable[[Resources, Slot], Iterator[JobStep]]
    catches_up: bool = True


class Registered(Protocol):
    """What a blueprint of functions has collected."""

    task_handlers: dict[str, tuple[TaskHandler, str]]
    jobs: list[Job]
    workers: dict[str, Worker]
    retention_jobs: list[RetentionJob]


class Registry:
    """Handlers by the kind of task, jobs and workers by name, and retention jobs."""

    def __init__(self) -> None:
        self.task_handlers: dict[str, TaskHandler] = {}
        self.jobs: dict[str, Job] = {}
        self.workers: dict[str, Worker] = {}
        self.retention_jobs: list[RetentionJob] = []
        self._lanes: dict[str, str] = {}

    def register(self, found: Registered) -> None:
        """Add all that a blueprint has collected.

        Raises:
            ValueError: a name is already registered.
        """
        for kind, (handler, lane) in found.task_handlers.items():
            self.add_task_handler(kind, handler, lane=lane)
        for job in found.jobs:
            self.add_job(job)
        for name, worker in found.workers.items():
            self.add_worker(name, worker)
        self.retention_jobs += [each for each in found.retention_jobs if each not in self.retention_jobs]

    def add_task_handler(self, kind: str, handler: TaskHandler, *, lane: str = SHORT) -> None:
        _add(self.task_handlers, kind, handler)
        self._lanes[kind] = lane

    def add_job(self, job: Job) -> None:
        _add(self.jobs, job.name, job)

    def add_worker(self, name: str, worker: Worker) -> None:
        _add(self.workers, name, worker)

    def task_kinds(self, lane: str | None = None) -> list[str]:
        """Return the kinds of tasks that this process has handlers for, in the lane, or in any."""
        return sorted(kind for kind, its_lane in self._lanes.items() if lane in (None, its_lane))

    def lane_of(self, kind: str) -> str:
        return self._lanes.get(kind, SHORT)

    def job_names(self) -> list[str]:
        return sorted(self.jobs)


def _add(known: dict[str, T], name: str, new: T) -> None:
    if known.setdefault(name, new) is not new:
        raise ValueError(f"there is another {name!r} already")


REGISTRY = Registry()
