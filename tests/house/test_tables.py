"""The shape of every table, so that no row is reached without naming whose it is; a rule tells all that break it."""

from collections.abc import Iterator

from sqlalchemy import Column, Date, Float, Index, Numeric, Table

from chalicelib.storage.tables import APPEND_ONLY, metadata
from chalicelib.storage.tables.base import SHARED_TABLES
from chalicelib.storage.types import Cents, Id, Instant

# Asked before the organisation is known: who is this phone, what is to be worked next.
SPANNING_INDEXES = {
    ("member", "phone"),
    ("task", "status"),
    ("message", "address"),
    ("message", "status"),
    ("message_attempt", "outcome"),
    ("tenant_phone", "phone"),
    ("opt_out", "phone"),
    ("incoming_message_answer", "received_at"),
}

TABLES = metadata.sorted_tables
OWNED = [each for each in TABLES if each.name not in SHARED_TABLES]
COLUMNS = [column for table in TABLES for column in table.columns]


def test_what_is_listed_is_there() -> None:
    assert set(metadata.tables) >= SHARED_TABLES
    assert set(metadata.tables) >= set(APPEND_ONLY)
    assert len(set(APPEND_ONLY)) == len(APPEND_ONLY)
    assert not SHARED_TABLES & set(APPEND_ONLY)
    assert len(OWNED) > 40
    assert len(COLUMNS) > 400


def test_a_key_begins_with_the_organisation() -> None:
    first = {table.name: next(iter(table.primary_key)) for table in OWNED}
    assert {name: str(key.name) for name, key in first.items()} == dict.fromkeys(first, "organisation_id")
    assert [name for name, key in first.items() if key.nullable] == []


def test_an_index_begins_with_the_organisation_unless_it_is_asked_before_that_is_known() -> None:
    others = [(table.name, index) for table in OWNED for index in table.indexes if first_of(index) != "organisation_id"]
    assert [str(index.name) for table, index in others if (table, first_of(index)) not in SPANNING_INDEXES] == []
    assert [str(index.name) for _, index in others if index.unique] == [], "it would tell of others' rows"


def test_a_row_belongs_to_rows_of_its_own_organisation() -> None:
    assert [found for table in OWNED for found in strangers_of(table)] == []


def test_money_is_whole_cents() -> None:
    assert [str(column) for column in COLUMNS if isinstance(column.type, (Float, Numeric))] == []
    assert [str(each) for each in COLUMNS if each.name.endswith("_cents") and not isinstance(each.type, Cents)] == []


def test_an_instant_a_day_and_an_id_are_called_so() -> None:
    assert [str(column) for column in COLUMNS if is_misnamed(column)] == []


def first_of(index: Index) -> str:
    return str(index.columns[0].name)


def strangers_of(table: Table) -> Iterator[str]:
    """Yield the foreign keys that could lead to a row of another organisation."""
    for constraint in table.foreign_key_constraints:
        if {constraint.column_keys[0], constraint.elements[0].column.name} != {"organisation_id"}:
            yield str(constraint.name)


def is_misnamed(column: Column[object]) -> bool:
    name, kind = column.name, column.type
    return (
        (isinstance(kind, Instant) and name != "at" and not name.endswith(("_at", "_until")))
        or (name.endswith("_id") and name != "request_id" and not isinstance(kind, Id))
        or (name.endswith("_on") and not isinstance(kind, Date))
    )
