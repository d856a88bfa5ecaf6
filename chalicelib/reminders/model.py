"""Reminder policies, exclusions, promises to pay, and notices to many tenants. Money is whole cents."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple, TypedDict
from uuid import UUID

BEFORE, DUE, OVERDUE, FINAL = REMINDER_KINDS = (
    "reminder_before",
    "reminder_due",
    "reminder_overdue",
    "reminder_final",
)
OPEN, KEPT, BROKEN, CANCELLED = PROMISE_STATUSES = ("open", "kept", "broken", "cancelled")
PUBLIC_HOLIDAY, OWN_HOLIDAY = HOLIDAY_SOURCES = ("public", "own")
MAX_BEFORE_DAYS, MAX_AFTER_DAYS = 28, 90


class ReminderPolicy(NamedTuple):
    """When an organisation reminds; by default, until it sets a policy, nobody is reminded.

    Days are counted from the due day. ``minimum_cents`` is the least that a message asks for; the hour is local.
    """

    enabled: bool = False
    before_days: Sequence[int] = (3,)
    on_due_day: bool = True
    after_days: Sequence[int] = (1, 5, 10)
    minimum_cents: int = 100_00
    send_hour: int = 9
    skip_weekends: bool = False
    skip_holidays: bool = True
    version: int = 0
    changed_at: dt.datetime | None = None


class ReminderPolicyChange(TypedDict, total=False):
    """What a PATCH may name of a policy; what it does not name stays."""

    enabled: bool
    before_days: Sequence[int]
    on_due_day: bool
    after_days: Sequence[int]
    minimum_cents: int
    send_hour: int
    skip_weekends: bool
    skip_holidays: bool


class ReminderSchedule(NamedTuple):
    """An organisation with reminders, its time zone and the local hour from which it reminds."""

    id: UUID
    time_zone: str
    send_hour: int


class ReminderStep(NamedTuple):
    """One reminder of a policy: ``offset_days`` from the due day, negative before it."""

    name: str  # before_3, due, after_5
    offset_days: int
    kind: str


class SendingCalendar(NamedTuple):
    """The days on which an organisation sends nothing automatically."""

    skip_weekends: bool
    holidays: frozenset[dt.date]


class Holiday(NamedTuple):
    holiday_on: dt.date
    name: str
    source: str


class NewExclusion(NamedTuple):
    lease_id: UUID
    reason: str
    ends_on: dt.date | None = None  # its last day; None: until it is removed


class Exclusion(NamedTuple):
    """A lease without reminders, until ``ends_on`` (inclusive) or until removed."""

    lease_id: UUID
    reason: str
    ends_on: dt.date | None
    created_by: UUID | None
    created_at: dt.datetime


class NewPromise(NamedTuple):
    lease_id: UUID
    amount_cents: int
    promised_on: dt.date
    note: str = ""


class Promise(NamedTuple):
    """A tenant's promise to pay by a day; while it is open they are not reminded."""

    id: UUID
    lease_id: UUID
    amount_cents: int
    promised_on: dt.date
    status: str
    note: str
    version: int
    created_by: UUID | None
    created_at: dt.datetime


class InvoiceDates(NamedTuple):
    """Issue day, due day and overdue day (after grace) of an invoice; they determine which step is due."""

    issued_on: dt.date
    due_on: dt.date
    overdue_on: dt.date


class OpenInvoice(NamedTuple):
    """An invoice with an open balance, and the tenant who pays for it now."""

    tenant_id: UUID
    lease_id: UUID
    property_id: UUID
    invoice_id: UUID
    dates: InvoiceDates
    open_cents: int


class TenantContact(NamedTuple):
    """A tenant's contact details for messages."""

    id: UUID
    given_name: str
    language: str
    phone: str | None


class RemindedInvoice(NamedTuple):
    """The current state of an invoice that a reminder is about, with the values for its text."""

    message_id: UUID
    invoice_id: UUID
    lease_id: UUID
    tenant_id: UUID  # who pays for the lease now
    period: dt.date
    due_on: dt.date
    overdue_on: dt.date
    unit_name: str
    property_name: str
    channel_kind: str | None
    channel_number: str | None
    open_cents: int


class SentReminder(NamedTuple):
    """A reminder that a tenant was sent today, or that is also due if ``is_due``."""

    tenant_id: UUID
    message_id: UUID
    is_due: bool
