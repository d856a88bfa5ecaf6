"""Rent rolls saved by Excel, LibreOffice and Google Sheets as XLSX."""

import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from decimal import Context
from typing import Any
from xml.etree.ElementTree import ParseError

from chalicelib.onboarding.cells import Cell, column_letter
from chalicelib.onboarding.columns import HEADER_WITHIN_ROWS, find_header
from chalicelib.onboarding.model import Problem
from chalicelib.onboarding.sheet import NotASheet, Sheet, hold_limits

MOST_BYTES = 50_000_000  # uncompressed; zipfile reads no more of a part than its directory says
MOST_PARTS = 2_000
LAST_ROW = 1_048_576  # of the format
LAST_COLUMN = 16_384

_SHOWN = Context(prec=15)  # digits that Excel itself shows and stores of a number
_FORMULA = re.compile(rb"<(?:\w+:)?f[ >/]")
# All that openpyxl is known to raise on a broken workbook.
_BROKEN = (
    *(zipfile.BadZipFile, ParseError, KeyError, ValueError, TypeError, IndexError, AttributeError, EOFError, OSError),
    *(NotImplementedError, zlib.error),
)

Rows = tuple[tuple[Cell, ...], ...]


def read(content: bytes) -> Sheet:
    """Return the grid of the first sheet that has headings, with a notice of other sheets that have them too.

    Raises:
        NotASheet: broken, not XLSX, with macros, without headings in any sheet, or beyond the limits.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            has_formulas = _inspect(archive)
        return _read(content, has_formulas=has_formulas)
    except NotASheet:
        raise
    except _BROKEN as error:
        raise NotASheet("broken_workbook", "the workbook is broken; open it and save it anew as .xlsx") from error


def _inspect(archive: zipfile.ZipFile) -> bool:
    """Refuse what must not be unpacked, and return whether any sheet has a formula."""
    parts = archive.infolist()
    names = {part.filename for part in parts}
    if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > MOST_BYTES:
        raise NotASheet("too_large", f"expected a workbook of at most {MOST_BYTES // 1_000_000} MB when unpacked")
    if any(name.endswith("vbaProject.bin") for name in names):
        raise NotASheet("has_macros", "the workbook has macros; save it as .xlsx without them")
    if any(part.flag_bits & 1 for part in parts):
        raise NotASheet("old_or_locked_workbook", "the file has a password; take it off and save it as .xlsx")
    if "xl/workbook.xml" not in names and not any(name.endswith("/workbook.xml") for name in names):
        raise NotASheet("not_a_sheet", "this is not an Excel workbook; save the sheet as .xlsx or .csv")
    sheets = [name for name in names if "worksheets/" in name and name.endswith(".xml")]
    return any(_FORMULA.search(archive.read(name)) for name in sheets)


def _read(content: bytes, *, has_formulas: bool) -> Sheet:
    values = _workbook(content, formulas=False)
    try:
        tops = {sheet.title: find_header(_top(sheet)) for sheet in values.worksheets}
        titles = [title for title, header in tops.items() if header is not None]
        if not titles:
            message = "no sheet has a row of headings; expected such as Unit, Rent and Tenant together in one row"
            raise NotASheet("no_header", message)
        rows = tuple(_rows(values[titles[0]]))
    finally:
        values.close()
    unread = _lost_formulas(content, titles[0], rows) if has_formulas else []
    others = [_unread_sheet(title, titles[0]) for title in titles[1:]]
    return Sheet("xlsx", titles[0], rows, (*others, *unread))


def _unread_sheet(title: str, read: str) -> Problem:
    return Problem("notice", "other_sheet", f'the sheet "{title}" has headings too, but only "{read}" was read')


def _workbook(content: bytes, *, formulas: bool) -> Any:
    import openpyxl

    return openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=not formulas, keep_links=False)


def _top(sheet: Any) -> list[tuple[Cell, ...]]:
    top: list[tuple[Cell, ...]] = []
    for row in _rows(sheet):
        top.append(row)
        if len(top) == HEADER_WITHIN_ROWS:
            break
    return top


def _raw_rows(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """Give the rows as openpyxl does, but wide enough for all cells, and never past the format's own end.

    The size that the file states is a hint only: a narrow width may be untrue, and a row number that
    no spreadsheet has would be padded up to.
    """
    width = min(max(sheet.max_column or LAST_COLUMN, 128), LAST_COLUMN)
    yield from sheet.iter_rows(max_row=LAST_ROW, max_col=width, values_only=True)


def _rows(sheet: Any) -> Iterator[tuple[Cell, ...]]:
    """Give rows without what is blank at their ends; blank rows after the last filled one are left out."""
    blanks = 0
    for number, raw in enumerate(_raw_rows(sheet), start=1):
        if raw.count(None) == len(raw):
            blanks += 1
            continue
        row = tuple(_cell(value) for value in _trimmed(raw))
        hold_limits(row, number)
        yield from [()] * blanks
        blanks = 0
        yield row


def _trimmed(raw: tuple[Any, ...]) -> tuple[Any, ...]:
    end = len(raw)
    while end and raw[end - 1] is None:
        end -= 1
    return raw[:end]


def _cell(value: Any) -> Cell:
    """Return the value in our types. A binary fraction is read through the digits that Excel shows of it."""
    match value:
        case bool() | dt.time() | dt.timedelta():
            return str(value).upper()
        case float():
            return _SHOWN.create_decimal(repr(value))
        case dt.datetime():
            return value.date()
        case None | str() | int() | dt.date():
            return value
    return str(value)


def _lost_formulas(content: bytes, title: str, rows: Rows) -> list[Problem]:
    """Name the cells that hold a formula without its result, which no reader but Excel can work out."""
    workbook = _workbook(content, formulas=True)
    found: list[Problem] = []
    try:
        for number, (row, raw) in enumerate(zip(rows, _raw_rows(workbook[title]), strict=False), start=1):
            for place, value in enumerate(_trimmed(raw)):
                if _is_formula(value) and (place >= len(row) or row[place] is None):
                    message = "the formula's result is not in the file; open it in Excel, save it, and upload it again"
                    found.append(Problem("error", "formula_without_value", message, number, column_letter(place)))
    finally:
        workbook.close()
    return found


def _is_formula(value: Any) -> bool:
    return (isinstance(value, str) and value.startswith("=")) or type(value).__name__.endswith("Formula")
