"""Imports as tasks: previewing a sheet, writing what was previewed, taking it back. Each is one transaction.

The sheet is read before that begins, in a process of its own: no transaction waits for a file. And by the clock:
sheets that nobody committed are forgotten.
"""

import datetime as dt
from functools import partial
from typing import Any

from chalice.app import Blueprint
from sqlalchemy import Connection

from chalicelib import wiring
from chalicelib.clock import day_of
from chalicelib.errors import Conflict
from chalicelib.identity import service as identity
from chalicelib.onboarding import service
from chalicelib.onboarding.plan_process import Reading, read_apart
from chalicelib.tasks import service as tasks
from chalicelib.tasks.model import HEAVY, Task
from chalicelib.tasks.scheduling import sweeps

onboarding_jobs = Blueprint(__name__)  # registered so that a worker knows these tasks; it has no schedule

TRIES = 3  # of a commit that meets others' changes


@tasks.handles(service.PREVIEW_TASK, lane=HEAVY)
def preview_import(parts: wiring.Parts, task: Task) -> dict[str, Any]:
    reading, now = _read(parts, task), parts.clock.now()
    return parts.transact(lambda db: service.preview_in_task(db, task, reading, keys=parts.keys, now=now))


@tasks.handles(service.COMMIT_TASK, lane=HEAVY)
def commit_import(parts: wiring.Parts, task: Task) -> dict[str, Any]:
    """Commit, or leave a new preview that says why not; a race with others is tried again."""
    reading = _read(parts, task)
    for left in reversed(range(TRIES)):
        try:
            return parts.transact(lambda db: _commit(db, parts, task, reading))
        except (service.Refused, service.RowRefused) as error:
            if reading is None:
                raise
            again = partial(
                service.preview_refused,
                task=task,
                reading=reading,
                error=error,
                keys=parts.keys,
                now=parts.clock.now(),
                last=left == 0,
            )
            if not parts.transact(again):
                raise
    raise Conflict("Others kept changing what the sheet names; commit it again.")


@tasks.handles(service.UNDO_TASK, lane=HEAVY)
def undo_import(parts: wiring.Parts, task: Task) -> dict[str, Any]:
    def work(db: Connection) -> dict[str, Any]:
        now = parts.clock.now()
        return service.undo(db, task, now=now, today=_today(db, task, now))

    return parts.transact(work)


@sweeps
def expire_sheets(db: Connection, at: dt.datetime) -> int:
    return service.expire_sheets(db, at)


def _read(parts: wiring.Parts, task: Task) -> Reading | None:
    """Read the task's sheet between transactions; None where there is none for it to read."""
    stored = parts.transact(lambda db: service.open_sheet(db, task, keys=parts.keys))
    return None if stored is None else read_apart(stored)


def _commit(db: Connection, parts: wiring.Parts, task: Task, reading: Reading | None) -> dict[str, Any]:
    now = parts.clock.now()
    return service.commit(db, task, reading, keys=parts.keys, now=now, today=_today(db, task, now))


def _today(db: Connection, task: Task, now: dt.datetime) -> dt.date:
    return day_of(now, identity.get_organisation(db, task.organisation_id).time_zone)
