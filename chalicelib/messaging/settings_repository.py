"""SQL of what an organisation sets; ``grant_repository`` reads it with what it is granted."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, update
from sqlalchemy.exc import IntegrityError

from chalicelib.messaging.model import Settings
from chalicelib.storage.tables.messaging import message_settings


def change_settings(
    db: Connection, organisation_id: UUID, version: int, values: dict[str, Any], now: dt.datetime
) -> bool:
    """Set ``values`` if the row is still at ``version``; return whether this call did it."""
    query = update(message_settings).where(
        message_settings.c.organisation_id == organisation_id, message_settings.c.version == version
    )
    return db.execute(query.values(**values, version=version + 1, changed_at=now)).rowcount == 1


def add_settings(db: Connection, organisation_id: UUID, settings: Settings) -> bool:
    """Insert the organisation's first row; return False where another has just done so."""
    values = {**settings._asdict(), "gateways": list(settings.gateways)}
    try:
        with db.begin_nested():
            db.execute(insert(message_settings).values(organisation_id=organisation_id, **values))
    except IntegrityError:
        return False
    return True
