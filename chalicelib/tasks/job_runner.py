"""Scheduled jobs: the list of jobs, the slots that are due, and their state."""

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from chalicelib.errors import NotFound
from chalicelib.runtime.context import Context
from chalicelib.runtime.resources import Resources
from chalicelib.tasks import job_repository as repository
from chalicelib.tasks import slots
from chalicelib.tasks.job_model import JobRun, JobState, Outcome, Slot
from chalicelib.tasks.registry import REGISTRY, Job, TimeLeft
from chalicelib.tasks.slot_runner import run_slot
from chalicelib.tasks.task_runner import unlimited_time

CATCH_UP_WINDOW = dt.timedelta(days=3)  # slots missed for longer are not caught up

RETENTION = dt.timedelta(days=90)
PURGE_BATCH_SIZE = 500


def run_due_slots(
    resources: Resources, name: str, at: dt.datetime, time_left: TimeLeft = unlimited_time
) -> list[Outcome]:
    """Run the missed and failed slots that are due and then the slot at ``at``; return the outcomes.

    Slots that another run has claimed or done are left out. It stops early when ``time_left`` returns false.
    """
    job, outcomes = _job(name), []
    for start in _list_due_starts(resources, job, slots.slot_start(at, job.every)):
        if not time_left():
            break
        outcomes.append(run_slot(resources, job, _slot(job, start), time_left))
    return [outcome for outcome in outcomes if outcome is not None]


def resume_runs(resources: Resources, time_left: TimeLeft = unlimited_time) -> list[Outcome]:
    """Resume runs whose claim has expired and retry failed ones; return the outcomes."""
    now = resources.clock.now()
    names = [job.name for job in REGISTRY.jobs.values() if job.catches_up]
    with resources.reading() as db:
        due = repository.list_due_runs(db, names, slots.slot_key(now - CATCH_UP_WINDOW), now)
    outcomes = []
    for each in due:
        if not time_left():
            break
        job = REGISTRY.jobs[each.job]
        outcomes.append(run_slot(resources, job, _slot(job, slots.parse_slot_key(each.slot)), time_left))
    return [outcome for outcome in outcomes if outcome is not None]


def run_job_by_hand(
    resources: Resources, name: str, on: dt.date, time_zone: str, time_left: TimeLeft = unlimited_time
) -> Iterator[tuple[Slot, Outcome | None]]:
    """Run every slot of the job that begins on the day ``on`` in ``time_zone``, future ones included.

    Yields each slot's outcome; None if another run has claimed it or time is up. A slot that was done
    is run again, but its finished steps are not repeated.

    Raises:
        NotFound: there is no such job; the error lists the jobs.
    """
    job = _job(name)
    midnight, next_midnight = (
        dt.datetime.combine(day, dt.time(), ZoneInfo(time_zone)) for day in (on, on + dt.timedelta(days=1))
    )
    for start in slots.list_slot_starts(midnight, next_midnight, job.every):
        slot = _slot(job, start)
        yield slot, run_slot(resources, job, slot, time_left, by_hand=True) if time_left() else None


def list_jobs(ctx: Context) -> list[JobState]:
    """Return the state of every job and its last step for this organisation, by name."""
    runs = repository.last_runs(ctx.db, list(REGISTRY.jobs), slots.slot_key(ctx.now))
    worked = repository.last_worked(ctx.db, ctx.organisation_id, list(REGISTRY.jobs))
    return [
        JobState(
            name=name,
            every_minutes=job.every // dt.timedelta(minutes=1),
            last_run=runs.get(name),
            next_run_at=slots.slot_start(ctx.now, job.every) + job.every,
            last_worked_at=worked[name].at if name in worked else None,
            last_count=worked[name].counted if name in worked else None,
        )
        for name, job in sorted(REGISTRY.jobs.items())
    ]


def purge_old_runs(db: Connection, at: dt.datetime) -> int:
    """Purge a batch of slots and runs older than ``RETENTION`` at ``at``; return how many, 0 when none is left."""
    before = (at - RETENTION).date().isoformat()
    return repository.purge_slots(db, before, PURGE_BATCH_SIZE) or repository.purge_runs(db, before, PURGE_BATCH_SIZE)


def _job(name: str) -> Job:
    if name not in REGISTRY.jobs:
        raise NotFound(
            f"There is no job {name!r}; there are: {', '.join(REGISTRY.job_names())}.", jobs=REGISTRY.job_names()
        )
    return REGISTRY.jobs[name]


def _slot(job: Job, start: dt.datetime) -> Slot:
    return Slot(job.name, start, slots.slot_key(start))


def _list_due_starts(resources: Resources, job: Job, start: dt.datetime) -> list[dt.datetime]:
    """Return the slots to run, oldest first: those without a run since the first recorded slot, and those due.

    Reads from the local replica: if it lags, a slot too many is listed, and claiming it fails.
    """
    if not job.catches_up:
        return [start]
    since = start - CATCH_UP_WINDOW
    with resources.reading() as db:
        first = repository.first_slot(db, job.name)
        known = {run.slot: run for run in repository.list_runs(db, job.name, slots.slot_key(since))}
    if first is None:
        return [start]
    now = resources.clock.now()
    earlier = slots.list_slot_starts(max(since, slots.parse_slot_key(first)), start, job.every)
    return [*(each for each in earlier if _is_due(known.get(slots.slot_key(each)), now)), start]


def _is_due(run: JobRun | None, now: dt.datetime) -> bool:
    return run is None or (run.claimed_until is not None and run.claimed_until < now)
