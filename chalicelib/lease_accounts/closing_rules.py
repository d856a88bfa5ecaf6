"""What to credit when a lease ends earlier than was billed, and what remains then. Money is whole cents."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from chalicelib.money import round_half_up


class BilledLine(NamedTuple):
    """A line of a monthly invoice; ``uncredited_cents`` is its amount less what was credited."""

    id: UUID
    charge_type: str
    description: str
    amount_cents: int
    uncredited_cents: int


class MonthlyDue(NamedTuple):
    """A charge of a lease's month in cents: ``full_cents`` as if the lease had not ended, ``owed_cents`` to its end."""

    charge_type: str
    description: str
    full_cents: int
    owed_cents: int


def shares_to_credit(
    billed: Iterable[BilledLine], owed: Sequence[tuple[str, str, int]], full_terms: Sequence[tuple[str, str, int]]
) -> list[tuple[UUID, int]]:
    """Return what to credit on a month's lines because the lease ended earlier than was billed.

    A line is matched by type and description, or by type alone if a charge was renamed since; rent always
    by type, since its description names its days. Lines that are not part of the terms are left alone.

    Args:
        billed: The month's lines in their order, those of one-off charges left out.
        owed: (charge type, description, cents) of the month up to the lease's end.
        full_terms: The same as if the lease had not ended.

    Returns:
        (line id, cents above 0), for the lines that were billed above what is owed.
    """
    shares: list[tuple[UUID, int]] = []
    for line, due in _pair_with_dues(list(billed), _monthly_dues(owed, full_terms)):
        excess_cents = line.uncredited_cents - _owed_cents_of(line, due)
        if excess_cents > 0:
            shares.append((line.id, excess_cents))
    return shares


def _monthly_dues(owed: Sequence[tuple[str, str, int]], full_terms: Sequence[tuple[str, str, int]]) -> list[MonthlyDue]:
    left = list(owed)
    dues = []
    for charge_type, words, full_cents in full_terms:
        mine = next((each for each in left if _same_charge(each[:2], (charge_type, words))), None)
        if mine is not None:
            left.remove(mine)
        dues.append(MonthlyDue(charge_type, words, full_cents, mine[2] if mine else 0))
    return dues


def _pair_with_dues(billed: Sequence[BilledLine], dues: Sequence[MonthlyDue]) -> list[tuple[BilledLine, MonthlyDue]]:
    """Return each line that matches a due with that due, in the order of the lines."""
    found: dict[UUID, MonthlyDue] = {}
    left = list(dues)
    for by_words in (True, False):
        for line in billed:
            fits = (each for each in left if _matches(line, each, by_words=by_words))
            due = None if line.id in found else next(fits, None)
            if due is not None:
                found[line.id] = due
                left.remove(due)
    return [(line, found[line.id]) for line in billed if line.id in found]


def _matches(line: BilledLine, due: MonthlyDue, *, by_words: bool) -> bool:
    if by_words:
        return _same_charge((line.charge_type, line.description), (due.charge_type, due.description))
    return line.charge_type == due.charge_type


def _same_charge(one: tuple[str, str], other: tuple[str, str]) -> bool:
    return one == other or one[0] == other[0] == "rent"


def _owed_cents_of(line: BilledLine, due: MonthlyDue) -> int:
    """Return the owed cents of a line; a charge that was reduced for later bills is prorated as it was billed."""
    if line.charge_type == "rent" or line.amount_cents <= due.full_cents:
        return due.owed_cents
    return round_half_up(line.amount_cents * due.owed_cents, due.full_cents)


def compute_settlement(owed_cents: int, credit_cents: int, held_cents: int) -> tuple[int, int]:
    """Return (refundable cents, cents still owed) once credit and deposits are set off; one of them is 0."""
    rest_cents = credit_cents + held_cents - owed_cents
    return max(rest_cents, 0), max(-rest_cents, 0)
