"""Add, list and change owners, channels, properties and units."""

import datetime as dt
import unicodedata
from collections.abc import Mapping
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.errors import STALE_VERSION, Conflict, Invalid, NotFound, PreconditionFailed
from chalicelib.ids import new_id
from chalicelib.paging import Page, PageRequest
from chalicelib.portfolio import repository
from chalicelib.portfolio.model import (
    Channel,
    ChannelChange,
    NewChannel,
    NewOwner,
    NewProperty,
    NewUnit,
    Owner,
    OwnerChange,
    Property,
    PropertyChange,
    Unit,
    UnitChange,
)
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


def add_owner(ctx: Context, new: NewOwner) -> Owner:
    owner_id = _add(ctx.db, "owner", ctx.organisation_id, new._asdict(), ctx.now)
    return get_owner(ctx, owner_id)


def change_owner(ctx: Context, owner_id: UUID, version: int | None, changes: OwnerChange) -> Owner:
    get_owner(ctx, owner_id)
    _change(ctx.db, "owner", ctx.organisation_id, owner_id, version, changes)
    return get_owner(ctx, owner_id)


def remove_owner(ctx: Context, owner_id: UUID, version: int | None) -> None:
    get_owner(ctx, owner_id)
    _remove(ctx.db, "owner", ctx.organisation_id, owner_id, version)


def list_channels(ctx: Context, page_request: PageRequest) -> Page[Channel]:
    return repository.list_channels(ctx, page_request, ctx.actor.properties)


def get_channel(ctx: Context, channel_id: UUID) -> Channel:
    """Return the channel; a caretaker sees those of their properties and those of no property."""
    return _require(repository.find_channel(ctx, channel_id, ctx.actor.properties), "channel")


def add_channel(ctx: Context, new: NewChannel) -> Channel:
    """Add a paybill, till, bank account or cash box.

    Raises:
        Conflict: the organisation has the same kind, number and name already.
        Invalid: it has no number and is not a cash box.
    """
    if new.kind != "cash" and not new.number:
        raise Invalid([("number", "expected the shortcode or the account number")])
    channel_id = _add(ctx.db, "channel", ctx.organisation_id, new._asdict(), ctx.now)
    return get_channel(ctx, channel_id)


def change_channel(ctx: Context, channel_id: UUID, version: int | None, changes: ChannelChange) -> Channel:
    get_channel(ctx, channel_id)
    _change(ctx.db, "channel", ctx.organisation_id, channel_id, version, changes)
    return get_channel(ctx, channel_id)


def list_properties(ctx: Context, page_request: PageRequest) -> Page[Property]:
    return repository.list_properties(ctx, page_request, ctx.actor.properties)


def get_property(ctx: Context, property_id: UUID) -> Property:
    found = repository.find_property(ctx, property_id)
    return _require(found if ctx.may_touch(property_id) else None, "property")


def add_property(ctx: Context, new: NewProperty) -> Property:
    """Add a property.

    Raises:
        Conflict: the organisation has one of that name.
        Invalid: its owner or channel is not the organisation's.
    """
    _check_references(ctx, new.owner_id, new.channel_id)
    row = {**new._asdict(), "name_key": _checked_name_key(new.name, MAX_PROPERTY_KEY)}
    property_id = _add(ctx.db, "property", ctx.organisation_id, row, ctx.now)
    return get_property(ctx, property_id)


def change_property(ctx: Context, property_id: UUID, version: int | None, changes: PropertyChange) -> Property:
    get_property(ctx, property_id)
    _check_references(ctx, changes.get("owner_id"), changes.get("channel_id"))
    _change(ctx.db, "property", ctx.organisation_id, property_id, version, _with_name_key(changes, MAX_PROPERTY_KEY))
    return get_property(ctx, property_id)


def remove_property(ctx: Context, property_id: UUID, version: int | None) -> None:
    get_property(ctx, property_id)
    _remove(ctx.db, "property", ctx.organisation_id, property_id, version)


def list_units(
    ctx: Context,
    page_request: PageRequest,
    *,
    property_id: UUID | None = None,
    status: str | None = None,
    type: str | None = None,
) -> Page[Unit]:
    return repository.list_units(
        ctx,
        page_request,
        today=ctx.today,
        within=ctx.actor.properties,
        property_id=property_id,
        status=status,
        type=type,
    )


def get_unit(ctx: Context, unit_id: UUID) -> Unit:
    found = repository.find_unit(ctx, unit_id, ctx.today)
    return _require(found if found and ctx.may_touch(found.property_id) else None, "unit")


def add_unit(ctx: Context, new: NewUnit) -> Unit:
    """Add a unit to a property.

    Raises:
        Conflict: the property has a unit of that name.
        Invalid: the property is not the organisation's.
    """
    if repository.find_property(ctx, new.property_id) is None:
        raise Invalid([("property_id", "the organisation has no such property")])
    row = {**new._asdict(), "name_key": _checked_name_key(new.name, MAX_UNIT_KEY)}
    unit_id = _add(ctx.db, "unit", ctx.organisation_id, row, ctx.now)
    return get_unit(ctx, unit_id)


def change_unit(ctx: Context, unit_id: UUID, version: int | None, changes: UnitChange) -> Unit:
    get_unit(ctx, unit_id)
    _change(ctx.db, "unit", ctx.organisation_id, unit_id, version, _with_name_key(changes, MAX_UNIT_KEY))
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


def _with_name_key(changes: PropertyChange | UnitChange, most: int) -> Mapping[str, object]:
    """Return the columns to change: those named, and with a new name its key."""
    if "name" not in changes:
        return changes
    return {**changes, "name_key": _checked_name_key(changes["name"], most)}


def _checked_name_key(name: str, most: int) -> str:
    """Return the key of the name, which may be longer than the name, or raise Invalid if it does not fit."""
    key = name_key(name)
    if not 0 < len(key) <= most:
        raise Invalid([("name", f"expected text of at most {most} characters" if key else "expected text")])
    return key


def _check_references(ctx: Context, owner_id: UUID | None, channel_id: UUID | None) -> None:
    wrong = []
    if owner_id is not None and repository.find_owner(ctx, owner_id) is None:
        wrong.append(("owner_id", "the organisation has no such owner"))
    if channel_id is not None and repository.find_channel(ctx, channel_id, None) is None:
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
    columns: Mapping[str, object],
) -> None:
    done = repository.change(db, kind, organisation_id, row_id, version, columns)
    if done is None:
        raise Conflict(f"There is already a {kind} with that name.", name=columns.get("name"))
    if not done:
        raise PreconditionFailed(STALE_VERSION)


def _remove(db: Connection, kind: str, organisation_id: UUID, row_id: UUID, version: int | None) -> None:
    done = repository.remove(db, kind, organisation_id, row_id, version)
    if done is None:
        raise Conflict(f"The {kind} is in use and cannot be removed.", id=str(row_id))
    if not done:
        raise PreconditionFailed(STALE_VERSION)
