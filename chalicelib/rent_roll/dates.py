"""Parse dates and due days as landlords write them: the day always comes before the month."""

import datetime as dt
import re
from decimal import Decimal

from chalicelib import values
from chalicelib.rent_roll.cells import Cell, UnreadableCell, cell_text, is_blank, reject_mangled
from chalicelib.rent_roll.model import LAST_DUE_DAY

EXPECTED = "expected a date with the day before the month, such as 15/6/2025, 15 Jun 2025 or 2025-06-15"

# English and Swahili; distinct in their first three letters.
_MONTHS = {
    "jan": 1,
    "feb": 2,
    "mar": 3,
    "mac": 3,
    "apr": 4,
    "may": 5,
    "mei": 5,
    "jun": 6,
    "jul": 7,
    "aug": 8,
    "ago": 8,
    "sep": 9,
    "oct": 10,
    "okt": 10,
    "nov": 11,
    "dec": 12,
    "des": 12,
}
_MONTH_NAMES = frozenset(
    [
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "sept",
        "october",
        "november",
        "december",
        "januari",
        "februari",
        "machi",
        "aprili",
        "mei",
        "juni",
        "julai",
        "agosti",
        "septemba",
        "oktoba",
        "novemba",
        "desemba",
    ]
)
_CLOCK = r"(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?)?"
_ISO = re.compile(rf"(?P<year>[0-9]{{4}})(?P<gap>[-/.])(?P<month>[0-9]{{1,2}})(?P=gap)(?P<day>[0-9]{{1,2}}){_CLOCK}")
_NUMERIC = re.compile(
    rf"(?P<day>[0-9]{{1,2}})\s?(?P<gap>[-/.])\s?(?P<month>[0-9]{{1,2}})\s?(?P=gap)\s?"
    rf"(?P<year>[0-9]{{4}}|[0-9]{{2}}){_CLOCK}"
)
_GAP = r"[\s,.\-/]*"
_YEAR = r"(?P<year>'?[0-9]{4}|'?[0-9]{2})"
_DAY = r"(?P<day>[0-9]{1,2})(?:st|nd|rd|th)?"
_WORDED = re.compile(rf"{_DAY}{_GAP}(?:of )?(?P<month>[a-z]{{3,10}}){_GAP}{_YEAR}", re.ASCII | re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"(?P<month>[a-z]{{3,10}}){_GAP}{_DAY}[\s,.\-/]+{_YEAR}", re.ASCII | re.IGNORECASE)
_DUE = re.compile(
    r"(?:by |on |every |before )*(?:the )?([0-9]{1,2})(?:st|nd|rd|th)?(?: (?:of )?(?:every |each |the )?month)?"
)

_EPOCH = dt.date(1899, 12, 30)  # day 0 of Excel's count, its false leap day of 1900 allowed for


def read_date(cell: Cell) -> dt.date | None:
    """Return the date, or None when the cell is blank. Years 00–79 are 20xx, 80–99 are 19xx.

    A bare number is rejected even if it could be Excel's day count: in a workbook that counts from 1904 the same
    number is a day four years later, and the cell does not show which.

    Raises:
        UnreadableCell: it is no date, a day that does not exist, or one that the API would reject.
    """
    if is_blank(cell):
        return None
    if isinstance(cell, dt.date):
        return _check_range(cell)
    text = cell_text(cell)
    reject_mangled(text)
    if re.fullmatch(r"[0-9]+(\.[0-9]+)?", text, re.ASCII):
        raise UnreadableCell("bare_number", _bare_number_message(text))
    return _check_range(_parse_date(text))


def read_due_day(cell: Cell) -> int | None:
    """Return the day of the month that rent is due on ("5th", "10", "by 5th of every month"), or None.

    Raises:
        UnreadableCell: it is no day of the month, or 29 to 31, which some months lack.
    """
    if is_blank(cell):
        return None
    found = _DUE.fullmatch(cell_text(cell).casefold().rstrip("."))
    if isinstance(cell, dt.date) or not found:
        raise UnreadableCell("not_a_due_day", "expected the day of the month that rent is due on, such as 5th or 10")
    day = int(found[1])
    if not 1 <= day <= LAST_DUE_DAY:
        raise UnreadableCell("due_day_out_of_range", f"expected a due day from 1 to {LAST_DUE_DAY}")
    return day


def _parse_date(text: str) -> dt.date:
    for spelling in (_ISO, _NUMERIC, _WORDED, _MONTH_FIRST):
        if found := spelling.fullmatch(text):
            return _make_date(_parse_year(found["year"]), _parse_month(found["month"]), int(found["day"]))
    raise UnreadableCell("not_a_date", EXPECTED)


def _make_date(year: int, month: int, day: int) -> dt.date:
    try:
        return dt.date(year, month, day)
    except ValueError as error:
        hint = "; the day comes before the month" if day <= 12 < month <= 31 else ""
        raise UnreadableCell("no_such_day", f"there is no such day{hint}: {EXPECTED}") from error


def _parse_month(text: str) -> int:
    if text.isdecimal():
        return int(text)
    word = text.casefold()
    number = _MONTHS.get(word[:3])
    if number is None or (len(word) > 3 and word not in _MONTH_NAMES):
        raise UnreadableCell("not_a_date", EXPECTED)
    return number


def _parse_year(text: str) -> int:
    digits = text.lstrip("'")
    if len(digits) == 4:
        return int(digits)
    return int(digits) + (2000 if int(digits) < 80 else 1900)


def _check_range(day: dt.date) -> dt.date:
    try:
        return values.check_day(dt.date(day.year, day.month, day.day))
    except values.InvalidValue as refused:
        raise UnreadableCell("date_out_of_range", str(refused)) from refused


def _bare_number_message(text: str) -> str:
    days = int(Decimal(text)) if len(text) < 8 else 0
    if not 20_000 <= days <= 73_000:
        return EXPECTED
    guess = _EPOCH + dt.timedelta(days=days)
    return f"{EXPECTED}; this is a bare number (perhaps Excel's count for {guess:%-d %b %Y}): format it as a date"
