"""Tenants, leases with their terms, and deposits."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple, TypedDict
from uuid import UUID

IDENTITY_KINDS = ("national_id", "passport", "alien_id", "military_id")
LEASE_STATUSES = ("upcoming", "active", "ended")
# What may be charged monthly beside the rent; "other" is parking and the like.
RECURRING_TYPES = ("water", "electricity", "service", "garbage", "security", "other")
# In the order in which a deduction that names no kind is taken.
DEPOSIT_KINDS = ("rent", "water", "electricity", "other")
DEPOSIT_ENTRIES = ("opening", "received", "deducted", "refunded", "carried_in", "carried_out", "reversed")


class NextOfKin(NamedTuple):
    """The contact for when the tenant cannot be reached."""

    name: str
    phone: str | None = None
    relation: str = ""


class IdentityDocument(NamedTuple):
    kind: str
    number: str


# Whether the holder of a tenant's number, as an organisation entered it, confirmed or denied it by SMS or USSD.
UNCONFIRMED, CONFIRMED, DENIED = PHONE_STATES = ("unconfirmed", "confirmed", "denied")


class PhoneState(NamedTuple):
    phone: str
    state: str


class Tenant(NamedTuple):
    """A tenant, without the identity document's number, which is read separately, with its own permission."""

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


class NewTenant(NamedTuple):
    """A tenant to add; ``phones`` in any Kenyan format, the primary one first."""

    given_name: str
    middle_name: str = ""
    family_name: str = ""
    phones: Sequence[str] = ()
    language: str = "en"
    email: str | None = None
    kra_pin: str | None = None
    identity_document: IdentityDocument | None = None
    kin: NextOfKin | None = None
    note: str = ""


class TenantChange(TypedDict, total=False):
    """What changes of a tenant, as in ``NewTenant``; None removes a document or kin."""

    given_name: str
    middle_name: str
    family_name: str
    phones: Sequence[str]
    language: str
    email: str | None
    kra_pin: str | None
    identity_document: IdentityDocument | None
    kin: NextOfKin | None
    note: str


class ErasedTenant(NamedTuple):
    """The keys by which other domains find their data of an erased tenant."""

    lease_ids: list[UUID]
    phones: list[str]


class NamedTenant(NamedTuple):
    id: UUID
    name: str


class AgreedDeposit(NamedTuple):
    """A deposit that the lease requires, whether or not it was received (cents)."""

    kind: str
    amount_cents: int


class Lease(NamedTuple):
    """A lease as of a day: ``rent_cents`` (a month) and ``status`` are of that day.

    ``tenant_id`` is the primary payer and first in ``tenants``. ``ends_on`` is the last day, included;
    None while open; before ``starts_on`` if the lease was called off before its first day.
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
    """A lease as shown to a phone of one of its tenants, ``tenant_id``; ``status`` is as of a day."""

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
    """The tenant for whom an organisation entered a phone number, which proves nothing.

    ``today`` is the organisation's. ``leases`` are by first day, without those that were called off and
    those that the number no longer serves; each states whether the phone's holder confirmed it.
    """

    organisation_id: UUID
    organisation_name: str
    currency: str
    today: dt.date
    tenant_id: UUID
    language: str
    leases: list[PhoneLease]


class DatedRent(NamedTuple):
    """A monthly rent (cents) and the first day on which it applies; it applies until the next step."""

    starts_on: dt.date
    rent_cents: int


class RecurringCharge(NamedTuple):
    """A monthly charge (cents) from ``starts_on`` to ``ends_on`` (None: to the end of the lease)."""

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
    """The terms of a recurring charge that billing needs (cents a month)."""

    id: UUID
    charge_type: str
    description: str
    amount_cents: int
    prorated: bool
    starts_on: dt.date
    ends_on: dt.date | None


class LeaseTerms(NamedTuple):
    """The terms by which a lease is billed. ``steps`` and ``recurring`` are in order of their first day."""

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
    """One change of a deposit in cents: + increases it, − reduces it. Never changed; reversed by another entry."""

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
