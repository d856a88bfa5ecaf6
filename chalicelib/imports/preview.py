"""Taking a sheet in and previewing it: what it would make and what is wrong with it; nothing else is written."""

import datetime as dt
import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, NamedTuple, Unpack
from uuid import UUID

from sqlalchemy import Connection

from chalicelib import organisations, portfolio, tasks
from chalicelib.errors import Conflict, Invalid, NotFound, TooManyRequests
from chalicelib.ids import new_id
from chalicelib.imports import preview_rules, repository
from chalicelib.imports.model import (
    COMMITTING,
    EXPIRED,
    PREVIEWED,
    READING,
    TRANSITIONS,
    ExistingRecords,
    Import,
    ImportChange,
)
from chalicelib.imports.subprocess_parser import ParsedUpload, UploadedFile
from chalicelib.organisations import vault
from chalicelib.paging import Page, PageRequest
from chalicelib.rent_roll.model import Problem, RentRoll
from chalicelib.runtime.context import Context
from chalicelib.runtime.ports import KeyWrapper
from chalicelib.tasks.model import Task

PREVIEW_TASK = "preview_import"
MAX_WAITING = 5  # sheets of an organisation, to be read one after another: the workers are everybody's
RETRY_AFTER_S = 60
CHANGED_MEANWHILE = "It has just been changed by somebody else; read it again and retry."


class ImportPreview(NamedTuple):
    """A sheet as it reads, beside what the organisation has now."""

    plan: RentRoll
    known: ExistingRecords
    problems: list[Problem]
    summary: dict[str, Any]


def add_import(
    ctx: Context, content: bytes, *, filename: str, property_name: str, due_day: int | None, keys: KeyWrapper
) -> Import:
    """Keep the sheet sealed, and queue its preview: nobody knows what a file costs before it has been read.

    A file that cannot be read is kept too; the preview then says why.

    Args:
        property_name: whose units they are while no row names a property.
        due_day: for rows that give none, 1 to 31; None: the organisation's.

    Raises:
        TooManyRequests: as many of the organisation's wait to be read as may.
        Unavailable: the key keeper does not answer.
    """
    waiting = repository.count_reading(ctx)
    if waiting >= MAX_WAITING:
        message = f"{waiting} sheets are waiting to be read, which is the limit; try again when one has been read."
        raise TooManyRequests(message, retry_after_s=RETRY_AFTER_S, waiting=waiting)
    import_id = new_id()
    row = {
        "id": import_id,
        "filename": filename,
        "status": READING,
        "property_name": property_name,
        "due_day": due_day or organisations.get_organisation(ctx.db, ctx.organisation_id).due_day,
        "content_sealed": vault.seal(ctx.db, keys, ctx.organisation_id, import_id, content, now=ctx.now),
        "created_by": ctx.actor.member_id,
        "version": 1,
        "created_at": ctx.now,
    }
    task = tasks.queue_task(ctx, PREVIEW_TASK, {"import_id": str(import_id)}, created_by=ctx.actor.member_id)
    repository.add_import(ctx, {**row, "task_id": task.id})
    return get_import(ctx, import_id)


def get_import(ctx: Context, import_id: UUID) -> Import:
    return _require_import(repository.find_import(ctx, import_id))


def list_imports(ctx: Context, page_request: PageRequest) -> Page[Import]:
    """Return a page of imports, newest first."""
    return repository.list_imports(ctx, page_request)


def list_problems(
    ctx: Context, import_id: UUID, page_request: PageRequest, *, keys: KeyWrapper, severity: str | None
) -> Page[Problem]:
    """Return a page of what is wrong with the sheet, from its top to its end; none before it was read.

    Raises:
        Invalid: the cursor was not made by this list.
        Unavailable: the key keeper does not answer.
    """
    get_import(ctx, import_id)
    sealed = repository.find_problems(ctx, import_id)
    start = (
        int(page_request.cursor)
        if page_request.cursor and page_request.cursor.isdecimal() and len(page_request.cursor) < 9
        else 0
    )
    if page_request.cursor and str(start) != page_request.cursor:
        raise Invalid([("cursor", "expected the next_cursor of an earlier page of this list")])
    if sealed is None:
        return Page([], None)
    problems = _unpack_problems(vault.unseal(ctx.db, keys, ctx.organisation_id, import_id, sealed))
    wanted = [each for each in problems if severity in (None, each.severity)]
    following = start + page_request.limit
    return Page(wanted[start:following], str(following) if following < len(wanted) else None)


def open_sheet(ctx: Context, task: Task, *, keys: KeyWrapper) -> UploadedFile | None:
    """Return the sheet that ``task`` is to read, or None where the import is not this task's to read (any more).

    Raises:
        ClaimLost: another worker holds the task.
        NotFound: the sheet is kept no more.
        Unavailable: the key keeper does not answer.
    """
    tasks.save_progress(ctx.db, task, done=0)
    found = get_import(ctx, UUID(task.input["import_id"]))
    if found.task_id != task.id or found.status not in (READING, COMMITTING):
        return None
    sealed = repository.find_content(ctx, found.id)
    if sealed is None:
        raise NotFound("The sheet is no longer stored.", import_id=str(found.id))
    content = vault.unseal(ctx.db, keys, ctx.organisation_id, found.id, sealed)
    return UploadedFile(content, found.property_name, found.due_day)


