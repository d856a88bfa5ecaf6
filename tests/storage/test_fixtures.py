"""The databases that tests are given are migrated, and writing goes through to them."""

from sqlalchemy import inspect

from chalicelib import organisations
from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources, get_resources
from chalicelib.storage.engines import make_engine


def test_resources_write_and_read_the_worker_s_database(resources: Resources, clock: ManualClock) -> None:
    with resources.writing() as db:
        organisation = organisations.found_organisation(db, "+254700000001", name="A", person_name="B", now=clock.now())
    with resources.reading() as db:
        assert organisations.get_organisation(db, organisation.id).name == "A"
    assert get_resources() is resources


def test_a_fresh_database_has_tables_and_an_empty_one_none(fresh_database: str, empty_database: str) -> None:
    fresh, empty = make_engine(fresh_database), make_engine(empty_database)
    assert "alembic_version" in inspect(fresh).get_table_names()
    assert inspect(empty).get_table_names() == []
    fresh.dispose()
    empty.dispose()
