"""Report calculations that are not done in SQL."""

import calendar
import datetime as dt
from collections.abc import Iterable


def last_day(period: dt.date) -> dt.date:
    """Return the last day of the month that ``period``, its first day, stands for."""
    return period.replace(day=calendar.monthrange(period.year, period.month)[1])


def months_between(first: dt.date, last: dt.date) -> int:
    """Return how many months two periods span, both included; 1 for one and the same."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


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
