"""SQL of owners, channels, properties and units."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Date,
    Row,
    Select,
    Table,
    bindparam,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from chalicelib.paging import Page, PageRequest
from chalicelib.portfolio.model import Channel, Owner, Property, Unit
from chalicelib.runtime.context import Context, Properties
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.leasing import leases
from chalicelib.storage.tables.portfolio import channels, owners, properties, units
from chalicelib.storage.types import Id

_TABLES = {"owner": owners, "channel": channels, "property": properties, "unit": units}
_SORTS = {"name": "name_key", "rent": "rent_cents"}


# Built once, because building this query takes as long as running it.
_OF, _TODAY = bindparam("of_organisation", type_=Id()), bindparam("on_day", type_=Date())
_NEXT_START = (
    select(func.min(leases.c.starts_on))
    .where(
        leases.c.organisation_id == _OF,
        leases.c.unit_id == units.c.id,
        # A lease that was called off ends before it starts, and has no days.
        or_(leases.c.ends_on.is_(None), (leases.c.ends_on >= _TODAY) & (leases.c.ends_on >= leases.c.starts_on)),
    )
    .correlate(units)
    .scalar_subquery()
)
_STATUS = case((_NEXT_START.is_(None), "vacant"), (_NEXT_START <= _TODAY, "occupied"), else_="reserved")
_UNITS = (
    select(
        units.c.id,  # in the order of ``Unit``, whose status is derived from the tenth
        units.c.property_id,
        properties.c.name.label("property_name"),
        units.c.name,
        units.c.type,
        units.c.bedrooms,
        units.c.size_sqm,
        units.c.rent_cents,
        units.c.note,
        _NEXT_START.label("next_start"),
        units.c.version,
        units.c.created_at,
        units.c.name_key,
    )
    # Every unit has a property; the outer join makes MySQL read units first, by the index of the sort order.
    .outerjoin(
        properties,
        (properties.c.organisation_id == units.c.organisation_id) & (properties.c.id == units.c.property_id),
    )
    .where(units.c.organisation_id == _OF)
)


def add(db: Connection, kind: str, organisation_id: UUID, values: dict[str, Any]) -> bool:
    """Insert the row; return False where its name is taken."""
    try:
        with db.begin_nested():
            db.execute(insert(_TABLES[kind]).values(organisation_id=organisation_id, **values))
    except IntegrityError:
        return False
    return True


def change(
    db: Connection,
    kind: str,
    organisation_id: UUID,
    row_id: UUID,
    version: int | None,
    columns: Mapping[str, object],
) -> bool | None:
    """Set ``columns`` if the row still has ``version`` (None: any).

    Returns whether this call did it; None if a name that must be unique is taken.
    """
    table = _TABLES[kind]
    query = update(table).where(table.c.organisation_id == organisation_id, table.c.id == row_id)
    if version is not None:
        query = query.where(table.c.version == version)
    try:
        with db.begin_nested():
            return db.execute(query.values(**columns, version=table.c.version + 1)).rowcount == 1
    except IntegrityError:
        return None


def remove(db: Connection, kind: str, organisation_id: UUID, row_id: UUID, version: int | None) -> bool | None:
    """Delete the row if it still has ``version``; None if something depends on it."""
    table = _TABLES[kind]
    query = delete(table).where(table.c.organisation_id == organisation_id, table.c.id == row_id)
    if version is not None:
        query = query.where(table.c.version == version)
    try:
        with db.begin_nested():
            return db.execute(query).rowcount == 1
    except IntegrityError:
        return None


def find_owner(ctx: Context, owner_id: UUID) -> Owner | None:
    row = _find_row(ctx.db, owners, ctx.organisation_id, owner_id)
    return None if row is None else _owner(row)


def list_owners(ctx: Context, page_request: PageRequest) -> Page[Owner]:
    query = select(owners).where(owners.c.organisation_id == ctx.organisation_id)
    return fetch_page(ctx.db, query, [owners.c.id], page_request).of(_owner)


def find_channel(ctx: Context, channel_id: UUID, within: Properties) -> Channel | None:
    row = ctx.db.execute(_channels(ctx.organisation_id, within).where(channels.c.id == channel_id)).one_or_none()
    return None if row is None else _channel(row)


def list_channels(ctx: Context, page_request: PageRequest, within: Properties) -> Page[Channel]:
    return fetch_page(ctx.db, _channels(ctx.organisation_id, within), [channels.c.id], page_request).of(_channel)


def _channels(organisation_id: UUID, within: Properties) -> Select[Any]:
    """Select the channels; with ``within`` only those of these properties and those of no property."""
    query = select(channels).where(channels.c.organisation_id == organisation_id)
    if within is None:
        return query
    of_a_property = exists().where(
        properties.c.organisation_id == organisation_id, properties.c.channel_id == channels.c.id
    )
    return query.where(or_(~of_a_property, of_a_property.where(properties.c.id.in_(within))))


def find_property(ctx: Context, property_id: UUID) -> Property | None:
    row = _find_row(ctx.db, properties, ctx.organisation_id, property_id)
    return None if row is None else _property(row)


def list_properties(ctx: Context, page_request: PageRequest, within: Properties) -> Page[Property]:
    query = select(properties).where(properties.c.organisation_id == ctx.organisation_id)
    if within is not None:
        query = query.where(properties.c.id.in_(within))
    return fetch_page(ctx.db, query, [properties.c.name_key, properties.c.id], page_request).of(_property)


def find_unit(ctx: Context, unit_id: UUID, today: dt.date) -> Unit | None:
    found = ctx.db.execute(_UNITS.where(units.c.id == unit_id), {_OF.key: ctx.organisation_id, _TODAY.key: today})
    row = found.one_or_none()
    return None if row is None else _unit(row, today)


def list_units(
    ctx: Context,
    page_request: PageRequest,
    *,
    today: dt.date,
    within: Properties,
    property_id: UUID | None = None,
    status: str | None = None,
    type: str | None = None,
) -> Page[Unit]:
    query = _UNITS
    if within is not None:
        query = query.where(units.c.property_id.in_(within))
    if property_id is not None:
        query = query.where(units.c.property_id == property_id)
    if type is not None:
        query = query.where(units.c.type == type)
    if status is not None:
        query = query.where(_STATUS.in_([status]))
    sort = page_request.sort or "id"
    keys = [units.c.id] if sort.lstrip("-") == "id" else [units.c[_SORTS[sort.lstrip("-")]], units.c.id]
    values = {_OF.key: ctx.organisation_id, _TODAY.key: today}
    page = fetch_page(ctx.db, query, keys, page_request, descending=sort.startswith("-"), values=values)
    return page.of(lambda row: _unit(row, today))


def lock_unit(ctx: Context, unit_id: UUID) -> Row[Any] | None:
    """Lock the unit until the transaction ends, so that its leases change one at a time, and return it."""
    query = select(units).where(units.c.organisation_id == ctx.organisation_id, units.c.id == unit_id)
    return ctx.db.execute(query.with_for_update()).one_or_none()


def _find_row(db: Connection, table: Table, organisation_id: UUID, row_id: UUID) -> Row[Any] | None:
    query = select(table).where(table.c.organisation_id == organisation_id, table.c.id == row_id)
    return db.execute(query).one_or_none()


def _status_of(next_start: dt.date | None, today: dt.date) -> str:
    """Return a unit's status by the first day of its running or next lease; ``_STATUS`` is the same in SQL."""
    if next_start is None:
        return "vacant"
    return "occupied" if next_start <= today else "reserved"


def _unit(row: Sequence[Any], today: dt.date) -> Unit:
    values: tuple[Any, ...] = (*row[:9], _status_of(row[9], today), *row[10:12])
    return Unit(*values)


def _owner(row: Row[Any]) -> Owner:
    return Owner(row.id, row.name, row.phone, row.email, row.kra_pin, row.version, row.created_at)


def _channel(row: Row[Any]) -> Channel:
    return Channel(row.id, row.kind, row.name, row.number, row.active, row.version, row.created_at)


def _property(row: Row[Any]) -> Property:
    return Property(
        row.id,
        row.owner_id,
        row.channel_id,
        row.name,
        row.address,
        row.town,
        row.water_rate_cents,
        row.electricity_rate_cents,
        row.version,
        row.created_at,
    )
