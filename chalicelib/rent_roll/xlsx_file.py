"""Rent rolls saved by Excel, LibreOffice and Google Sheets as XLSX, read cell by cell within the limits.

https://ecma-international.org/publications-and-standards/standards/ecma-376/ (part 1, 18.3 and 18.4)
"""

import datetime as dt
import re
from decimal import Context, Decimal

from chalicelib.rent_roll.cells import Cell, column_letter
from chalicelib.rent_roll.columns import MAX_HEADER_ROW, find_header
from chalicelib.rent_roll.model import Problem
from chalicelib.rent_roll.sheet import Grid, Sheet, SheetLimits
from chalicelib.rent_roll.xlsx_dates import EPOCH, EPOCH_1904, Styles, day_of, span_of
from chalicelib.rent_roll.xlsx_package import Attributes, Package, Stop, Walker, reject, relation_id
from chalicelib.rent_roll.xlsx_text import SharedStrings, TextWalker

LAST_ROW = 1_048_576  # of the format
LAST_COLUMN = 16_384
MAX_DIGITS = 15  # significant digits of a number in a spreadsheet
MAX_NUMBER = 50  # characters
SHOWN_VALUE = 80  # characters of an invalid number

_SHOWN = Context(prec=MAX_DIGITS)  # the digits of a double that Excel itself shows and stores
_SMALLEST_POWER = -307  # smallest power of ten of a double
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?P<power>[eE][+-]?[0-9]{1,4})?", re.ASCII)
_WHOLE = re.compile(r"[+-]?[0-9]+", re.ASCII)
_PLACE = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,10})", re.ASCII)


