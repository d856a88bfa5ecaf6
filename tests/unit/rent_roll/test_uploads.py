"""Files as they are uploaded: right ones, wrong ones, and ones made to do harm."""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Sequence
from decimal import Decimal

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.rent_roll.model import RentRoll
from chalicelib.rent_roll.parser import parse_rent_roll
from chalicelib.rent_roll.sheet import RENT_ROLL, UnreadableSheet
from chalicelib.rent_roll.sheet_reader import read_sheet

HEADINGS = ["Unit", "Rent", "Tenant"]


def errors(plan: RentRoll) -> list[tuple[str, int | None, str | None]]:
    return [(found.code, found.row, found.column) for found in plan.problems if found.severity == "error"]


def book(*rows: Sequence[object], extra: Callable[[openpyxl.Workbook], object] | None = None) -> bytes:
    xlsx = openpyxl.Workbook()
    assert xlsx.active is not None
    for row in rows:
        xlsx.active.append(list(row))
    if extra:
        extra(xlsx)
    saved = io.BytesIO()
    xlsx.save(saved)
    return saved.getvalue()


def repacked(content: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return the workbook with one part changed, or added where ``part`` is not there yet."""
    saved = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(saved, "w", zipfile.ZIP_DEFLATED) as new:
        parts = {name: old.read(name) for name in old.namelist()}
        parts[part] = change(parts.get(part, b""))
        for name, body in parts.items():
            new.writestr(name, body)
    return saved.getvalue()


def refusal(content: bytes) -> str:
    with pytest.raises(UnreadableSheet) as refused:
        read_sheet(content)
    assert refused.value.problem.severity == "error"
    return refused.value.problem.code


SHEET_1 = "xl/worksheets/sheet1.xml"


def test_cells_of_a_workbook_keep_what_the_landlord_sees() -> None:
    midnight = dt.datetime.fromisoformat("2024-06-01T00:00")
    read = read_sheet(book(HEADINGS, [101, 29500.1, midnight], [0.1 + 0.2, True, dt.date(2024, 6, 2)]))
    assert read.rows[1] == (101, Decimal("29500.1"), dt.date(2024, 6, 1))
    assert read.rows[2] == (Decimal("0.3"), "TRUE", dt.date(2024, 6, 2))


def test_blank_rows_count_and_those_at_the_end_do_not() -> None:
    content = book([None], HEADINGS, [None], ["A1", 1], extra=lambda xlsx: xlsx.worksheets[0].cell(900_000, 1, None))
    assert [len(row) for row in read_sheet(content).rows] == [0, 3, 0, 2]


def test_the_first_sheet_with_headings_is_read_and_others_are_told() -> None:
    def add(xlsx: openpyxl.Workbook) -> None:
        xlsx.create_sheet("May").append(HEADINGS)
        xlsx.create_sheet("June").append(HEADINGS)

    read = read_sheet(book(["Cover"], extra=add))
    assert read.name == "May"
    assert [problem.code for problem in read.problems] == ["other_sheet"]
    assert "June" in read.problems[0].message


def test_a_formula_without_its_result_is_a_problem_of_its_cell() -> None:
    plan = parse_rent_roll(book(HEADINGS, ["A1", "=1+1", ""]), property_name="Plaza")
    assert ("formula_without_value", 2, "B (Rent)") in errors(plan)


def test_a_formula_in_a_column_that_is_not_read_forbids_nothing() -> None:
    plan = parse_rent_roll(book([*HEADINGS, "Colour"], ["A1", 1, "VACANT", "=1+1"]), property_name="Plaza")
    assert errors(plan) == []
    assert ("formula_without_value", "D (Colour)") in [(problem.code, problem.column) for problem in plan.problems]


def test_a_formula_with_its_result_is_read() -> None:
    content = book(HEADINGS, ["A1", "=15000*2", "VACANT"])
    content = repacked(content, SHEET_1, lambda xml: re.sub(rb"<v ?/>|<v></v>", b"<v>30000</v>", xml))
    plan = parse_rent_roll(content, property_name="Plaza")
    assert (errors(plan), plan.units[0].rent_cents) == ([], 30_000_00)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 100, "old_or_locked_workbook"),
        (b"%PDF-1.7 ...", "not_a_sheet"),
        (b"\x89PNG\r\n", "not_a_sheet"),
        (b" <html><table>", "not_a_sheet"),
        (b"PK\x03\x04 and then nothing", "broken_workbook"),
        ("Unit,Rent\nA1,1".encode("utf-16-le"), "wrong_encoding"),
        ("Unit,Rent,Tenant\nA1,1,Иванов".encode("cp1251"), "wrong_encoding"),
        (b"Unit,Rent\nA1,\x00", "wrong_encoding"),
        (b"Unit,Rent\nA1,\x81", "wrong_encoding"),
        (b"\xff\xfeU", "wrong_encoding"),
        (b'Unit,Rent\n"A1,1\n', "broken_csv"),
        (b'Unit,Rent\n"A1"x,1\n', "broken_csv"),
        (b'sep="\nUnit,Rent\n"A1"x,1\n', "broken_csv"),
        (b"Unit,Rent\n" + b"A,1\n" * RENT_ROLL.rows, "too_many_rows"),
        (b"Unit,Rent" + b"," * RENT_ROLL.columns + b"x\n", "too_many_columns"),
        (b"Unit,Rent\n" + b"x" * 2_001, "cell_too_long"),
        (b"Unit,Rent\n" + b"x" * 200_000, "broken_csv"),
    ],
)
def test_files_that_are_refused(content: bytes, code: str) -> None:
    assert refusal(content) == code


def test_windows_files_are_read_with_a_notice() -> None:
    plan = parse_rent_roll("Unit,Rent,Tenant\nA1,1,Vacant\nCafé,2,Vacant".encode("cp1252"), property_name="Plaza")
    assert plan.units[1].name == "Café"
    assert "old_encoding" in [problem.code for problem in plan.problems]


def test_excels_own_first_line_is_no_row() -> None:
    read = read_sheet(b"sep=;\r\nUnit;Rent\r\nA1;1,50\r\n")
    assert read.rows == (("Unit", "Rent"), ("A1", "1,50"))


def test_workbooks_that_are_refused() -> None:
    good = book(HEADINGS, ["A1", 1, "VACANT"])
    assert refusal(repacked(good, "xl/vbaProject.bin", lambda _: b"macro")) == "has_macros"
    assert refusal(repacked(good, SHEET_1, lambda _: b"<worksheet><broken")) == "broken_workbook"
    assert refusal(book(["hello"])) == "no_header"
    assert refusal(book(HEADINGS, *[["A", 1, "x"]] * RENT_ROLL.rows)) == "too_many_rows"
    assert refusal(book(HEADINGS, [*[None] * 150, "far"])) == "too_many_columns"
    saved = io.BytesIO()
    with zipfile.ZipFile(saved, "w") as archive:
        archive.writestr("readme.txt", "hello")
    assert refusal(saved.getvalue()) == "not_a_sheet"


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = repacked(book(HEADINGS), "xl/media/image1.png", lambda _: b"\0" * 51_000_000)
    assert len(bomb) < 200_000
    assert refusal(bomb) == "too_large"


def test_cells_far_beyond_any_sheet_cost_nothing() -> None:
    good = book(HEADINGS, ["A1", 1, "VACANT"])
    far_row = repacked(good, SHEET_1, lambda xml: xml.replace(b'<row r="2"', b'<row r="99999999999"'))
    assert len(read_sheet(far_row).rows) == 1
    far_cell = repacked(good, SHEET_1, lambda xml: xml.replace(b'r="C2"', b'r="ZZZZZZZ2"'))
    assert refusal(far_cell) == "broken_workbook"


def test_a_file_that_understates_its_width_hides_nothing() -> None:
    good = book(HEADINGS, ["A1", 1, "VACANT"])
    narrow = repacked(good, SHEET_1, lambda xml: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', xml))
    assert read_sheet(narrow).rows == (("Unit", "Rent", "Tenant"), ("A1", 1, "VACANT"))


@given(st.binary(max_size=300))
def test_any_bytes_give_a_plan_and_never_an_exception(content: bytes) -> None:
    plan = parse_rent_roll(content)
    assert plan.problems or plan.units


@given(st.lists(st.lists(st.text(max_size=12), max_size=6), max_size=6))
def test_any_cells_under_good_headings_give_a_plan(cells: list[list[str]]) -> None:
    written = io.StringIO()
    csv.writer(written).writerows([["Property", "Unit", "Rent", "Tenant", "Phone", "Moved in"], *cells])
    plan = parse_rent_roll(written.getvalue().encode("utf-8", "replace"))
    assert plan.problems or plan.units
