"""SQL of the outbox."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from chalicelib.runtime.context import Context
from chalicelib.storage.engines import wake_after_commit
from chalicelib.storage.tables.messaging import messages

WORKER = "messages"

Rows = Sequence[Mapping[str, Any]]


def add_messages(ctx: Context, rows: Rows) -> list[UUID]:
    """Insert the rows whose dedupe_key the organisation has not had, and return their ids.

    A concurrent insert of the same keys waits for the first transaction, then finds the keys present. Pass the rows in
    key order: otherwise two transactions can deadlock.
    """
    new_rows = _drop_existing(ctx, rows)
    while new_rows:
        try:
            with ctx.db.begin_nested():
                ctx.db.execute(insert(messages), new_rows)
            break
        except IntegrityError:
            remaining = _drop_existing(ctx, new_rows)
            if len(remaining) == len(new_rows):
                raise  # another constraint
            new_rows = remaining
    return [row["id"] for row in new_rows]


def _drop_existing(ctx: Context, rows: Rows) -> list[Mapping[str, Any]]:
    existing = find_existing_keys(ctx, (row["dedupe_key"] for row in rows))
    return [row for row in rows if row["dedupe_key"] not in existing]


def find_existing_keys(ctx: Context, keys: Iterable[str]) -> set[str]:
    """Return those of ``keys`` that the organisation already has."""
    query = select(messages.c.dedupe_key).where(
        messages.c.organisation_id == ctx.organisation_id, messages.c.dedupe_key.in_(list(keys))
    )
    return set(ctx.db.scalars(query))


def wake_dispatcher(ctx: Context) -> None:
    """Wake the dispatcher after commit; it finds by itself which organisations have messages due."""
    wake_after_commit(ctx.db, WORKER)
