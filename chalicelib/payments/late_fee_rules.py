"""Late fees from the facts: what was open when the grace ended, and what is charged for that.

Money is whole cents (100 cents = KES 1). Nothing here depends on the day or the order in which a fact was entered, nor
on what was allocated to what meanwhile: two people who know the same facts compute the same fee.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from chalicelib.billing.rules import LateFeePolicy, late_fee_cents

# No fee is charged on a fee, on a balance of before the books, which may include fees, nor on a refund to be returned.
NO_LATE_FEE = ("late_fee", "opening_balance", "refund_recovery")


class DebtLine(NamedTuple):
    """An invoice line.

    ``owed_cents`` is its amount less what was credited as never owed, 0 once it is void; ``settled`` is (day, cents) of
    what people decided to set against it, each from its day: goodwill, write-offs, deposits, allocations by hand.
    """

    id: UUID
    lease_id: UUID
    invoice_id: UUID
    charge_type: str
    seq: int
    due_on: dt.date
    owed_cents: int
    settled: tuple[tuple[dt.date, int], ...] = ()


class MoneyIn(NamedTuple):
    """Money of a lease that allocates itself: received and neither refunded nor allocated by hand."""

    lease_id: UUID
    received_on: dt.date
    amount_cents: int
    purpose: str | None = None
    invoice_id: UUID | None = None  # that the payer named
    spread: bool = False  # the payer named a tenant: no lease is paid before another


class DatedPolicy(NamedTuple):
    """A late fee policy and the first day on which it applies; the first of several also applies before that day."""

    starts_on: dt.date
    policy: LateFeePolicy


class LateInvoice(NamedTuple):
    """An invoice that may have a late fee; ``overdue_on`` is the day after the lease's grace."""

    id: UUID
    number: int
    lease_id: UUID
    due_on: dt.date
    overdue_on: dt.date
    is_open: bool  # today


class FeeLine(NamedTuple):
    """An invoiced late fee: its line, and what of it can still be credited."""

    line_id: UUID
    invoice_id: UUID
    creditable_cents: int


class ChargedFee(NamedTuple):
    """What stands charged for one overdue invoice.

    ``decided``: a person cancelled or credited the fee, and it is never derived again. ``withdrawn``: it was charged
    before and withdrawn by the facts, so the facts may bring it back.
    """

    pending_id: UUID | None = None
    pending_cents: int = 0
    invoiced_cents: int = 0  # less what was credited as never owed
    lines: tuple[FeeLine, ...] = ()
    withdrawn: bool = False
    decided: bool = False

    @property
    def total_cents(self) -> int:
        return self.pending_cents + self.invoiced_cents

    @property
    def exists(self) -> bool:
        return self.pending_id is not None or self.withdrawn or bool(self.lines) or self.decided


def fee_day(invoice: LateInvoice, policy: LateFeePolicy) -> dt.date:
    """Return the first day on which the invoice is late: the day after the last day of grace, the policy's and its own.

    The fee is of what was open when the day before it ended.
    """
    after_policy = dt.date.fromordinal(invoice.due_on.toordinal() + policy.grace_days + 1)
    return max(invoice.overdue_on, after_policy)


def policy_for(invoice: LateInvoice, policies: Sequence[DatedPolicy]) -> DatedPolicy | None:
    """Return the policy that applied on the invoice's fee day; ``policies`` come by day.

    A change of the policy counts from its day on: a fee that was due before it stays as it was.
    """
    begun = [each for each in policies if each.starts_on <= fee_day(invoice, each.policy)]
    return begun[-1] if begun else next(iter(policies), None)


def open_cents_on(
    day: dt.date,
    lines: Sequence[DebtLine],
    money: Iterable[MoneyIn],
    payable: Mapping[UUID, Collection[UUID]],
    order: Sequence[str],
) -> dict[UUID, int]:
    """Return what was open of each line when ``day`` ended, by what had been received by then.

    Money pays first what its payer named: the invoice, the purpose, the lease; what is left then pays whatever else it
    may pay. Each time the oldest due is first.

    Args:
        lines: Of all leases that pay for each other.
        payable: For each lease with money, the leases that it pays for.
        order: The organisation's charge types; on one due day the first is paid first.
    """
    left = {line.id: max(line.owed_cents - _settled_cents(line, day), 0) for line in lines}
    ranks = {charge_type: rank for rank, charge_type in enumerate(order)}
    ordered = sorted(lines, key=lambda line: (line.due_on, ranks.get(line.charge_type, len(ranks)), line.seq, line.id))
    received = sorted(
        (each for each in money if each.received_on <= day),
        key=lambda each: (each.received_on, each.lease_id, each.amount_cents),
    )
    rest = [each.amount_cents for each in received]
    for is_meant in (_is_named_invoice, _is_purpose, _is_named_lease, _is_payable):
        for place, each in enumerate(received):
            if rest[place]:
                meant = (line for line in ordered if is_meant(line, each, payable[each.lease_id]))
                rest[place] = _pay(meant, left, rest[place])
    return left


