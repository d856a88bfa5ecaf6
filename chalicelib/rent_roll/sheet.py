"""A sheet as a grid of cells, whatever its format, and its limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from chalicelib.rent_roll.cells import Cell
from chalicelib.rent_roll.model import MAX_CELL_CHARACTERS, Problem


class SheetLimits(NamedTuple):
    """The limits of a file; reading stops as soon as one is exceeded.

    Those of ``parts``, ``elements`` and ``depth`` are of a workbook, which is a zip of XML files.
    """

    rows: int
    columns: int
    cells: int  # not blank
    cell_characters: int
    characters: int  # of all cells together: many cells of a workbook can refer to one long text
    errors: int  # after that many, further ones would only be repetitions
    sheets: int
    parts: int  # files in the zip
    part_bytes: int  # unpacked size of one of them
    unpacked_bytes: int  # of all of them
    elements: int  # XML elements, in all parts that are read
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
    """Rows in the order of the file, from index 0, with blank ones, so that row numbers match the spreadsheet's."""

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
    """The rows of one sheet as they are read, checked against the limits."""

    def __init__(self, limits: SheetLimits) -> None:
        self.limits = limits
        self.rows: list[tuple[Cell, ...]] = []
        self._cells = self._characters = 0

    def add(self, number: int, row: Sequence[Cell]) -> None:
        """Add the row ``number``, counted from 1 and ascending; skipped rows are blank.

        Raises:
            UnreadableSheet: it is not blank, and exceeds a limit.
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
