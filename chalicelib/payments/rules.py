"""The sums of payments: which open lines a sum of money settles, and what a credit gives back.

Money is whole cents (100 cents = KES 1).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

# Old debt and rent before services; what is disputed most often (damage, late fees) late.
DEFAULT_ORDER: tuple[str, ...] = (
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


class OpenLine(NamedTuple):
    """An invoice line with what is still open of it."""

    id: UUID
    due_on: dt.date
    charge_type: str
    seq: int
    open_cents: int


class Share(NamedTuple):
    """A part of a sum set against a line; negative when it is taken back."""

    line_id: UUID
    amount_cents: int


class BilledLine(NamedTuple):
    """A line of a month's invoice, with the cents of it that were not credited."""

    id: UUID
    charge_type: str
    description: str
    standing_cents: int


def allocate(
    amount_cents: int,
    lines: Iterable[OpenLine],
    order: Sequence[str] = DEFAULT_ORDER,
    purpose: str | None = None,
) -> tuple[list[Share], int]:
    """Set a sum against open lines.

    Lines of the purpose that the tenant named come first. Then, and among those too, the
    oldest due comes first; on one due day the lines follow ``order``, charge types it
    does not name come last, and ``seq`` and ``id`` settle the rest, so that the answer
    never hangs on the order in which a database returned the lines.

    Args:
        amount_cents: What there is to set; more than 0.
        lines: Each line once; one with nothing open gets nothing.
        order: Charge types, the first settled first.
        purpose: A charge type, or None.

    Returns:
        The shares in the order in which they were set, none of them zero, and the cents
        that remain; together they are ``amount_cents``.

    Raises:
        ValueError: ``amount_cents`` is not above 0, or a line's ``open_cents`` is below 0.
    """
    if amount_cents <= 0:
        raise ValueError("amount_cents must be above 0.")
    ranks = {charge_type: rank for rank, charge_type in enumerate(order)}
    unnamed = len(ranks)

    def turn(line: OpenLine) -> tuple[bool, dt.date, int, int, UUID]:
        rank = ranks.get(line.charge_type, unnamed)
        return line.charge_type != purpose, line.due_on, rank, line.seq, line.id

    shares = []
    left_cents = amount_cents
    for line in sorted(lines, key=turn):
        if line.open_cents < 0:
            raise ValueError("A line's open_cents must not be negative.")
        part_cents = min(left_cents, line.open_cents)
        if part_cents:
            shares.append(Share(line.id, part_cents))
            left_cents -= part_cents
    return shares, left_cents


def release(shares: Sequence[Share], amount_cents: int) -> list[Share]:
    """Take shares back, the latest first, as a credit note on a paid line does.

    Args:
        shares: What stands, oldest first: each above 0, earlier releases already taken off.
        amount_cents: Most to take back; more than 0.

    Returns:
        Negative shares. The first belongs to the last of ``shares``, the second to the one
        before it, and so on, so that a caller can tell whose payment each one frees.
        Together they are ``amount_cents``, or all of ``shares`` where that is less.

    Raises:
        ValueError: ``amount_cents`` or a share is not above 0.
    """
    if amount_cents <= 0:
        raise ValueError("amount_cents must be above 0.")
    if any(share.amount_cents <= 0 for share in shares):
        raise ValueError("Only shares above 0 can be taken back.")
    released: list[Share] = []
    left_cents = amount_cents
    for share in reversed(shares):
        if left_cents == 0:
            break
        part_cents = min(left_cents, share.amount_cents)
        released.append(Share(share.line_id, -part_cents))
        left_cents -= part_cents
    return released


def needs_confirming(method: str, role: str) -> bool:
    """Tell whether a payment recorded by hand waits for a manager before it counts.

    A caretaker's word does, whatever the method. So does an M-Pesa code typed by hand, whoever
    typed it: only the channel's own statement shows that the money came.
    """
    return role == "caretaker" or method == "mpesa"


def allocation_day(received_on: dt.date, issued_on: dt.date, freed_on: dt.date | None, today: dt.date) -> dt.date:
    """Return the day on which a payment counts against a line.

    Not before the money came in and not before the line was asked for, so that what was owed on a
    past day stays what it was; not before the last day on which this money was taken back from a
    line, or other money from this line (``freed_on``), or on the days between the one would be spent,
    or the other paid, twice; and, of a line issued ahead, not after today.
    """
    return max(received_on, min(today, max(issued_on, freed_on or issued_on)))


def credit_on_lines(
    billed: Iterable[BilledLine], owed: Sequence[tuple[str, str, int]], once_owed: Sequence[tuple[str, str, int]]
) -> list[Share]:
    """Return what of a month's lines is to be credited because the lease ended earlier than was billed.

    Lines that the lease's terms never asked for, such as one-off charges, are left alone. The rent is
    known by its type, since its words name its days; the rest by type and words.

    Args:
        billed: The month's lines in their order, with the cents that were not credited before.
        owed: (charge type, words, cents) of the month up to the lease's end.
        once_owed: The same as if the lease had not ended.

    Returns:
        Shares above 0, for the lines that were billed higher than is owed.
    """
    left: dict[tuple[str, str], list[int]] = {}
    for key in (_key(*line) for line in once_owed):
        left.setdefault(key, []).append(0)
    for charge_type, words, cents in owed:
        places = left.get(_key(charge_type, words, cents), [])
        if 0 in places:
            places[places.index(0)] = cents
    shares = []
    for line in billed:
        places = left.get(_key(line.charge_type, line.description, 0), [])
        if places:
            too_much_cents = line.standing_cents - places.pop(0)
            if too_much_cents > 0:
                shares.append(Share(line.id, too_much_cents))
    return shares


def _key(charge_type: str, words: str, _cents: int) -> tuple[str, str]:
    return (charge_type, "" if charge_type == "rent" else words)


def periods_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the first days of the months from that of ``first`` to that of ``last``; none when that is earlier."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [dt.date(month // 12, month % 12 + 1, 1) for month in months]


def month_after(day: dt.date) -> dt.date:
    """Return the first day of the month after that of ``day``."""
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)


def settle_account(owed_cents: int, credit_cents: int, held_cents: int) -> tuple[int, int]:
    """Return (what is handed back, what is still owed) once credit and deposits are set off; one of them is 0."""
    rest_cents = credit_cents + held_cents - owed_cents
    return max(rest_cents, 0), max(-rest_cents, 0)
