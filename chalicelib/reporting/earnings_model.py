"""Collections and income. Money is whole cents."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID


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
    """The money of one month; what was allocated, is unallocated and was refunded add up to ``received``."""

    period: dt.date
    received: PaymentSum
    pending: PaymentSum
    reversed: PaymentSum
    unallocated_cents: int
    refunded_cents: int
    deposits_received_cents: int
    by_channel: list[ByChannel]
    by_property: list[ByProperty]
    by_day: list[ByDay]
    allocated: list[ByChargeType]


class IncomeRow(NamedTuple):
    property_id: UUID | None
    property_name: str
    charge_type: str
    period: dt.date
    amount_cents: int

    @property
    def month(self) -> str:
        return f"{self.period:%Y-%m}"


class Income(NamedTuple):
    """What was billed less what was credited, month by month; ``by_charge_type`` and the total are of all rows."""

    from_period: dt.date
    to_period: dt.date
    items: list[IncomeRow]
    by_charge_type: list[ByChargeType]
    total_cents: int
