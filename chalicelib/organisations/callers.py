"""Who is asking: the context of a signed-in caller in one of their organisations."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.access.roles import CARETAKER, PERMISSIONS
from chalicelib.clock import day_of
from chalicelib.errors import BadRequest, Forbidden, NotFound
from chalicelib.organisations import repository
from chalicelib.runtime.context import Actor, Context


def get_caller(db: Connection, phone: str, organisation_id: UUID | None, *, may: str, now: dt.datetime) -> Context:
    """Return the context of the caller in the organisation that is asked for, or in the only one that they have.

    Raises:
        BadRequest: they have several and named none; the problem lists them.
        NotFound: they are no active member of the one they named, or of any.
        Forbidden: their role may not do ``may``.
    """
    rows = repository.list_caller_memberships(db, phone, organisation_id)
    found = {row.organisation_id: row for row in rows}
    if not found:
        raise NotFound(
            "You are not a member of that organisation."
            if organisation_id
            else "You are not a member of any organisation yet; found one with POST /v1/organisations."
        )
    if len(found) > 1:
        listed = [{"id": str(row.organisation_id), "name": row.name} for row in found.values()]
        raise BadRequest("You belong to several organisations; name one in X-Organisation.", organisations=listed)
    row = rows[0]
    if row.role not in PERMISSIONS[may]:
        raise Forbidden("Your role does not allow this.", role=row.role, action=may)
    named = frozenset(each.property_id for each in rows if each.property_id) if row.role == CARETAKER else None
    return Context(db, row.organisation_id, Actor(row.id, row.role, named), now, day_of(now, row.time_zone))
