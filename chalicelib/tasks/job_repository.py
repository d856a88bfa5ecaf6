"""SQL of scheduled jobs: the run of each slot and the steps done in it.

The rows belong to no organisation; a step's scope usually names one.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from chalicelib.storage.tables.tasks import job_runs, job_slots
from chalicelib.tasks.job_model import DONE, RUNNING, JobRun, LastWorked

_RUN = tuple(job_runs.c["count" if name == "counted" else name] for name in JobRun._fields)


def claim_slot(db: Connection, job: str, slot: str, scope_id: UUID, at: dt.datetime) -> bool:
    """Return whether this call claimed the slot; a concurrent call waits for the first to commit or roll back."""
    if db.scalar(select(exists().where(_slot_matches(job, slot, scope_id)))):
        return False
    try:
        with db.begin_nested():
            db.execute(insert(job_slots).values(job=job, slot=slot, scope_id=scope_id, claimed_at=at))
    except IntegrityError:
        return False
    return True


def count_slot(db: Connection, job: str, slot: str, scope_id: UUID, count: int) -> None:
    """Store the count of the slot that the caller's transaction has claimed."""
    db.execute(update(job_slots).where(_slot_matches(job, slot, scope_id)).values(count=count))


def claim_run(
    db: Connection, job: str, slot: str, claim: UUID, now: dt.datetime, until: dt.datetime, *, by_hand: bool = False
) -> int | None:
    """Claim the slot's run if it has none or it is due; return the number of this attempt, or None.

    ``by_hand`` also claims a run that is done or has failed for good. A run locked by another transaction
    is in use whatever its claim says, so it is skipped, not waited for.
    """
    row = db.execute(select(*_RUN).where(_run_matches(job, slot))).one_or_none()
    if row is None:
        return 1 if _add_run(db, job, slot, claim, now, until) else None
    run, due = JobRun(*row), _due_condition(now, by_hand)
    free = select(job_runs.c.job).where(_run_matches(job, slot), due)
    if db.scalar(free.with_for_update(skip_locked=True)) is None:
        return None
    attempts = 1 if by_hand else run.attempts + 1
    values: dict[str, Any] = {"status": RUNNING, "claim": claim, "claimed_until": until, "attempts": attempts}
    values |= {"problem": None, "finished_at": None, "started_at": now if by_hand else run.started_at}
    changed = update(job_runs).where(_run_matches(job, slot), due, job_runs.c.attempts == run.attempts)
    return attempts if db.execute(changed.values(**values)).rowcount == 1 else None


def extend_run(db: Connection, job: str, slot: str, claim: UUID, until: dt.datetime, **values: Any) -> bool:
    """Extend the claim to ``until`` and set ``values`` if the run still has ``claim``; return whether it does."""
    query = update(job_runs).where(_run_matches(job, slot), job_runs.c.status == RUNNING, job_runs.c.claim == claim)
    return db.execute(query.values(claimed_until=until, **values)).rowcount == 1


def count_set(db: Connection, job: str, slot: str, claim: UUID, until: dt.datetime, count: int) -> bool:
    """Like ``extend_run``, counting a finished step; it resets the attempts, so only those without progress count."""
    counted = {job_runs.c.sets.name: job_runs.c.sets + 1, job_runs.c.count.name: job_runs.c.count + count}
    return extend_run(db, job, slot, claim, until, attempts=1, **counted)


def finish_run(
    db: Connection,
    job: str,
    slot: str,
    claim: UUID,
    *,
    status: str,
    problem: str | None,
    at: dt.datetime | None,
    again_at: dt.datetime | None,
) -> bool:
    """Release the run if it still has ``claim``; it may be claimed again at ``again_at``, or never if None."""
    query = update(job_runs).where(_run_matches(job, slot), job_runs.c.status == RUNNING, job_runs.c.claim == claim)
    values = {"status": status, "problem": problem, "finished_at": at, "claim": None, "claimed_until": again_at}
    return db.execute(query.values(**values)).rowcount == 1


def first_slot(db: Connection, job: str) -> str | None:
    """Return the job's oldest recorded slot."""
    first: str | None = db.scalar(select(func.min(job_runs.c.slot)).where(job_runs.c.job == job))
    return first