def _is_named_invoice(line: DebtLine, money: MoneyIn, payable: Collection[UUID]) -> bool:
    return line.invoice_id == money.invoice_id


def _is_purpose(line: DebtLine, money: MoneyIn, payable: Collection[UUID]) -> bool:
    return line.charge_type == money.purpose and (_is_named_lease(line, money, payable) or money.spread)


def _is_named_lease(line: DebtLine, money: MoneyIn, payable: Collection[UUID]) -> bool:
    return line.lease_id == money.lease_id and not money.spread


def _is_payable(line: DebtLine, money: MoneyIn, payable: Collection[UUID]) -> bool:
    return line.lease_id in payable


def compute_fees(
    invoices: Collection[LateInvoice],
    lines: Sequence[DebtLine],
    money: Sequence[MoneyIn],
    payable: Mapping[UUID, Collection[UUID]],
    charged: Mapping[UUID, ChargedFee],
    policies: Sequence[DatedPolicy],
    order: Sequence[str],
    *,
    on: dt.date,
) -> dict[UUID, int]:
    """Return what should stand charged for each of the invoices that is or was late by ``on``.

    Invoices whose fee a person decided about are left out, and so is one without any fee that was settled before the
    landlord had a policy: nobody is fined for what was over when the fine was thought of.

    An invoiced fee that falls is no longer a debt when the next invoice is looked at, so they are taken in order.
    """
    wanted: dict[UUID, int] = {}
    now = {line.id: line for line in lines}
    for invoice in sorted(invoices, key=lambda each: (each.due_on, each.number)):
        dated = policy_for(invoice, policies)
        fee = charged.get(invoice.id, ChargedFee())
        if dated is None or fee.decided:
            continue
        day = fee_day(invoice, dated.policy)
        if day > on or not (fee.exists or invoice.is_open or day >= dated.starts_on):
            continue
        last_day = dt.date.fromordinal(day.toordinal() - 1)
        left = open_cents_on(last_day, list(now.values()), money, payable, order)
        base_cents = sum(
            left[line.id]
            for line in now.values()
            if line.invoice_id == invoice.id and line.charge_type not in NO_LATE_FEE
        )
        wanted[invoice.id] = late_fee_cents(dated.policy, base_cents)
        for line_id, cents in credits_of_fee(fee, wanted[invoice.id]):
            now[line_id] = now[line_id]._replace(owed_cents=now[line_id].owed_cents - cents)
    return wanted


def credits_of_fee(fee: ChargedFee, wanted_cents: int) -> list[tuple[UUID, int]]:
    """Return (line, cents) to credit as never owed, the latest first, so that no more than ``wanted_cents`` stands."""
    credited = []
    excess_cents = max(fee.invoiced_cents - wanted_cents, 0)
    for line in reversed(fee.lines):
        part_cents = min(excess_cents, line.creditable_cents)
        if part_cents:
            credited.append((line.line_id, part_cents))
            excess_cents -= part_cents
    return credited


def pending_cents_of_fee(fee: ChargedFee, wanted_cents: int) -> int:
    """Return what should wait for the next invoice, beside what is invoiced."""
    return max(wanted_cents - fee.invoiced_cents, 0)


def _settled_cents(line: DebtLine, day: dt.date) -> int:
    return sum(cents for on, cents in line.settled if on <= day)


def _pay(lines: Iterable[DebtLine], left: dict[UUID, int], cents: int) -> int:
    """Pay the lines in their order from ``cents`` and return what remains."""
    for line in lines:
        if not cents:
            break
        part_cents = min(cents, left[line.id])
        left[line.id] -= part_cents
        cents -= part_cents
    return cents