def preview_in_task(ctx: Context, task: Task, reading: ParsedUpload | None, *, keys: KeyWrapper) -> dict[str, Any]:
    """Keep what the sheet that ``task`` names came to, once, and return the task's result.

    Raises:
        ClaimLost: another worker holds the task.
    """
    tasks.save_progress(ctx.db, task, done=0)
    import_id = UUID(task.input["import_id"])
    found = get_import(ctx, import_id)
    if found.status == READING and reading is not None:
        found = save_preview(ctx, import_id, reading, keys=keys)
    summary = found.summary or {}
    return {"import_id": str(import_id), "errors": summary["errors"], "notices": summary["notices"]}


def save_preview(
    ctx: Context, import_id: UUID, reading: ParsedUpload, *, keys: KeyWrapper, besides: Sequence[Problem] = ()
) -> Import:
    """Keep what the import's sheet comes to, and return the import, which is then previewed.

    Args:
        besides: problems that only the attempt to write has shown.
    """
    found = lock_import(ctx, import_id)
    compared = compare_with_existing(ctx, reading)
    problems = preview_rules.sort_by_row([*compared.problems, *besides])
    summary = preview_rules.summarise(compared.plan, problems, compared.known)
    sealed = vault.seal(ctx.db, keys, ctx.organisation_id, import_id, _pack_problems(problems), now=ctx.now)
    return set_status(ctx, found, PREVIEWED, summary=summary, problems_sealed=sealed, fingerprint=reading.fingerprint)


def compare_with_existing(ctx: Context, reading: ParsedUpload) -> ImportPreview:
    """Return what was read beside what the organisation has; nothing is written."""
    plan = reading.plan
    known = _find_existing(ctx, plan)
    problems = preview_rules.sort_by_row([*plan.problems, *preview_rules.find_conflicts(plan, known)])
    return ImportPreview(plan, known, problems, preview_rules.summarise(plan, problems, known))


def lock_import(ctx: Context, import_id: UUID) -> Import:
    """Return the import, locked until the transaction ends.

    Raises:
        NotFound: the organisation has no such import.
    """
    return _require_import(repository.find_import(ctx, import_id, lock=True))


def set_status(ctx: Context, found: Import, status: str, **values: Unpack[ImportChange]) -> Import:
    """Bring the import that was read as ``found`` to ``status``, with ``values``, and return it.

    Raises:
        Conflict: the status cannot follow, or somebody else was first.
    """
    if status not in TRANSITIONS.get(found.status, ()):
        raise Conflict(f"An import that is {found.status} cannot become {status}.", import_status=found.status)
    if not repository.update_import(ctx, found.id, found.version, status, values):
        raise Conflict(CHANGED_MEANWHILE, import_id=str(found.id))
    return get_import(ctx, found.id)


def _find_existing(ctx: Context, plan: RentRoll) -> ExistingRecords:
    keys = [portfolio.name_key(each.name) for each in plan.properties]
    here = repository.find_properties(ctx, set(keys))
    properties = {place: here[key] for place, key in enumerate(keys) if key in here}
    taken = repository.find_units(ctx, properties.values())
    units = frozenset(
        place
        for place, unit in enumerate(plan.units)
        if (properties.get(unit.property_index), portfolio.name_key(unit.name)) in taken
    )
    numbers = {phone for tenant in plan.tenants for phone in tenant.phones}
    reached = repository.find_tenant_phones(ctx, numbers)
    tenants = frozenset(place for place, each in enumerate(plan.tenants) if reached.intersection(each.phones))
    return ExistingRecords(properties, units, tenants)


def _require_import(found: Import | None) -> Import:
    if found is None:
        raise NotFound("There is no such import.")
    return found


def _pack_problems(problems: Sequence[Problem]) -> bytes:
    # A large sheet repeats the same sentences: packed, they are a twentieth and fit their column.
    return zlib.compress(json.dumps([asdict(problem) for problem in problems]).encode())


def _unpack_problems(packed: bytes) -> list[Problem]:
    return [Problem(**each) for each in json.loads(zlib.decompress(packed))]


RETENTION = dt.timedelta(days=30)
PURGE_BATCH_SIZE = 50


def expire_sheets(db: Connection, at: dt.datetime, *, at_once: int = PURGE_BATCH_SIZE) -> int:
    """Forget some of the sheets that nobody committed within ``RETENTION`` of their upload, and return how many.

    The import stays, as expired, with its counts and sums; the cells and their key are gone.
    """
    expired = 0
    for organisation_id, import_id in repository.list_uncommitted(db, at - RETENTION, at_once):
        ctx = organisations.system_context(db, organisation_id, at)
        found = lock_import(ctx, import_id)
        if EXPIRED not in TRANSITIONS.get(found.status, ()):
            continue  # somebody commits it at this very moment
        set_status(ctx, found, EXPIRED, content_sealed=None, problems_sealed=None)
        vault.destroy_key(db, organisation_id, import_id)
        expired += 1
    return expired


def anonymise_imports_of_tenant(ctx: Context, tenant_id: UUID) -> None:
    """Purge the problems of the imports that made the tenant, with their keys: they repeat cells of the sheet."""
    for import_id in repository.clear_problems(ctx, tenant_id):
        vault.destroy_key(ctx.db, ctx.organisation_id, import_id)