def list_runs(db: Connection, job: str, since: str) -> list[JobRun]:
    """Return the runs of the job's slots from ``since`` on, the oldest first."""
    query = select(*_RUN).where(job_runs.c.job == job, job_runs.c.slot >= since).order_by(job_runs.c.slot)
    return [JobRun(*row) for row in db.execute(query)]


def list_due_runs(db: Connection, jobs: Collection[str], since: str, now: dt.datetime) -> list[JobRun]:
    """Return the runs of slots from ``since`` on whose claim has expired or that are due for a retry."""
    query = select(*_RUN).where(job_runs.c.job.in_(jobs), job_runs.c.slot >= since, _due_condition(now, False))
    return [JobRun(*row) for row in db.execute(query.order_by(job_runs.c.slot, job_runs.c.job))]


def last_runs(db: Connection, jobs: Collection[str], through: str) -> dict[str, JobRun]:
    """Return the run of each job's last slot that is not after ``through``."""
    last = (
        select(job_runs.c.job, func.max(job_runs.c.slot).label("slot"))
        .where(job_runs.c.job.in_(jobs), job_runs.c.slot <= through)
        .group_by(job_runs.c.job)
        .subquery()
    )
    query = select(*_RUN).join(last, and_(job_runs.c.job == last.c.job, job_runs.c.slot == last.c.slot))
    return {row.job: JobRun(*row) for row in db.execute(query)}


def last_worked(db: Connection, organisation_id: UUID, jobs: Collection[str]) -> dict[str, LastWorked]:
    """Return each job's last completed step for the organisation."""
    mine = job_slots.c.scope_id == organisation_id
    last = (
        select(job_slots.c.job, func.max(job_slots.c.slot).label("slot"))
        .where(mine, job_slots.c.job.in_(jobs))
        .group_by(job_slots.c.job)
        .subquery()
    )
    query = select(job_slots.c.job, job_slots.c.claimed_at, job_slots.c.count).where(mine)
    joined = query.join(last, and_(job_slots.c.job == last.c.job, job_slots.c.slot == last.c.slot))
    return {row[0]: LastWorked(*row) for row in db.execute(joined)}


def purge_slots(db: Connection, before: str, at_once: int) -> int:
    """Delete up to ``at_once`` claims of slots before the day ``before``; return how many."""
    jobs = list(db.scalars(select(job_slots.c.job).distinct()))  # with them, old rows are adjacent in the key
    old = and_(job_slots.c.job.in_(jobs), job_slots.c.slot < before)
    query = select(job_slots.c.job, job_slots.c.slot, job_slots.c.scope_id).where(old).limit(at_once)
    keys = [_slot_matches(*row) for row in db.execute(query)]
    return db.execute(delete(job_slots).where(or_(*keys))).rowcount if keys else 0


def purge_runs(db: Connection, before: str, at_once: int) -> int:
    """Delete up to ``at_once`` runs of slots before the day ``before``; return how many."""
    query = select(job_runs.c.job, job_runs.c.slot).where(job_runs.c.slot < before).limit(at_once)
    keys = [_run_matches(*row) for row in db.execute(query)]
    return db.execute(delete(job_runs).where(or_(*keys))).rowcount if keys else 0


def _add_run(db: Connection, job: str, slot: str, claim: UUID, now: dt.datetime, until: dt.datetime) -> bool:
    row = {"job": job, "slot": slot, "status": RUNNING, "claim": claim, "claimed_until": until, "started_at": now}
    try:
        with db.begin_nested():
            db.execute(insert(job_runs).values(**row, attempts=1, sets=0, count=0))
    except IntegrityError:
        return False
    return True


def _slot_matches(job: str, slot: str, scope_id: UUID) -> ColumnElement[bool]:
    return and_(job_slots.c.job == job, job_slots.c.slot == slot, job_slots.c.scope_id == scope_id)


def _run_matches(job: str, slot: str) -> ColumnElement[bool]:
    return and_(job_runs.c.job == job, job_runs.c.slot == slot)


def _due_condition(now: dt.datetime, by_hand: bool) -> ColumnElement[bool]:
    """Return the condition that a run is unclaimed and not done; one that failed for good has no ``claimed_until``."""
    if by_hand:
        return or_(job_runs.c.status != RUNNING, job_runs.c.claimed_until < now)
    return and_(job_runs.c.status != DONE, job_runs.c.claimed_until < now)
