"""Committing an import: all that its sheet says is written in one transaction, or nothing is."""

import datetime as dt
from collections import Counter
from typing import Any
from uuid import UUID

from chalicelib import organisations, tasks
from chalicelib.errors import STALE_VERSION, Conflict, Invalid, PreconditionFailed
from chalicelib.imports import repository
from chalicelib.imports.import_writer import ImportWriter, RowRefused
from chalicelib.imports.model import COMMITTED, COMMITTING, PREVIEWED, Import
from chalicelib.imports.preview import compare_with_existing, get_import, lock_import, save_preview, set_status
from chalicelib.imports.subprocess_parser import ParsedUpload
from chalicelib.rent_roll.model import Problem
from chalicelib.runtime.context import Context
from chalicelib.runtime.ports import KeyWrapper
from chalicelib.tasks.model import Task

COMMIT_TASK = "commit_import"


class Refused(Conflict):
    """The sheet does not read as it was previewed; nothing was written."""


def queue_commit(ctx: Context, import_id: UUID, version: int | None, *, opening_on: dt.date | None) -> Task:
    """Queue the commit of what was previewed; balances and deposits are brought in by ``opening_on`` (today).

    Raises:
        Conflict: the import is not previewed, or its sheet has errors.
        Invalid: ``opening_on`` lies in the future.
        PreconditionFailed: the import is no longer at ``version``: another preview was agreed to.
    """
    found = lock_import(ctx, import_id)
    if version is not None and version != found.version:
        raise PreconditionFailed(STALE_VERSION)
    if found.status != PREVIEWED:
        raise Conflict(f"Only a previewed import can be committed; it is {found.status}.", import_status=found.status)
    if found.summary is None or found.summary["errors"]:
        errors = found.summary and found.summary["errors"]
        raise Conflict("The sheet has errors; correct it and upload it again.", error_count=errors)
    day = opening_on or ctx.today
    if day > ctx.today:
        raise Invalid([("opening_on", "may not be in the future")])
    given = {"import_id": str(import_id), "opening_on": day.isoformat()}
    task = tasks.queue_task(ctx, COMMIT_TASK, given, created_by=ctx.actor.member_id)
    set_status(ctx, found, COMMITTING, task_id=task.id, opening_on=day)
    return task


def commit_import(ctx: Context, task: Task, reading: ParsedUpload | None, *, keys: KeyWrapper) -> dict[str, Any]:
    """Write all that the sheet says and return how many of each thing were made.

    A second call finds it written and says the same. ``reading`` is the stored sheet, read anew before this
    transaction began; what is written is what the person saw, or nothing.

    Raises:
        Refused: the sheet reads otherwise than it was previewed, or meets what came here since.
        RowRefused: a domain does not take what a row says.
        ClaimLost: another worker holds the task.
    """
    import_id = UUID(task.input["import_id"])
    tasks.save_progress(ctx.db, task, done=0)
    repository.lock_committing_imports(ctx)
    found = lock_import(ctx, import_id)
    if found.task_id == task.id and found.status == COMMITTED:
        return _result(ctx, found)
    if found.task_id != task.id or found.status != COMMITTING or reading is None:
        raise Conflict("The import no longer belongs to this task.", import_status=found.status)
    compared = compare_with_existing(ctx, reading)
    if reading.fingerprint != found.fingerprint or compared.summary["errors"]:
        raise Refused("The sheet no longer matches its preview; review the new preview.")
    opening_on = dt.date.fromisoformat(task.input["opening_on"])
    grace_days = organisations.get_organisation(ctx.db, ctx.organisation_id).grace_days
    maker = ImportWriter(ctx, keys, grace_days, opening_on)
    maker.make(compared.plan, compared.known)
    repository.add_items(ctx, import_id, maker.items)
    set_status(ctx, found, COMMITTED, content_sealed=None, committed_at=ctx.now)
    tasks.save_progress(ctx.db, task, done=len(maker.items), total=len(maker.items))
    return _result(ctx, found)


def preview_refused(
    ctx: Context, task: Task, reading: ParsedUpload, error: Conflict, *, keys: KeyWrapper, last: bool
) -> bool:
    """Preview anew what was refused; return whether the commit may be tried again as it is.

    That is so where the refusal came of a race that the new reading allows for, such as a property
    that somebody has made meanwhile. After the ``last`` try the refusal itself becomes a problem of
    its row.

    Raises:
        ClaimLost: another worker holds the task.
    """
    tasks.save_progress(ctx.db, task, done=0)
    found = get_import(ctx, UUID(task.input["import_id"]))
    if found.task_id != task.id or found.status != COMMITTING:
        return False
    compared = compare_with_existing(ctx, reading)
    sound = reading.fingerprint == found.fingerprint and not compared.summary["errors"]
    if sound and not last:
        return True
    besides: tuple[Problem, ...] = ()
    if sound and isinstance(error, RowRefused):
        besides = (Problem("error", "row_refused", error.detail, error.row),)
    save_preview(ctx, found.id, reading, keys=keys, besides=besides)
    return False


def _result(ctx: Context, found: Import) -> dict[str, Any]:
    made = Counter(item.entity for item in repository.list_items(ctx, found.id))
    return {"import_id": str(found.id), "made": dict(made)}
