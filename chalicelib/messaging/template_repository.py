"""SQL of organisations' templates. A row with empty text means the default, at its version."""

import datetime as dt
from typing import NamedTuple

from sqlalchemy import and_, insert, select, update
from sqlalchemy.exc import IntegrityError

from chalicelib.messaging.grant_model import MESSAGING, Allowance
from chalicelib.runtime.context import Context
from chalicelib.storage.tables.messaging import message_templates, organisation_grants
from chalicelib.storage.tables.organisations import organisations


class TemplateRow(NamedTuple):
    text: str
    version: int
    changed_at: dt.datetime


def list_templates(ctx: Context) -> dict[tuple[str, str], TemplateRow]:
    """Return all template rows of the organisation, by kind and language."""
    table = message_templates
    query = select(table.c.kind, table.c.language, table.c.text, table.c.version, table.c.changed_at)
    found = ctx.db.execute(query.where(table.c.organisation_id == ctx.organisation_id))
    return {(row.kind, row.language): TemplateRow(row.text, row.version, row.changed_at) for row in found}


def read_templates(ctx: Context) -> tuple[Allowance, dict[tuple[str, str], TemplateRow]]:
    """Return the organisation's allowance and all its template rows, in one query."""
    table, grants = message_templates, organisation_grants
    active_grant = and_(
        grants.c.organisation_id == organisations.c.id, grants.c.kind == MESSAGING, grants.c.revoked_at.is_(None)
    )
    query = (
        select(
            organisations.c.founder_phone,
            grants.c.id.label("granted"),
            *(table.c[name] for name in ("kind", "language", *TemplateRow._fields)),
        )
        .select_from(organisations)
        .outerjoin(grants, active_grant)
        .outerjoin(table, table.c.organisation_id == organisations.c.id)
        .where(organisations.c.id == ctx.organisation_id)
    )
    found = ctx.db.execute(query).all()
    written = {
        (row.kind, row.language): TemplateRow(row.text, row.version, row.changed_at) for row in found if row.kind
    }
    first = found[0] if found else None
    granted, phone = (first.granted is not None, first.founder_phone) if first else (False, None)
    return Allowance(granted=granted, founder_phone=phone), written


def add_template(ctx: Context, kind: str, language: str, text: str, now: dt.datetime) -> bool:
    """Insert the first row; return False if another transaction already has."""
    row = {"organisation_id": ctx.organisation_id, "kind": kind, "language": language}
    try:
        with ctx.db.begin_nested():
            ctx.db.execute(insert(message_templates).values(**row, text=text, version=1, changed_at=now))
    except IntegrityError:
        return False
    return True


def change_template(ctx: Context, kind: str, language: str, version: int, text: str, now: dt.datetime) -> bool:
    """Set the text if the row is still at ``version``; return whether this call did it."""
    table = message_templates
    query = update(table).where(
        table.c.organisation_id == ctx.organisation_id,
        table.c.kind == kind,
        table.c.language == language,
        table.c.version == version,
    )
    return ctx.db.execute(query.values(text=text, version=version + 1, changed_at=now)).rowcount == 1
