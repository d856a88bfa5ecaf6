"""Tenants, and whom a phone belongs to."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple, TypedDict
from uuid import UUID

IDENTITY_KINDS = ("national_id", "passport", "alien_id", "military_id")
# Whether the holder of a tenant's number, as an organisation entered it, confirmed or denied it by SMS or USSD.
UNCONFIRMED, CONFIRMED, DENIED = PHONE_STATES = ("unconfirmed", "confirmed", "denied")


class NextOfKin(NamedTuple):
    """The contact for when the tenant cannot be reached."""

    name: str
    phone: str | None = None
    relation: str = ""


class IdentityDocument(NamedTuple):
    kind: str
    number: str


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
