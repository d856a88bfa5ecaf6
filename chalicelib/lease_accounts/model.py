"""Final accounts and deposit deductions. Money is whole cents."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

from chalicelib.payments.model import Allocation


class HeldDeposit(NamedTuple):
    kind: str
    held_cents: int


class FinalAccount(NamedTuple):
    """The account of a lease: what is owed, credit and deposits, and what remains once they are set off.

    ``owed_cents`` sums open lines, ``credit_cents`` unallocated payments; after setting off,
    ``refundable_cents`` would be refunded and ``still_owed_cents`` would be due.
    """

    lease_id: UUID
    ends_on: dt.date | None
    owed_cents: int
    credit_cents: int
    held_cents: int
    refundable_cents: int
    still_owed_cents: int
    deposits: list[HeldDeposit]


class UnbilledMonth(NamedTuple):
    """A month (its first day) of a lease that is not billed, and what it owes by the terms."""

    lease_id: UUID
    property_id: UUID
    property_name: str
    unit_name: str
    tenant_name: str
    period: dt.date
    amount_cents: int


class NewDeduction(NamedTuple):
    """What to deduct from a lease's deposit: of one kind, or of each in turn; for one invoice, or the oldest lines."""

    amount_cents: int
    reason: str  # the evidence
    kind: str | None = None
    invoice_id: UUID | None = None


class Deduction(NamedTuple):
    """A deduction from a deposit: its deposit entries and its allocations."""

    lease_id: UUID
    amount_cents: int
    entries: list[UUID]
    allocations: list[Allocation]
