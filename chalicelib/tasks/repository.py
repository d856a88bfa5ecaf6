"""SQL of tasks."""

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    case,
    delete,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    update,
)

from chalicelib.paging import Page, PageRequest
from chalicelib.storage.engines import wake_after_commit
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.tasks import tasks
from chalicelib.tasks.model import DONE, FAILED, QUEUED, QUEUES, RUNNING, TURN_S, Task, TaskProblem

MAX_CANDIDATES = 20


def add_task(
    db: Connection, organisation_id: UUID, values: dict[str, Any], *, lane: str, kinds: Collection[str]
) -> None:
    """Insert the task and wake its lane's workers; ``kinds`` are the task kinds of this lane.

    It is due now if the organisation has no task waiting there, else ``TURN_S`` after its last one. So ten
    uploads of one organisation do not delay the first of another, and they are not overtaken for ever either.
    """
    now_s = int(values["created_at"].timestamp())
    waiting = and_(
        tasks.c.organisation_id == organisation_id, tasks.c.status.in_((QUEUED, RUNNING)), tasks.c.kind.in_(kinds)
    )
    following = func.coalesce(func.max(tasks.c.turn), 0) + TURN_S
    row = {"organisation_id": organisation_id, **values}
    bind_values = [literal(value, tasks.c[name].type) for name, value in row.items()]
    turn = case((following > now_s, following), else_=now_s)
    # One statement, because requests wait for it.
    db.execute(insert(tasks).from_select([*row, "turn"], select(*bind_values, turn).where(waiting)))
    wake_after_commit(db, lane, QUEUES[lane])


def find_task(db: Connection, organisation_id: UUID, task_id: UUID) -> Task | None:
    row = db.execute(select(tasks).where(_task_matches(organisation_id, task_id))).one_or_none()
    return None if row is None else _task(row)


def list_tasks(
    db: Connection,
    organisation_id: UUID,
    page_request: PageRequest,
    *,
    status: str | None = None,
    kind: str | None = None,
) -> Page[Task]:
    query = select(tasks).where(tasks.c.organisation_id == organisation_id)
    if status is not None:
        query = query.where(tasks.c.status == status)
    if kind is not None:
        query = query.where(tasks.c.kind == kind)
    return fetch_page(db, query, [tasks.c.id], page_request, descending=True).of(_task)


def list_claimable(db: Connection, kinds: Collection[str], now: dt.datetime) -> list[tuple[UUID, UUID]]:
    """Return (organisation, task) of unclaimed tasks of all organisations, in order of turn."""
    query = (
        select(tasks.c.organisation_id, tasks.c.id)
        .where(_claimable(now), tasks.c.kind.in_(kinds))
        .order_by(tasks.c.turn, tasks.c.created_at, tasks.c.id)
        .limit(MAX_CANDIDATES)
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def purge_tasks(db: Connection, before: dt.datetime, at_once: int) -> int:
    """Delete up to ``at_once`` scheduled tasks that ended before ``before``; return how many."""
    old = and_(tasks.c.status.in_((DONE, FAILED)), tasks.c.finished_at < before, tasks.c.created_by.is_(None))
    query = select(tasks.c.organisation_id, tasks.c.id).where(old).limit(at_once)
    keys = [_task_matches(*row) for row in db.execute(query)]
    return db.execute(delete(tasks).where(or_(*keys))).rowcount if keys else 0


def claim_task(
    db: Connection, organisation_id: UUID, task_id: UUID, claim: UUID, now: dt.datetime, until: dt.datetime
) -> Task | None:
    """Claim the task if it is unclaimed; return it as updated, or None.

    A row locked by another transaction is in use whatever its claim says, so it is skipped, not waited for.
    """
    free = select(tasks.c.id).where(_task_matches(organisation_id, task_id), _claimable(now))
    if db.scalar(free.with_for_update(skip_locked=True)) is None:
        return None
    query = update(tasks).where(_task_matches(organisation_id, task_id), _claimable(now))
    changed = query.values(status=RUNNING, claim=claim, claimed_until=until, attempts=tasks.c.attempts + 1)
    if db.execute(changed).rowcount != 1:
        return None
    return find_task(db, organisation_id, task_id)


def advance_task(db: Connection, organisation_id: UUID, task_id: UUID, claim: UUID | None, **values: Any) -> bool:
    """Set ``values`` if the task still has ``claim``; return whether it does."""
    query = update(tasks).where(
        _task_matches(organisation_id, task_id), tasks.c.status == RUNNING, tasks.c.claim == claim
    )
    return db.execute(query.values(**values)).rowcount == 1


def finish_task(
    db: Connection,
    organisation_id: UUID,
    task_id: UUID,
    claim: UUID | None,
    *,
    at: dt.datetime,
    result: dict[str, Any] | None = None,
    problem: TaskProblem | None = None,
) -> bool:
    """Mark the task done with ``result``, or failed with ``problem``, if it still has ``claim``."""
    return advance_task(
        db,
        organisation_id,
        task_id,
        claim,
        status=FAILED if problem is not None else DONE,
        result=null() if result is None else result,  # None alone would be stored as JSON null
        problem=null() if problem is None else problem,
        finished_at=at,
        claimed_until=None,
    )


def _task_matches(organisation_id: UUID, task_id: UUID) -> ColumnElement[bool]:
    return and_(tasks.c.organisation_id == organisation_id, tasks.c.id == task_id)


def _claimable(now: dt.datetime) -> ColumnElement[bool]:
    lapsed = and_(tasks.c.status == RUNNING, tasks.c.claimed_until < now)
    return or_(tasks.c.status == QUEUED, lapsed)


def _task(row: Row[Any]) -> Task:
    return Task(
        row.id,
        row.organisation_id,
        row.kind,
        row.status,
        row.input,
        row.progress,
        row.cursor,
        row.result,
        row.problem,
        row.attempts,
        row.created_by,
        row.created_at,
        row.finished_at,
        row.claim,
    )
