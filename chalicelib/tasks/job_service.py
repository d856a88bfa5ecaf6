"""What is done by the clock: which jobs there are, which of their slots are to be run, and how they stand."""

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
from chalicelib.tasks.run_service import Job, Still, run_slot
from chalicelib.tasks.service import always

CAUGHT_UP = dt.timedelta(days=3)  # what was missed for longer is not made up

KEPT = dt.timedelta(days=90)
FORGOTTEN_AT_ONCE = 500

_jobs: dict[str, Job] = {}


def add_job(job: Job) -> None:
    if _jobs.setdefault(job.name, job) is not job:
        raise ValueError(f"there is a job {job.name!r} already")


def job_names() -> list[str]:
    return sorted(_jobs)


def run_due(resources: Resources, name: str, at: dt.datetime, still: Still = always) -> list[Outcome]:
    """Run the job's slot at ``at`` and, before it, those that were missed or are to be tried again; return what came.

    What another run holds or has done is left out. It ends early where ``still`` says that time is up.
    """
    job, ran = _job(name), []
    for start in _starts_due(resources, job, slots.start_of(at, job.every)):
        if not still():
            break
        ran.append(run_slot(resources, job, _slot(job, start), still))
    return [outcome for outcome in ran if outcome is not None]


def resume(resources: Resources, still: Still = always) -> list[Outcome]:
    """Take over the runs whose holder is gone, and try those again that failed; return what came."""
    now = resources.clock.now()
    names = [job.name for job in _jobs.values() if job.catches_up]
    with resources.reading() as db:
        due = repository.list_due_runs(db, names, slots.key_of(now - CAUGHT_UP), now)
    ran = []
    for each in due:
        if not still():
            break
        job = _jobs[each.job]
        ran.append(run_slot(resources, job, _slot(job, slots.start_of_key(each.slot)), still))
    return [outcome for outcome in ran if outcome is not None]


def run_job(
    resources: Resources, name: str, on: dt.date, time_zone: str, still: Still = always
) -> Iterator[tuple[Slot, Outcome | None]]:
    """Run by hand every slot of the job that begins on the day ``on`` in ``time_zone``, also one to come.

    Yields what came of each slot; None where another run holds it, or time is up. A slot that was done
    is run again: its sets that are done stay done once.

    Raises:
        NotFound: there is no such job; it tells those that there are.
    """
    job = _job(name)
    midnight, next_midnight = (
        dt.datetime.combine(day, dt.time(), ZoneInfo(time_zone)) for day in (on, on + dt.timedelta(days=1))
    )
    for start in slots.starts_between(midnight, next_midnight, job.every):
        slot = _slot(job, start)
        yield slot, run_slot(resources, job, slot, still, by_hand=True) if still() else None


def list_jobs(ctx: Context) -> list[JobState]:
    """Return how every job stands, and what it last did for this organisation, by name."""
    runs = repository.last_runs(ctx.db, list(_jobs), slots.key_of(ctx.now))
    worked = repository.last_worked(ctx.db, ctx.organisation_id, list(_jobs))
    return [
        JobState(
            name=name,
            every_minutes=job.every // dt.timedelta(minutes=1),
            last_run=runs.get(name),
            next_run_at=slots.start_of(ctx.now, job.every) + job.every,
            last_worked_at=worked[name].at if name in worked else None,
            last_count=worked[name].counted if name in worked else None,
        )
        for name, job in sorted(_jobs.items())
    ]


def forget_old(db: Connection, at: dt.datetime) -> int:
    """Forget some of the slots and runs of longer than ``KEPT`` before ``at``, and return how many; 0: none is left."""
    before = (at - KEPT).date().isoformat()
    return repository.forget_slots(db, before, FORGOTTEN_AT_ONCE) or repository.forget_runs(
        db, before, FORGOTTEN_AT_ONCE
    )


def _job(name: str) -> Job:
    if name not in _jobs:
        raise NotFound(f"There is no job {name!r}; there are: {', '.join(job_names())}.", jobs=job_names())
    return _jobs[name]


def _slot(job: Job, start: dt.datetime) -> Slot:
    return Slot(job.name, start, slots.key_of(start))


def _starts_due(resources: Resources, job: Job, start: dt.datetime) -> list[dt.datetime]:
    """Return the slots to run, the oldest first: those without a run since the first that there was, and those due.

    Read where it is near: a copy that lags names a slot too many, which then is not claimed.
    """
    if not job.catches_up:
        return [start]
    since = start - CAUGHT_UP
    with resources.reading() as db:
        first = repository.first_slot(db, job.name)
        known = {run.slot: run for run in repository.list_runs(db, job.name, slots.key_of(since))}
    if first is None:
        return [start]
    now = resources.clock.now()
    earlier = slots.starts_between(max(since, slots.start_of_key(first)), start, job.every)
    return [*(each for each in earlier if _is_due(known.get(slots.key_of(each)), now)), start]


def _is_due(run: JobRun | None, now: dt.datetime) -> bool:
    return run is None or (run.claimed_until is not None and run.claimed_until < now)
