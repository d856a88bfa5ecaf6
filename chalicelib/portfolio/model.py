"""Owners, channels, properties and units."""

import datetime as dt
from typing import NamedTuple
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


class Channel(NamedTuple):
    id: UUID
    kind: str
    name: str
    number: str
    active: bool
    version: int
    created_at: dt.datetime


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
