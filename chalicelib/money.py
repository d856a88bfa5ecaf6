"""Money is a whole number of cents (KES 1 = 100 cents); on the wire it is a string such as "15000.00"."""

import datetime as dt
import re
from collections.abc import Iterable
from decimal import Context, Decimal, Inexact, InvalidOperation, Overflow, Subnormal
from itertools import accumulate

from chalicelib.values import InvalidValue

WHOLE_SHILLING = 100
MAX_CENTS = 10**12 - 1  # of one amount; KES 10 billion is beyond any rent, and a sum of many fits a BIGINT
_MAX_DIGITS = 10  # before the decimal point

_AMOUNT = "(0|[1-9][0-9]{0,9})([.][0-9]{1,2})?"
_POSITIVE_AMOUNT = "([1-9][0-9]{0,9}([.][0-9]{1,2})?|0[.]([1-9][0-9]?|0[1-9]))"
_DECIMAL = re.compile("-?(0|[1-9][0-9]*)([.][0-9]{1,2})?")
# An amount must scale to cents without loss; the limits keep a huge exponent from being expanded.
_EXACT = Context(prec=40, Emin=-40, Emax=40, traps=[Inexact, InvalidOperation, Overflow, Subnormal])


def amount_pattern(*, signed: bool = False, positive: bool = False) -> str:
    """Return the pattern of an amount, for JSON Schema: negative only if ``signed``, not zero if ``positive``."""
    if positive:
        return f"^{_POSITIVE_AMOUNT}$"
    return f"^{'-?' if signed else ''}{_AMOUNT}$"


def parse_cents(text: str, *, signed: bool = False, positive: bool = False) -> int:
    """Return the cents of an amount such as "15000", "15000.5" or, ``signed``, "-20.25".

    Raises:
        InvalidValue: it is not a plain decimal number, has a fraction of a cent, is too large, is negative but not
            ``signed``, or is zero but must be ``positive``.
    """
    found = _DECIMAL.fullmatch(text)
    if not found:
        raise InvalidValue("form", 'an amount is a string such as "15000.00", with at most two decimals')
    if len(found[1]) > _MAX_DIGITS:
        raise InvalidValue("too_large", "the amount is too large")
    if not re.fullmatch(amount_pattern(signed=signed, positive=positive), text):
        raise InvalidValue("form", "expected an amount above zero" if positive else "may not be negative")
    return to_cents(Decimal(text))


def to_cents(shillings: Decimal | int) -> int:
    """Return the cents of a number, such as one from a spreadsheet.

    Raises:
        InvalidValue: it is not finite, has a fraction of a cent, or is too large.
    """
    number = Decimal(shillings)
    if not number.is_finite():
        raise InvalidValue("form", "the amount is no number")
    if number and number.adjusted() >= _MAX_DIGITS:
        raise InvalidValue("too_large", "the amount is too large")
    try:
        cents = _EXACT.scaleb(number, 2)
    except ArithmeticError as error:
        raise InvalidValue("fraction", "an amount has at most two decimals") from error
    if cents != cents.to_integral_value():
        raise InvalidValue("fraction", "an amount has at most two decimals")
    return int(cents)


def format_cents(cents: int) -> str:
    """Return cents as in JSON: 1500000 → "15000.00"."""
    whole, fraction = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{fraction:02d}"


def format_amount(cents: int, currency: str = "KES") -> str:
    """Return cents for people to read: 1500000 → "KES 15,000", 150050 → "KES 1,500.50"."""
    whole, fraction = divmod(abs(cents), 100)
    return f"{currency} {'-' if cents < 0 else ''}{whole:,}{f'.{fraction:02d}' if fraction else ''}"


def round_half_up(numerator: int, denominator: int, unit: int = 1) -> int:
    """Return ``numerator / denominator`` rounded half-up to a multiple of ``unit``; neither may be negative."""
    if numerator < 0 or denominator <= 0:
        raise ValueError("round_half_up expects no negative numbers")
    step = denominator * unit
    return (2 * numerator + step) // (2 * step) * unit


def lowest_balance_from(day: dt.date, moves: Iterable[tuple[dt.date, int]]) -> int:
    """Return the lowest balance at the end of ``day`` or of any later day, in cents.

    So much can be withdrawn on that day without the balance becoming negative on any day.

    Args:
        moves: (day, cents) in any order; positive came in, negative went out.
    """
    by_day = {day: 0}
    for on, cents in moves:
        counted_on = max(on, day)
        by_day[counted_on] = by_day.get(counted_on, 0) + cents
    return min(accumulate(by_day[each] for each in sorted(by_day)))
