"""Leasing calculations: a lease's days, its rent on a day, and checks of its terms.

Dates are days in the organisation's own time zone, and both ends of a lease are counted.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from chalicelib.leasing.tenant_model import CONFIRMED, DENIED, UNCONFIRMED
from chalicelib.periods import DAYS

LeaseStatus = Literal["upcoming", "active", "ended"]

# Outside these years a date is a typing error, and days computed from it could
# leave the calendar.
YEARS = range(1900, 2200)


class Terms(NamedTuple):
    """The terms of a lease that can be checked by themselves."""

    starts_on: dt.date
    ends_on: dt.date | None  # None: open
    due_day: int
    grace_days: int = 0
    notice_days: int = 30


class TermProblem(NamedTuple):
    """An invalid term: the field of ``Terms``, and what it must be."""

    field: str
    why: str


def renewal_starts_on(ends_on: dt.date) -> dt.date:
    """Return the first day of the lease that follows one whose last day is ``ends_on``.

    Raises:
        ValueError: the day lies past the calendar's end.
    """
    return _days_after(ends_on, 1)


def earliest_end(given_on: dt.date, notice_days: int) -> dt.date:
    """Return the earliest last day that a notice allows; the day on which it is given does not count.

    Raises:
        ValueError: ``notice_days`` is negative, or the day lies past the calendar's end.
    """
    if notice_days < 0:
        raise ValueError("notice_days must not be negative.")
    return _days_after(given_on, notice_days)


def lease_status(starts_on: dt.date, ends_on: dt.date | None, terminated: bool, today: dt.date) -> LeaseStatus:
    """Return a lease's status on ``today``; its last day is still active.

    Args:
        terminated: A member terminated it. With a last day ahead it runs until then;
            with none, or with one before its first day (called off), it has ended.
    """
    if terminated and (ends_on is None or ends_on < starts_on):
        return "ended"
    if ends_on is not None and ends_on < today:
        return "ended"
    return "upcoming" if today < starts_on else "active"


def phone_still_serves(status: str, last_day: dt.date | None, today: dt.date, days_after: int) -> bool:
    """Return whether the numbers of a lease's tenants may still be shown it on ``today``.

    Args:
        last_day: When it ended, or will; None while open.
        days_after: Days after the last one on which a number still counts as its tenant's.
    """
    return status != "ended" or (last_day is not None and today <= last_day + dt.timedelta(days=days_after))


def phone_state(decided: Iterable[tuple[str, bool]]) -> str:
    """Return the state of a tenant's number in an organisation.

    Args:
        decided: (state, whether the lease is this tenant's) of each lease there that its holder answered for. One
            denial applies to the whole organisation while nothing there is confirmed.
    """
    listed = list(decided)
    if (CONFIRMED, True) in listed:
        return CONFIRMED
    states = {state for state, _ in listed}
    return DENIED if (DENIED, True) in listed or (DENIED in states and CONFIRMED not in states) else UNCONFIRMED


def rent_on(steps: Sequence[tuple[dt.date, int]], day: dt.date) -> int:
    """Return the monthly rent (cents) that applies on ``day``; before the first step, the first one's.

    Args:
        steps: First day and rent of each, by day.

    Raises:
        ValueError: there is no step.
    """
    if not steps:
        raise ValueError("A lease has a rent from its first day.")
    begun = [rent_cents for starts_on, rent_cents in steps if starts_on <= day]
    return begun[-1] if begun else steps[0][1]


def term_problems(terms: Terms) -> list[TermProblem]:
    """Return all problems of the terms, in the order of their fields; empty if they are valid."""
    checks = (
        ("starts_on", terms.starts_on.year in YEARS, "must lie in the years 1900 to 2199"),
        ("ends_on", _ends_in_years(terms.ends_on), "must lie in the years 1900 to 2199"),
        (
            "ends_on",
            terms.ends_on is None or terms.ends_on >= terms.starts_on,
            "must not be before starts_on",
        ),
        ("due_day", terms.due_day in DAYS, "must be 1 to 31; in a shorter month the last day stands for it"),
        ("grace_days", 0 <= terms.grace_days <= 60, "must be 0 to 60"),
        ("notice_days", 0 <= terms.notice_days <= 365, "must be 0 to 365"),
    )
    return [TermProblem(field, why) for field, holds, why in checks if not holds]


def _ends_in_years(ends_on: dt.date | None) -> bool:
    return ends_on is None or ends_on.year in YEARS


def _days_after(day: dt.date, count: int) -> dt.date:
    # By ordinals: date + timedelta raises OverflowError, not ValueError, at the calendar's end.
    return dt.date.fromordinal(day.toordinal() + count)
