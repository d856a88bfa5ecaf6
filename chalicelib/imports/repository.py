"""SQL of imports: the sealed sheet, how far it is, what it made, and what is here already."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, func, insert, or_, select, update

from chalicelib.imports.model import (
    COMMITTING,
    PREVIEWED,
    READING,
    STATUS_AFTER_FAILED_TASK,
    Import,
    ImportChange,
    ImportedItem,
)
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.imports import import_items, imports
from chalicelib.storage.tables.leasing import recurring_charges, tenant_phones
from chalicelib.storage.tables.portfolio import properties, units
from chalicelib.storage.tables.tasks import tasks
from chalicelib.tasks.model import FAILED as TASK_FAILED

Value = TypeVar("Value")

CHUNK_SIZE = 500  # values that one statement names

_FIELDS = tuple(Import._fields)


def add_import(ctx: Context, values: dict[str, Any]) -> None:
    ctx.db.execute(insert(imports).values(organisation_id=ctx.organisation_id, **values))


def count_reading(ctx: Context) -> int:
    """Return how many sheets of the organisation wait to be read, those of failed tasks aside."""
    its_task = and_(tasks.c.organisation_id == imports.c.organisation_id, tasks.c.id == imports.c.task_id)
    query = select(func.count()).select_from(imports).join(tasks, its_task)
    waiting = (
        imports.c.organisation_id == ctx.organisation_id,
        imports.c.status == READING,
        tasks.c.status != TASK_FAILED,
    )
    return ctx.db.scalar(query.where(*waiting)) or 0


def find_import(ctx: Context, import_id: UUID, *, lock: bool = False) -> Import | None:
    """Return the import as it stands, also by what became of its task; if asked to, held until the commit."""
    if lock:
        ctx.db.execute(select(imports.c.id).where(_import_matches(ctx.organisation_id, import_id)).with_for_update())
    row = ctx.db.execute(_select_imports(ctx.organisation_id).where(imports.c.id == import_id)).one_or_none()
    return None if row is None else _import(row)


def list_imports(ctx: Context, page_request: PageRequest) -> Page[Import]:
    return fetch_page(ctx.db, _select_imports(ctx.organisation_id), [imports.c.id], page_request, descending=True).of(
        _import
    )


def update_import(ctx: Context, import_id: UUID, version: int, status: str, values: ImportChange) -> bool:
    """Set the status, and ``values`` with it, if the import is still at ``version``; return whether this call did."""
    query = update(imports).where(_import_matches(ctx.organisation_id, import_id), imports.c.version == version)
    return ctx.db.execute(query.values(status=status, version=version + 1, **values)).rowcount == 1


def find_content(ctx: Context, import_id: UUID) -> bytes | None:
    """Return the sealed sheet; None once it is committed."""
    return ctx.db.scalar(select(imports.c.content_sealed).where(_import_matches(ctx.organisation_id, import_id)))


def find_problems(ctx: Context, import_id: UUID) -> bytes | None:
    """Return the sealed problems; None before the sheet was read, and once it is undone."""
    return ctx.db.scalar(select(imports.c.problems_sealed).where(_import_matches(ctx.organisation_id, import_id)))


def clear_problems(ctx: Context, tenant_id: UUID) -> list[UUID]:
    """Empty the sealed problems of the imports that made the tenant, and return the ids of these imports."""
    query = select(import_items.c.import_id).where(
        import_items.c.organisation_id == ctx.organisation_id, import_items.c.entity_id == tenant_id
    )
    found = sorted(set(ctx.db.scalars(query)))
    made = and_(imports.c.organisation_id == ctx.organisation_id, imports.c.id.in_(found))
    ctx.db.execute(update(imports).where(made).values(problems_sealed=None, version=imports.c.version + 1))
    return found


def list_uncommitted(db: Connection, before: dt.datetime, limit: int) -> list[tuple[UUID, UUID]]:
    """Return (organisation, import) of sheets of before ``before`` that nobody committed, nor a task works on.

    Of all organisations; each is reached by its own key then.
    """
    its_task = and_(tasks.c.organisation_id == imports.c.organisation_id, tasks.c.id == imports.c.task_id)
    given_up = and_(imports.c.status.in_((READING, COMMITTING)), tasks.c.status == TASK_FAILED)
    query = (
        select(imports.c.organisation_id, imports.c.id)
        .outerjoin(tasks, its_task)
        .where(imports.c.created_at < before, or_(imports.c.status == PREVIEWED, given_up))
        .limit(limit)
    )
    return [(row[0], row[1]) for row in db.execute(query)]


def lock_committing_imports(ctx: Context) -> None:
    """Hold all imports that are being committed, so that commits of one organisation come one after another."""
    query = select(imports.c.id).where(imports.c.organisation_id == ctx.organisation_id, imports.c.status == COMMITTING)
    ctx.db.execute(query.order_by(imports.c.id).with_for_update()).all()


def add_items(ctx: Context, import_id: UUID, items: Sequence[ImportedItem]) -> None:
    rows = [
        {"organisation_id": ctx.organisation_id, "import_id": import_id, "seq": seq, **item._asdict()}
        for seq, item in enumerate(items)
    ]
    if rows:
        ctx.db.execute(insert(import_items), rows)


def list_items(ctx: Context, import_id: UUID) -> list[ImportedItem]:
    """Return what the import made, in the order in which it did."""
    query = (
        select(import_items.c.entity, import_items.c.entity_id)
        .where(import_items.c.organisation_id == ctx.organisation_id, import_items.c.import_id == import_id)
        .order_by(import_items.c.seq)
    )
    return [ImportedItem(*row) for row in ctx.db.execute(query)]


def recurring_charges_of(ctx: Context, lease_ids: Sequence[UUID]) -> list[UUID]:
    """Return the ids of the recurring charges that the leases have."""
    found: list[UUID] = []
    for part in chunks(lease_ids):
        query = select(recurring_charges.c.id).where(
            recurring_charges.c.organisation_id == ctx.organisation_id, recurring_charges.c.lease_id.in_(part)
        )
        found += ctx.db.scalars(query)
    return sorted(found)


def find_properties(ctx: Context, keys: Collection[str]) -> dict[str, UUID]:
    """Return the ids of the properties so named, by their name_key."""
    found: dict[str, UUID] = {}
    for part in chunks(sorted(keys)):
        query = select(properties.c.name_key, properties.c.id).where(
            properties.c.organisation_id == ctx.organisation_id, properties.c.name_key.in_(part)
        )
        found |= {row[0]: row[1] for row in ctx.db.execute(query)}
    return found


def find_units(ctx: Context, property_ids: Iterable[UUID]) -> set[tuple[UUID, str]]:
    """Return (property, name_key) of every unit in the properties."""
    found: set[tuple[UUID, str]] = set()
    for part in chunks(sorted(property_ids)):
        query = select(units.c.property_id, units.c.name_key).where(
            units.c.organisation_id == ctx.organisation_id, units.c.property_id.in_(part)
        )
        found |= {(row[0], row[1]) for row in ctx.db.execute(query)}
    return found


def find_tenant_phones(ctx: Context, phones: Collection[str]) -> set[str]:
    """Return those of ``phones`` that reach a tenant."""
    found: set[str] = set()
    for part in chunks(sorted(phones)):
        query = select(tenant_phones.c.phone).where(
            tenant_phones.c.organisation_id == ctx.organisation_id, tenant_phones.c.phone.in_(part)
        )
        found |= set(ctx.db.scalars(query))
    return found


def chunks(values: Sequence[Value]) -> Iterator[Sequence[Value]]:
    """Give ``values`` in parts that one statement can name."""
    for start in range(0, len(values), CHUNK_SIZE):
        yield values[start : start + CHUNK_SIZE]


def _import_matches(organisation_id: UUID, import_id: UUID) -> ColumnElement[bool]:
    return and_(imports.c.organisation_id == organisation_id, imports.c.id == import_id)


def _select_imports(organisation_id: UUID) -> Select[Any]:
    its_task = and_(tasks.c.organisation_id == imports.c.organisation_id, tasks.c.id == imports.c.task_id)
    return (
        select(*(imports.c[name] for name in _FIELDS), tasks.c.status.label("task_status"))
        .outerjoin(tasks, its_task)
        .where(imports.c.organisation_id == organisation_id)
    )


def _import(row: Row[Any]) -> Import:
    values = {name: getattr(row, name) for name in _FIELDS}
    if row.task_status == TASK_FAILED:
        values["status"] = STATUS_AFTER_FAILED_TASK.get(values["status"], values["status"])
    return Import(**values)
