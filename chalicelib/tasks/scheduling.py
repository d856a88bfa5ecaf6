"""Declaring what is done by the clock, by a woken worker, or as things get old: how a domain's jobs join.

@scheduled(billing_jobs, "late_fees", every=dt.timedelta(hours=1))
def late_fees(resources: Resources, slot: Slot) -> Iterator[Work]:
    ...
    yield Work(organisation.id, partial(queue, on=day), key=day.isoformat())
"""

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import wraps
from typing import Any, Protocol, TypeVar
from uuid import UUID

from chalice.app import Blueprint, CloudWatchEvent, Rate
from sqlalchemy import Connection

from chalicelib.runtime.resources import Resources, get_resources
from chalicelib.tasks import job_service
from chalicelib.tasks.job_model import FAILED, Outcome, Slot
from chalicelib.tasks.run_service import Job, JobStep, TimeLeft
from chalicelib.tasks.service import unlimited_time

__all__ = [
    "FunctionBlueprint",
    "JobStep",
    "RetentionJob",
    "Slot",
    "TimeLeft",
    "Worker",
    "iterate_pages",
    "retention_job",
    "scheduled",
    "time_left_of",
    "worker",
]

SPARE_MS = 30_000  # a set that was begun with this much left is done before Lambda ends the process

PAGE_SIZE = 100


class HasId(Protocol):
    @property
    def id(self) -> UUID: ...


Row = TypeVar("Row", bound=HasId)
Worker = Callable[[Resources, TimeLeft], int]
RetentionJob = Callable[[Connection, dt.datetime], int]

WORKERS: dict[str, Worker] = {}
RETENTION_JOBS: list[RetentionJob] = []


class FunctionBlueprint(Blueprint):
    """Functions that AWS calls as ``app.NAME``, so that the whole application is there when one begins.

    A blueprint of a module's own name has AWS load that module alone: a worker would know no tasks but
    those of its own domain, and nobody would have set up the log. app.py puts the functions in their place.
    """

    def __init__(self) -> None:
        super().__init__("app")


class JobFailed(Exception):
    """Some slot's run failed, as its row and the log tell; the function ends in error, so that it shows in its own."""


def scheduled(
    blueprint: FunctionBlueprint, name: str, *, every: dt.timedelta, catches_up: bool = True
) -> Callable[[Callable[[Resources, Slot], Iterator[JobStep]]], Any]:
    """Register the job ``name`` and its schedule; the function, of that name too, yields a slot's sets.

    Args:
        every: whole minutes; the function's slots begin at multiples of it since midnight UTC.
        catches_up: whether a missed slot is made up for; not where the next one does what it would have done.
    """

    def register(function: Callable[[Resources, Slot], Iterator[JobStep]]) -> Any:
        if function.__name__ != name:
            raise ValueError(f"the job {name!r} is a function of another name, {function.__name__!r}")
        job_service.register_job(Job(name, every, function, catches_up))

        @wraps(function)  # AWS calls it by the function's name, which Chalice takes from what it is given
        def handler(event: CloudWatchEvent) -> dict[str, int]:
            at = dt.datetime.fromisoformat(event.time)
            return _summarize(name, job_service.run_due_slots(get_resources(), name, at, time_left_of(event.context)))

        return blueprint.schedule(_schedule_rate(every), name=name)(handler)

    return register


def iterate_pages(resources: Resources, listed: Callable[..., Sequence[Row]]) -> Iterator[Row]:
    """Yield all that ``listed(db, after=…, limit=…)`` lists by id; no transaction is open while one is worked on."""
    after = None
    while True:
        with resources.reading() as db:
            found = listed(db, after=after, limit=PAGE_SIZE)
        yield from found
        if len(found) < PAGE_SIZE:
            return
        after = found[-1].id


def worker(name: str) -> Callable[[Worker], Worker]:
    """Register who is woken as ``name``: it works until nothing is left, or ``still`` is over, and tells how much.

    It is woken by ``wake_after_commit``, perhaps twice at once, and looks for itself by a schedule besides.
    """

    def register(work: Worker) -> Worker:
        if WORKERS.setdefault(name, work) is not work:
            raise ValueError(f"there is a worker {name!r} already")
        return work

    return register


def retention_job(sweep: RetentionJob) -> RetentionJob:
    """Register what forgets, once an hour, what is too old by the moment that it is given.

    It does one set, in the caller's transaction, and returns how many it forgot; it is called until that is 0.
    """
    RETENTION_JOBS.append(sweep)
    return sweep


def time_left_of(context: Any) -> TimeLeft:
    """Return what tells whether Lambda, whose context this is, leaves time for another set; without one always."""
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
