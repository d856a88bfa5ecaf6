"""Calendar months. A period is a month, represented by its first day."""

import calendar
import datetime as dt

DAYS = range(1, 32)


def period_of(day: dt.date) -> dt.date:
    """Return the period that ``day`` falls in."""
    return day.replace(day=1)


def last_day(day: dt.date) -> dt.date:
    """Return the last day of the month that ``day`` falls in."""
    # Not "the day before the next month": December 9999 has no next month.
    return day.replace(day=calendar.monthrange(day.year, day.month)[1])


def day_in(period: dt.date, day: int) -> dt.date:
    """Return the ``day`` (1 to 31) of a period, in a shorter month its last day.

    Raises:
        ValueError: no month has such a day.
    """
    if day not in DAYS:
        raise ValueError("the day of a month must be 1 to 31")
    return period.replace(day=min(day, last_day(period).day))


def month_after(day: dt.date) -> dt.date:
    """Return the first day of the month after that of ``day``."""
    return dt.date(day.year + day.month // 12, day.month % 12 + 1, 1)


def periods_between(first: dt.date, last: dt.date) -> list[dt.date]:
    """Return the periods from that of ``first`` to that of ``last``; none when that is earlier."""
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [dt.date(month // 12, month % 12 + 1, 1) for month in months]


def months_between(first: dt.date, last: dt.date) -> int:
    """Return how many months two periods span, both included; 1 for one and the same."""
    return (last.year - first.year) * 12 + last.month - first.month + 1


def short_day(day: dt.date, today: dt.date) -> str:
    """Return a day as people write it: "3 Nov", with its year if that is not today's."""
    return f"{day.day} {day:%b}" if day.year == today.year else f"{day.day} {day:%b %Y}"
