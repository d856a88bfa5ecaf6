"""SQL of allocations: append-only rows; what stands is their sum."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, func, insert, select

from chalicelib.pages import Asked, Page
from chalicelib.payments.model import Allocation
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.payments import allocations

_COLUMNS = [allocations.c[name] for name in Allocation._fields]


class Standing(NamedTuple):
    """What of one source stands against one line, in cents; always above 0."""

    source_kind: str
    source_id: UUID
    invoice_line_id: UUID
    amount_cents: int


def add_allocations(db: Connection, organisation_id: UUID, rows: Sequence[Allocation]) -> None:
    if rows:
        names = Allocation._fields
        values = [{"organisation_id": organisation_id, **{name: getattr(row, name) for name in names}} for row in rows]
        db.execute(insert(allocations), values)


def list_allocations(db: Connection, organisation_id: UUID, asked: Asked, source_id: UUID) -> Page[Allocation]:
    query = select(*_COLUMNS).where(
        allocations.c.organisation_id == organisation_id, allocations.c.source_id == source_id
    )
    return fetch_page(db, query, [allocations.c.id], asked).of(lambda row: Allocation(**row._mapping))


def standing_of_source(db: Connection, organisation_id: UUID, source_id: UUID) -> list[Standing]:
    """Return what stands of a payment or of a deposit's deduction, the earliest allocated line first."""
    return _standing(db, organisation_id, allocations.c.source_id == source_id)


def standing_on_lines(db: Connection, organisation_id: UUID, line_ids: Iterable[UUID]) -> list[Standing]:
    """Return what stands against the lines, the earliest allocated first."""
    return _standing(db, organisation_id, allocations.c.invoice_line_id.in_(set(line_ids)))


def days_of_source(db: Connection, organisation_id: UUID, source_id: UUID) -> list[tuple[dt.date, int]]:
    """Return (day, cents) set against lines, less what was taken back, on each day that something was."""
    query = (
        select(allocations.c.allocated_on, func.sum(allocations.c.amount_cents))
        .where(allocations.c.organisation_id == organisation_id, allocations.c.source_id == source_id)
        .group_by(allocations.c.allocated_on)
    )
    return [(row[0], int(row[1])) for row in db.execute(query)]


def last_releases(
    db: Connection, organisation_id: UUID, source_ids: Collection[UUID], line_ids: Collection[UUID]
) -> dict[UUID, dt.date]:
    """Return the last day on which something was taken back from each source and from each line; most have none."""
    found: dict[UUID, dt.date] = {}
    for column, ids in ((allocations.c.source_id, source_ids), (allocations.c.invoice_line_id, line_ids)):
        query = (
            select(column, func.max(allocations.c.allocated_on))
            .where(allocations.c.organisation_id == organisation_id, column.in_(ids), allocations.c.amount_cents < 0)
            .group_by(column)
        )
        found |= {row[0]: row[1] for row in db.execute(query)}
    return found


def _standing(db: Connection, organisation_id: UUID, condition: ColumnElement[bool]) -> list[Standing]:
    amount_cents = func.sum(allocations.c.amount_cents)
    key = (allocations.c.source_kind, allocations.c.source_id, allocations.c.invoice_line_id)
    query = (
        select(*key, amount_cents)
        .where(allocations.c.organisation_id == organisation_id, condition)
        .group_by(*key)
        .having(amount_cents > 0)
        .order_by(func.min(allocations.c.id))  # UUIDv7: in the order in which they were made
    )
    return [Standing(row[0], row[1], row[2], int(row[3])) for row in db.execute(query)]
