"""How an organisation's messages are sent: by whom, when, how many and for how much at most."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from chalicelib import config
from chalicelib.errors import PreconditionFailed
from chalicelib.identity.service import CHANGED
from chalicelib.messaging import settings_repository as repository
from chalicelib.messaging.model import Settings


def get_settings(db: Connection, organisation_id: UUID) -> Settings:
    """Return the organisation's settings; the usual ones, at version 0, until it changes them."""
    return repository.find_settings(db, organisation_id) or Settings()


def change_settings(
    db: Connection, organisation_id: UUID, version: int | None, values: dict[str, Any], *, now: dt.datetime
) -> Settings:
    """Change what ``values`` names and return the settings.

    Raises:
        PreconditionFailed: they are no longer at ``version``.
    """
    before = get_settings(db, organisation_id)
    if version is not None and version != before.version:
        raise PreconditionFailed(CHANGED)
    if before.version:
        done = repository.change_settings(db, organisation_id, before.version, values, now)
    else:
        first = before._replace(**{**values, "version": 1, "changed_at": now})
        done = repository.add_settings(db, organisation_id, first)
    if not done:
        raise PreconditionFailed(CHANGED)
    return get_settings(db, organisation_id)


def part_prices() -> dict[str, int]:
    """Return what a part is reckoned to cost by each gateway, in cents."""
    settings = config.settings()
    return {"africastalking": settings.sms_price_cents, "sns": settings.sns_price_cents}
