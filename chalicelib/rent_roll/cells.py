"""A cell of a landlord's sheet, independent of its column."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal

from chalicelib import values
from chalicelib.rent_roll.model import MAX_CELL_CHARACTERS

# str from a CSV; str, int, Decimal or date from a workbook; None if empty.
Cell = str | int | Decimal | dt.date | None

# What people type into an empty cell; accounting formats show zero as a dash.
BLANK_WORDS = frozenset({"", "-", "--", "---", "n/a", "na", "n.a", "n.a."})

_DASHES: dict[int, str] = dict.fromkeys(range(0x2010, 0x2016), "-") | {0x2212: "-"}  # hyphens to long dashes, minus
_QUOTES = str.maketrans({"\u2018": "'", "\u2019": "'", "\u02bc": "'", "\u0060": "'", "\u00b4": "'"})
_BLANKS = re.compile(r"[ \t\r\n\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+")
_LONGEST_NUMBER = 40  # digits; a longer number is shown in the file's own notation
_INVISIBLE = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u00ad"))
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?E\+[0-9]+", re.ASCII | re.IGNORECASE)
_SHEET_ERROR = re.compile(r"#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|####*)", re.IGNORECASE)


class UnreadableCell(ValueError):
    """A cell that is not valid in its column.

    ``code`` is stable, for programs; ``expected`` is for the landlord: what to write instead.
    """

    def __init__(self, code: str, expected: str) -> None:
        super().__init__(expected)
        self.code = code
        self.expected = expected


def cell_text(cell: Cell) -> str:
    """Return the cell as one line of text for parsing: spaces collapsed, dashes and apostrophes replaced by ASCII.

    A whole number loses its ".0", so that a house number or a phone that was typed as a number is parsed as typed.
    Use ``stored_text`` for text that is stored.
    """
    if not isinstance(cell, str):
        return _format_cell(cell)
    plain = _normalize(cell)
    return " ".join((plain if plain.isascii() else plain.translate(_INVISIBLE)).split())


def stored_text(cell: Cell, most: int, what: str) -> str:
    """Return the cell's text as it is stored, on one line, by the parser that the API uses.

    Args:
        most: maximum number of characters.
        what: names it in the problem's code, as in "unit_too_long".

    Raises:
        UnreadableCell: the API would reject it as well.
    """
    line = _BLANKS.sub(" ", _normalize(cell)).strip(" ") if isinstance(cell, str) else _format_cell(cell)
    try:
        return values.parse_text(line, most=most)
    except values.InvalidValue as error:
        raise UnreadableCell(f"{what}_too_long" if error.code == "too_long" else "unsafe_text", str(error)) from error


def _normalize(text: str) -> str:
    if text.isascii():  # most cells are, and each is normalized several times
        return text.replace("`", "'")
    return unicodedata.normalize("NFC", text).translate(_DASHES).translate(_QUOTES)


def _format_cell(cell: int | Decimal | dt.date | None) -> str:
    match cell:
        case None:
            return ""
        case Decimal() if not cell.is_finite() or not -_LONGEST_NUMBER < cell.adjusted() < _LONGEST_NUMBER:
            return str(cell)
        case Decimal():
            return str(int(cell)) if cell == cell.to_integral_value() else format(cell, "f")
        case int():
            return str(cell)
    return cell.isoformat()


def is_blank(cell: Cell) -> bool:
    """Return whether the cell is empty or contains only a sign for that ("-", "n/a")."""
    return cell is None or cell_text(cell).casefold() in BLANK_WORDS


def cell_label(cell: Cell, most: int = MAX_CELL_CHARACTERS, what: str = "text") -> str:
    """Return the ``stored_text`` of a cell that names something (a house, a person), as the landlord wrote it.

    Raises:
        UnreadableCell: also if the spreadsheet program has corrupted it (a date, a lost digit, an error value).
    """
    if isinstance(cell, dt.date):
        raise UnreadableCell(
            "turned_into_date",
            "expected text; the spreadsheet program made a date of it, so format the column as text and retype it",
        )
    if isinstance(cell, Decimal) and not cell.is_finite():
        raise UnreadableCell("not_a_number", "expected text; this number is beyond what a spreadsheet program can show")
    reject_mangled(cell_text(cell))
    return stored_text(cell, most, what)


def reject_mangled(text: str) -> None:
    """Raise UnreadableCell for what a spreadsheet program shows if it has lost the value."""
    if _SCIENTIFIC.fullmatch(text):
        raise UnreadableCell(
            "digits_lost",
            "the spreadsheet program shortened this number and lost its last digits; "
            "format the column as text and type it again",
        )
    if _SHEET_ERROR.fullmatch(text):
        raise UnreadableCell("formula_error", "the formula in this cell ends in an error; type the value itself")


def column_letter(index: int) -> str:
    """Return the letters of the column ``index``, counted from 0: 0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
