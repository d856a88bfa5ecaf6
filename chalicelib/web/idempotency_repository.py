"""SQL of idempotency keys, and of the health check."""

import datetime as dt
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update
from sqlalchemy.exc import IntegrityError, OperationalError

from chalicelib.runtime.context import Context
from chalicelib.storage.tables.organisations import idempotency_keys, organisations

NO_ANSWER_YET = 0  # status_code: none yet, visible to its own transaction only; or erased


class StoredAnswer(NamedTuple):
    request_hash: str
    status_code: int  # of HTTP, or NO_ANSWER_YET
    headers: dict[str, str]
    body: str


_NO_CONTENT: dict[str, Any] = {"status_code": NO_ANSWER_YET, "headers": {}, "body": ""}


class KeyInUse(Exception):
    """An open transaction has locked the key."""


def find_answer(db: Connection, scope_id: UUID, key: str) -> StoredAnswer | None:
    """Return the response stored under ``key``, if any, and lock its row; ``scope_id`` is the key's owner.

    Raises:
        KeyInUse: a request with the key is being worked on.
    """
    query = select(
        idempotency_keys.c.request_hash,
        idempotency_keys.c.status_code,
        idempotency_keys.c.headers,
        idempotency_keys.c.body,
    ).where(_key_matches(scope_id, key))
    try:
        row = db.execute(query.with_for_update(nowait=True)).one_or_none()
    except OperationalError as error:
        if error.connection_invalidated:
            raise  # nothing is locked: the database is gone, or read-only
        # MySQL 3572, MariaDB 1205: the row is there, uncommitted. SQLite lets one writer in at a time.
        raise KeyInUse from error
    return None if row is None else StoredAnswer(*row)


def claim_key(
    db: Connection, scope_id: UUID, key: str, request_hash: str, organisation_id: UUID | None, at: dt.datetime
) -> None:
    """Claim the key for this transaction.

    Raises:
        KeyInUse: a concurrent request claimed it first.
    """
    row = {"scope_id": scope_id, "key": key, "request_hash": request_hash, "organisation_id": organisation_id}
    try:
        db.execute(insert(idempotency_keys).values(**row, created_at=at, **_NO_CONTENT))
    except (IntegrityError, OperationalError) as error:
        if error.connection_invalidated:
            raise
        raise KeyInUse from error


def store_answer(db: Connection, scope_id: UUID, key: str, **values: Any) -> None:
    db.execute(update(idempotency_keys).where(_key_matches(scope_id, key)).values(**values))


def clear_answers(ctx: Context) -> None:
    """Clear the responses of the organisation's keys; waits for requests that have claimed one."""
    ctx.db.execute(
        update(idempotency_keys).where(idempotency_keys.c.organisation_id == ctx.organisation_id).values(**_NO_CONTENT)
    )


def _key_matches(scope_id: UUID, key: str) -> ColumnElement[bool]:
    return and_(idempotency_keys.c.scope_id == scope_id, idempotency_keys.c.key == key)


def purge_answers(db: Connection, before: dt.datetime, at_once: int) -> int:
    """Delete about ``at_once`` of the oldest keys created before ``before``; return how many."""
    old = idempotency_keys.c.created_at < before
    # The last of the batch by the index: MySQL and SQLite have no common DELETE with a limit.
    last = select(idempotency_keys.c.created_at).where(old).order_by(idempotency_keys.c.created_at)
    bound = db.scalar(last.limit(1).offset(at_once - 1))
    return db.execute(
        delete(idempotency_keys).where(old if bound is None else idempotency_keys.c.created_at <= bound)
    ).rowcount


def ping(db: Connection) -> None:
    """Read from the database; the result does not matter."""
    db.execute(select(organisations.c.id).limit(1)).first()
