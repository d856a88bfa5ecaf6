"""Who rents what, on which terms, and whose money is held for it."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

LANGUAGES = ("en", "sw")
IDENTITY_KINDS = ("national_id", "passport", "alien_id", "military_id")
LEASE_STATUSES = ("upcoming", "active", "ended")
# What may be asked for every month beside the rent; "other" is parking and the like.
RECURRING_TYPES = ("water", "electricity", "service", "garbage", "security", "other")
# In the order in which a sum that names no kind is taken from what is held.
DEPOSIT_KINDS = ("rent", "water", "electricity", "other")
DEPOSIT_ENTRIES = ("opening", "received", "deducted", "refunded", "carried_in", "carried_out", "reversed")


class NextOfKin(NamedTuple):
    """Who is called when the tenant cannot be."""

    name: str
    phone: str | None
    relation: str


# What is known of a number that an organisation entered as a tenant's: its holder decides, by SMS or USSD.
UNCONFIRMED, CONFIRMED, DENIED = PHONE_STATES = ("unconfirmed", "confirmed", "denied")


class PhoneState(NamedTuple):
    phone: str
    state: str


class Tenant(NamedTuple):
    """Who rents. The identity document's number is not here: it is read by itself, by those who may."""

    id: UUID
    given_name: str
    middle_name: str
    family_name: str
    phones: list[str]
    phone_states: list[PhoneState]
    language: str
    email: str | None
    kra_pin: str | None
    identity_kind: str | None
    kin: NextOfKin | None
    note: str
    erased_at: dt.datetime | None
    version: int
    created_at: dt.datetime

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.given_name, self.middle_name, self.family_name)))


class ErasedTenant(NamedTuple):
    """By what other domains find what they know of a tenant who was erased."""

    lease_ids: list[UUID]
    phones: list[str]


class NamedTenant(NamedTuple):
    id: UUID
    name: str


class AgreedDeposit(NamedTuple):
    """What the lease asks to be held, whether or not it has come in (cents)."""

    kind: str
    amount_cents: int


class Lease(NamedTuple):
    """A lease as it stands on a day: ``rent_cents`` (a month) and ``status`` are of that day.

    ``tenant_id`` pays first and stands first in ``tenants``. ``ends_on`` is the last day, included;
    None while open; before ``starts_on`` where the lease was called off before its first day.
    """

    id: UUID
    unit_id: UUID
    unit_name: str
    property_id: UUID
    property_name: str
    tenant_id: UUID
    tenants: list[NamedTenant]
    starts_on: dt.date
    ends_on: dt.date | None
    due_day: int
    grace_days: int
    notice_days: int
    rent_cents: int
    deposits: list[AgreedDeposit]
    status: str
    terminated_on: dt.date | None
    previous_id: UUID | None
    note: str
    version: int
    created_at: dt.datetime


class PhoneLease(NamedTuple):
    """A lease as the phone of one of its tenants is told of it; ``tenant_id`` is that tenant, ``status`` of a day."""

    organisation_id: UUID
    id: UUID
    tenant_id: UUID
    unit_id: UUID
    unit_name: str
    property_id: UUID
    property_name: str
    starts_on: dt.date
    ends_on: dt.date | None
    due_day: int
    previous_id: UUID | None
    status: str
    state: str = UNCONFIRMED


class PhoneTenant(NamedTuple):
    """Whom a phone is said to belong to in one organisation, which proves nothing.

    ``today`` is the organisation's. ``leases`` are by their first day, without those that were called off and
    those that the number serves no more; each says whether the phone's holder confirmed it.
    """

    organisation_id: UUID
    organisation_name: str
    currency: str
    today: dt.date
    tenant_id: UUID
    language: str
    leases: list[PhoneLease]


class DatedRent(NamedTuple):
    """A monthly rent (cents) and the first day that it holds; it holds until the next step."""

    starts_on: dt.date
    rent_cents: int


class RecurringCharge(NamedTuple):
    """What is asked for every month from ``starts_on`` to ``ends_on`` (None: as long as the lease), in cents."""

    id: UUID
    lease_id: UUID
    charge_type: str
    description: str
    amount_cents: int
    prorated: bool
    starts_on: dt.date
    ends_on: dt.date | None
    version: int
    created_at: dt.datetime


class RecurringTerms(NamedTuple):
    """A recurring charge as a bill reads it (cents a month)."""

    id: UUID
    charge_type: str
    description: str
    amount_cents: int
    prorated: bool
    starts_on: dt.date
    ends_on: dt.date | None


class LeaseTerms(NamedTuple):
    """What a lease is billed by. ``steps`` and ``recurring`` are in order of their first day."""

    id: UUID
    unit_id: UUID
    property_id: UUID
    tenant_id: UUID
    starts_on: dt.date
    ends_on: dt.date | None
    due_day: int
    grace_days: int
    steps: tuple[DatedRent, ...]
    recurring: tuple[RecurringTerms, ...]


class DepositEntry(NamedTuple):
    """One movement of a held deposit: + cents held more, − held less. Never changed; undone by another."""

    id: UUID
    lease_id: UUID
    kind: str
    entry: str
    amount_cents: int
    entered_on: dt.date
    reason: str
    channel_id: UUID | None
    provider_reference: str
    reverses_id: UUID | None
    created_at: dt.datetime
