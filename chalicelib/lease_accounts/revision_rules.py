"""What a month was charged beside what its terms say. Money is whole cents (100 cents = KES 1)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from chalicelib.billing.model import DraftLine, TermLine


class Difference(NamedTuple):
    """What makes a month's charges those of its terms: (line, cents) to credit, and lines to bill."""

    credits: list[tuple[UUID, int]]
    lines: list[DraftLine]


def compute_difference(charged: Sequence[TermLine], owed: Sequence[DraftLine]) -> Difference:
    """Return what to credit or bill so that the month's charges are what its terms say, type by type.

    What a person credited stays credited: it is not billed again, and it counts where less is owed than was charged.

    Args:
        charged: The lines that bill the month's terms, in the order of their issue.
        owed: What the month owes by the terms as they are now.
    """
    credits: list[tuple[UUID, int]] = []
    more: list[DraftLine] = []
    by_type: defaultdict[str, list[TermLine]] = defaultdict(list)
    for line in charged:
        by_type[line.charge_type].append(line)
    for charge_type in dict.fromkeys([*by_type, *(line.charge_type for line in owed)]):
        mine, due = by_type[charge_type], [line for line in owed if line.charge_type == charge_type]
        owed_cents = sum(line.amount_cents for line in due)
        net_cents = sum(line.amount_cents - line.credited_cents for line in mine)
        decided_cents = sum(line.amount_cents - line.automatic_cents for line in mine)
        if owed_cents < net_cents:
            credits += _credits(mine, {line.description for line in due}, net_cents - owed_cents)
        elif owed_cents > decided_cents:
            description = due[-1].description if charge_type != "rent" else due[0].description
            more.append(DraftLine(charge_type, f"{description}: difference", owed_cents - decided_cents))
    return Difference(credits, more)


def _credits(lines: Sequence[TermLine], due: set[str], cents: int) -> list[tuple[UUID, int]]:
    """Return (line, cents): first of what the terms no longer name, then of what was billed last."""
    found = []
    ordered = sorted(enumerate(lines), key=lambda each: (each[1].description in due, -each[0]))
    for _, line in ordered:
        part_cents = min(cents, line.amount_cents - line.credited_cents)
        if part_cents:
            found.append((line.id, part_cents))
            cents -= part_cents
    return found


def compute_settlement(owed_cents: int, credit_cents: int, held_cents: int) -> tuple[int, int]:
    """Return (refundable cents, cents still owed) once credit and deposits are set off; one of them is 0."""
    rest_cents = credit_cents + held_cents - owed_cents
    return max(rest_cents, 0), max(-rest_cents, 0)
