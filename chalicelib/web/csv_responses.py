"""Responses as CSV, for use in a spreadsheet.

A cell that a spreadsheet would parse as a formula is escaped with a leading apostrophe. What
decides is where a value comes from, not how it looks: text was typed by somebody, so "-1+1" or
"=HYPERLINK(…)" as a tenant's name is escaped, while amounts, counts and days are formatted here from
numbers and dates, so a credit of "-500.00" stays a number that can be added up.
"""

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from operator import attrgetter
from typing import Any

from chalice.app import Request, Response
from marshmallow import Schema

from chalicelib.errors import Invalid
from chalicelib.money import format_cents
from chalicelib.web import fields

CSV = "text/csv"
JSON = "application/json"
MAX_BYTES = 4_000_000  # Lambda returns at most 6 MB; the limit is the same locally
# The full-width signs are read as the plain ones by spreadsheets in some languages.
_FORMULA_CHARACTERS = frozenset("=+-@\t\r\n＝＋－＠")  # noqa: RUF001 - meant as they are


class CsvOption(Schema):
    """Query parameter of a report that is also available as CSV; a query schema extends it."""

    format = fields.OneOf("json", "csv")


def wants_csv(request: Request, query: dict[str, Any]) -> bool:
    """Return whether CSV is requested: by ``format``, or else by an Accept header that prefers it to JSON."""
    if "format" in query:
        return bool(query["format"] == "csv")
    quality = _quality_values(request.headers.get("accept", ""))
    as_csv = quality.get(CSV, 0.0)
    return as_csv > quality.get(JSON, quality.get("application/*", 0.0))


def csv_response(filename: str, columns: Sequence[str], rows: Iterable[Any]) -> Response:
    """Return ``rows`` as a CSV file, in UTF-8 with the byte order mark by which Excel detects it.

    Args:
        filename: without its extension; plain ASCII.
        columns: names of the rows' attributes, two or more. A name that ends in ``_cents`` is serialized as an
            amount, under the name that JSON has for it.

    Raises:
        Invalid: the file would exceed ``MAX_BYTES``.
    """
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow([name.removesuffix("_cents") for name in columns])
    formatters = [_format_amount if name.endswith("_cents") else _format_cell for name in columns]
    read = attrgetter(*columns)
    size = 0
    for row in rows:
        size += writer.writerow(
            [format_value(value) for format_value, value in zip(formatters, read(row), strict=True)]
        )
        if size > MAX_BYTES:
            raise _too_large()
    body = "\ufeff" + file.getvalue()
    if len(body.encode()) > MAX_BYTES:  # above, characters were counted
        raise _too_large()
    headers: dict[str, str | list[str]] = {
        "Content-Type": f"{CSV}; charset=utf-8",
        "Content-Disposition": f'attachment; filename="{filename}.csv"',
        "Cache-Control": "no-store",
    }
    return Response(body, headers, 200)


def escape_formula(text: str) -> str:
    """Return ``text`` escaped, so that no spreadsheet parses it as a formula."""
    first = text.lstrip(" ")[:1]
    return f"'{text}" if first in _FORMULA_CHARACTERS and first else text


def _format_amount(cents: int | None) -> str:
    return "" if cents is None else format_cents(cents)


def _format_cell(value: Any) -> str | int:
    if value is None:
        return ""
    if isinstance(value, str):
        return escape_formula(value)
    if isinstance(value, int):
        return value
    return value.isoformat() if isinstance(value, dt.date) else str(value)


def _quality_values(accept: str) -> dict[str, float]:
    """Return the quality value of each media range of an Accept header (RFC 9110 section 12.5.1)."""
    quality = {}
    for part in accept.lower().split(","):
        media, *parameters = [each.strip() for each in part.split(";")]
        quality_text = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        quality[media] = (
            float(quality_text) if quality_text.replace(".", "", 1).isdecimal() and quality_text.isascii() else 0.0
        )
    return quality


def _too_large() -> Invalid:
    why = f"as CSV this has more than {MAX_BYTES} bytes; narrow the request, or page through it as JSON"
    return Invalid([("format", why)])
