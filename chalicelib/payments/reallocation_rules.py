"""How money allocates itself as it comes in and as bills are issued, day by day. Money is whole cents."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from chalicelib.payments.rules import AllocatableLine, allocate, place_of


class IssuedLine(NamedTuple):
    """An invoice line and what of it money may pay: less what was credited or is allocated for good."""

    id: UUID
    invoice_id: UUID
    lease_id: UUID
    issued_on: dt.date
    due_on: dt.date
    charge_type: str
    seq: int
    payable_cents: int


class ReceivedMoney(NamedTuple):
    """A payment and what of it allocates itself: neither refunded nor allocated for good."""

    id: UUID
    lease_id: UUID
    received_on: dt.date
    cents: int
    purpose: str | None
    invoice_id: UUID | None = None  # that the payer named
    spread: bool = False  # over the payer's leases alike


class DatedShare(NamedTuple):
    payment_id: UUID
    line_id: UUID
    cents: int
    on: dt.date


def _place(line: IssuedLine, money: ReceivedMoney) -> int:
    return place_of(line.invoice_id, line.lease_id, money.invoice_id, None if money.spread else money.lease_id)


def allocate_by_day(
    lines: Collection[IssuedLine],
    money: Collection[ReceivedMoney],
    payable: Mapping[UUID, Collection[UUID]],
    order: Sequence[str],
) -> list[DatedShare]:
    """Return what pays what, each on the day on which both were there, whatever the order of their entry.

    Args:
        payable: For each lease with money, the leases that it pays for.
        order: The organisation's charge types, as in ``rules.allocate``.
    """
    left = {line.id: line.payable_cents for line in lines}
    rest = {each.id: each.cents for each in money}
    shares = []
    for day in sorted({line.issued_on for line in lines} | {each.received_on for each in money}):
        for each in sorted(money, key=lambda paid: (paid.received_on, paid.id)):
            if each.received_on > day or not rest[each.id]:
                continue
            here = [
                AllocatableLine(line.id, line.due_on, line.charge_type, line.seq, left[line.id], _place(line, each))
                for line in lines
                if line.issued_on <= day and left[line.id] and line.lease_id in payable[each.lease_id]
            ]
            paid, rest[each.id] = allocate(rest[each.id], here, order, each.purpose)
            for line_id, cents in paid:
                left[line_id] -= cents
                shares.append(DatedShare(each.id, line_id, cents, day))
    return shares
