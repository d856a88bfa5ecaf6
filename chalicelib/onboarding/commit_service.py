"""Committing an import: all that its sheet says is written in one transaction, or nothing is."""

import datetime as dt
from collections import Counter
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.errors import Conflict, Invalid, PreconditionFailed
from chalicelib.identity import service as identity
from chalicelib.identity.ports import KeyWrapper
from chalicelib.identity.service import CHANGED
from chalicelib.onboarding import repository
from chalicelib.onboarding.import_model import COMMITTED, COMMITTING, PREVIEWED, Import
from chalicelib.onboarding.intake_service import compare, get_import, hold, move, preview
from chalicelib.onboarding.making_service import Maker, RowRefused
from chalicelib.onboarding.model import Problem
from chalicelib.onboarding.plan_process import Reading
from chalicelib.tasks import service as tasks
from chalicelib.tasks.model import Task

COMMIT_TASK = "commit_import"


class Refused(Conflict):
    """The sheet does not read as it was previewed; nothing was written."""


def queue_commit(
    db: Connection,
    organisation_id: UUID,
    import_id: UUID,
    version: int | None,
    *,
    opening_on: dt.date | None,
    now: dt.datetime,
    today: dt.date,
    member_id: UUID | None,
) -> Task:
    """Queue the commit of what was previewed; balances and deposits are brought in by ``opening_on`` (today).

    Raises:
        Conflict: the import is not previewed, or its sheet has errors.
        Invalid: ``opening_on`` lies in the future.
        PreconditionFailed: the import is no longer at ``version``: another preview was agreed to.
    """
    found = hold(db, organisation_id, import_id)
    if version is not None and version != found.version:
        raise PreconditionFailed(CHANGED)
    if found.status != PREVIEWED:
        raise Conflict(f"Only a previewed import can be committed; it is {found.status}.", import_status=found.status)
    if found.summary is None or found.summary["errors"]:
        errors = found.summary and found.summary["errors"]
        raise Conflict("The sheet has errors; correct it and upload it again.", error_count=errors)
    day = opening_on or today
    if day > today:
        raise Invalid([("opening_on", "may not lie in the future")])
    given = {"import_id": str(import_id), "opening_on": day.isoformat()}
    task = tasks.queue_task(db, organisation_id, COMMIT_TASK, given, created_by=member_id, now=now)
    move(db, organisation_id, found, COMMITTING, task_id=task.id, opening_on=day)
    return task


def commit(
    db: Connection, task: Task, reading: Reading | None, *, keys: KeyWrapper, now: dt.datetime, today: dt.date
) -> dict[str, Any]:
    """Write all that the sheet says and return how many of each thing were made.

    A second call finds it written and says the same. ``reading`` is the stored sheet, read anew before this
    transaction began; what is written is what the person saw, or nothing.

    Raises:
        Refused: the sheet reads otherwise than it was previewed, or meets what came here since.
        RowRefused: a domain does not take what a row says.
        TakenOver: another worker holds the task.
    """
    organisation_id, import_id = task.organisation_id, UUID(task.input["import_id"])
    tasks.advance(db, task, done=0)
    repository.hold_commits(db, organisation_id)
    found = hold(db, organisation_id, import_id)
    if found.task_id == task.id and found.status == COMMITTED:
        return _result(db, organisation_id, found)
    if found.task_id != task.id or found.status != COMMITTING or reading is None:
        raise Conflict("The import is not this task's any more.", import_status=found.status)
    compared = compare(db, organisation_id, reading)
    if reading.fingerprint != found.fingerprint or compared.summary["errors"]:
        raise Refused("The sheet has changed against what is here since it was previewed; read the new preview.")
    opening_on = dt.date.fromisoformat(task.input["opening_on"])
    grace_days = identity.get_organisation(db, organisation_id).grace_days
    maker = Maker(db, organisation_id, keys, grace_days, opening_on, now, today, task.created_by)
    maker.make(compared.plan, compared.known)
    repository.add_items(db, organisation_id, import_id, maker.items)
    move(db, organisation_id, found, COMMITTED, content_sealed=None, committed_at=now)
    tasks.advance(db, task, done=len(maker.items), total=len(maker.items))
    return _result(db, organisation_id, found)


def preview_refused(
    db: Connection, task: Task, reading: Reading, error: Conflict, *, keys: KeyWrapper, now: dt.datetime, last: bool
) -> bool:
    """Preview anew what was refused; return whether the commit may be tried again as it is.

    That is so where the refusal came of a race that the new reading allows for, such as a property
    that somebody has made meanwhile. After the ``last`` try the refusal itself becomes a problem of
    its row.

    Raises:
        TakenOver: another worker holds the task.
    """
    tasks.advance(db, task, done=0)
    found = get_import(db, task.organisation_id, UUID(task.input["import_id"]))
    if found.task_id != task.id or found.status != COMMITTING:
        return False
    compared = compare(db, task.organisation_id, reading)
    sound = reading.fingerprint == found.fingerprint and not compared.summary["errors"]
    if sound and not last:
        return True
    besides: tuple[Problem, ...] = ()
    if sound and isinstance(error, RowRefused):
        besides = (Problem("error", "row_refused", error.detail, error.row),)
    preview(db, task.organisation_id, found.id, reading, keys=keys, now=now, besides=besides)
    return False


def _result(db: Connection, organisation_id: UUID, found: Import) -> dict[str, Any]:
    made = Counter(item.entity for item in repository.list_items(db, organisation_id, found.id))
    return {"import_id": str(found.id), "made": dict(made)}
