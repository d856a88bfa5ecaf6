"""Forgetting sheets that were uploaded and never committed: they are full of people, and nobody came back for them."""

import datetime as dt

from sqlalchemy import Connection

from chalicelib.identity import service as identity
from chalicelib.identity import vault
from chalicelib.imports import repository
from chalicelib.imports.model import EXPIRED, TRANSITIONS
from chalicelib.imports.preview_service import lock_import, set_status

RETENTION = dt.timedelta(days=30)
PURGE_BATCH_SIZE = 50


def expire_sheets(db: Connection, at: dt.datetime, *, at_once: int = PURGE_BATCH_SIZE) -> int:
    """Forget some of the sheets that nobody committed within ``RETENTION`` of their upload, and return how many.

    The import stays, as expired, with its counts and sums; the cells and their key are gone.
    """
    expired = 0
    for organisation_id, import_id in repository.list_uncommitted(db, at - RETENTION, at_once):
        ctx = identity.system_context(db, organisation_id, at)
        found = lock_import(ctx, import_id)
        if EXPIRED not in TRANSITIONS.get(found.status, ()):
            continue  # somebody commits it at this very moment
        set_status(ctx, found, EXPIRED, content_sealed=None, problems_sealed=None)
        vault.destroy_key(db, organisation_id, import_id)
        expired += 1
    return expired
