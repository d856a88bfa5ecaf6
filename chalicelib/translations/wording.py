"""Format dates and names in messages, in English and Swahili."""

import datetime as dt
from collections.abc import Iterable

LANGUAGES = ("en", "sw")
MONTHS = {
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
    "sw": ("Jan", "Feb", "Mac", "Apr", "Mei", "Jun", "Jul", "Ago", "Sep", "Okt", "Nov", "Des"),
}
MAX_NAMES = 40  # characters of joined names; what does not fit is counted
MAX_DAYS, MAX_PERIODS = 2, 3


def format_day(on: dt.date, language: str) -> str:
    """Return "5 Dec 2026", in Swahili "5 Des 2026"."""
    return f"{on.day} {format_month(on, language)}"


def format_short_day(on: dt.date | None, language: str) -> str:
    """Return "5 Dec", in Swahili "5 Des"; "" for no day."""
    return "" if on is None else f"{on.day} {MONTHS[language][on.month - 1]}"


def format_days(each: Iterable[dt.date], language: str) -> str:
    """Return the distinct days: "5 Dec 2026, 8 Dec 2026"; if many, the first and the last."""
    found = [format_day(on, language) for on in sorted(set(each))]
    return f"{found[0]} - {found[-1]}" if len(found) > MAX_DAYS else ", ".join(found)


def format_month(on: dt.date, language: str) -> str:
    return f"{MONTHS[language][on.month - 1]} {on.year}"


def format_periods(each: Iterable[dt.date], language: str) -> str:
    """Return the distinct months: "Nov 2026, Dec 2026"; if many, the first and the last."""
    found = [format_month(on, language) for on in sorted(set(each))]
    return f"{found[0]} - {found[-1]}" if len(found) > MAX_PERIODS else ", ".join(found)


def join_names(each: Iterable[str]) -> str:
    """Return the distinct names in order: "A1, B2"; if many, those that fit, and how many more."""
    found = list(dict.fromkeys(each))
    for count in range(len(found), 1, -1):
        rest = f" +{len(found) - count}" if count < len(found) else ""
        joined = ", ".join(found[:count]) + rest
        if len(joined) <= MAX_NAMES:
            return joined
    return found[0] + (f" +{len(found) - 1}" if len(found) > 1 else "")
