"""Calculations for one lease's month: recurring charges, and descriptions of lines."""

import datetime as dt

from chalicelib.billing.rules import Period, prorated_cents
from chalicelib.periods import last_day


def recurring_cents(
    amount_cents: int, period: Period, starts_on: dt.date, ends_on: dt.date | None, *, prorated: bool
) -> int:
    """Return what a monthly charge owes for one month.

    Args:
        amount_cents: For a whole month, not negative.
        starts_on, ends_on: First and last day on which both the lease and the charge apply.
        prorated: Shared by days as rent is; otherwise a month with any such day owes the whole.

    Raises:
        ValueError: ``amount_cents`` is negative, or ``period`` is not a first day.
    """
    if prorated:
        return prorated_cents(amount_cents, period, starts_on, ends_on)
    first = max(starts_on, period)
    last = last_day(period) if ends_on is None else min(ends_on, last_day(period))
    return amount_cents if first <= last else 0


def part_of_month_cents(
    amount_cents: int, period: Period, starts_on: dt.date, ends_on: dt.date | None, days_before: int
) -> int:
    """Return what the days of one lease owe of a month, so that it and those before it add up to their days together.

    Two halves of 12,345 are 6,173 and 6,172, and not 6,173 twice.

    Args:
        amount_cents: For a whole month, the same for all of these days.
        days_before: Days of the month that earlier leases owe at the same amount.
    """
    first, last = max(starts_on, period), earlier_end(ends_on, last_day(period)) or last_day(period)
    days = max((last - first).days + 1, 0)
    owed_before = _days_cents(amount_cents, period, days_before)
    return _days_cents(amount_cents, period, days_before + days) - owed_before


def _days_cents(amount_cents: int, period: Period, days: int) -> int:
    if days == 0:
        return 0
    return prorated_cents(amount_cents, period, period, period.replace(day=days))


def earlier_end(a: dt.date | None, b: dt.date | None) -> dt.date | None:
    """Return the earlier of two last days, None standing for an open end."""
    if a is None or b is None:
        return a or b
    return min(a, b)


def rent_description(period: Period, starts_on: dt.date, ends_on: dt.date | None) -> str:
    """Return how the rent of a month is described, with its days where it is not the whole month."""
    first, last = max(starts_on, period), earlier_end(ends_on, last_day(period)) or last_day(period)
    if first == period and last == last_day(period):
        return f"Rent for {period:%B %Y}"
    days = f"{first.day}" if first == last else f"{first.day}–{last.day}"
    return f"Rent for {days} {period:%B %Y}"
