"""Add, list and change owners, channels, properties and units."""

import datetime as dt
import unicodedata
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.errors import STALE_VERSION, Conflict, Invalid, NotFound, PreconditionFailed
from chalicelib.ids import new_id
from chalicelib.paging import Page, PageRequest
from chalicelib.portfolio import repository
from chalicelib.portfolio.model import Channel, Owner, Property, Unit
from chalicelib.runtime.context import Context

Thing = TypeVar("Thing")
MAX_PROPERTY_KEY, MAX_UNIT_KEY = 120, 40  # characters of their ``name_key``


def name_key(name: str) -> str:
    """Return the name as compared for uniqueness: lower case, single spaces, equal-looking characters unified.

    An accented letter may be one character or two (NFC makes it one), and joiners have no width.
    """
    visible = "".join(each for each in name if unicodedata.category(each) != "Cf")
    return " ".join(unicodedata.normalize("NFC", visible.lower()).split())


def list_owners(ctx: Context, page_request: PageRequest) -> Page[Owner]:
    return repository.list_owners(ctx, page_request)


def get_owner(ctx: Context, owner_id: UUID) -> Owner:
    return _require(repository.find_owner(ctx, owner_id), "owner")


def add_owner(ctx: Context, values: dict[str, Any]) -> Owner:
    row = {"phone": None, "email": None, "kra_pin": None, **values}
    owner_id = _add(ctx.db, "owner", ctx.organisation_id, row, ctx.now)
    return get_owner(ctx, owner_id)


def change_owner(ctx: Context, owner_id: UUID, version: int | None, values: dict[str, Any]) -> Owner:
    get_owner(ctx, owner_id)
    _change(ctx.db, "owner", ctx.organisation_id, owner_id, version, values)
    return get_owner(ctx, owner_id)


def remove_owner(ctx: Context, owner_id: UUID, version: int | None) -> None:
    get_owner(ctx, owner_id)
    _remove(ctx.db, "owner", ctx.organisation_id, owner_id, version)


def list_channels(ctx: Context, page_request: PageRequest) -> Page[Channel]:
    return repository.list_channels(ctx, page_request, ctx.actor.properties)


def get_channel(ctx: Context, channel_id: UUID) -> Channel:
    """Return the channel; a caretaker sees those of their properties and those of no property."""
    return _require(repository.find_channel(ctx, channel_id, ctx.actor.properties), "channel")


def add_channel(ctx: Context, values: dict[str, Any]) -> Channel:
    """Add a paybill, till, bank account or cash box.

    Raises:
        Conflict: the organisation has the same kind, number and name already.
        Invalid: it has no number and is not a cash box.
    """
    if values["kind"] != "cash" and not values.get("number"):
        raise Invalid([("number", "expected the shortcode or the account number")])
    row = {"number": "", "active": True, **values}
    channel_id = _add(ctx.db, "channel", ctx.organisation_id, row, ctx.now)
    return get_channel(ctx, channel_id)


def change_channel(ctx: Context, channel_id: UUID, version: int | None, values: dict[str, Any]) -> Channel:
    get_channel(ctx, channel_id)
    _change(ctx.db, "channel", ctx.organisation_id, channel_id, version, values)
    return get_channel(ctx, channel_id)


def list_properties(ctx: Context, page_request: PageRequest) -> Page[Property]:
    return repository.list_properties(ctx, page_request, ctx.actor.properties)


def get_property(ctx: Context, property_id: UUID) -> Property:
    found = repository.find_property(ctx, property_id)
    return _require(found if ctx.may_touch(property_id) else None, "property")


def add_property(ctx: Context, values: dict[str, Any]) -> Property:
    """Add a property.

    Raises:
        Conflict: the organisation has one of that name.
        Invalid: its owner or channel is not the organisation's.
    """
    _check_references(ctx, values)
    row = {
        "owner_id": None,
        "channel_id": None,
        "address": "",
        "town": "",
        "water_rate_cents": None,
        "electricity_rate_cents": None,
        **_with_key(values, MAX_PROPERTY_KEY),
    }
    property_id = _add(ctx.db, "property", ctx.organisation_id, row, ctx.now)
    return get_property(ctx, property_id)


def change_property(ctx: Context, property_id: UUID, version: int | None, values: dict[str, Any]) -> Property:
    get_property(ctx, property_id)
    _check_references(ctx, values)
    _change(ctx.db, "property", ctx.organisation_id, property_id, version, _with_key(values, MAX_PROPERTY_KEY))
    return get_property(ctx, property_id)


