"""SQL of taking queued messages back, and of what has been told."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, select, update

from chalicelib.messaging.model import CANCELLED, statuses_before
from chalicelib.storage.tables.messaging import messages


def cancel_keys(db: Connection, organisation_id: UUID, keys: Collection[str], reason: str, now: dt.datetime) -> int:
    """Cancel those of the messages that still may be; return how many."""
    query = update(messages).where(_have(organisation_id, keys), messages.c.status.in_(statuses_before(CANCELLED)))
    return db.execute(query.values(status=CANCELLED, reason=reason, finished_at=now)).rowcount


def expire_keys(
    db: Connection, organisation_id: UUID, keys: Collection[str], statuses: Collection[str], now: dt.datetime
) -> None:
    """Have those of the messages that are in one of the statuses end now, for whoever would send them again."""
    query = update(messages).where(_have(organisation_id, keys), messages.c.status.in_(statuses))
    db.execute(query.values(expires_at=now))


def keys_in(db: Connection, organisation_id: UUID, keys: Collection[str], statuses: Collection[str]) -> set[str]:
    """Return those of ``keys`` whose message is in one of the statuses."""
    query = select(messages.c.dedupe_key).where(_have(organisation_id, keys), messages.c.status.in_(statuses))
    return set(db.scalars(query))


def _have(organisation_id: UUID, keys: Collection[str]) -> ColumnElement[bool]:
    return (messages.c.organisation_id == organisation_id) & messages.c.dedupe_key.in_(sorted(keys))
