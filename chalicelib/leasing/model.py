"""Leases with their terms and charges, and deposits."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple, Required, TypedDict
from uuid import UUID

LEASE_STATUSES = ("upcoming", "active", "ended")
# What may be charged monthly beside the rent; "other" is parking and the like.
RECURRING_TYPES = ("water", "electricity", "service", "garbage", "security", "other")
# In the order in which a deduction that names no kind is taken.
DEPOSIT_KINDS = ("rent", "water", "electricity", "other")
DEFAULT_NOTICE_DAYS = 30
DEPOSIT_ENTRIES = ("opening", "received", "deducted", "refunded", "carried_in", "carried_out", "reversed")


class NamedTenant(NamedTuple):
    id: UUID
    name: str


class AgreedDeposit(NamedTuple):
    """A deposit that the lease requires, whether or not it was received (cents)."""

    kind: str
    amount_cents: int


class Lease(NamedTuple):
    """A lease as of a day: ``rent_cents`` (a month) and ``status`` are of that day.

    ``billed_from`` is the first month (its first day) that the books bill; earlier ones are in the opening balance.

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
    billed_from: dt.date
    note: str
    version: int
    created_at: dt.datetime


class NewRecurringCharge(NamedTuple):
    """A monthly charge (cents) to add; without ``starts_on`` from today, or from the lease's first day."""

    charge_type: str
    amount_cents: int
    description: str = ""
    prorated: bool = False
    starts_on: dt.date | None = None
    ends_on: dt.date | None = None


class NewLease(NamedTuple):
    """A lease to add: ``tenants`` with the primary payer first, open-ended without ``ends_on``.

    Without ``due_day`` or ``grace_days`` they are the organisation's. ``billed_from`` (the first day of a month) may be
    left out of a lease that begins this month or later; it is then the month of its first day.
    """

    unit_id: UUID
    tenants: Sequence[UUID]
    starts_on: dt.date
    rent_cents: int
    ends_on: dt.date | None = None
    due_day: int | None = None
    grace_days: int | None = None
    notice_days: int = DEFAULT_NOTICE_DAYS
    deposits: Sequence[AgreedDeposit] = ()
    recurring_charges: Sequence[NewRecurringCharge] = ()
    note: str = ""
    billed_from: dt.date | None = None


class LeaseAgreement(NamedTuple):
    """Every term of a lease to add, as in ``NewLease``; ``previous_id`` is of the lease that it follows."""

    unit_id: UUID
    tenants: Sequence[UUID]
    starts_on: dt.date
    ends_on: dt.date | None
    rent_cents: int
    due_day: int
    grace_days: int
    notice_days: int
    deposits: Sequence[AgreedDeposit] = ()
    recurring_charges: Sequence[NewRecurringCharge] = ()
    note: str = ""
    previous_id: UUID | None = None
    billed_from: dt.date | None = None  # None: the month of its first day


class AgreedTerms(TypedDict, total=False):
    """What a lease may agree on anew; absent is as before, and an ``ends_on`` of None is open."""

    due_day: int
    grace_days: int
    notice_days: int
    ends_on: dt.date | None
    deposits: Sequence[AgreedDeposit]
    note: str


class LeaseChange(AgreedTerms, total=False):
    tenants: Sequence[UUID]
    billed_from: dt.date


class Renewal(AgreedTerms, total=False):
    """What the renewed lease agrees on anew; without ``ends_on`` it is open. The note does not carry over."""

    rent_cents: int


class Transfer(AgreedTerms, total=False):
    """What the lease of the other unit agrees on anew. The note does not carry over."""

    unit_id: Required[UUID]
    starts_on: Required[dt.date]
    rent_cents: Required[int]


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


class RecurringChargeChange(TypedDict, total=False):
    description: str
    amount_cents: int
    prorated: bool
    ends_on: dt.date | None


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
    previous_id: UUID | None
    billed_from: dt.date
    steps: tuple[DatedRent, ...]
    recurring: tuple[RecurringTerms, ...]


class PayerLease(NamedTuple):
    """A lease as far as money for it is concerned; owner and channel are its property's."""

    id: UUID
    previous_id: UUID | None
    property_id: UUID
    tenant_id: UUID  # who pays for it
    starts_on: dt.date
    ends_on: dt.date | None
    owner_id: UUID | None
    channel_id: UUID | None


class NewDeposit(NamedTuple):
    """A deposit received (cents); without ``channel_id`` one that was held before the books began."""

    kind: str
    amount_cents: int
    entered_on: dt.date
    channel_id: UUID | None = None
    reason: str = ""
    provider_reference: str = ""


class DepositRefund(NamedTuple):
    """All or part of a deposit (cents) that was paid back from ``channel_id``."""

    kind: str
    amount_cents: int
    entered_on: dt.date
    channel_id: UUID
    reason: str = ""
    provider_reference: str = ""


class DepositEntry(NamedTuple):
    """One change of a deposit in cents: + increases it, − reduces it. Never changed; reversed by another entry."""

    id: UUID
    lease_id: UUID
    kind: str
    entry: str
    amount_cents: int
    entered_on: dt.date
    posted_on: dt.date  # the day from which it counts in the books
    reason: str
    channel_id: UUID | None
    provider_reference: str
    reverses_id: UUID | None
    created_at: dt.datetime
