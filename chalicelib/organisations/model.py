"""People, their organisations and what they are in them."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple, TypedDict
from uuid import UUID

# The organisation without members that migration 0005 made: what is said to a phone and concerns no one landlord, or
# several, stands in its outbox, where none of them reads it.
PLATFORM = UUID("00000000-0000-7000-8000-000000000001")


class Organisation(NamedTuple):
    id: UUID
    name: str
    currency: str
    time_zone: str
    due_day: int
    grace_days: int
    late_fee_kind: str
    late_fee_cents: int
    late_fee_bps: int
    late_fee_grace_days: int
    late_fee_cap_cents: int | None
    allocation_order: list[str]
    bill_by_itself: bool
    founder_phone: str | None
    version: int
    created_at: dt.datetime


class DatedLateFee(NamedTuple):
    """What an overdue invoice costs from a day on; the first of an organisation also applies before that day."""

    starts_on: dt.date
    kind: str
    amount_cents: int
    rate_bps: int
    grace_days: int
    cap_cents: int | None


class OrganisationChange(TypedDict, total=False):
    name: str
    due_day: int
    grace_days: int
    late_fee_kind: str
    late_fee_cents: int
    late_fee_bps: int
    late_fee_grace_days: int
    late_fee_cap_cents: int | None
    allocation_order: list[str]
    bill_by_itself: bool


class Member(NamedTuple):
    id: UUID
    phone: str
    name: str
    role: str
    status: str
    properties: list[UUID]
    version: int
    created_at: dt.datetime
    invited_at: dt.datetime | None = None  # last; None: never, they founded the organisation
    invitation_expires_at: dt.datetime | None = None  # while they are invited, or were until then


class NewMember(NamedTuple):
    """Whom to invite; only a caretaker can be limited to named ``properties``."""

    phone: str
    name: str
    role: str
    properties: Sequence[UUID] = ()


class MemberChange(TypedDict, total=False):
    name: str
    role: str
    properties: Sequence[UUID]


class Membership(NamedTuple):
    """An organisation as one of its members, or of those invited, sees it from outside."""

    id: UUID
    organisation_id: UUID
    organisation_name: str
    role: str
    status: str
