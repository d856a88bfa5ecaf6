"""Imports as tasks: previewing a sheet, writing what was previewed, taking it back. Each is one transaction.

The sheet is read before that begins, in a process of its own: no transaction waits for a file. And by the clock:
sheets that nobody committed are forgotten.
"""

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import Any

from sqlalchemy import Connection

from chalicelib import imports, organisations
from chalicelib.errors import Conflict
from chalicelib.imports.subprocess_parser import ParsedUpload, parse_in_subprocess
from chalicelib.runtime.context import Context, in_context
from chalicelib.runtime.resources import Resources
from chalicelib.tasks.model import HEAVY, Task
from chalicelib.tasks.scheduled_jobs import FunctionBlueprint

import_jobs = FunctionBlueprint()

MAX_COMMIT_ATTEMPTS = 3  # of a commit that meets others' changes


@import_jobs.task_handler(imports.PREVIEW_TASK, lane=HEAVY)
def preview_import(resources: Resources, task: Task) -> dict[str, Any]:
    preview = partial(
        imports.preview_in_task, task=task, reading=_parse_stored_sheet(resources, task), keys=resources.keys
    )
    return resources.transact(in_context(_context(resources, task), preview))


@import_jobs.task_handler(imports.COMMIT_TASK, lane=HEAVY)
def commit_import(resources: Resources, task: Task) -> dict[str, Any]:
    """Commit, or leave a new preview that says why not; a race with others is tried again."""
    context, reading = _context(resources, task), _parse_stored_sheet(resources, task)
    for left in reversed(range(MAX_COMMIT_ATTEMPTS)):
        try:
            commit = partial(imports.commit_import, task=task, reading=reading, keys=resources.keys)
            return resources.transact(in_context(context, commit))
        except (imports.Refused, imports.RowRefused) as error:
            if reading is None:
                raise
            again = partial(
                imports.preview_refused, task=task, reading=reading, error=error, keys=resources.keys, last=left == 0
            )
            if not resources.transact(in_context(context, again)):
                raise
    raise Conflict("Other changes kept conflicting with this import; commit it again.")


@import_jobs.task_handler(imports.UNDO_TASK, lane=HEAVY)
def undo_import(resources: Resources, task: Task) -> dict[str, Any]:
    return resources.transact(in_context(_context(resources, task), partial(imports.undo_import, task=task)))


@import_jobs.retention_job
def expire_sheets(db: Connection, at: dt.datetime) -> int:
    return imports.expire_sheets(db, at)


def _parse_stored_sheet(resources: Resources, task: Task) -> ParsedUpload | None:
    """Read the task's sheet between transactions; None where there is none for it to read."""
    opened = partial(imports.open_sheet, task=task, keys=resources.keys)
    stored = resources.transact(in_context(_context(resources, task), opened))
    return None if stored is None else parse_in_subprocess(stored)


def _context(resources: Resources, task: Task) -> Callable[[Connection], Context]:
    """Return what makes the context of one try: of whoever queued the task, on the organisation's own day."""
    return lambda db: organisations.system_context(db, task.organisation_id, resources.clock.now(), task.created_by)
