"""Taking a sheet in and previewing it: what it would make and what is wrong with it; nothing else is written."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, NamedTuple
from uuid import UUID

from chalicelib.errors import Conflict, Invalid, NotFound, TooManyRequests
from chalicelib.identity import service as identity
from chalicelib.identity import vault
from chalicelib.ids import new_id
from chalicelib.onboarding import import_rules, repository
from chalicelib.onboarding.import_model import COMMITTING, PREVIEWED, READING, TRANSITIONS, Import, Known
from chalicelib.onboarding.model import Plan, Problem
from chalicelib.onboarding.plan_process import Reading, Stored
from chalicelib.pages import Asked, Page
from chalicelib.portfolio import service as portfolio
from chalicelib.runtime.context import Context
from chalicelib.runtime.ports import KeyWrapper
from chalicelib.tasks import service as tasks
from chalicelib.tasks.model import Task

PREVIEW_TASK = "preview_import"
MOST_WAITING = 5  # sheets of an organisation, to be read one after another: the workers are everybody's
RETRY_AFTER_S = 60
RACED = "It has just been changed by somebody else; read it again and repeat."


class Preview(NamedTuple):
    """A sheet as it reads, beside what the organisation has now."""

    plan: Plan
    known: Known
    problems: list[Problem]
    summary: dict[str, Any]


def add_import(
    ctx: Context, content: bytes, *, filename: str, property_name: str, due_day: int | None, keys: KeyWrapper
) -> Import:
    """Keep the sheet sealed, and queue its preview: nobody knows what a file costs before it has been read.

    A file that cannot be read is kept too; the preview then says why.

    Args:
        property_name: whose units they are while no row names a property.
        due_day: for rows that give none, 1 to 28; None: the organisation's.

    Raises:
        TooManyRequests: as many of the organisation's wait to be read as may.
        Unavailable: the key keeper does not answer.
    """
    waiting = repository.count_reading(ctx)
    if waiting >= MOST_WAITING:
        told = f"{waiting} sheets wait to be read, as many as may; go on when one of them has been."
        raise TooManyRequests(told, retry_after_s=RETRY_AFTER_S, waiting=waiting)
    import_id = new_id()
    row = {
        "id": import_id,
        "filename": filename,
        "status": READING,
        "property_name": property_name,
        "due_day": due_day or identity.get_organisation(ctx.db, ctx.organisation_id).due_day,
        "content_sealed": vault.seal(ctx.db, keys, ctx.organisation_id, import_id, content, now=ctx.now),
        "created_by": ctx.actor.member_id,
        "version": 1,
        "created_at": ctx.now,
    }
    task = tasks.queue_task(ctx, PREVIEW_TASK, {"import_id": str(import_id)}, created_by=ctx.actor.member_id)
    repository.add_import(ctx, {**row, "task_id": task.id})
    return get_import(ctx, import_id)


def get_import(ctx: Context, import_id: UUID) -> Import:
    return _found(repository.find_import(ctx, import_id))


def list_imports(ctx: Context, asked: Asked) -> Page[Import]:
    """Return a page of imports, newest first."""
    return repository.list_imports(ctx, asked)


def list_problems(
    ctx: Context, import_id: UUID, asked: Asked, *, keys: KeyWrapper, severity: str | None
) -> Page[Problem]:
    """Return a page of what is wrong with the sheet, from its top to its end; none before it was read.

    Raises:
        Invalid: the cursor was not made by this list.
        Unavailable: the key keeper does not answer.
    """
    get_import(ctx, import_id)
    sealed = repository.find_problems(ctx, import_id)
    start = int(asked.cursor) if asked.cursor and asked.cursor.isdecimal() and len(asked.cursor) < 9 else 0
    if asked.cursor and str(start) != asked.cursor:
        raise Invalid([("cursor", "expected the next_cursor of an earlier page of this list")])
    if sealed is None:
        return Page([], None)
    problems = _unpacked(vault.unseal(ctx.db, keys, ctx.organisation_id, import_id, sealed))
    wanted = [each for each in problems if severity in (None, each.severity)]
    following = start + asked.limit
    return Page(wanted[start:following], str(following) if following < len(wanted) else None)


def open_sheet(ctx: Context, task: Task, *, keys: KeyWrapper) -> Stored | None:
    """Return the sheet that ``task`` is to read, or None where the import is not this task's to read (any more).

    Raises:
        TakenOver: another worker holds the task.
        NotFound: the sheet is kept no more.
        Unavailable: the key keeper does not answer.
    """
    tasks.advance(ctx.db, task, done=0)
    found = get_import(ctx, UUID(task.input["import_id"]))
    if found.task_id != task.id or found.status not in (READING, COMMITTING):
        return None
    sealed = repository.find_content(ctx, found.id)
    if sealed is None:
        raise NotFound("The sheet is not kept any more.", import_id=str(found.id))
    content = vault.unseal(ctx.db, keys, ctx.organisation_id, found.id, sealed)
    return Stored(content, found.property_name, found.due_day)


def preview_in_task(ctx: Context, task: Task, reading: Reading | None, *, keys: KeyWrapper) -> dict[str, Any]:
    """Keep what the sheet that ``task`` names came to, once, and return the task's result.

    Raises:
        TakenOver: another worker holds the task.
    """
    tasks.advance(ctx.db, task, done=0)
    import_id = UUID(task.input["import_id"])
    found = get_import(ctx, import_id)
    if found.status == READING and reading is not None:
        found = preview(ctx, import_id, reading, keys=keys)
    summary = found.summary or {}
    return {"import_id": str(import_id), "errors": summary["errors"], "notices": summary["notices"]}


def preview(
    ctx: Context, import_id: UUID, reading: Reading, *, keys: KeyWrapper, besides: Sequence[Problem] = ()
) -> Import:
    """Keep what the import's sheet comes to, and return the import, which is then previewed.

    Args:
        besides: problems that only the attempt to write has shown.
    """
    found = hold(ctx, import_id)
    compared = compare(ctx, reading)
    problems = import_rules.in_order([*compared.problems, *besides])
    summary = import_rules.summarise(compared.plan, problems, compared.known)
    sealed = vault.seal(ctx.db, keys, ctx.organisation_id, import_id, _packed(problems), now=ctx.now)
    values = {"summary": summary, "problems_sealed": sealed, "fingerprint": reading.fingerprint}
    return move(ctx, found, PREVIEWED, **values)


def compare(ctx: Context, reading: Reading) -> Preview:
    """Return what was read beside what the organisation has; nothing is written."""
    plan = reading.plan
    known = _known(ctx, plan)
    problems = import_rules.in_order([*plan.problems, *import_rules.meetings(plan, known)])
    return Preview(plan, known, problems, import_rules.summarise(plan, problems, known))


def hold(ctx: Context, import_id: UUID) -> Import:
    """Return the import, locked until the transaction ends.

    Raises:
        NotFound: the organisation has no such import.
    """
    return _found(repository.find_import(ctx, import_id, lock=True))


def move(ctx: Context, found: Import, status: str, **values: Any) -> Import:
    """Bring the import that was read as ``found`` to ``status``, with ``values``, and return it.

    Raises:
        Conflict: the status cannot follow, or somebody else was first.
    """
    if status not in TRANSITIONS.get(found.status, ()):
        raise Conflict(f"An import that is {found.status} cannot become {status}.", import_status=found.status)
    if not repository.change_import(ctx, found.id, found.version, status, values):
        raise Conflict(RACED, import_id=str(found.id))
    return get_import(ctx, found.id)


def _known(ctx: Context, plan: Plan) -> Known:
    keys = [portfolio.name_key(each.name) for each in plan.properties]
    here = repository.known_properties(ctx, set(keys))
    properties = {place: here[key] for place, key in enumerate(keys) if key in here}
    taken = repository.known_units(ctx, properties.values())
    units = frozenset(
        place
        for place, unit in enumerate(plan.units)
        if (properties.get(unit.property_index), portfolio.name_key(unit.name)) in taken
    )
    numbers = {phone for tenant in plan.tenants for phone in tenant.phones}
    reached = repository.known_phones(ctx, numbers)
    tenants = frozenset(place for place, each in enumerate(plan.tenants) if reached.intersection(each.phones))
    return Known(properties, units, tenants)


def _found(found: Import | None) -> Import:
    if found is None:
        raise NotFound("There is no such import.")
    return found


def _packed(problems: Sequence[Problem]) -> bytes:
    # A large sheet repeats the same sentences: packed, they are a twentieth and fit their column.
    return zlib.compress(json.dumps([asdict(problem) for problem in problems]).encode())


def _unpacked(packed: bytes) -> list[Problem]:
    return [Problem(**each) for each in json.loads(zlib.decompress(packed))]