class Workbook(Walker):
    """Collects the sheets in their order, with the ids of their relations."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str]] = []  # title, id of the relation
        self.epoch = EPOCH

    def begin(self, name: str, attributes: Attributes) -> None:
        if name == "sheet":
            self.sheets.append((attributes["name"], relation_id(attributes)))
        elif name == "workbookPr" and attributes.get("date1904") in ("1", "true", "on"):
            self.epoch = EPOCH_1904


class Cells(TextWalker):
    """Reads the rows of one sheet into a grid: all rows if it has headings and ``whole`` is set, else its top."""

    def __init__(self, grid: Grid, strings: list[str], styles: Styles, epoch: dt.datetime, *, whole: bool) -> None:
        super().__init__(grid.limits)
        self.grid, self.strings, self.styles, self.epoch, self.whole = grid, strings, styles, epoch, whole
        self.problems: list[Problem] = []
        self._past_top = False
        self._row: dict[int, Cell] = {}
        self._number = self._column = 0
        self._kind, self._style = "n", 0
        self._value: str | None = None
        self._in_cell = self._in_value = self._formula = False

    def has_header(self) -> bool:
        return find_header(self.grid.rows) is not None

    def begin(self, name: str, attributes: Attributes) -> None:
        if name == "row":
            self._begin_row(attributes.get("r"))
        elif name == "c":
            self._begin_cell(attributes)
        elif name == "f":
            self._formula = self._in_cell
        elif name == "v":
            self._in_value = self._in_cell
        else:
            super().begin(name, attributes)

    def end(self, name: str) -> None:
        if name == "v":
            self._in_value = False
            self._value = self.pop_text()
        elif name == "c":
            self._end_cell()
        elif name == "row":
            self._end_row()
        else:
            super().end(name)

    def text(self, data: str) -> None:
        if self._in_value:
            self.keep(data)
        else:
            super().text(data)

    def _begin_row(self, number: str | None) -> None:
        following = int(number) if number and number.isdecimal() and len(number) < 12 else self._number + 1
        if following <= self._number:
            raise ValueError("rows are not in order")
        self._number, self._column, self._row = following, 0, {}
        if following > MAX_HEADER_ROW and not self._past_top:
            self._past_top = True
            if not (self.whole and self.has_header()):
                raise Stop
        if following > LAST_ROW:
            raise Stop

    def _begin_cell(self, attributes: Attributes) -> None:
        place = attributes.get("r")
        self._column += 1
        if place is not None:
            found = _PLACE.fullmatch(place)
            if found is None:
                raise ValueError("not the place of a cell")
            self._column = _column_number(found[1])
        if self._column > LAST_COLUMN:
            raise ValueError("a column beyond the last")
        self._kind = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self._style = int(style) if style.isdecimal() and len(style) < 8 else 0
        self._in_cell, self._formula, self._value = True, False, None

    def _end_cell(self) -> None:
        self._in_cell = False
        inline_text = self.pop_text()  # of an inline string
        if self._kind == "inlineStr":
            self._value = inline_text
        if self._formula and (self._value is None or (not self._value and self._kind != "str")):
            message = "the formula's result is not in the file; open it in Excel, save it, and upload it again"
            self._error("formula_without_value", message)
        elif self._value:
            cell = self._cell(self._value)
            if cell not in (None, ""):
                self._row[self._column] = cell

    def _end_row(self) -> None:
        if not self._row:
            return
        self.grid.add(self._number, [self._row.get(place) for place in range(1, max(self._row) + 1)])

    def _cell(self, value: str) -> Cell:
        match self._kind:
            case "s":
                if not value.isdecimal():  # a negative place would count from the end
                    raise ValueError("not the place of a text")
                return self.strings[int(value)]
            case "str" | "inlineStr" | "e":
                return value
            case "b":
                return "TRUE" if value.strip() in ("1", "true") else "FALSE"
            case "d":
                return dt.datetime.fromisoformat(value.strip()).date()
        return self._number_or_day(value)

    def _number_or_day(self, value: str) -> Cell:
        number = read_number(value.strip())
        if number is None:
            message = f"expected a number of at most {MAX_DIGITS} digits; format the column as text and type it again"
            self._error("number_out_of_range", message, value.strip()[:SHOWN_VALUE])
        elif self._style in self.styles.days:
            return day_of(Decimal(number), self.epoch)
        elif self._style in self.styles.spans:
            return span_of(Decimal(number))
        return number

    def _error(self, code: str, message: str, value: str | None = None) -> None:
        if len(self.problems) < self.grid.limits.errors:
            column = column_letter(self._column - 1)
            self.problems.append(Problem("error", code, message, self._number, column, value))


def read_xlsx(content: bytes, limits: SheetLimits) -> Sheet:
    """Return the grid of the first sheet that has headings, with a notice of other sheets that have them too.

    Raises:
        UnreadableSheet: broken, not XLSX, with macros, without headings in any sheet, or beyond the limits.
    """
    package = Package(content, limits)
    main = package.relations("").of_kind("officeDocument") or "xl/workbook.xml"
    if main not in package.names:
        reject("not_a_sheet", "this is not an Excel workbook; save the sheet as .xlsx or .csv")
    book, relations = Workbook(), package.relations(main)
    package.walk(main, book)
    sheets = [(title, relations.targets[key]) for title, key in book.sheets if relations.kinds.get(key) == "worksheet"]
    if len(sheets) > limits.sheets:
        reject("too_many_sheets", f"expected at most {limits.sheets} sheets; save the one that is meant by itself")
    strings, styles = SharedStrings(limits), Styles()
    for kind, walker in (("sharedStrings", strings), ("styles", styles)):
        part = relations.of_kind(kind)
        if part in package.names and part is not None:
            package.walk(part, walker)

    titled: list[tuple[str, Cells]] = []
    for title, part in sheets:
        cells = Cells(Grid(limits), strings.strings, styles, book.epoch, whole=not titled)
        package.walk(part, cells)
        if cells.has_header():
            titled.append((title, cells))
    if not titled:
        reject("no_header", "no sheet has a row of headings; expected such as Unit, Rent and Tenant in one row")
    (title, cells), *others = titled
    unread = [_unread_sheet(other, title) for other, _ in others]
    return Sheet("xlsx", title, tuple(cells.grid.rows), (*unread, *cells.problems))


def _unread_sheet(title: str, read: str) -> Problem:
    return Problem("notice", "other_sheet", f'the sheet "{title}" has headings too, but only "{read}" was read')


def read_number(text: str) -> int | Decimal | None:
    """Return the number, a fraction with the digits that Excel shows; None if no cell can contain it."""
    if len(text) > MAX_NUMBER or not _NUMBER.fullmatch(text):
        return None
    exact = Decimal(text)
    if exact and not _SMALLEST_POWER <= exact.adjusted() < MAX_DIGITS:
        return None
    return int(text) if _WHOLE.fullmatch(text) else _SHOWN.create_decimal(exact)


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number
