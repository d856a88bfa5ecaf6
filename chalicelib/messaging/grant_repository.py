"""SQL of grants."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, insert, select, update

from chalicelib.ids import new_id
from chalicelib.messaging.grant_model import MESSAGING, SENDER_NAME, Allowance, Grant, GrantLimits, SendingProfile
from chalicelib.messaging.grant_rules import limit_to_allowance
from chalicelib.messaging.model import MessageSettings
from chalicelib.organisations.model import PLATFORM
from chalicelib.runtime.context import Context
from chalicelib.storage.tables.messaging import message_settings, organisation_grants
from chalicelib.storage.tables.organisations import organisations

_MESSAGING_GRANT = organisation_grants.alias("messaging_grant")
_SENDER_GRANT = organisation_grants.alias("sender_grant")
_SETTINGS_COLUMNS = [message_settings.c[name] for name in MessageSettings._fields]


def _active_grant(grants: Any, kind: str) -> ColumnElement[bool]:
    return and_(grants.c.organisation_id == organisations.c.id, grants.c.kind == kind, grants.c.revoked_at.is_(None))


_SENDING_PROFILE = (
    select(
        organisations.c.time_zone,
        organisations.c.founder_phone,
        _MESSAGING_GRANT.c.id.label("messaging"),
        *(_MESSAGING_GRANT.c[name].label(f"granted_{name}") for name in GrantLimits._fields),
        _SENDER_GRANT.c.sender_name.label("granted_name"),
        *_SETTINGS_COLUMNS,
    )
    .select_from(organisations)
    .outerjoin(message_settings, message_settings.c.organisation_id == organisations.c.id)
    .outerjoin(_MESSAGING_GRANT, _active_grant(_MESSAGING_GRANT, MESSAGING))
    .outerjoin(_SENDER_GRANT, _active_grant(_SENDER_GRANT, SENDER_NAME))
)


def find_sending_profile(db: Connection, organisation_id: UUID) -> SendingProfile | None:
    """Return the organisation's settings and grants, in one query."""
    row = db.execute(_SENDING_PROFILE.where(organisations.c.id == organisation_id)).one_or_none()
    if row is None:
        return None
    found = row._mapping
    own = MessageSettings()
    if row.version is not None:
        own = MessageSettings(**{name: found[name] for name in MessageSettings._fields})._replace(
            gateways=tuple(row.gateways)
        )
    allowance = Allowance(founder_phone=row.founder_phone)
    if row.messaging is not None:
        limits = GrantLimits(*(found[f"granted_{name}"] for name in GrantLimits._fields))
        allowance = Allowance(True, *limits, None, row.granted_name or "", row.founder_phone)
    return SendingProfile(limit_to_allowance(own, allowance), own, allowance, row.time_zone)


def lock_organisation(ctx: Context) -> bool:
    """Lock the organisation's row, so that at most one grant of a kind is in force; return whether it exists.

    The platform's own organisation is excluded: without its grant phones would silently get no answers.
    """
    not_platform = (organisations.c.id == ctx.organisation_id) & (organisations.c.id != PLATFORM)
    query = select(organisations.c.id).where(not_platform).with_for_update()
    return ctx.db.scalar(query) is not None


def add_grant(ctx: Context, kind: str, values: dict[str, Any]) -> None:
    row = {"organisation_id": ctx.organisation_id, "id": new_id(), "kind": kind, "revoked_by": "", **values}
    ctx.db.execute(insert(organisation_grants).values(row))


def revoke_grant(ctx: Context, kind: str, by: str, now: dt.datetime) -> bool:
    """End the grant of the kind in force; return whether there was one."""
    query = update(organisation_grants).where(
        organisation_grants.c.organisation_id == ctx.organisation_id,
        organisation_grants.c.kind == kind,
        organisation_grants.c.revoked_at.is_(None),
    )
    return ctx.db.execute(query.values(revoked_by=by, revoked_at=now)).rowcount == 1


def list_grants(db: Connection) -> list[Grant]:
    """Return all grants in force, of all organisations but the platform's own, latest first: for operators."""
    names = [name for name in Grant._fields if name != "organisation_name"]
    query = (
        select(organisations.c.name.label("organisation_name"), *(organisation_grants.c[name] for name in names))
        .join(organisations, organisations.c.id == organisation_grants.c.organisation_id)
        .where(organisation_grants.c.revoked_at.is_(None), organisations.c.id != PLATFORM)
        .order_by(organisation_grants.c.granted_at.desc(), organisation_grants.c.id.desc())
    )
    return [Grant(**row._mapping) for row in db.execute(query)]
