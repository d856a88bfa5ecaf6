"""A scheduled job happens once for both Regions: who claims its slot first, in the writer's database, works it."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.tasks import repository

_BEGINNING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def slot_of(event_time: dt.datetime, every: dt.timedelta) -> str:
    """Return the slot that the event belongs to: its time, rounded down to ``every`` since midnight UTC.

    Both Regions' schedules fire within seconds of each other, so they name the same slot.
    """
    beginning = event_time - (event_time - _BEGINNING) % every
    return beginning.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def claim(db: Connection, job: str, slot: str, scope_id: UUID, now: dt.datetime) -> bool:
    """Take the slot of ``job`` for one scope, such as an organisation; return False where it is taken.

    Work in the same transaction, so that a claim whose work failed is not left behind.
    """
    return repository.claim_slot(db, job, slot, scope_id, now)
