"""SQL of message settings; ``grant_repository`` reads them together with the grants."""

import datetime as dt

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError

from chalicelib.messaging.model import MessageSettings, MessageSettingsChange
from chalicelib.runtime.context import Context
from chalicelib.storage.tables.messaging import message_settings


def change_settings(ctx: Context, version: int, values: MessageSettingsChange, now: dt.datetime) -> bool:
    """Set ``values`` if the row is still at ``version``; return whether this call did it."""
    query = update(message_settings).where(
        message_settings.c.organisation_id == ctx.organisation_id, message_settings.c.version == version
    )
    return ctx.db.execute(query.values(**values, version=version + 1, changed_at=now)).rowcount == 1


def add_settings(ctx: Context, settings: MessageSettings) -> bool:
    """Insert the organisation's first row; return False if another transaction already has."""
    values = {**settings._asdict(), "gateways": list(settings.gateways)}
    try:
        with ctx.db.begin_nested():
            ctx.db.execute(insert(message_settings).values(organisation_id=ctx.organisation_id, **values))
    except IntegrityError:
        return False
    return True
