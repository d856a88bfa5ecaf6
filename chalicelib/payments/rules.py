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
