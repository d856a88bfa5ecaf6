"""Taking messages back that are no longer true."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.messaging import withdrawal_repository as repository
from chalicelib.messaging.model import DELIVERED, HANDED, SENT, UNKNOWN_STATUS

ON_THE_WAY = (HANDED, UNKNOWN_STATUS)
MAYBE_TOLD = (*ON_THE_WAY, SENT, DELIVERED)


def withdraw_messages(
    db: Connection, organisation_id: UUID, dedupe_keys: Collection[str], *, reason: str, now: dt.datetime
) -> set[str]:
    """Cancel those of the messages that still wait, and return the keys of those that were told or may have been.

    It waits for a dispatcher that has the messages in hand, and so knows which of the two it is. One that is on
    its way is over too: should it turn out not to have been sent, it is not tried again.
    """
    repository.cancel_keys(db, organisation_id, dedupe_keys, reason, now)
    repository.expire_keys(db, organisation_id, dedupe_keys, ON_THE_WAY, now)
    return repository.keys_in(db, organisation_id, dedupe_keys, MAYBE_TOLD)
