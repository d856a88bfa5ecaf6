"""Report calculations that are not done in SQL."""

from collections.abc import Iterable


def share_bps(part: int, whole: int) -> int:
    """Return ``part`` of ``whole`` in 1/100 %, rounded half-up; 0 of 0 is 0."""
    return (20_000 * part + whole) // (2 * whole) if whole else 0


def running_balances(opening_cents: int, amounts: Iterable[int]) -> list[int]:
    """Return the balance after each of the amounts."""
    balances = []
    for amount in amounts:
        opening_cents += amount
        balances.append(opening_cents)
    return balances
