"""Taking messages back that are no longer true."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.messaging import withdrawal_repository as repository
from chalicelib.messaging.model import DELIVERED, HANDED, SENT, UNKNOWN_STATUS

MAYBE_TOLD = (HANDED, SENT, DELIVERED, UNKNOWN_STATUS)


def withdraw_messages(
    db: Connection, organisation_id: UUID, dedupe_keys: Collection[str], *, reason: str, now: dt.datetime
) -> set[str]:
    """Cancel those of the messages that still wait, and return the keys of those that were told or may have been.

    It waits for a dispatcher that has the messages in hand, and so knows which of the two it is.
    """
    repository.cancel_keys(db, organisation_id, dedupe_keys, reason, now)
    return repository.keys_in(db, organisation_id, dedupe_keys, MAYBE_TOLD)
