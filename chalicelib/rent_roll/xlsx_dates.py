"""Convert a workbook's numbers to dates: Excel stores a day as a number with a date format."""

import datetime as dt
import re
from decimal import Decimal

from chalicelib.rent_roll.xlsx_package import Attributes, Walker

EPOCH = dt.datetime(1899, 12, 30)  # noqa: DTZ001 - a day in a sheet has no zone
EPOCH_1904 = dt.datetime(1904, 1, 1)  # noqa: DTZ001 - of old workbooks from a Macintosh
NO_SUCH_DAY = "#VALUE!"  # as Excel shows it

# ISO 29500-1, 18.8.30: built-in formats, by their numbers.
_BUILT_IN_DAYS = frozenset({*range(14, 23), 45, 47})
_BUILT_IN_SPANS = frozenset({46})
_PASSED_OVER = re.compile(r'"[^"]*"|\[(?!hh?\]|mm?\]|ss?\])[^\]]*\]')  # quoted text, colours and locales
_DAY = re.compile(r"(?<![_\\])[dmhysDMHYS]")
_SPAN = re.compile(r"\[(?:hh?|mm?|ss?)\]", re.IGNORECASE)
_LONGEST_FORMAT = 255  # of Excel's own
_MS_A_DAY = 86_400_000


class Styles(Walker):
    """Collects the indexes of cell styles that show a day or a duration."""

    def __init__(self) -> None:
        self.days: set[int] = set()
        self.spans: set[int] = set()
        self._day_formats, self._span_formats = set(_BUILT_IN_DAYS), set(_BUILT_IN_SPANS)
        self._in_cell_styles = False
        self._count = 0

    def begin(self, name: str, attributes: Attributes) -> None:
        if name == "numFmt":
            self._format(int(attributes["numFmtId"]), attributes.get("formatCode", ""))
        elif name == "cellXfs":
            self._in_cell_styles = True
        elif name == "xf" and self._in_cell_styles:
            number = int(attributes.get("numFmtId", "0"))
            if number in self._span_formats:
                self.spans.add(self._count)
            elif number in self._day_formats:
                self.days.add(self._count)
            self._count += 1

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._in_cell_styles = False

    def _format(self, number: int, code: str) -> None:
        positive = code[:_LONGEST_FORMAT].split(";", 1)[0]
        self._day_formats.discard(number)
        self._span_formats.discard(number)
        if _SPAN.search(positive):
            self._span_formats.add(number)
        elif _DAY.search(_PASSED_OVER.sub("", positive)):
            self._day_formats.add(number)


def day_of(number: Decimal, epoch: dt.datetime) -> dt.date | str:
    """Return the day of a number with a date format; below 1, its time; an error value if it is out of range."""
    if not 0 <= number < 10_000_000:
        return NO_SUCH_DAY
    days, ms = divmod(round(number * _MS_A_DAY), _MS_A_DAY)
    if days == 0:
        return str((epoch + dt.timedelta(milliseconds=ms)).time())
    if days < 60 and epoch == EPOCH:
        days += 1  # Excel has a 29 February 1900, day 60; all days before it are off by one
    try:
        return (epoch + dt.timedelta(days=days, milliseconds=ms)).date()
    except OverflowError:
        return NO_SUCH_DAY


def span_of(number: Decimal) -> str:
    """Return a number of days formatted as hours and minutes."""
    if not abs(number) < 10_000_000:
        return NO_SUCH_DAY
    return str(dt.timedelta(milliseconds=round(number * _MS_A_DAY))).upper()
