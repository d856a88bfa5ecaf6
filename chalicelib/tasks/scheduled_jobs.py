"""Blueprints of functions: scheduled jobs, task handlers, workers and retention jobs of a room.

@billing_jobs.scheduled("late_fees", every=dt.timedelta(hours=1))
def late_fees(resources: Resources, slot: Slot) -> Iterator[JobStep]:
    ...
    yield JobStep(organisation.id, partial(queue, on=day), key=day.isoformat())
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any, Protocol, TypeVar
from uuid import UUID

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib.runtime.resources import Resources, get_resources
from chalicelib.tasks import job_runner
from chalicelib.tasks.job_model import FAILED, Outcome, Slot
from chalicelib.tasks.model import SHORT
from chalicelib.tasks.registry import Job, JobStep, RetentionJob, TaskHandler, TimeLeft, Worker
from chalicelib.tasks.task_runner import unlimited_time

SPARE_MS = 30_000  # a step begun with this much time left finishes before Lambda ends the process

PAGE_SIZE = 100


class HasId(Protocol):
    @property
    def id(self) -> UUID: ...


Row = TypeVar("Row", bound=HasId)


class FunctionBlueprint(Blueprint):
    """Functions that AWS calls as ``app.NAME``, so that the whole application is loaded first.

    With a blueprint named after its module, AWS would load that module alone: a worker would know only its own
    room's tasks, and logging would not be configured. app.py binds the functions to its own names, and registers
    what is collected here (``Registry.register``).
    """

    def __init__(self) -> None:
        super().__init__("app")
        self.task_handlers: dict[str, tuple[TaskHandler, str]] = {}
        self.jobs: list[Job] = []
        self.workers: dict[str, Worker] = {}
        self.retention_jobs: list[RetentionJob] = []

    def scheduled(
        self, name: str, *, every: dt.timedelta, catches_up: bool = True
    ) -> Callable[[Callable[[Resources, Slot], Iterator[JobStep]]], Any]:
        """Declare the job ``name`` and its schedule; the decorated function, of the same name, yields a slot's steps.

        Args:
            every: whole minutes; slots begin at multiples of it since midnight UTC.
            catches_up: whether missed slots are run later; False if the next slot covers them.
        """

        def declare(function: Callable[[Resources, Slot], Iterator[JobStep]]) -> Any:
            if function.__name__ != name:
                raise ValueError(f"the job {name!r} is a function of another name, {function.__name__!r}")
            self.jobs.append(Job(name, every, function, catches_up))

            @wraps(function)  # AWS calls it by the function's name, which Chalice derives from this argument
            def handler(event: CloudWatchEvent) -> dict[str, int]:
                at = dt.datetime.fromisoformat(event.time)
                outcomes = job_runner.run_due_slots(get_resources(), name, at, time_left_of(event.context))
                return _summarize(name, outcomes)

            return self.schedule(_schedule_rate(every), name=name)(handler)

        return declare

    def task_handler(self, kind: str, *, lane: str = SHORT) -> Callable[[TaskHandler], TaskHandler]:
        """Declare the function that runs tasks of ``kind`` and returns their result, of JSON types.

        Slow work on untrusted uploads belongs in the lane ``HEAVY``, so that it does not delay billing.

        The handler works in steps, each in its own ``transact``, resumes from ``task.cursor``, and calls
        ``save_progress`` within each step. A DomainError fails the task; after any other exception, or
        Unavailable, the task is retried once the claim has expired.
        """

        def declare(handler: TaskHandler) -> TaskHandler:
            self.task_handlers[kind] = (handler, lane)
            return handler

        return declare

    def worker(self, name: str) -> Callable[[Worker], Worker]:
        """Declare the worker ``name``: it runs until nothing or no time is left, and returns a count.

        It is woken by ``wake_after_commit``, possibly twice at once, and a schedule runs it as well.
        """

        def declare(work: Worker) -> Worker:
            self.workers[name] = work
            return work

        return declare

    def retention_job(self, purge: RetentionJob) -> RetentionJob:
        """Declare an hourly function that purges what is past its retention at the given instant.

        It purges one batch in the caller's transaction and returns the number of rows; it is called until that is 0.
        """
        self.retention_jobs.append(purge)
        return purge


class JobFailed(Exception):
    """A slot's run failed (see its row and the log); raised so that the function's error metric counts it."""


def iterate_pages(resources: Resources, listed: Callable[..., Sequence[Row]]) -> Iterator[Row]:
    """Yield all items of ``listed(db, after=…, limit=…)`` by id; no transaction is open while an item is processed."""
    after = None
    while True:
        with resources.reading() as db:
            found = listed(db, after=after, limit=PAGE_SIZE)
        yield from found
        if len(found) < PAGE_SIZE:
            return
        after = found[-1].id


def time_left_of(context: Any) -> TimeLeft:
    """Return a function that says whether the Lambda context leaves time for another step; always true without one."""
    if context is None:
        return unlimited_time
    return lambda: context.get_remaining_time_in_millis() > SPARE_MS


def _summarize(name: str, outcomes: list[Outcome]) -> dict[str, int]:
    failed = [outcome.slot.key for outcome in outcomes if outcome.status == FAILED]
    if failed:
        raise JobFailed(f"{name}: {', '.join(failed)}")
    sets, count = sum(each.sets for each in outcomes), sum(each.counted for each in outcomes)
    return {"slots": len(outcomes), "sets": sets, "count": count}


def _schedule_rate(every: dt.timedelta) -> Rate:
    for unit, long in ((Rate.DAYS, dt.timedelta(days=1)), (Rate.HOURS, dt.timedelta(hours=1))):
        if every % long == dt.timedelta():
            return Rate(every // long, unit=unit)
    return Rate(every // dt.timedelta(minutes=1), unit=Rate.MINUTES)
