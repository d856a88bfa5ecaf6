"""Rent rolls saved as CSV, in the encodings and with the separators that Kenyan offices' programs write."""

import csv
import io
import re

from chalicelib.rent_roll.cells import Cell
from chalicelib.rent_roll.columns import MAX_HEADER_ROW, count_known_columns
from chalicelib.rent_roll.model import Problem
from chalicelib.rent_roll.sheet import Grid, Sheet, SheetLimits, UnreadableSheet

_SEPARATORS = ",;\t|"
_EXCEL_HINT = re.compile(r'sep=([^" \r\n])\r?\n')  # Excel's own first line, which it does not show
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# One accented letter or curly quote between plain ones is Western; a run of them is another encoding.
_FOREIGN_RUN = re.compile(r"[^\x00-\x7f]{3}")
_REPLACED = "\ufffd"  # by which a gateway replaces invalid UTF-8 in a text body
_WRONG_ENCODING = "the file's encoding is not known; save it as CSV UTF-8, or as .xlsx"


def read_csv(content: bytes, limits: SheetLimits) -> Sheet:
    """Return the grid of a CSV: UTF-8, UTF-16 with its mark, or Windows-1252 where that reads sanely.

    Raises:
        UnreadableSheet: the encoding is unknown, the quotes do not close, or it is beyond the limits.
    """
    text, problems = _decode(content)
    hint = _EXCEL_HINT.match(text)
    separator = hint[1] if hint else _detect_separator(text)
    rows = _rows(text[hint.end() :] if hint else text, separator, limits)
    return Sheet("csv", "CSV", rows, problems)


def _decode(content: bytes) -> tuple[str, tuple[Problem, ...]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode_strictly(content, "utf-16"), ()
    try:
        return _reject_controls(content.decode("utf-8-sig")), ()
    except UnicodeDecodeError:
        text = _decode_strictly(content, "cp1252")
    if _FOREIGN_RUN.search(text):
        raise UnreadableSheet("wrong_encoding", _WRONG_ENCODING)
    notice = "the file is not UTF-8 and was read as Windows-1252: check names with accents"
    return text, (Problem("notice", "old_encoding", notice),)


def _decode_strictly(content: bytes, encoding: str) -> str:
    try:
        return _reject_controls(content.decode(encoding))
    except UnicodeDecodeError as error:
        raise UnreadableSheet("wrong_encoding", _WRONG_ENCODING) from error


def _reject_controls(text: str) -> str:
    if _REPLACED in text:
        hint = "letters were lost on the way here; upload the file as application/octet-stream"
        raise UnreadableSheet("wrong_encoding", f"{hint}, or save it as CSV UTF-8")
    if _CONTROL.search(text):
        raise UnreadableSheet("wrong_encoding", f"the file holds bytes that no text has; {_WRONG_ENCODING}")
    return text


def _detect_separator(text: str) -> str:
    """Return the separator with which a row has the most known headings; a comma if none has any."""
    lines = text[:100_000].splitlines()[:MAX_HEADER_ROW]

    def score(separator: str) -> int:
        return max((count_known_columns(row) for row in csv.reader(lines, delimiter=separator)), default=0)

    return max(_SEPARATORS, key=score)


def _rows(text: str, separator: str, limits: SheetLimits) -> tuple[tuple[Cell, ...], ...]:
    grid = Grid(limits)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            grid.add(number, row if any(cell.strip() for cell in row) else ())
    except csv.Error as error:
        message = f"the quotes of a cell do not match near line {reader.line_num} ({error}); save the file as .xlsx"
        raise UnreadableSheet("broken_csv", message, number + 1) from error
    blank = min(number, limits.rows) - len(grid.rows)  # blank rows at the end count too
    return (*grid.rows, *[()] * blank)
