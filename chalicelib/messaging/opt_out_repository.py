"""SQL of opt-outs: those of one organisation, and the global ones of a number's holder."""

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, String, and_, delete, insert, literal, or_, select, union_all, update
from sqlalchemy.exc import IntegrityError

from chalicelib.messaging.model import SOURCE_MEMBER, OptOut
from chalicelib.messaging.suppression_rules import Suppressions
from chalicelib.paging import Page, PageRequest
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.leasing import lease_tenants, leases, phone_places, tenant_phones, tenants
from chalicelib.storage.tables.messaging import opt_outs, phone_stops
from chalicelib.storage.types import Id, Instant

CONFIRMED = "confirmed"  # same value as in leasing.model, which this package must not import

_COLUMNS = [opt_outs.c[name] for name in OptOut._fields]


def add_opt_out(db: Connection, organisation_id: UUID, phone: str, source: str, now: dt.datetime) -> bool:
    """Insert it; return False if it existed. The holder's opt-out replaces one entered by a member."""
    found = find_opt_out(db, organisation_id, phone)
    if found is not None:
        if found.source == SOURCE_MEMBER != source:
            same_opt_out = (opt_outs.c.organisation_id == organisation_id) & (opt_outs.c.phone == phone)
            db.execute(update(opt_outs).where(same_opt_out).values(source=source, created_at=now))
        return False
    try:
        with db.begin_nested():
            row = {"organisation_id": organisation_id, "phone": phone, "source": source, "created_at": now}
            db.execute(insert(opt_outs).values(row))
    except IntegrityError:
        return False
    return True


def remove_opt_outs(
    db: Connection, organisation_id: UUID, phones: Collection[str], *, source: str | None = None
) -> int:
    """Remove the opt-outs of ``phones``, only those of ``source`` if given; return how many."""
    query = delete(opt_outs).where(opt_outs.c.organisation_id == organisation_id, opt_outs.c.phone.in_(phones))
    return db.execute(query if source is None else query.where(opt_outs.c.source == source)).rowcount


def find_opt_out(db: Connection, organisation_id: UUID, phone: str) -> OptOut | None:
    query = select(*_COLUMNS).where(opt_outs.c.organisation_id == organisation_id, opt_outs.c.phone == phone)
    row = db.execute(query).one_or_none()
    return None if row is None else OptOut._make(row)


def list_opt_outs(db: Connection, organisation_id: UUID, page_request: PageRequest) -> Page[OptOut]:
    query = select(*_COLUMNS).where(opt_outs.c.organisation_id == organisation_id)
    return fetch_page(db, query, [opt_outs.c.phone], page_request).of(OptOut._make)


def add_stop(db: Connection, phone: str, source: str, now: dt.datetime) -> None:
    """Record a global opt-out by the holder of ``phone``; a repeat moves it to ``now``."""
    values = {"source": source, "at": now}
    if db.execute(update(phone_stops).where(phone_stops.c.phone == phone).values(**values)).rowcount:
        return
    try:
        with db.begin_nested():
            db.execute(insert(phone_stops).values(phone=phone, **values))
    except IntegrityError:
        pass  # recorded concurrently


def remove_stop(db: Connection, phone: str) -> None:
    """Remove the global opt-out of ``phone``."""
    db.execute(delete(phone_stops).where(phone_stops.c.phone == phone))
    db.execute(delete(opt_outs).where(opt_outs.c.phone == phone))


def list_organisations_of_phone(db: Connection, phone: str, ended_after: dt.date) -> list[UUID]:
    """Return all organisations with a tenant of that number whose lease did not end before ``ended_after``."""
    query = (
        select(tenant_phones.c.organisation_id)
        .join(tenants, _same_row(tenants, "id", tenant_phones.c.tenant_id, tenant_phones))
        .join(lease_tenants, _same_row(lease_tenants, "tenant_id", tenant_phones.c.tenant_id, tenant_phones))
        .join(leases, _same_row(leases, "id", lease_tenants.c.lease_id, tenant_phones))
        .where(
            tenant_phones.c.phone == phone,
            tenants.c.erased_at.is_(None),
            or_(leases.c.ends_on.is_(None), leases.c.ends_on >= ended_after),
        )
    )
    return sorted(set(db.scalars(query)))


def find_suppressions(
    db: Connection,
    organisation_id: UUID,
    phones: Collection[str],
    lease_ids: Collection[UUID],
    ended_before: dt.date,
) -> Suppressions:
    """Return the suppressions of ``phones`` and ``lease_ids``, in one statement since recording a payment needs it.

    ``ended_before``: numbers of a lease that ended before then may have a new holder.
    """
    if not phones and not lease_ids:
        return Suppressions()
    nothing, no_id, no_instant, no = (
        literal(None, String(16)),
        literal(None, Id),
        literal(None, Instant),
        literal(False),
    )

    def about_phones(kind: str, table: Any, *columns: Any) -> Select[Any]:
        names = ("lease_id", "property_id", "at", "yes")
        labelled = (column.label(name) for name, column in zip(names, columns, strict=True))
        query = select(literal(kind, String(10)).label("kind"), table.c.phone.label("phone"), *labelled)
        return query.where(table.c.phone.in_(list(phones)))

    opt_out_columns, places = opt_outs.c, phone_places.c
    decided_places = (
        about_phones(
            "place", phone_places, places.lease_id, leases.c.property_id, places.decided_at, places.state == CONFIRMED
        )
        .outerjoin(leases, _same_row(leases, "id", places.lease_id, phone_places))
        .where(places.organisation_id == organisation_id)
    )
    about_leases = select(
        literal("lease", String(10)),
        nothing,
        leases.c.id,
        leases.c.property_id,
        no_instant,
        leases.c.ends_on < ended_before,
    ).where(leases.c.organisation_id == organisation_id, leases.c.id.in_(list(lease_ids)))
    branches = (
        about_phones("opt_out", opt_outs, no_id, no_id, no_instant, no).where(
            opt_out_columns.organisation_id == organisation_id
        ),
        about_phones("stop", phone_stops, no_id, no_id, phone_stops.c.at, no),
        decided_places,
        about_leases,
    )
    found = Suppressions()
    for row in db.execute(union_all(*branches)):
        found.add_row(row.kind, row.phone, row.lease_id, row.property_id, row.at, bool(row.yes))
    return found


def _same_row(table: Any, column: str, value: Any, of: Any) -> Any:
    return and_(table.c.organisation_id == of.c.organisation_id, table.c[column] == value)
