"""Money received, what was made of it, and what a lease comes to at its end. Money is whole cents."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

METHODS = ("cash", "bank", "cheque", "mpesa")  # what a person records; "opening" is money from before the books
# What a payer may name: every type of charge, as the API lists them. No invoice has a line of the type "deposit".
PURPOSES = (
    "opening_balance",
    "rent",
    "water",
    "electricity",
    "service",
    "garbage",
    "security",
    "damage",
    "late_fee",
    "deposit",
    "other",
)
STATES = ("pending", "rejected", "unmatched", "matched", "reversed")

# The kinds of channel that a method's money comes in by.
CHANNEL_KINDS_FOR: dict[str, tuple[str, ...]] = {
    "cash": ("cash",),
    "bank": ("bank",),
    "cheque": ("bank",),
    "mpesa": ("paybill", "till", "bank"),  # a bank's paybill pays straight into the account
}

# What may follow which state; nothing follows "rejected" and "reversed".
TRANSITIONS: dict[str, tuple[str, ...]] = {
    "pending": ("rejected", "unmatched", "matched"),
    "unmatched": ("matched", "reversed"),
    "matched": ("reversed",),
}


def states_before(after: str) -> tuple[str, ...]:
    """Return the states that ``after`` may follow."""
    return tuple(before for before, following in TRANSITIONS.items() if after in following)


class Payment(NamedTuple):
    """A sum received.

    ``unallocated_cents`` is the credit: confirmed, and neither allocated nor refunded; 0 while the
    payment is pending and once it is rejected or reversed.
    """

    id: UUID
    channel_id: UUID | None
    method: str
    provider_reference: str | None
    amount_cents: int
    received_on: dt.date
    lease_id: UUID | None
    property_id: UUID | None
    tenant_id: UUID | None
    state: str
    purpose: str | None
    reference_raw: str
    payer_name: str
    note: str
    unallocated_cents: int
    refunded_cents: int
    recorded_by: UUID | None
    confirmed_by: UUID | None
    reversed_on: dt.date | None
    reason: str | None  # why it was rejected or reversed
    version: int
    created_at: dt.datetime

    @property
    def allocated_cents(self) -> int:
        """What stands against invoice lines."""
        if self.state not in ("matched", "unmatched"):
            return 0
        return self.amount_cents - self.unallocated_cents - self.refunded_cents


class Allocation(NamedTuple):
    """A part of a payment or of a deposit set against an invoice line; below 0 it takes an earlier one back."""

    id: UUID
    source_kind: str  # payment, deposit
    source_id: UUID
    invoice_line_id: UUID
    lease_id: UUID
    amount_cents: int
    allocated_on: dt.date
    created_at: dt.datetime
    payer_lease_id: UUID | None  # whose credit it was, where not the line's lease's own


class Refund(NamedTuple):
    id: UUID
    payment_id: UUID
    lease_id: UUID
    amount_cents: int
    channel_id: UUID
    provider_reference: str
    refunded_on: dt.date
    reason: str
    created_at: dt.datetime


class NotificationRecipient(NamedTuple):
    """Whom money of a lease is told to, and how the lease stands: ``balance_cents`` is what is open less the credit."""

    tenant_id: UUID
    given_name: str
    language: str
    phone: str | None  # the one that is called first
    email: str | None
    property_id: UUID
    property_name: str
    unit_name: str
    organisation_name: str
    currency: str
    time_zone: str
    balance_cents: int


class HeldDeposit(NamedTuple):
    kind: str
    held_cents: int


class FinalAccount(NamedTuple):
    """How a lease stands: what is owed, what is the tenant's, and what is left of the deposits once both are set off.

    ``owed_cents`` counts open lines, ``credit_cents`` unallocated payments; ``refundable_cents`` is
    what would be handed back and ``still_owed_cents`` what would be asked for after setting off.
    """

    lease_id: UUID
    ends_on: dt.date | None
    owed_cents: int
    credit_cents: int
    held_cents: int
    refundable_cents: int
    still_owed_cents: int
    deposits: list[HeldDeposit]


class Deduction(NamedTuple):
    """A deposit set against lines: the entries that took it from what is held, and where it went."""

    lease_id: UUID
    amount_cents: int
    entries: list[UUID]
    allocations: list[Allocation]
