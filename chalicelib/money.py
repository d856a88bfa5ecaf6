"""Money is a whole number of cents (KES 1 = 100 cents); on the wire it is a string such as "15000.00"."""

import datetime as dt
import re
from collections.abc import Iterable
from itertools import accumulate

WHOLE_SHILLING = 100
MOST_CENTS = 10**13  # KES 100 billion: beyond any rent, and far inside a BIGINT

_WIRE = re.compile(r"-?(0|[1-9][0-9]{0,12})(\.[0-9]{1,2})?", re.ASCII)


def parse_cents(text: str) -> int:
    """Return the cents of a wire amount such as "15000", "15000.5" or "-20.25".

    Raises:
        ValueError: it is not a plain decimal number, has a fraction of a cent, or is too large.
    """
    if not _WIRE.fullmatch(text):
        raise ValueError('an amount is a string such as "15000.00", with at most two decimals')
    whole, _, fraction = text.lstrip("-").partition(".")
    cents = int(whole) * 100 + int(fraction.ljust(2, "0"))
    if cents > MOST_CENTS:
        raise ValueError("the amount is too large")
    return -cents if text.startswith("-") else cents


def format_cents(cents: int) -> str:
    """Return cents as the wire shows them: 1500000 → "15000.00"."""
    whole, fraction = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{fraction:02d}"


def say_cents(cents: int, currency: str = "KES") -> str:
    """Return cents as a person is told them: 1500000 → "KES 15,000", 150050 → "KES 1,500.50"."""
    whole, fraction = divmod(abs(cents), 100)
    return f"{currency} {'-' if cents < 0 else ''}{whole:,}{f'.{fraction:02d}' if fraction else ''}"


def half_up(numerator: int, denominator: int, unit: int = 1) -> int:
    """Return ``numerator / denominator`` rounded half-up to a multiple of ``unit``; neither may be negative."""
    if numerator < 0 or denominator <= 0:
        raise ValueError("half_up shares out a sum that is not negative")
    step = denominator * unit
    return (2 * numerator + step) // (2 * step) * unit


def least_from(day: dt.date, moves: Iterable[tuple[dt.date, int]]) -> int:
    """Return the least that a balance is at the end of ``day`` or of any later day, in cents.

    It is what may be taken out on that day without the balance ever having been below nothing.

    Args:
        moves: (day, cents) in any order; above 0 came in, below 0 went out.
    """
    by_day = {day: 0}
    for on, cents in moves:
        seen_on = max(on, day)
        by_day[seen_on] = by_day.get(seen_on, 0) + cents
    return min(accumulate(by_day[each] for each in sorted(by_day)))
