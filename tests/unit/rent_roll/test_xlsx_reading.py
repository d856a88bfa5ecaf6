"""Workbooks read cell by cell: the same as openpyxl reads them, and what other programs write."""

import datetime as dt
import io
import zipfile
from collections.abc import Sequence
from decimal import Context, Decimal
from typing import Any

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from chalicelib.rent_roll.cells import Cell
from chalicelib.rent_roll.sheet import UnreadableSheet
from chalicelib.rent_roll.sheet_reader import read_sheet
from chalicelib.rent_roll.xlsx_file import read_number
from tests.hostile_sheets import MAIN, OFFICE, inline, rows, workbook

HEADINGS = ("Unit", "Rent", "Tenant")
SHOWN = Context(prec=15)

texts = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=30)
days = st.dates(dt.date(1901, 1, 1), dt.date(2100, 12, 31))
moments = st.datetimes(dt.datetime.fromisoformat("1901-01-01"), dt.datetime.fromisoformat("2100-12-31"))
# The smallest are cut to 15 digits by a spreadsheet program, and then are smaller than any that it can hold.
numbers = st.integers(-(10**14), 10**14) | st.floats(-1e9, 1e9).filter(lambda number: not 0 < abs(number) < 1e-300)
values = (
    st.none() | st.booleans() | numbers | texts | days | moments | st.sampled_from(["#REF!", "_x000D_", " a ", "=1"])
)


def seen_by_openpyxl(value: Any) -> Cell:
    """Return the value in our types, as the reader before this one did."""
    match value:
        case bool() | dt.time() | dt.timedelta():
            return str(value).upper()
        case float():
            return SHOWN.create_decimal(repr(value))
        case dt.datetime():
            return value.date()
    cell: Cell = value
    return cell


def trimmed(row: Sequence[Cell]) -> tuple[Cell, ...]:
    width = max((place for place, cell in enumerate(row, 1) if cell not in (None, "")), default=0)
    return tuple(row[:width])


@settings(max_examples=60)
@given(st.lists(st.lists(values, max_size=6), max_size=6), st.booleans())
def test_what_openpyxl_wrote_is_read_as_openpyxl_reads_it(cells: list[list[Any]], of_a_macintosh: bool) -> None:
    xlsx = openpyxl.Workbook()
    if of_a_macintosh:
        xlsx.epoch = CALENDAR_MAC_1904
        cells = [[None if isinstance(each, dt.date) and each.year < 1905 else each for each in row] for row in cells]
    assert xlsx.active is not None
    xlsx.active.append(HEADINGS)
    for number, row in enumerate(cells, start=2):
        for place, value in enumerate(row, start=1):
            cell = xlsx.active.cell(number, place)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # also where it looks like a formula or an error
    saved = io.BytesIO()
    xlsx.save(saved)
    found = openpyxl.load_workbook(io.BytesIO(saved.getvalue()), data_only=True).worksheets[0]
    wanted = [trimmed([seen_by_openpyxl(each) for each in row]) for row in found.iter_rows(values_only=True)]
    while not wanted[-1]:
        wanted.pop()
    escaped = [tuple(" " if cell == "_x000D_" else cell for cell in row) for row in wanted]  # which openpyxl leaves
    assert list(read_sheet(saved.getvalue()).rows) == escaped


