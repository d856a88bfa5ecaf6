"""SQL of how an organisation's messages are sent."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, insert, select, update
from sqlalchemy.exc import IntegrityError

from chalicelib.messaging.model import Settings
from chalicelib.storage.tables.messaging import message_settings

_COLUMNS = [message_settings.c[name] for name in Settings._fields]


def find_settings(db: Connection, organisation_id: UUID) -> Settings | None:
    row = db.execute(select(*_COLUMNS).where(message_settings.c.organisation_id == organisation_id)).one_or_none()
    return None if row is None else Settings(**{**row._mapping, "gateways": tuple(row.gateways)})


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
