"""Owners, channels, properties and units."""

import datetime as dt
from typing import NamedTuple, TypedDict
from uuid import UUID

UNIT_TYPES = (
    "bedsitter",
    "studio",
    "single_room",
    "apartment",
    "maisonette",
    "house",
    "shop",
    "office",
    "other",
)
CHANNEL_KINDS = ("paybill", "till", "bank", "cash")


class Owner(NamedTuple):
    id: UUID
    name: str
    phone: str | None
    email: str | None
    kra_pin: str | None
    version: int
    created_at: dt.datetime


class NewOwner(NamedTuple):
    name: str
    phone: str | None = None
    email: str | None = None
    kra_pin: str | None = None


class OwnerChange(TypedDict, total=False):
    name: str
    phone: str | None
    email: str | None
    kra_pin: str | None


class Channel(NamedTuple):
    id: UUID
    kind: str
    name: str
    number: str
    active: bool
    version: int
    created_at: dt.datetime


class NewChannel(NamedTuple):
    """A channel to add; ``number`` is the shortcode or the account number, which only a cash box may lack."""

    kind: str
    name: str
    number: str = ""
    active: bool = True


class ChannelChange(TypedDict, total=False):
    name: str
    active: bool


class Property(NamedTuple):
    id: UUID
    owner_id: UUID | None
    channel_id: UUID | None
    name: str
    address: str
    town: str
    water_rate_cents: int | None
    electricity_rate_cents: int | None
    version: int
    created_at: dt.datetime


class NewProperty(NamedTuple):
    """A property to add; the rates are of a metered unit, in cents."""

    name: str
    owner_id: UUID | None = None
    channel_id: UUID | None = None
    address: str = ""
    town: str = ""
    water_rate_cents: int | None = None
    electricity_rate_cents: int | None = None


class PropertyChange(TypedDict, total=False):
    name: str
    owner_id: UUID | None
    channel_id: UUID | None
    address: str
    town: str
    water_rate_cents: int | None
    electricity_rate_cents: int | None


class Unit(NamedTuple):
    """A unit; ``status`` is derived from its leases: occupied, reserved (let from a later day) or vacant."""

    id: UUID
    property_id: UUID
    property_name: str
    name: str
    type: str
    bedrooms: int
    size_sqm: int | None
    rent_cents: int
    note: str
    status: str
    version: int
    created_at: dt.datetime


class NewUnit(NamedTuple):
    """A unit to add; ``rent_cents`` is the asking rent of a month."""

    property_id: UUID
    name: str
    type: str
    rent_cents: int
    bedrooms: int = 0
    size_sqm: int | None = None
    note: str = ""


class UnitChange(TypedDict, total=False):
    name: str
    type: str
    bedrooms: int
    size_sqm: int | None
    rent_cents: int
    note: str
