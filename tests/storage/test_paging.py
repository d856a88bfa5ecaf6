"""Walking a list by cursor visits each row once, whatever its sort key repeats."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import ColumnElement, Row, insert, select

from chalicelib.errors import Invalid
from chalicelib.ids import new_id
from chalicelib.paging import PageRequest
from chalicelib.runtime.resources import Resources
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.ledger import journals
from chalicelib.storage.tables.portfolio import owners

AT = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)
SAME_DATABASE = settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
KEYS: dict[str, list[ColumnElement[Any]]] = {
    "id": [journals.c.id],
    "effective_on": [journals.c.effective_on, journals.c.id],
    "created_at": [journals.c.created_at, journals.c.id],
    "kind": [journals.c.kind, journals.c.id],
    "kind and day": [journals.c.kind, journals.c.effective_on, journals.c.id],
}

# Few of each, so that keys repeat; words that SQL's collations like to confuse.
rows = st.lists(
    st.tuples(
        st.sampled_from(["bill", "Bill", "bíll", "payment", ""]),
        st.integers(0, 3).map(lambda days: AT.date() + dt.timedelta(days=days)),
        st.sampled_from([0, 1, 999_999, 1_000_000]).map(lambda micros: AT + dt.timedelta(microseconds=micros)),
    ),
    max_size=25,
)


def fill(resources: Resources, given_rows: list[tuple[str, dt.date, dt.datetime]]) -> tuple[UUID, list[UUID]]:
    """Insert journals of a new organisation and return it with their ids."""
    organisation_id, ids = uuid4(), [uuid4() for _ in given_rows]
    values = [
        {
            "organisation_id": organisation_id, "id": row_id, "kind": kind, "effective_on": day, "created_at": at,
            "idempotency_key": row_id.hex, "source_kind": "test", "source_id": row_id, "memo": "",
        }
        for row_id, (kind, day, at) in zip(ids, given_rows, strict=True)
    ]  # fmt: skip
    if values:
        with resources.writing() as db:
            db.execute(insert(journals), values)
    return organisation_id, ids


def walk(
    resources: Resources, organisation_id: UUID, keys: list[ColumnElement[Any]], limit: int, *, descending: bool
) -> list[Row[Any]]:
    """Return every row of the list, page by page."""
    query = select(journals).where(journals.c.organisation_id == organisation_id)
    seen: list[Row[Any]] = []
    cursor = None
    with resources.reading() as db:
        while True:
            page = fetch_page(db, query, keys, PageRequest(cursor, limit), descending=descending)
            assert len(page.items) <= limit
            seen += page.items
            cursor = page.next_cursor
            if cursor is None:
                return seen
            assert len(page.items) == limit, "a page that is not the last is full"


@pytest.mark.parametrize("sort", KEYS)
@pytest.mark.parametrize("descending", [False, True], ids=["up", "down"])
@SAME_DATABASE
@given(given_rows=rows, limit=st.integers(1, 7))
def test_each_row_is_visited_once_and_in_order(
    resources: Resources,
    sort: str,
    descending: bool,
    given_rows: list[tuple[str, dt.date, dt.datetime]],
    limit: int,
) -> None:
    organisation_id, ids = fill(resources, given_rows)
    keys = KEYS[sort]
    seen = walk(resources, organisation_id, keys, limit, descending=descending)
    assert sorted(row.id for row in seen) == sorted(ids)

    def place(row: Row[Any]) -> list[Any]:
        values = [getattr(row, str(key.key)) for key in keys]
        return [value.encode() if isinstance(value, str) else value for value in values]

    assert [row.id for row in seen] == [row.id for row in sorted(seen, key=place, reverse=descending)]


def test_a_row_that_comes_or_goes_while_walking_moves_no_other(resources: Resources) -> None:
    organisation_id = uuid4()
    ids = [new_id() for _ in range(7)]
    values = {"organisation_id": organisation_id, "version": 1, "created_at": AT}
    query = select(owners).where(owners.c.organisation_id == organisation_id)
    with resources.writing() as db:
        db.execute(insert(owners), [{**values, "id": each, "name": "A"} for each in ids[:3] + ids[4:]])
        first = fetch_page(db, query, [owners.c.id], PageRequest(None, 2))
        db.execute(owners.delete().where(owners.c.organisation_id == organisation_id, owners.c.id == ids[1]))
        db.execute(insert(owners).values(**values, id=ids[3], name="came late"))
        rest = fetch_page(db, query, [owners.c.id], PageRequest(first.next_cursor, 10))
    assert [row.id for row in first.items + rest.items] == [*ids[:3], ids[3], *ids[4:]]


def _cursor_of(resources: Resources, keys: list[ColumnElement[Any]]) -> str:
    organisation_id, _ = fill(resources, [("bill", AT.date(), AT)] * 2)
    query = select(journals).where(journals.c.organisation_id == organisation_id)
    with resources.reading() as db:
        cursor = fetch_page(db, query, keys, PageRequest(None, 1)).next_cursor
    assert cursor
    return cursor


@pytest.mark.parametrize(
    "make",
    [
        lambda resources: "",
        lambda resources: "nonsense",
        lambda resources: "é",
        lambda resources: _cursor_of(resources, KEYS["effective_on"]),
        lambda resources: _cursor_of(resources, KEYS["id"])[:-4],
        lambda resources: "WzFd",  # [1]
        lambda resources: "e30",  # {}
        lambda resources: "bnVsbA",  # null
        lambda resources: "WzFlOTk5XQ",  # [1e999]
    ],
    ids=["empty", "nonsense", "not ASCII", "another list's", "cut", "a number", "an object", "null", "infinite"],
)
def test_a_cursor_that_this_list_did_not_make_is_refused(
    resources: Resources, make: Callable[[Resources], str]
) -> None:
    cursor = make(resources)
    with resources.reading() as db, pytest.raises(Invalid) as refused:
        fetch_page(db, select(journals), KEYS["id"], PageRequest(cursor, 5))
    assert refused.value.facts["errors"][0]["field"] == "cursor"


@SAME_DATABASE
@given(cursor=st.text(max_size=60))
def test_no_text_whatsoever_does_more_than_begin_a_page_or_be_refused(resources: Resources, cursor: str) -> None:
    query = select(journals).where(journals.c.organisation_id == uuid4())
    with resources.reading() as db:
        try:
            page = fetch_page(db, query, KEYS["kind"], PageRequest(cursor, 5))
        except Invalid:
            return
    assert page.items == []
