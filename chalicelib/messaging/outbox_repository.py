"""SQL of the outbox: putting messages into it, and reading them."""

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

    Others may insert the same keys at the same moment; whoever comes second waits for the first to
    end, and then finds the keys taken. Give the rows in the order of their keys, or two who wait for
    each other end in a deadlock, which costs one of them its transaction.
    """
    fresh = _without_known(ctx, rows)
    while fresh:
        try:
            with ctx.db.begin_nested():
                ctx.db.execute(insert(messages), fresh)
            break
        except IntegrityError:
            left = _without_known(ctx, fresh)
            if len(left) == len(fresh):
                raise  # it was about something else
            fresh = left
    return [row["id"] for row in fresh]


def _without_known(ctx: Context, rows: Rows) -> list[Mapping[str, Any]]:
    known = known_keys(ctx, (row["dedupe_key"] for row in rows))
    return [row for row in rows if row["dedupe_key"] not in known]


def known_keys(ctx: Context, keys: Iterable[str]) -> set[str]:
    """Return those of ``keys`` that the organisation has had."""
    query = select(messages.c.dedupe_key).where(
        messages.c.organisation_id == ctx.organisation_id, messages.c.dedupe_key.in_(list(keys))
    )
    return set(ctx.db.scalars(query))


def wake_dispatcher(ctx: Context) -> None:
    """Have the dispatcher woken when the transaction has committed; it finds out itself whose messages are due."""
    wake_after_commit(ctx.db, WORKER)
