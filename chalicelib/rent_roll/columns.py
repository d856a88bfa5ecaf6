"""The meaning of each column: finds the row of headings, below any titles, and recognises headings by synonym."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chalicelib.rent_roll.cells import Cell, cell_text, column_letter
from chalicelib.rent_roll.model import Problem
from chalicelib.values import clean_text

MAX_HEADER_ROW = 30  # more rows than titles, addresses and logos above the headings need


class Column(StrEnum):
    """The meanings that a column can have; the value is shown to the landlord."""

    PROPERTY = "property"
    LOCATION = "location"
    UNIT = "unit"
    TYPE = "type"
    RENT = "rent"
    DUE = "due day"
    TENANT = "tenant name"
    PHONE = "phone"
    IDENTITY = "ID number"
    DEPOSIT = "deposit"
    START = "moved in"
    END = "lease ends"
    BALANCE = "balance brought forward"
    CHARGES = "other charges"
    REMARKS = "remarks"
    EMAIL = "email"
    KRA_PIN = "KRA PIN"
    KIN = "next of kin"


REQUIRED = (Column.UNIT, Column.RENT)

# Headings in lower case, without signs; a final "no" or "number", and a currency, are removed before the comparison.
SYNONYMS: dict[Column, str] = {
    Column.PROPERTY: "property|property name|building|building name|plot|plot name|estate|estate name|apartment|"
    "apartments|court|block|premises|house name|jengo",
    Column.LOCATION: "location|area|town|address|place|neighbourhood|street|mtaa",
    Column.UNIT: "unit|unit name|house|hse|house number|hse number|h|room|door|flat|shop|space|nyumba",
    Column.TYPE: "type|unit type|house type|hse type|size|description|bedrooms|category",
    Column.RENT: "rent|monthly rent|rent p m|rent pm|rent per month|rent month|rent amount|amount of rent|rental|"
    "rent payable|agreed rent|kodi",
    Column.DUE: "due|due day|due date|rent due|rent due day|rent due date|pay day|day due|payment day",
    Column.TENANT: "tenant|tenant name|tenants|tenants name|tenant names|name|names|full name|name of tenant|"
    "occupied by|mpangaji|jina",
    Column.PHONE: "tel|phone|telephone|mobile|contact|contacts|cell|cellphone|phone contact|tenant phone|"
    "tenant contact|mobile phone|tel phone|simu",
    Column.IDENTITY: "id|national id|id passport|passport|id or passport|identity|id card|tenant id|kitambulisho",
    Column.DEPOSIT: "deposit|deposit paid|rent deposit|security deposit|house deposit|deposit held|amana",
    Column.START: "moved in|start|starts|start date|lease start|lease starts|lease start date|date in|move in|"
    "move in date|moved in on|date moved in|entry date|date of entry|from|lease from|starts on|since",
    Column.END: "lease ends|lease end|end|ends|end date|lease end date|expiry|expiry date|lease expiry|expires|"
    "lease expires|to|lease to|until|date out|ends on",
    Column.BALANCE: "bal b f|b f|balance|bal|balance b f|arrears|arrears b f|opening balance|balance bf|bal bf|bf|"
    "balance brought forward|brought forward|outstanding|outstanding balance|arrears brought forward|deni",
    Column.CHARGES: "other charges|other charge|charges|extra charges|extras|monthly charges|additional charges",
    Column.REMARKS: "remarks|remark|notes|note|comment|comments|status|maoni",
    Column.EMAIL: "email|e mail|email address|e mail address|tenant email",
    Column.KRA_PIN: "kra pin|pin|kra|pin certificate|tax pin",
    Column.KIN: "next of kin|kin|next of kin contact|emergency contact|n o k|nok",
}
_COLUMN_BY_HEADING = {word: column for column, words in SYNONYMS.items() for word in words.split("|")}
_SIGNS = re.compile(r"[^a-z0-9]+")
_CURRENCY = re.compile(r"\b(?:kes|kshs?|k sh|in shillings|shillings)\b")


@dataclass(frozen=True, slots=True)
class Header:
    """The row of headings: its index, the meaning of each recognised column, and the headings as written."""

    index: int  # of the row, from 0
    places: dict[Column, int]  # column, from 0
    headings: tuple[str, ...]

    def label(self, place: int) -> str:
        """Return the column's letter with its heading, as in "G (Tenant Name)"."""
        heading = self.headings[place] if place < len(self.headings) else ""
        return f"{column_letter(place)} ({heading})" if heading else column_letter(place)


