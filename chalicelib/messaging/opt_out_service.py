"""Who wants no messages: a phone says so for an organisation, whoever of its tenants it belongs to."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.errors import NotFound
from chalicelib.messaging import opt_out_repository as repository
from chalicelib.messaging.model import OptOut
from chalicelib.pages import Asked, Page


def opt_out(db: Connection, organisation_id: UUID, phone: str, *, source: str, now: dt.datetime) -> OptOut:
    """Send nothing to ``phone`` (E.164) from now on; a second time changes nothing.

    ``source``: one of ``model.OPT_OUT_SOURCES``. What is queued already is cancelled when it is due.
    """
    repository.add_opt_out(db, organisation_id, phone, source, now)
    return get_opt_out(db, organisation_id, phone)


def opt_in(db: Connection, organisation_id: UUID, phone: str) -> bool:
    """Send to ``phone`` again; return whether it had opted out."""
    return repository.remove_opt_outs(db, organisation_id, [phone]) == 1


def remove_opt_out(db: Connection, organisation_id: UUID, phone: str) -> None:
    """Send to ``phone`` again, because a member says so.

    Raises:
        NotFound: it has not opted out.
    """
    if not opt_in(db, organisation_id, phone):
        raise NotFound("That number has not opted out.")


def get_opt_out(db: Connection, organisation_id: UUID, phone: str) -> OptOut:
    found = repository.find_opt_out(db, organisation_id, phone)
    if found is None:
        raise NotFound("That number has not opted out.")
    return found


def opted_out(db: Connection, organisation_id: UUID, phones: Collection[str]) -> set[str]:
    """Return those of ``phones`` that want no messages; at most some thousand at once."""
    return repository.opted_out(db, organisation_id, phones)


def list_opt_outs(db: Connection, organisation_id: UUID, asked: Asked) -> Page[OptOut]:
    return repository.list_opt_outs(db, organisation_id, asked)
