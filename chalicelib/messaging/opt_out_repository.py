"""SQL of who wants no messages."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from chalicelib.messaging.model import OptOut
from chalicelib.pages import Asked, Page
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.messaging import opt_outs

_COLUMNS = [opt_outs.c[name] for name in OptOut._fields]


def add_opt_out(db: Connection, organisation_id: UUID, phone: str, source: str, now: dt.datetime) -> bool:
    """Keep it; return False where it was kept before."""
    if find_opt_out(db, organisation_id, phone) is not None:
        return False
    try:
        with db.begin_nested():
            row = {"organisation_id": organisation_id, "phone": phone, "source": source, "created_at": now}
            db.execute(insert(opt_outs).values(row))
    except IntegrityError:
        return False
    return True


def remove_opt_outs(db: Connection, organisation_id: UUID, phones: Collection[str]) -> int:
    query = delete(opt_outs).where(opt_outs.c.organisation_id == organisation_id, opt_outs.c.phone.in_(phones))
    return db.execute(query).rowcount


def find_opt_out(db: Connection, organisation_id: UUID, phone: str) -> OptOut | None:
    query = select(*_COLUMNS).where(opt_outs.c.organisation_id == organisation_id, opt_outs.c.phone == phone)
    row = db.execute(query).one_or_none()
    return None if row is None else OptOut._make(row)


def opted_out(db: Connection, organisation_id: UUID, phones: Collection[str]) -> set[str]:
    """Return those of ``phones`` that want no messages."""
    if not phones:
        return set()
    query = select(opt_outs.c.phone).where(
        opt_outs.c.organisation_id == organisation_id, opt_outs.c.phone.in_(list(phones))
    )
    return set(db.scalars(query))


def list_opt_outs(db: Connection, organisation_id: UUID, asked: Asked) -> Page[OptOut]:
    query = select(*_COLUMNS).where(opt_outs.c.organisation_id == organisation_id)
    return fetch_page(db, query, [opt_outs.c.phone], asked).of(OptOut._make)
