"""Parse an uploaded file into a ``RentRoll``: every row is read, every problem listed, nothing written.

``parse_rent_roll`` is a pure function of the bytes and the two defaults, so the commit parses the stored bytes again
instead of storing a second copy of everybody's identity numbers; ``model.fingerprint`` shows that the result is the
same. It is called only in ``subprocess_main``, a process that can be killed.
"""

import re
from dataclasses import replace

from chalicelib.money import format_cents
from chalicelib.rent_roll.builder import RentRollBuilder
from chalicelib.rent_roll.cells import cell_text, column_letter
from chalicelib.rent_roll.columns import Column, Header, column_for, count_known_columns, find_header, read_header
from chalicelib.rent_roll.lease_row import is_occupied, read_lease, read_unit
from chalicelib.rent_roll.model import Problem, RentRoll
from chalicelib.rent_roll.row import SheetRow
from chalicelib.rent_roll.sheet import RENT_ROLL, Sheet, UnreadableSheet
from chalicelib.rent_roll.sheet_reader import read_sheet

_TOTAL = re.compile(r"(?:grand |overall |sub[ -]?)*totals?\b.*|jumla\b.*", re.IGNORECASE)


def parse_rent_roll(content: bytes, *, property_name: str = "", due_day: int = 5) -> RentRoll:
    """Return the records of the file and its problems. Bad content raises nothing.

    Args:
        content: the file as uploaded, CSV or XLSX.
        property_name: property of the units above the first named one; with "" they are errors.
        due_day: default for rows without one, 1 to 31.
    """
    try:
        return parse_sheet(read_sheet(content), property_name=property_name, due_day=due_day)
    except UnreadableSheet as error:
        return RentRoll("", problems=(error.problem,))


def parse_sheet(sheet: Sheet, *, property_name: str = "", due_day: int = 5) -> RentRoll:
    """Return the records and problems of the sheet, as ``parse_rent_roll`` does.

    Raises:
        UnreadableSheet: no row of it has headings.
    """
    index = find_header(sheet.rows)
    if index is None:
        raise UnreadableSheet("no_header", "expected a row of headings such as Unit, Rent and Tenant")
    header, problems = read_header(sheet.rows, index)
    found = [*(_with_heading(problem, header) for problem in sheet.problems), *problems]
    if any(problem.severity == "error" for problem in problems):
        return RentRoll(sheet.name, problems=tuple(found))  # rows read under wrong headings would only make noise
    builder = RentRollBuilder(property_name)
    _parse_rows(sheet, header, builder, due_day, found)
    _check_whole_sheet(header, builder, due_day, found)
    columns = {column.value: header.label(place) for column, place in header.places.items()}
    return replace(builder.plan(sheet.name, _sort_by_row(found)), columns=columns)


def _with_heading(problem: Problem, header: Header) -> Problem:
    """Return the file's problem with its column's heading, which the reader of the file could not know.

    Only a notice remains of it where the column means nothing to us.
    """
    places = {column_letter(place): place for place in range(RENT_ROLL.columns)}
    place = places.get(problem.column or "")
    if place is None:
        return problem
    severity = problem.severity if place in header.places.values() else "notice"
    return replace(problem, column=header.label(place), severity=severity)


def _parse_rows(sheet: Sheet, header: Header, builder: RentRollBuilder, due_day: int, found: list[Problem]) -> None:
    unheaded: set[int] = set()
    blanks = errors = 0
    for index in range(header.index + 1, len(sheet.rows)):
        row = SheetRow(index + 1, sheet.rows[index], header, found)
        filled = row.filled()
        if not filled:
            blanks += 1
            continue
        _report_unheaded(row, filled, unheaded, ragged_is_error=sheet.kind == "csv")
        if not _is_skipped(row, filled, builder):
            _parse_row(row, builder, due_day)
        errors += row.errors
        if errors > RENT_ROLL.errors:
            message = f"more than {RENT_ROLL.errors:,} errors: the rows from here on were not read"
            found.append(Problem("error", "too_many_errors", message, row.number))
            break
    if blanks:
        found.append(Problem("notice", "blank_rows", f"blank rows passed over: {blanks}"))


def _parse_row(row: SheetRow, builder: RentRollBuilder, due_day: int) -> None:
    unit = read_unit(row)
    let = is_occupied(row)
    lease = read_lease(row, due_day) if let else None
    property_index = builder.property_of(row)
    if unit is None or property_index is None:
        return
    unit_index = builder.add_unit(row, property_index, unit, vacant=not let)
    if unit_index is not None and lease is not None and not row.errors:
        builder.add_lease(row, unit_index, unit, lease)


def _is_skipped(row: SheetRow, filled: list[int], builder: RentRollBuilder) -> bool:
    """Return whether the row is no unit's: a total, the headings again, or a property's name by itself."""
    first = cell_text(row.cells[filled[0]])
    places = row.header.places
    if _TOTAL.fullmatch(first) and not row.has(Column.TENANT) and places[Column.UNIT] not in filled[1:]:
        row.notice("total_row", "a row of totals was passed over", filled[0])
        return True
    if len(places) > 1 and _repeats_header(row, filled):
        row.notice("repeated_header", "the headings stand here again; the row was passed over")
        return True
    naming = {places.get(Column.PROPERTY), places.get(Column.LOCATION)}
    if filled[0] == places.get(Column.PROPERTY) and set(filled) <= naming:
        builder.begin_property(row)
        return True
    return False


def _repeats_header(row: SheetRow, filled: list[int]) -> bool:
    """Return whether the row contains as many known headings as the header; usually its first cells settle that."""
    others = len(filled) - len(row.header.places)  # cells that may mean nothing
    for place in filled:
        others -= column_for(row.cells[place]) is None
        if others < 0:
            return False
    return count_known_columns(row.cells) >= len(row.header.places)


def _report_unheaded(row: SheetRow, filled: list[int], reported: set[int], *, ragged_is_error: bool) -> None:
    """Report cells without a heading. In a CSV, cells beyond the last heading mean that a comma has split a cell."""
    headings = row.header.headings
    width = max(place for place, heading in enumerate(headings) if heading) + 1
    for place in filled:
        if place < width and headings[place]:
            continue
        if ragged_is_error and place >= width:
            message = 'more cells than headings; an amount with a comma needs quotes: "29,500"'
            row.error("cells_beyond_headings", message, place)
            return
        if place not in reported:
            reported.add(place)
            row.notice("unheaded_column", "this column has no heading and was not read", place)


def _check_whole_sheet(header: Header, builder: RentRollBuilder, due_day: int, found: list[Problem]) -> None:
    if Column.DUE not in header.places:
        found.append(Problem("notice", "no_due_column", f"no column gives the due day: day {due_day} is taken for all"))
    if not builder.has_units and not any(problem.severity == "error" for problem in found):
        found.append(Problem("error", "no_rows", "expected at least one row with a unit under the headings"))
    for name, row in builder.unused_properties():
        message = f'"{name}" stands alone in its row and no unit follows: it was passed over'
        found.append(Problem("notice", "property_without_units", message, row))
    for name, cents, row in builder.water_rates():
        message = f"water in {name} is billed by meter at {format_cents(cents)} a unit (m³), not as a monthly charge"
        found.append(Problem("notice", "water_rate", message, row))


def _sort_by_row(found: list[Problem]) -> tuple[Problem, ...]:
    """Return the problems from the top of the sheet to its end, those of the file first."""
    return tuple(sorted(found, key=lambda problem: problem.row or 0))
