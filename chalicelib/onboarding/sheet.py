"""A grid of cells, wherever it came from, and how large it may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from chalicelib.onboarding.cells import Cell
from chalicelib.onboarding.import_model import LONGEST_CELL
from chalicelib.onboarding.model import Problem

MOST_ROWS = 20_000
MOST_COLUMNS = 100


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows in the order of the file, the first at index 0, blank ones kept so that they count as people count."""

    kind: Literal["csv", "xlsx"]
    name: str
    rows: tuple[tuple[Cell, ...], ...]
    problems: tuple[Problem, ...] = ()


class NotASheet(ValueError):
    """The file cannot be read as a sheet; ``problem`` says why and what to upload instead."""

    def __init__(self, code: str, message: str, row: int | None = None) -> None:
        super().__init__(message)
        self.problem = Problem("error", code, message, row)


def hold_limits(row: Sequence[Cell], number: int) -> None:
    """Raise NotASheet when the row (counted from 1, not blank) is beyond what is read."""
    if number > MOST_ROWS:
        raise NotASheet("too_many_rows", f"expected at most {MOST_ROWS:,} rows; split the sheet", number)
    if any(cell not in (None, "") for cell in row[MOST_COLUMNS:]):
        raise NotASheet("too_many_columns", f"expected at most {MOST_COLUMNS} columns", number)
    if any(isinstance(cell, str) and len(cell) > LONGEST_CELL for cell in row):
        raise NotASheet("cell_too_long", f"expected at most {LONGEST_CELL:,} characters in a cell", number)
