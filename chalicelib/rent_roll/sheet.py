"""A grid of cells, wherever it came from, and how large it may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from chalicelib.rent_roll.cells import Cell
from chalicelib.rent_roll.model import MAX_CELL_CHARACTERS, Problem


class SheetLimits(NamedTuple):
    """How much is read of a file: whoever reads it stops at the first thing that is beyond a limit.

    Those of a workbook's parts hold for what stands in it compressed; ``depth`` is of its XML.
    """

    rows: int
    columns: int
    cells: int  # of the sheet, that are not blank
    cell_characters: int
    characters: int  # of all cells together: a workbook can name one long text from many cells
    errors: int  # after so many the rest of the sheet would only repeat them
    sheets: int
    parts: int  # files in the zip
    part_bytes: int  # unpacked, of one of them
    unpacked_bytes: int  # of all
    elements: int  # of XML, in all parts that are read
    depth: int


# By the kind of import.
LIMITS = {
    "rent_roll": SheetLimits(
        rows=20_000,
        columns=100,
        cells=300_000,
        cell_characters=MAX_CELL_CHARACTERS,
        characters=4_000_000,  # as a CSV of the largest upload
        errors=5_000,
        sheets=200,
        parts=2_000,
        part_bytes=40_000_000,
        unpacked_bytes=50_000_000,
        elements=2_000_000,
        depth=64,
    )
}
RENT_ROLL = LIMITS["rent_roll"]


@dataclass(frozen=True, slots=True)
class Sheet:
    """Rows in the order of the file, the first at index 0, blank ones kept so that they count as people count."""

    kind: Literal["csv", "xlsx"]
    name: str
    rows: tuple[tuple[Cell, ...], ...]
    problems: tuple[Problem, ...] = ()


class UnreadableSheet(ValueError):
    """The file cannot be read as a sheet; ``problem`` says why and what to upload instead."""

    def __init__(self, code: str, message: str, row: int | None = None) -> None:
        super().__init__(message)
        self.problem = Problem("error", code, message, row)


class Grid:
    """The rows of one sheet as they are read, each refused where it is beyond a limit."""

    def __init__(self, limits: SheetLimits) -> None:
        self.limits = limits
        self.rows: list[tuple[Cell, ...]] = []
        self._cells = self._characters = 0

    def add(self, number: int, row: Sequence[Cell]) -> None:
        """Add the row of that number, counted from 1 and above those before; those left out on the way are blank.

        Raises:
            UnreadableSheet: it is not blank, and beyond a limit.
        """
        filled = [cell for cell in row if cell not in (None, "")]
        if not filled:
            return
        limits = self.limits
        if number > limits.rows:
            raise UnreadableSheet("too_many_rows", f"expected at most {limits.rows:,} rows; split the sheet", number)
        if len(row) > limits.columns and any(cell not in (None, "") for cell in row[limits.columns :]):
            raise UnreadableSheet("too_many_columns", f"expected at most {limits.columns} columns", number)
        lengths = [len(cell) for cell in filled if isinstance(cell, str)]
        if lengths and max(lengths) > limits.cell_characters:
            message = f"expected at most {limits.cell_characters:,} characters in a cell"
            raise UnreadableSheet("cell_too_long", message, number)
        self._cells += len(filled)
        if self._cells > limits.cells:
            message = f"expected at most {limits.cells:,} filled cells; split the sheet"
            raise UnreadableSheet("too_many_cells", message, number)
        self._characters += sum(lengths)
        if self._characters > limits.characters:
            message = f"expected at most {limits.characters:,} characters in all cells together; split the sheet"
            raise UnreadableSheet("too_much_text", message, number)
        self.rows += [()] * (number - 1 - len(self.rows))
        self.rows.append(tuple(row[: limits.columns]))
