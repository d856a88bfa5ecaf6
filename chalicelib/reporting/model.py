"""Results of reports. Money is whole cents; a balance above 0 is owed, one below 0 is the tenant's credit."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

INCOME_MONTHS = (BY_JOURNAL, BY_PERIOD) = ("journal", "period")
TENANT, OWNER = STATEMENT_RECIPIENTS = ("tenant", "owner")


class Ages(NamedTuple):
    """Open cents by age in days past due; what is not overdue yet, its days of grace included, is ``current``.

    Days are counted from the due day: the first day past it begins ``0_30``, and day 30 ends it. The lease's credit of
    the day is taken off its ages, the oldest first; ``credit_cents`` is what remains of it where nothing is open.
    """

    current_cents: int
    days_0_30_cents: int
    days_31_60_cents: int
    days_61_90_cents: int
    over_90_cents: int
    credit_cents: int = 0

    @property
    def overdue_cents(self) -> int:
        return sum(self[1:-1])

    @property
    def total_cents(self) -> int:
        return sum(self[:-1])


AGES = Ages._fields[:-1]  # from what is not overdue to the oldest


class LeaseArrears(NamedTuple):
    """What one lease has open on a day, beyond its credit: ``total_cents`` less ``credit_cents`` is its balance."""

    lease_id: UUID
    property_name: str
    unit_name: str
    tenant_id: UUID | None
    tenant_name: str
    phone: str | None
    current_cents: int
    days_0_30_cents: int
    days_31_60_cents: int
    days_61_90_cents: int
    over_90_cents: int
    overdue_cents: int
    total_cents: int
    credit_cents: int


class Arrears(NamedTuple):
    """A page of leases with something open on ``on``.

    ``totals`` are those of all leases: their credit includes that of leases with nothing open, which are not listed.
    """

    on: dt.date
    items: list[LeaseArrears]
    totals: Ages
    leases: int
    next_cursor: str | None


class UnitWithLease(NamedTuple):
    """A unit with its lease on a day, without balances; rows of the rent roll are built from it."""

    unit_id: UUID
    property_id: UUID
    property_name: str
    unit_name: str
    unit_type: str
    asked_rent_cents: int
    lease_id: UUID | None
    tenant_id: UUID | None
    tenant_name: str | None
    phone: str | None
    rent_cents: int | None
    due_day: int | None
    starts_on: dt.date | None
    ends_on: dt.date | None


class LeasePosition(NamedTuple):
    """The deposit and the balance (owed less credit) of a lease on a day."""

    deposit_cents: int
    balance_cents: int


class RentRollRow(NamedTuple):
    """A unit and, where it is let on the day, its lease; a vacant unit has None in their place."""

    unit_id: UUID
    property_id: UUID
    property_name: str
    unit_name: str
    unit_type: str
    asked_rent_cents: int
    lease_id: UUID | None
    tenant_id: UUID | None
    tenant_name: str | None
    phone: str | None
    rent_cents: int | None
    due_day: int | None
    starts_on: dt.date | None
    ends_on: dt.date | None
    deposit_cents: int | None
    balance_cents: int | None


class RentRoll(NamedTuple):
    on: dt.date
    items: list[RentRollRow]
    next_cursor: str | None


class PropertyOccupancy(NamedTuple):
    """``reserved`` units are empty but let from a later day; ``occupied_bps`` is their share in 1/100 %."""

    property_id: UUID
    property_name: str
    units: int
    occupied: int
    reserved: int
    vacant: int
    occupied_bps: int
    rent_cents: int
    asked_vacant_cents: int


class Occupancy(NamedTuple):
    on: dt.date
    items: list[PropertyOccupancy]
    units: int
    occupied: int
    reserved: int
    vacant: int
    occupied_bps: int


class Movement(NamedTuple):
    """A change of what a tenant owes, without the resulting balance."""

    on: dt.date
    kind: str
    lease_id: UUID | None
    document_id: UUID
    number: int | None
    reference: str
    amount_cents: int


class StatementEntry(NamedTuple):
    """A movement and the resulting balance; exactly one of ``charged_cents`` and ``credited_cents`` is not 0."""

    on: dt.date
    kind: str
    lease_id: UUID | None
    document_id: UUID
    number: int | None
    reference: str
    charged_cents: int
    credited_cents: int
    balance_cents: int


class Statement(NamedTuple):
    """Everything between two days, both included; ``from_on`` is None for "from the beginning"."""

    from_on: dt.date | None
    to_on: dt.date
    opening_cents: int
    entries: list[StatementEntry]
    closing_cents: int


class PaymentSum(NamedTuple):
    """The number of payments, and their sum in cents."""

    payments: int
    amount_cents: int


class ByChannel(NamedTuple):
    channel_id: UUID
    channel_name: str
    method: str
    payments: int
    amount_cents: int


class ByProperty(NamedTuple):
    property_id: UUID | None
    property_name: str
    payments: int
    amount_cents: int


class ByDay(NamedTuple):
    on: dt.date
    payments: int
    amount_cents: int


class ByChargeType(NamedTuple):
    charge_type: str
    amount_cents: int


class Collections(NamedTuple):
    """The money of one month, by the days of journals; all but ``pending`` add up over months.

    ``received`` is less what was reversed in the month, so it may be below 0; what was allocated and refunded in the
    month, and what credit grew or (below 0) shrank by, ``unallocated_cents``, add up to it and to what was billed to
    recover refunds of reversed payments.
    """

    period: dt.date
    received: PaymentSum
    pending: PaymentSum
    reversed: PaymentSum
    unallocated_cents: int
    refunded_cents: int
    refund_recovery_cents: int
    deposits_received_cents: int
    deposits_refunded_cents: int
    by_channel: list[ByChannel]
    by_property: list[ByProperty]
    by_day: list[ByDay]
    allocated: list[ByChargeType]


class IncomeRow(NamedTuple):
    """Income of a month; ``added_later_cents``, beside it, is what was added once that month was closed."""

    property_id: UUID | None
    property_name: str
    charge_type: str
    period: dt.date
    amount_cents: int
    added_later_cents: int

    @property
    def month(self) -> str:
        return f"{self.period:%Y-%m}"


class IncomeByChargeType(NamedTuple):
    charge_type: str
    amount_cents: int
    added_later_cents: int


class Income(NamedTuple):
    """What was billed less what was credited, month by month; ``by_charge_type`` and the totals are of all rows.

    ``by`` says which month: "journal", in which it took effect, or "period", for which it was billed.
    """

    from_period: dt.date
    to_period: dt.date
    by: str
    items: list[IncomeRow]
    by_charge_type: list[IncomeByChargeType]
    total_cents: int
    added_later_cents: int
