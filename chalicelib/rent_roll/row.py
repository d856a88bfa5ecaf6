"""A row of a sheet: reads its cells and collects their problems."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from chalicelib.rent_roll.cells import Cell, UnreadableCell, cell_text, is_blank
from chalicelib.rent_roll.columns import Column, Header
from chalicelib.rent_roll.model import Problem, Severity
from chalicelib.values import clean_text

MAX_VALUE = 80  # characters of an invalid cell that are shown with its problem

T = TypeVar("T")


class SheetRow:
    """One row under the headings. An unreadable cell adds a problem, and the other cells are read all the same."""

    def __init__(self, number: int, cells: Sequence[Cell], header: Header, found: list[Problem]) -> None:
        self.number = number
        self.cells = cells
        self.header = header
        self._found = found
        self.errors = 0

    def cell(self, column: Column) -> Cell:
        place = self.header.places.get(column)
        return None if place is None or place >= len(self.cells) else self.cells[place]

    def has(self, column: Column) -> bool:
        return not is_blank(self.cell(column))

    def filled(self) -> list[int]:
        """Return the indexes of the cells that are not empty."""
        return [place for place, cell in enumerate(self.cells) if cell is not None and cell_text(cell)]

    def read(self, column: Column, reader: Callable[[Cell], T]) -> T | None:
        """Return the cell as parsed by ``reader``; None, with an error noted, if it is unreadable."""
        try:
            return reader(self.cell(column))
        except UnreadableCell as problem:
            self.error(problem.code, problem.expected, column)
            return None

    def error(self, code: str, message: str, column: Column | int | None = None) -> None:
        self.errors += 1
        self._add("error", code, message, column)

    def notice(self, code: str, message: str, column: Column | int | None = None) -> None:
        self._add("notice", code, message, column)

    def _add(self, severity: Severity, code: str, message: str, column: Column | int | None) -> None:
        place = self.header.places.get(column) if isinstance(column, Column) else column
        label = None if place is None else self.header.label(place)
        cell = self.cells[place] if place is not None and place < len(self.cells) else None
        value = clean_text(cell_text(cell))[:MAX_VALUE] or None
        self._found.append(Problem(severity, code, message, self.number, label, value))
