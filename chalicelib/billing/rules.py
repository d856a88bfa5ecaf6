"""Billing calculations: prorated rent, due days and late fees.

Money is whole cents (100 cents = KES 1). Dates are days in the organisation's own
time zone, and both ends of every span are counted. A period is a calendar month,
represented by its first day.
"""

import calendar
import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

from chalicelib.money import WHOLE_SHILLING, round_half_up
from chalicelib.periods import day_in

Period: TypeAlias = dt.date

_WHOLE_RATE_BPS = 10_000


class MonthlyRent(NamedTuple):
    """A monthly rent and the first day on which it applies; it applies until the next step."""

    starts_on: dt.date
    rent_cents: int


class LateFeePolicy(NamedTuple):
    """What an overdue balance costs: nothing, a fixed sum, or a share of the balance."""

    kind: str  # "off", "fixed" or "percent"
    amount_cents: int  # the sum, when fixed
    rate_bps: int  # the share, when percent; 100 bps = 1 %
    grace_days: int
    cap_cents: int | None  # most that is ever charged on one debt; None: no limit


def rent_cents_for(period: Period, steps: Sequence[MonthlyRent], starts_on: dt.date, ends_on: dt.date | None) -> int:
    """Return the rent that a lease owes for one calendar month.

    Each day owes its dated rent divided by the days of that month. A whole month at one
    rent owes exactly that rent. Any other sum is added up exactly and rounded once,
    half-up, to whole shillings, because M-Pesa moves no cents.

    Args:
        period: First day of the month.
        steps: Monthly rents in cents, not negative, in order of their days. The first
            one applies from the lease's first day, also when it is dated later.
        starts_on: First day of the lease.
        ends_on: Last day of the lease, which still owes; None while it is open.

    Returns:
        Cents, 0 when the lease has no day in the month.

    Raises:
        ValueError: no steps, a negative rent, steps out of order, or a ``period`` that is
            not the first day of a month.
    """
    _check_steps(steps)
    days = _days_in(period)
    first = max(starts_on, period).toordinal()
    last = period.toordinal() + days - 1
    if ends_on is not None:
        last = min(last, ends_on.toordinal())
    if last < first:
        return 0
    spans = _rent_spans(steps, first, last)
    rent_cents = spans[0][1]
    if last - first + 1 == days and all(rent == rent_cents for _, rent in spans):
        return rent_cents
    return round_half_up(sum(count * rent for count, rent in spans), days, WHOLE_SHILLING)


def prorated_cents(amount_cents: int, period: Period, starts_on: dt.date, ends_on: dt.date | None) -> int:
    """Return what a lease owes for one month of a monthly charge, shared by days as rent is.

    Raises:
        ValueError: ``amount_cents`` is negative, or ``period`` is not a first day.
    """
    return rent_cents_for(period, (MonthlyRent(starts_on, amount_cents),), starts_on, ends_on)


def due_on(period: Period, due_day: int, lease_starts_on: dt.date, issued_on: dt.date) -> dt.date:
    """Return the day on which a period's invoice is due: not before the lease's first day, nor before it is issued.

    A tenant cannot be late with what nobody had asked for yet.

    Raises:
        ValueError: ``due_day`` is not 1 to 31; in a shorter month the last day stands for those that it lacks.
    """
    return max(day_in(period, due_day), lease_starts_on, issued_on)


def overdue_on(due_on: dt.date, grace_days: int) -> dt.date:
    """Return the first day on which what was due is overdue: the day after the last day of grace.

    Raises:
        ValueError: ``grace_days`` is negative, or the day lies past the calendar's end.
    """
    if grace_days < 0:
        raise ValueError("grace_days must not be negative.")
    # By ordinals: date + timedelta raises OverflowError, not ValueError, at the calendar's end.
    return dt.date.fromordinal(due_on.toordinal() + grace_days + 1)


def late_fee_cents(policy: LateFeePolicy, overdue_balance_cents: int) -> int:
    """Return the late fee to charge now.

    Args:
        policy: Its grace days are applied by the caller (see ``overdue_on``).
        overdue_balance_cents: Overdue amount without late fees; 0 or less has no fee.

    Returns:
        Cents, a multiple of 100: rounded half-up, or down where the cap would be passed.

    Raises:
        ValueError: an unknown kind, or a negative amount, rate or cap.
    """
    _check_policy(policy)
    if overdue_balance_cents <= 0 or policy.kind == "off":
        return 0
    if policy.kind == "fixed":
        fee_cents = round_half_up(policy.amount_cents, 1, WHOLE_SHILLING)
    else:
        fee_cents = round_half_up(overdue_balance_cents * policy.rate_bps, _WHOLE_RATE_BPS, WHOLE_SHILLING)
    if policy.cap_cents is None:
        return fee_cents
    return min(fee_cents, policy.cap_cents - policy.cap_cents % WHOLE_SHILLING)


def _days_in(period: Period) -> int:
    if period.day != 1:
        raise ValueError("A period is the first day of a month.")
    return calendar.monthrange(period.year, period.month)[1]


def _rent_spans(steps: Sequence[MonthlyRent], first: int, last: int) -> list[tuple[int, int]]:
    """Split the days ``first`` to ``last`` (ordinals) into (days, monthly rent), the latest first."""
    spans = []
    for step in reversed(steps):
        since = max(step.starts_on.toordinal(), first)
        if since <= last:
            spans.append((last - since + 1, step.rent_cents))
            last = since - 1
    if first <= last:  # days before the first dated rent
        spans.append((last - first + 1, steps[0].rent_cents))
    return spans


def _check_steps(steps: Sequence[MonthlyRent]) -> None:
    if not steps:
        raise ValueError("A lease needs at least one rent.")
    before: dt.date | None = None
    for starts_on, rent_cents in steps:
        if rent_cents < 0:
            raise ValueError("A rent must not be negative.")
        if before is not None and starts_on <= before:
            raise ValueError("Rents must be in order of their days, one a day.")
        before = starts_on


def _check_policy(policy: LateFeePolicy) -> None:
    if policy.kind not in ("off", "fixed", "percent"):
        raise ValueError("A late fee is off, fixed or percent.")
    if min(policy.amount_cents, policy.rate_bps, policy.cap_cents or 0) < 0:
        raise ValueError("A late fee's amount, rate and cap must not be negative.")