@pytest.mark.parametrize(
    ("cell", "read"),
    [
        ('<c t="inlineStr"><is><r><t>Ju</t></r><r><t>ma</t></r><rPh sb="0" eb="1"><t>no</t></rPh></is></c>', "Juma"),
        ('<c t="s"><v>1</v></c>', "Second"),
        ('<c t="str"><f>A1</f><v></v></c>', None),  # a formula whose result is an empty text
        ('<c t="d"><v>2025-06-01T00:00:00</v></c>', dt.date(2025, 6, 1)),
        ('<c s="1"><v>45809</v></c>', dt.date(2025, 6, 1)),
        ('<c s="1"><v>59</v></c>', dt.date(1900, 2, 28)),
        ('<c s="1"><v>61</v></c>', dt.date(1900, 3, 1)),
        ('<c s="1"><v>0.5</v></c>', "12:00:00"),
        ('<c s="1"><v>-1</v></c>', "#VALUE!"),
        ('<c s="1"><v>9999999</v></c>', "#VALUE!"),
        ('<c s="2"><v>1.5</v></c>', "1 DAY, 12:00:00"),
        ('<c s="3"><v>45809</v></c>', 45809),  # "Red" and "d" in quotes make no day
        ("<c><v>29500.10</v></c>", Decimal("29500.10")),
        ("<c><v>1.2E4</v></c>", Decimal("1.2E+4")),
        ("<c><v> 7 </v></c>", 7),
        ('<c t="b"><v>1</v></c>', "TRUE"),
        ('<c t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="C3"><v>7</v></c>', 7),
    ],
)  # fmt: skip
def test_cells_as_other_programs_write_them(cell: str, read: Cell) -> None:
    styles = '<numFmts><numFmt numFmtId="200" formatCode="[h]:mm"/>'
    styles += '<numFmt numFmtId="201" formatCode="[Red]0&quot;d&quot;"/></numFmts><cellXfs><xf numFmtId="0"/>'
    styles += '<xf numFmtId="14"/><xf numFmtId="200"/><xf numFmtId="201"/></cellXfs>'
    content = workbook(
        rows(inline("Plaza", "A2") + cell), strings="<si><t>First</t></si><si><t>Second</t></si>", styles=styles
    )
    [row] = read_sheet(content).rows[2:]
    assert row[2:] == (() if read is None else (read,))


@pytest.mark.parametrize(
    "text", ["1E400", "-1e400", "NaN", "inf", "Infinity", "1e-400", "9" * 16, "1_0", "٣", "", ".", "1,5"]
)
def test_what_no_cell_can_hold_is_no_number(text: str) -> None:
    assert read_number(text) is None


@pytest.mark.parametrize(
    "cell", ['<c t="s"><v>-1</v></c>', '<c t="s"><v>9</v></c>', '<c t="d"><v>soon</v></c>', '<c r="!7"/>']
)
def test_a_cell_that_no_program_writes_is_a_broken_workbook(cell: str) -> None:
    with pytest.raises(UnreadableSheet) as refused:
        read_sheet(workbook(rows(inline("Plaza", "A2") + cell), strings="<si><t>First</t></si>"))
    assert refused.value.problem.code == "broken_workbook"


def test_a_workbook_packed_by_a_costly_method_is_not_unpacked() -> None:
    saved = io.BytesIO(workbook())
    with zipfile.ZipFile(saved, "a", zipfile.ZIP_LZMA) as archive:
        archive.writestr("xl/theme/theme1.xml", "<theme/>")
    with pytest.raises(UnreadableSheet) as refused:
        read_sheet(saved.getvalue())
    assert refused.value.problem.code == "broken_workbook"


def test_a_strict_workbook_is_read_too() -> None:
    """ISO 29500 strict, as Excel saves it when asked to, has other names for the same."""
    strict = "http://purl.oclc.org/ooxml"
    names = {MAIN: f"{strict}/spreadsheetml/main", OFFICE: f"{strict}/officeDocument/relationships"}
    saved = io.BytesIO()
    usual = io.BytesIO(workbook(rows(inline("Plaza", "A2", "7"))))
    with zipfile.ZipFile(usual) as old, zipfile.ZipFile(saved, "w") as new:
        for part in old.namelist():
            body = old.read(part).decode()
            for name, other in names.items():
                body = body.replace(name, other)
            new.writestr(part, body)
    assert read_sheet(saved.getvalue()).rows[2] == ("Plaza", "A2", "7")