def remove_property(ctx: Context, property_id: UUID, version: int | None) -> None:
    get_property(ctx, property_id)
    _remove(ctx.db, "property", ctx.organisation_id, property_id, version)


def list_units(
    ctx: Context,
    page_request: PageRequest,
    **filters: Any,
) -> Page[Unit]:
    """Return a page of units; ``filters`` are property_id, status and type."""
    return repository.list_units(ctx, page_request, today=ctx.today, within=ctx.actor.properties, **filters)


def get_unit(ctx: Context, unit_id: UUID) -> Unit:
    found = repository.find_unit(ctx, unit_id, ctx.today)
    return _require(found if found and ctx.may_touch(found.property_id) else None, "unit")


def add_unit(ctx: Context, values: dict[str, Any]) -> Unit:
    """Add a unit to a property.

    Raises:
        Conflict: the property has a unit of that name.
        Invalid: the property is not the organisation's.
    """
    if repository.find_property(ctx, values["property_id"]) is None:
        raise Invalid([("property_id", "the organisation has no such property")])
    row = {"bedrooms": 0, "size_sqm": None, "note": "", **_with_key(values, MAX_UNIT_KEY)}
    unit_id = _add(ctx.db, "unit", ctx.organisation_id, row, ctx.now)
    return get_unit(ctx, unit_id)


def change_unit(ctx: Context, unit_id: UUID, version: int | None, values: dict[str, Any]) -> Unit:
    get_unit(ctx, unit_id)
    _change(ctx.db, "unit", ctx.organisation_id, unit_id, version, _with_key(values, MAX_UNIT_KEY))
    return get_unit(ctx, unit_id)


def remove_unit(ctx: Context, unit_id: UUID, version: int | None) -> None:
    get_unit(ctx, unit_id)
    _remove(ctx.db, "unit", ctx.organisation_id, unit_id, version)


def lock_unit(ctx: Context, unit_id: UUID) -> UUID:
    """Lock the unit until the transaction ends, so that its leases change one at a time; return its property's id."""
    row = repository.lock_unit(ctx, unit_id)
    if row is None:
        raise NotFound("There is no such unit.")
    property_id: UUID = row.property_id
    return property_id


def _with_key(values: dict[str, Any], most: int) -> dict[str, Any]:
    """Return ``values`` with the key of their name, if any; the key may be longer than the name."""
    if "name" not in values:
        return values
    key = name_key(values["name"])
    if not 0 < len(key) <= most:
        raise Invalid([("name", f"expected text of at most {most} characters" if key else "expected text")])
    return {**values, "name_key": key}


def _check_references(ctx: Context, values: dict[str, Any]) -> None:
    wrong = []
    if values.get("owner_id") and repository.find_owner(ctx, values["owner_id"]) is None:
        wrong.append(("owner_id", "the organisation has no such owner"))
    if values.get("channel_id") and repository.find_channel(ctx, values["channel_id"], None) is None:
        wrong.append(("channel_id", "the organisation has no such channel"))
    if wrong:
        raise Invalid(wrong)


def _require(thing: Thing | None, word: str) -> Thing:
    if thing is None:
        raise NotFound(f"There is no such {word}.")
    return thing


def _add(db: Connection, kind: str, organisation_id: UUID, row: dict[str, Any], now: dt.datetime) -> UUID:
    row_id = new_id()
    if not repository.add(db, kind, organisation_id, {**row, "id": row_id, "version": 1, "created_at": now}):
        raise Conflict(f"There is already a {kind} with that name.", name=row["name"])
    return row_id


def _change(
    db: Connection,
    kind: str,
    organisation_id: UUID,
    row_id: UUID,
    version: int | None,
    values: dict[str, Any],
) -> None:
    done = repository.change(db, kind, organisation_id, row_id, version, values)
    if done is None:
        raise Conflict(f"There is already a {kind} with that name.", name=values.get("name"))
    if not done:
        raise PreconditionFailed(STALE_VERSION)


def _remove(db: Connection, kind: str, organisation_id: UUID, row_id: UUID, version: int | None) -> None:
    done = repository.remove(db, kind, organisation_id, row_id, version)
    if done is None:
        raise Conflict(f"The {kind} is in use and cannot be removed.", id=str(row_id))
    if not done:
        raise PreconditionFailed(STALE_VERSION)
