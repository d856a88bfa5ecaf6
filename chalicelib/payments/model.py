"""Payments, their allocations, and the final account of a lease. Money is whole cents."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

METHODS = ("cash", "bank", "cheque", "mpesa")  # recorded by hand; "opening" is credit from before the books began
# What a payer may name: every charge type, in the API's order. No invoice has a line of the type "deposit".
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
    "refund_recovery",
)
STATES = ("pending", "rejected", "unmatched", "matched", "reversed")

# Kinds of channel by which each method is received.
CHANNEL_KINDS_FOR: dict[str, tuple[str, ...]] = {
    "cash": ("cash",),
    "bank": ("bank",),
    "cheque": ("bank",),
    "mpesa": ("paybill", "till", "bank"),  # a bank's paybill pays straight into the account
}

# Allowed transitions; "rejected" and "reversed" are final.
TRANSITIONS: dict[str, tuple[str, ...]] = {
    "pending": ("rejected", "unmatched", "matched"),
    "unmatched": ("matched", "reversed"),
    "matched": ("reversed",),
}


def states_before(after: str) -> tuple[str, ...]:
    """Return the states from which ``after`` can be reached."""
    return tuple(before for before, following in TRANSITIONS.items() if after in following)


class NewPayment(NamedTuple):
    """A payment as a member records it: for a lease, an invoice, the running leases of a tenant, or for none."""

    method: str  # METHODS
    amount_cents: int
    received_on: dt.date
    lease_id: UUID | None = None
    tenant_id: UUID | None = None
    invoice_id: UUID | None = None  # paid first
    channel_id: UUID | None = None
    provider_reference: str = ""
    purpose: str | None = None  # PURPOSES: the charge type that the payer named
    payer_name: str = ""
    note: str = ""


class NewRefund(NamedTuple):
    """Credit of a payment that was paid back: today and from the payment's own channel, unless said otherwise."""

    amount_cents: int
    reason: str
    channel_id: UUID | None = None
    refunded_on: dt.date | None = None
    provider_reference: str = ""


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
    by_hand: bool  # a person allocated it: it is never allocated again
    recorded_by: UUID | None
    confirmed_by: UUID | None
    posted_on: dt.date | None  # the day from which it counts in the books; None while pending or rejected
    matched_on: dt.date | None  # the day from which it counts for its lease
    reversed_on: dt.date | None
    reason: str | None  # why it was rejected or reversed
    version: int
    created_at: dt.datetime
    moved_from_id: UUID | None = None  # the payment of another lease that this one replaces
    recovery_invoice_id: UUID | None = None  # bills what was refunded before it was reversed
    invoice_id: UUID | None = None  # the invoice that the payer named
    spread: bool | None = None  # true: the payer named a tenant, so that no lease is paid before another
    warnings: tuple[str, ...] = ()  # only of a payment just recorded

    @property
    def allocated_cents(self) -> int:
        """Net cents allocated to invoice lines."""
        if self.state not in ("matched", "unmatched"):
            return 0
        return self.amount_cents - self.unallocated_cents - self.refunded_cents


class Allocation(NamedTuple):
    """Part of a payment or deposit allocated to an invoice line; a negative amount releases an earlier one."""

    id: UUID
    source_kind: str  # payment, deposit
    source_id: UUID
    invoice_line_id: UUID
    lease_id: UUID
    amount_cents: int
    allocated_on: dt.date
    created_at: dt.datetime
    payer_lease_id: UUID | None  # the payment's lease; None if it is the line's


class Refund(NamedTuple):
    """Credit paid back, in cents; below 0 if this reverses a refund that never was (``reverses_id``)."""

    id: UUID
    payment_id: UUID
    lease_id: UUID
    amount_cents: int
    channel_id: UUID
    provider_reference: str
    refunded_on: dt.date
    posted_on: dt.date  # the day from which it counts in the books
    reason: str
    created_at: dt.datetime
    reverses_id: UUID | None = None


class NotificationRecipient(NamedTuple):
    """Who is notified about payments of a lease; ``balance_cents`` is what the lease has open less its credit."""

    tenant_id: UUID
    given_name: str
    language: str
    phone: str | None  # the primary one
    email: str | None
    property_id: UUID
    property_name: str
    unit_name: str
    organisation_name: str
    currency: str
    time_zone: str
    balance_cents: int


class LeaseBalance(NamedTuple):
    """Open and credit cents of a lease; both are above 0 if credit was left unallocated on purpose or came in late.

    ``late_cents`` is the part of ``owed_cents`` whose due day has passed; grace days are not counted.
    """

    lease_id: UUID
    owed_cents: int
    late_cents: int
    first_due_on: dt.date | None  # due day of the oldest open line
    next_due_on: dt.date | None  # first due day to come of an open line
    credit_cents: int
    billed_through: dt.date | None  # first day of the latest month billed
