"""The shape that every table has, so that no row is reached without naming whose it is."""

import pytest
from sqlalchemy import Date, Float, Numeric, Table

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

owned = pytest.mark.parametrize(
    "table", [each for each in metadata.sorted_tables if each.name not in SHARED_TABLES], ids=str
)
every = pytest.mark.parametrize("table", metadata.sorted_tables, ids=str)


def test_what_is_listed_is_there() -> None:
    assert set(metadata.tables) >= SHARED_TABLES
    assert set(metadata.tables) >= set(APPEND_ONLY)
    assert len(set(APPEND_ONLY)) == len(APPEND_ONLY)
    assert not SHARED_TABLES & set(APPEND_ONLY)


@owned
def test_a_key_begins_with_the_organisation(table: Table) -> None:
    first = next(iter(table.primary_key))
    assert first.name == "organisation_id"
    assert not first.nullable


@owned
def test_an_index_begins_with_the_organisation_unless_it_is_asked_before_that_is_known(table: Table) -> None:
    for index in table.indexes:
        first = index.columns[0].name
        assert first == "organisation_id" or (table.name, first) in SPANNING_INDEXES, index.name
        assert not (index.unique and first != "organisation_id"), f"{index.name} would tell of others' rows"


@owned
def test_a_row_belongs_to_rows_of_its_own_organisation(table: Table) -> None:
    for constraint in table.foreign_key_constraints:
        assert constraint.column_keys[0] == "organisation_id", constraint.name
        assert constraint.elements[0].column.name == "organisation_id", constraint.name


@every
def test_money_is_whole_cents(table: Table) -> None:
    for column in table.columns:
        assert not isinstance(column.type, (Float, Numeric)), f"{table.name}.{column.name}"
        assert isinstance(column.type, Cents) or not column.name.endswith("_cents"), f"{table.name}.{column.name}"


@every
def test_an_instant_a_day_and_an_id_are_called_so(table: Table) -> None:
    for column in table.columns:
        if isinstance(column.type, Instant):
            assert column.name.endswith(("_at", "_until")) or column.name == "at", f"{table.name}.{column.name}"
        if column.name.endswith("_id") and column.name != "request_id":
            assert isinstance(column.type, Id), f"{table.name}.{column.name}"
        if column.name.endswith("_on"):
            assert isinstance(column.type, Date), f"{table.name}.{column.name}"
