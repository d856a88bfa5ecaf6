"""Paging by cursor: a page begins after the last key of the one before, so its cost does not grow with depth."""

import base64
import datetime as dt
import json
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, or_

from chalicelib.errors import Invalid
from chalicelib.paging import Page, PageRequest


def fetch_page(
    db: Connection,
    query: Select[Any],
    keys: Sequence[ColumnElement[Any]],
    page_request: PageRequest,
    *,
    descending: bool = False,
    values: Mapping[str, Any] | None = None,
) -> Page[Row[Any]]:
    """Run ``query`` for one page ordered by ``keys``, the last of which must be unique within the rest.

    The keys are read from the rows by their names, so the query must select them. ``values`` are the
    bind parameters of a query that was built once at import.

    Raises:
        Invalid: the cursor is not from this list.
    """
    if page_request.cursor is not None:
        query = query.where(_after_condition(keys, _decode_cursor(page_request.cursor, keys), descending))
    order = [key.desc() if descending else key.asc() for key in keys]
    rows = list(db.execute(query.order_by(*order).limit(page_request.limit + 1), values))
    if len(rows) <= page_request.limit:
        return Page(rows, None)
    rows.pop()
    return Page(rows, _encode_cursor([getattr(rows[-1], str(key.key)) for key in keys]))


def _after_condition(keys: Sequence[ColumnElement[Any]], values: list[Any], descending: bool) -> ColumnElement[bool]:
    """Return the condition that a row follows ``values``; the first key alone bounds it too, so that MySQL can seek."""
    steps = []
    for place, (key, value) in enumerate(zip(keys, values, strict=True)):
        same = [key_ == value_ for key_, value_ in zip(keys[:place], values[:place], strict=True)]
        steps.append(and_(*same, key < value if descending else key > value))
    bound = keys[0] <= values[0] if descending else keys[0] >= values[0]
    return and_(bound, or_(*steps))


def _encode_cursor(values: list[Any]) -> str:
    plain = [value.isoformat() if isinstance(value, dt.date) else value for value in values]
    text = json.dumps([value.hex if isinstance(value, UUID) else value for value in plain], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _decode_cursor(cursor: str, keys: Sequence[ColumnElement[Any]]) -> list[Any]:
    try:
        plain = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(plain, list) or len(plain) != len(keys):
            raise ValueError("not a list of keys")
        return [_parse_key(key, value) for key, value in zip(keys, plain, strict=True)]
    except (ValueError, TypeError, OverflowError) as error:
        raise Invalid([("cursor", "expected the next_cursor of an earlier page of this list")]) from error


def _parse_key(key: ColumnElement[Any], value: Any) -> Any:
    kind = key.type.python_type
    if kind is int and type(value) is int and abs(value) < 2**63:
        return value
    if type(value) is not str:
        raise ValueError("a key of the wrong type")
    if kind is UUID:
        return UUID(hex=value)
    if kind is dt.datetime:
        return dt.datetime.fromisoformat(value)
    if kind is dt.date:
        return dt.date.fromisoformat(value)
    if kind is str and value.isprintable():
        return value
    raise ValueError("a key of the wrong type")
