"""Rent rolls saved as CSV, in the encodings and with the separators that Kenyan offices' programs write."""

import csv
import io
import re

from chalicelib.onboarding.cells import Cell
from chalicelib.onboarding.columns import HEADER_WITHIN_ROWS, meanings_in
from chalicelib.onboarding.model import Problem
from chalicelib.onboarding.sheet import Grid, Limits, NotASheet, Sheet

_SEPARATORS = ",;\t|"
_EXCEL_HINT = re.compile(r'sep=([^" \r\n])\r?\n')  # a first line of Excel's own, which it does not show
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# One accented letter or curly quote between plain ones is Western; a run of them is another encoding.
_FOREIGN_RUN = re.compile(r"[^\x00-\x7f]{3}")
_REPLACED = "\ufffd"  # what a gateway puts for bytes of a text body that are no UTF-8
_WRONG_ENCODING = "the file's encoding is not known; save it as CSV UTF-8, or as .xlsx"


def read(content: bytes, limits: Limits) -> Sheet:
    """Return the grid of a CSV: UTF-8, UTF-16 with its mark, or Windows-1252 where that reads sanely.

    Raises:
        NotASheet: the encoding is unknown, the quotes do not close, or it is beyond the limits.
    """
    text, problems = _decoded(content)
    hint = _EXCEL_HINT.match(text)
    separator = hint[1] if hint else _separator(text)
    rows = _rows(text[hint.end() :] if hint else text, separator, limits)
    return Sheet("csv", "CSV", rows, problems)


def _decoded(content: bytes) -> tuple[str, tuple[Problem, ...]]:
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _strictly(content, "utf-16"), ()
    try:
        return _without_controls(content.decode("utf-8-sig")), ()
    except UnicodeDecodeError:
        text = _strictly(content, "cp1252")
    if _FOREIGN_RUN.search(text):
        raise NotASheet("wrong_encoding", _WRONG_ENCODING)
    notice = "the file is not UTF-8 and was read as Windows-1252: check names with accents"
    return text, (Problem("notice", "old_encoding", notice),)


def _strictly(content: bytes, encoding: str) -> str:
    try:
        return _without_controls(content.decode(encoding))
    except UnicodeDecodeError as error:
        raise NotASheet("wrong_encoding", _WRONG_ENCODING) from error


def _without_controls(text: str) -> str:
    if _REPLACED in text:
        hint = "letters were lost on the way here; upload the file as application/octet-stream"
        raise NotASheet("wrong_encoding", f"{hint}, or save it as CSV UTF-8")
    if _CONTROL.search(text):
        raise NotASheet("wrong_encoding", f"the file holds bytes that no text has; {_WRONG_ENCODING}")
    return text


def _separator(text: str) -> str:
    """Return the separator under which some row reads most like headings; a comma where none does."""
    lines = text[:100_000].splitlines()[:HEADER_WITHIN_ROWS]

    def score(separator: str) -> int:
        return max((meanings_in(row) for row in csv.reader(lines, delimiter=separator)), default=0)

    return max(_SEPARATORS, key=score)


def _rows(text: str, separator: str, limits: Limits) -> tuple[tuple[Cell, ...], ...]:
    grid = Grid(limits)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            grid.add(number, row if any(cell.strip() for cell in row) else ())
    except csv.Error as error:
        message = f"the quotes of a cell do not match near line {reader.line_num} ({error}); save the file as .xlsx"
        raise NotASheet("broken_csv", message, number + 1) from error
    blank = min(number, limits.rows) - len(grid.rows)  # those at the end are told of too
    return (*grid.rows, *[()] * blank)
