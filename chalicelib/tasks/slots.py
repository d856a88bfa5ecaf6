"""Slots of scheduled jobs. Both Regions fire each schedule; the first to claim the slot in the writer runs it."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.tasks import job_repository

KEY_FORMAT = "%Y-%m-%dT%H:%M:%SZ"  # keys compare as their instants do

_BEGINNING = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)


def slot_start(event_time: dt.datetime, every: dt.timedelta) -> dt.datetime:
    """Return the start of the event's slot: its time rounded down to a multiple of ``every`` since midnight UTC.

    Both Regions' schedules fire within the same slot, so they compute the same start.
    """
    return (event_time - (event_time - _BEGINNING) % every).astimezone(dt.UTC)


def slot_key(start: dt.datetime) -> str:
    return start.astimezone(dt.UTC).strftime(KEY_FORMAT)


def parse_slot_key(key: str) -> dt.datetime:
    return dt.datetime.strptime(key, KEY_FORMAT).replace(tzinfo=dt.UTC)


def list_slot_starts(since: dt.datetime, before: dt.datetime, every: dt.timedelta) -> Iterator[dt.datetime]:
    """Yield the start of each slot from ``since`` (included) to ``before`` (excluded), oldest first."""
    start = slot_start(since, every)
    while start < before:
        if start >= since:
            yield start
        start += every


def claim_for_scope(db: Connection, job: str, slot: str, scope_id: UUID, now: dt.datetime) -> bool:
    """Claim the slot of ``job`` for one scope, such as an organisation; return False if it is already claimed.

    Do the work in the same transaction, so that a failure also rolls back the claim.
    """
    return job_repository.claim_slot(db, job, slot, scope_id, now)