def column_for(heading: Cell) -> Column | None:
    """Return the meaning of the heading, or None if it is unknown."""
    if not isinstance(heading, str) or len(heading) > 60:
        return None
    words = _SIGNS.sub(" ", cell_text(heading).replace("'", "").casefold()).strip()
    words = " ".join(_CURRENCY.sub(" ", words).split())
    shorter = re.sub(r" (?:no|nos|number|numbers|num)$", "", words)
    return _COLUMN_BY_HEADING.get(words) or _COLUMN_BY_HEADING.get(shorter)


def count_known_columns(row: Sequence[Cell]) -> int:
    """Return how many different columns the row would name as a row of headings."""
    return len({column_for(cell) for cell in row} - {None})


def find_header(rows: Sequence[Sequence[Cell]]) -> int | None:
    """Return the index of the row with the most known headings, the first of equals, or None.

    At least two are required, so that a title such as "Rent" does not count.
    """
    scores = [count_known_columns(row) for row in rows[:MAX_HEADER_ROW]]
    best = max(scores, default=0)
    return scores.index(best) if best >= 2 else None


def read_header(rows: Sequence[Sequence[Cell]], index: int) -> tuple[Header, list[Problem]]:
    """Return what the headings at ``index`` mean, and what is wrong with them."""
    headings = tuple(clean_text(cell_text(cell)) for cell in rows[index])
    meanings = [column_for(cell) for cell in rows[index]]
    places: dict[Column, int] = {}
    for place, meaning in enumerate(meanings):
        if meaning:
            places.setdefault(meaning, place)
    header = Header(index, places, headings)
    found = [
        *_find_split_headings(rows, header),
        *_find_duplicates(header, meanings),
        *_find_missing(header),
        *_find_unknown(header, meanings),
    ]
    return header, found


def _find_split_headings(rows: Sequence[Sequence[Cell]], header: Header) -> Iterable[Problem]:
    """Headings in the row above or below, where this row is blank: merged cells, or headings in two rows."""
    for index in (header.index - 1, header.index + 1):
        for place, cell in enumerate(rows[index] if 0 <= index < len(rows) else ()):
            blank = place >= len(header.headings) or not header.headings[place]
            meaning = column_for(cell)
            if blank and meaning and meaning not in header.places:
                message = (
                    f"the headings stand in two rows (merged cells?): rows {min(index, header.index) + 1} and "
                    f"{max(index, header.index) + 1}; expected every heading in one row, with no merged cells"
                )
                yield Problem("error", "merged_header", message, index + 1, column_letter(place), cell_text(cell))
                return


def _find_duplicates(header: Header, meanings: Sequence[Column | None]) -> Iterable[Problem]:
    for place, meaning in enumerate(meanings):
        if meaning and header.places[meaning] != place:
            first = header.label(header.places[meaning])
            message = f"two columns mean {meaning}: this one and {first}; expected one, so rename the other"
            yield Problem("error", "duplicate_column", message, header.index + 1, header.label(place))


def _find_missing(header: Header) -> Iterable[Problem]:
    for column in REQUIRED:
        if column not in header.places:
            known = ", ".join(SYNONYMS[column].split("|")[:5])
            message = f"there is no column for the {column}; expected a heading such as {known}"
            yield Problem("error", "missing_column", message, header.index + 1)


def _find_unknown(header: Header, meanings: Sequence[Column | None]) -> Iterable[Problem]:
    for place, meaning in enumerate(meanings):
        if not meaning and header.headings[place]:
            message = "this column is not known and will not be read"
            yield Problem("notice", "unknown_column", message, header.index + 1, header.label(place))
