"""Charges, invoices with their lines, credit notes and receipts. Money is whole cents."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

CHARGE_STATUSES = ("pending", "invoiced", "cancelled", "withdrawn")
INVOICE_KINDS = ("run", "single", "final", "opening", "difference")
CREDIT_NOTE_KINDS = ("never_owed", "goodwill", "write_off")
CORRECTION_KINDS = ("late_fee", "rent_difference")
INVOICE_STATUSES = ("open", "part_paid", "paid", "credited", "void")

# Types charged by hand. A deposit is recorded at its lease, an opening balance by its own route.
MANUAL_CHARGE_TYPES = ("rent", "water", "electricity", "service", "garbage", "security", "damage", "late_fee", "other")


# Of a payment of which a part was refunded, and that then proved to be none: only a reversal bills it.
REFUND_RECOVERY = "refund_recovery"


class DraftLine(NamedTuple):
    """A line before it is issued; more than 0 cents."""

    charge_type: str
    description: str
    amount_cents: int
    charge_id: UUID | None = None  # the one-off charge or late fee that it bills


class Draft(NamedTuple):
    """An invoice before it has its number."""

    id: UUID
    kind: str
    lease_id: UUID
    property_id: UUID
    tenant_id: UUID
    period: dt.date
    run_period: dt.date | None  # set: no other invoice of the lease may be the one for this month
    issued_on: dt.date
    due_on: dt.date
    overdue_on: dt.date
    lines: list[DraftLine]

    @property
    def total_cents(self) -> int:
        return sum(line.amount_cents for line in self.lines)


class InvoicedLease(NamedTuple):
    """The data of a lease that every invoice of it carries."""

    id: UUID
    property_id: UUID
    tenant_id: UUID  # the primary payer
    grace_days: int


class BilledSet(NamedTuple):
    """The result of one set of a bill run: invoices issued, leases seen, the last of them (None: none is left)."""

    made: int
    seen: int
    last_id: UUID | None


class OpenLine(NamedTuple):
    """A line that is not wholly paid or credited."""

    id: UUID
    lease_id: UUID
    invoice_id: UUID
    property_id: UUID
    due_on: dt.date
    charge_type: str
    seq: int
    open_cents: int
    issued_on: dt.date


class InvoiceLine(NamedTuple):
    """An issued line; ``open_cents`` is amount − paid − credited, and 0 once its invoice is void."""

    id: UUID
    invoice_id: UUID
    seq: int
    lease_id: UUID
    property_id: UUID
    charge_type: str
    description: str
    amount_cents: int
    paid_cents: int
    credited_cents: int
    open_cents: int
    issued_on: dt.date
    due_on: dt.date
    overdue_on: dt.date
    voided_on: dt.date | None
    charge_id: UUID | None = None  # the one-off charge or late fee that it bills


class Invoice(NamedTuple):
    """An issued invoice; lists leave ``lines`` empty. Names are "" if their row was deleted."""

    id: UUID
    number: int
    kind: str
    lease_id: UUID
    property_id: UUID
    tenant_id: UUID
    property_name: str
    unit_name: str
    tenant_name: str
    period: dt.date
    run_period: dt.date | None
    issued_on: dt.date
    due_on: dt.date
    overdue_on: dt.date
    total_cents: int
    paid_cents: int
    credited_cents: int
    voided_on: dt.date | None
    version: int
    created_at: dt.datetime
    lines: tuple[InvoiceLine, ...] = ()

    @property
    def open_cents(self) -> int:
        """Cents still owed; 0 for a void invoice."""
        return 0 if self.voided_on is not None else self.total_cents - self.paid_cents - self.credited_cents

    @property
    def status(self) -> str:
        """One of ``INVOICE_STATUSES``. A partly credited invoice is open or paid by what is left of it."""
        if self.voided_on is not None:
            return "void"
        if self.open_cents > 0:
            return "part_paid" if self.paid_cents else "open"
        return "paid" if self.paid_cents else "credited"


class NewCharge(NamedTuple):
    """A one-off charge as a member enters it; charged today unless it says otherwise."""

    lease_id: UUID
    charge_type: str  # MANUAL_CHARGE_TYPES
    amount_cents: int
    description: str = ""
    charged_on: dt.date | None = None


class NewInvoiceLine(NamedTuple):
    charge_type: str
    amount_cents: int
    description: str = ""


class NewInvoice(NamedTuple):
    """An invoice as a member enters it: issued today, of that month and due at once, unless it says otherwise."""

    lease_id: UUID
    lines: list[NewInvoiceLine]
    with_charges: bool = False
    issued_on: dt.date | None = None
    period: dt.date | None = None
    due_on: dt.date | None = None


class Charge(NamedTuple):
    """A one-off charge for the lease's next invoice."""

    id: UUID
    lease_id: UUID
    charge_type: str
    description: str
    amount_cents: int
    charged_on: dt.date
    status: str
    invoice_id: UUID | None
    late_for_id: UUID | None  # the overdue invoice that this late fee is for
    version: int
    created_at: dt.datetime
    reason: str | None = None  # why a late fee was changed or withdrawn


class TermLine(NamedTuple):
    """A line that bills the terms of a lease for a month: rent and recurring charges, or a difference of them.

    ``claimed``: its invoice is the month's. ``automatic_cents`` is the part of ``credited_cents`` that follows from
    facts; what else was credited a person decided.
    """

    id: UUID
    invoice_id: UUID
    lease_id: UUID
    period: dt.date
    claimed: bool
    issued_on: dt.date
    due_on: dt.date
    seq: int
    charge_type: str
    description: str
    amount_cents: int
    credited_cents: int
    automatic_cents: int


class ExcusedMonth(NamedTuple):
    """A month (its first day) for which a person decided that the lease is not billed."""

    lease_id: UUID
    period: dt.date
    reason: str
    member_id: UUID | None
    created_at: dt.datetime


class CreditNoteLine(NamedTuple):
    invoice_line_id: UUID
    amount_cents: int


class CreditNote(NamedTuple):
    """A numbered document that credits part of an invoice; never changed.

    ``kind`` says what becomes of what followed from the sum, such as a late fee: it goes with what was ``never_owed``
    and stays after ``goodwill`` and a ``write_off``. ``automatic``: it follows from facts, and nobody decided it.
    """

    id: UUID
    number: int
    invoice_id: UUID
    lease_id: UUID
    reason: str
    issued_on: dt.date
    total_cents: int
    created_at: dt.datetime
    lines: tuple[CreditNoteLine, ...] = ()
    kind: str = "never_owed"
    automatic: bool = False


class Correction(NamedTuple):
    """What was derived again since a fact came late: ``amount_cents`` more is owed, or less below 0.

    ``document_id`` is the charge, invoice or credit note that corrects; ``invoice_id`` whose fee or month it is.
    """

    id: UUID
    lease_id: UUID
    property_id: UUID
    kind: str  # CORRECTION_KINDS
    amount_cents: int
    invoice_id: UUID
    document_id: UUID | None
    reason: str
    corrected_on: dt.date
    created_at: dt.datetime


class Receipt(NamedTuple):
    """Our numbered acknowledgement of a payment; void once the payment is reversed."""

    id: UUID
    number: int
    payment_id: UUID
    lease_id: UUID
    tenant_id: UUID
    amount_cents: int
    issued_on: dt.date
    status: str  # issued, void
    created_at: dt.datetime
