"""SQL of the tenants with a phone number, across organisations, and of their confirmations.

An SMS or USSD request names no organisation, so the rows of all are read; the caller shows them
only to that phone, and keeps organisations apart.
"""

import datetime as dt
from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, exists, insert, literal, or_, select, update
from sqlalchemy.exc import IntegrityError

from chalicelib.leasing.lease_repository import HOLDS_A_DAY
from chalicelib.leasing.tenant_model import CONFIRMED, DENIED
from chalicelib.storage.tables.leasing import lease_tenants, leases, phone_places, tenant_phones, tenants
from chalicelib.storage.tables.organisations import organisations
from chalicelib.storage.tables.portfolio import properties, units


def list_leases_of_phone(db: Connection, phone: str) -> list[Row[Any]]:
    """Return a row for each (tenant with the phone, lease of theirs); the lease is None for a tenant without any.

    Erased tenants have no phone; the query excludes them explicitly as well.
    """
    query = (
        select(
            tenant_phones.c.organisation_id,
            organisations.c.name.label("organisation_name"),
            organisations.c.currency,
            organisations.c.time_zone,
            tenants.c.id.label("tenant_id"),
            tenants.c.language,
            leases.c.id.label("lease_id"),
            leases.c.unit_id,
            units.c.name.label("unit_name"),
            leases.c.property_id,
            properties.c.name.label("property_name"),
            leases.c.starts_on,
            leases.c.ends_on,
            leases.c.terminated_on,
            leases.c.due_day,
            leases.c.previous_id,
            phone_places.c.state,
        )
        .join(tenants, _same_row(tenant_phones, tenants, "tenant_id"))
        .join(organisations, organisations.c.id == tenant_phones.c.organisation_id)
        .outerjoin(
            lease_tenants,
            and_(
                lease_tenants.c.organisation_id == tenants.c.organisation_id, lease_tenants.c.tenant_id == tenants.c.id
            ),
        )
        .outerjoin(leases, and_(_same_row(lease_tenants, leases, "lease_id"), HOLDS_A_DAY))
        .outerjoin(
            phone_places,
            and_(
                phone_places.c.organisation_id == leases.c.organisation_id,
                phone_places.c.phone == tenant_phones.c.phone,
                phone_places.c.lease_id == leases.c.id,
            ),
        )
        .outerjoin(units, _same_row(leases, units, "unit_id"))
        .outerjoin(properties, _same_row(leases, properties, "property_id"))
        .where(tenant_phones.c.phone == phone, tenants.c.erased_at.is_(None))
        .order_by(
            tenant_phones.c.organisation_id, tenant_phones.c.position, tenants.c.id, leases.c.starts_on, leases.c.id
        )
    )
    return list(db.execute(query))


def _same_row(table: Any, other: Any, key: str) -> Any:
    return and_(other.c.organisation_id == table.c.organisation_id, other.c.id == table.c[key])


def record_place_state(
    db: Connection, organisation_id: UUID, phone: str, lease_id: UUID, state: str, source: str, now: dt.datetime
) -> None:
    """Store whether the phone's holder confirms or denies a lease, replacing an earlier answer."""
    mine = and_(_place(organisation_id, phone), phone_places.c.lease_id == lease_id)
    values = {"state": state, "source": source, "decided_at": now}
    if db.execute(update(phone_places).where(mine).values(**values)).rowcount:
        return
    try:
        with db.begin_nested():
            row = {"organisation_id": organisation_id, "phone": phone, "lease_id": lease_id, **values}
            db.execute(insert(phone_places).values(**row))
    except IntegrityError:  # a concurrent request inserted it
        db.execute(update(phone_places).where(mine).values(**values))


def list_confirmed_phones(db: Connection, organisation_id: UUID, phones: Collection[str]) -> set[str]:
    """Return those of ``phones`` whose holder confirmed a lease of the organisation."""
    query = select(phone_places.c.phone).where(
        phone_places.c.organisation_id == organisation_id,
        phone_places.c.phone.in_(list(phones)),
        phone_places.c.state == CONFIRMED,
    )
    return set(db.scalars(query))


def copy_places(
    db: Connection, organisation_id: UUID, lease_id: UUID, to_lease_id: UUID, states: Collection[str]
) -> None:
    """Copy a lease's confirmations in one of ``states`` to the lease that follows it."""
    table = phone_places
    said = select(
        table.c.organisation_id, table.c.phone, literal(to_lease_id, table.c.lease_id.type), table.c.state,
        table.c.source, table.c.decided_at,
    ).where(
        table.c.organisation_id == organisation_id, table.c.lease_id == lease_id, table.c.state.in_(list(states))
    )  # fmt: skip
    names = ("organisation_id", "phone", "lease_id", "state", "source", "decided_at")
    db.execute(insert(table).from_select(names, said))


def delete_unclaimed_places(
    db: Connection, organisation_id: UUID, *, phones: Collection[str] = (), lease_id: UUID | None = None
) -> None:
    """Delete the confirmations of these phones, or of the lease, that no tenant's number backs any more.

    A denial stays, so that entering the number again does not ask its holder again.
    """
    entered = (
        exists()
        .where(
            tenant_phones.c.organisation_id == organisation_id,
            tenant_phones.c.phone == phone_places.c.phone,
            lease_tenants.c.organisation_id == organisation_id,
            lease_tenants.c.tenant_id == tenant_phones.c.tenant_id,
            lease_tenants.c.lease_id == phone_places.c.lease_id,
        )
        .correlate(phone_places)
    )
    whose = phone_places.c.phone.in_(list(phones)) if lease_id is None else phone_places.c.lease_id == lease_id
    lost = and_(phone_places.c.organisation_id == organisation_id, whose, phone_places.c.state == CONFIRMED)
    db.execute(delete(phone_places).where(lost, ~entered))


def purge_places(db: Connection, ended_before: dt.date, denied_before: dt.datetime, at_once: int) -> int:
    """Delete confirmations of leases that ended before ``ended_before``, in all organisations; return how many.

    A denial is deleted only if it is also older than ``denied_before``.
    """
    table = phone_places
    ended = and_(leases.c.ends_on.is_not(None), leases.c.ends_on < ended_before)
    old = or_(table.c.state == CONFIRMED, and_(table.c.state == DENIED, table.c.decided_at < denied_before))
    query = (
        select(table.c.organisation_id, table.c.phone, table.c.lease_id)
        .outerjoin(leases, _same_row(table, leases, "lease_id"))
        .where(old, or_(leases.c.id.is_(None), ended))
        .limit(at_once)
    )
    found = db.execute(query).all()
    for row in found:
        mine = and_(_place(row.organisation_id, row.phone), table.c.lease_id == row.lease_id)
        db.execute(delete(table).where(mine))
    return len(found)


def _place(organisation_id: UUID, phone: str) -> ColumnElement[bool]:
    return and_(phone_places.c.organisation_id == organisation_id, phone_places.c.phone == phone)
