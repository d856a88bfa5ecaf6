import csv
import datetime as dt
import io
from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
from chalice.app import Request
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import Invalid
from chalicelib.web import csv_responses
from chalicelib.web.csv_responses import csv_response, escape_formula, wants_csv


class Row(NamedTuple):
    name: str | None
    balance_cents: int | None
    payments: int = 0
    on: dt.date | None = None


COLUMNS = ("name", "balance_cents", "payments", "on")


def read(*rows: Row) -> list[list[str]]:
    answer = csv_response("report", COLUMNS, rows)
    return list(csv.reader(io.StringIO(answer.body.removeprefix("\ufeff"))))


@pytest.mark.parametrize("text", ["=1+1", "+254712345678", "-1", "@SUM(A1)", "\t=1", "\r=1", "  =1", "\uff1d1"])
def test_text_that_would_be_a_formula_is_disarmed(text: str) -> None:
    assert escape_formula(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", " ", "Amina", "A-1", "a=b", "'=1", "5 - 3"])
def test_other_text_is_left_as_it_is(text: str) -> None:
    assert escape_formula(text) == text


def test_a_negative_amount_stays_a_number_and_typed_text_does_not() -> None:
    assert read(Row("-500.00", -500_00, 3, dt.date(2026, 11, 20)), Row(None, None))[1:] == [
        ["'-500.00", "-500.00", "3", "2026-11-20"],
        ["", "", "0", ""],
    ]


def test_columns_are_named_as_in_json() -> None:
    assert read() == [["name", "balance", "payments", "on"]]


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n\0"), max_size=30))
def test_no_text_comes_back_as_a_formula_and_none_is_lost(text: str) -> None:
    cell = read(Row(text, 0))[1][0]
    assert cell.removeprefix("'") == text.removeprefix("'") or cell == text
    assert not cell.lstrip(" ").startswith(("=", "+", "-", "@", "\t"))


def test_excel_is_told_the_encoding_and_the_name() -> None:
    answer = csv_response("arrears-2026-11-20", COLUMNS, [Row("Wanjikũ", 0)])
    assert answer.body.startswith("\ufeffname,")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="arrears-2026-11-20.csv"'


def test_a_sheet_that_is_too_large_is_refused_before_it_is_read_to_its_end() -> None:
    consumed = 0

    def endless() -> Iterator[Row]:
        nonlocal consumed
        while True:
            consumed += 1
            yield Row("x" * 1_000, 0)

    with pytest.raises(Invalid):
        csv_response("report", COLUMNS, endless())
    assert consumed < csv_responses.MAX_BYTES / 1_000 + 1


def test_bytes_are_what_counts() -> None:
    with pytest.raises(Invalid):
        csv_response("report", COLUMNS, [Row("ũ" * 1_000, 0)] * 2_500)


def request(accept: str | None) -> Request:
    event: dict[str, Any] = {
        "headers": {} if accept is None else {"Accept": accept},
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "body": None,
        "isBase64Encoded": False,
        "requestContext": {"httpMethod": "GET", "resourcePath": "/"},
    }
    return Request(event)


@pytest.mark.parametrize(
    ("accept", "csv_wanted"),
    [
        (None, False),
        ("*/*", False),
        ("application/json", False),
        ("text/csv", True),
        ("text/csv, */*;q=0.1", True),
        ("text/csv;q=0.5, application/json", False),
        ("application/json;q=0.5, text/csv", True),
        ("text/csv, application/json", False),
        ("text/csv;q=0", False),
        ("text/csv;q=much", False),
        (",;,", False),
    ],
)
def test_the_accept_header_chooses(accept: str | None, csv_wanted: bool) -> None:
    assert wants_csv(request(accept), {}) is csv_wanted


def test_the_parameter_goes_before_the_header() -> None:
    assert wants_csv(request("application/json"), {"format": "csv"})
    assert not wants_csv(request("text/csv"), {"format": "json"})
