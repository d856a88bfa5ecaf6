"""What was written to the append-only tables stays, whoever tries; each of the four means is tried here."""

import datetime as dt
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import (
    BigInteger,
    Boolean,
    Connection,
    Date,
    Engine,
    Executable,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    inspect,
    make_url,
    select,
    text,
    update,
)
from sqlalchemy.exc import DatabaseError, OperationalError

from chalicelib import ledger, organisations
from chalicelib.clock import ManualClock
from chalicelib.ids import new_id
from chalicelib.ledger.model import Entry, Leg
from chalicelib.runtime.resources import Resources
from chalicelib.storage import append_only, migrate
from chalicelib.storage.engines import WRITING_OPTION, make_engine
from chalicelib.storage.tables import APPEND_ONLY, metadata
from chalicelib.storage.types import Id, Instant
from tests import databases
from tests.contexts import context

AT = dt.datetime(2026, 11, 20, 9, 0, tzinfo=dt.UTC)


def filler(table: Table) -> dict[str, Any]:
    """Return a row that the table takes, its values of no meaning."""
    return {column.name: _value(column.type) for column in table.columns if not column.nullable}


def _value(kind: Any) -> Any:
    values: list[tuple[Any, Any]] = [
        (Id, uuid4()),
        (Instant, AT),
        (Boolean, True),
        (BigInteger, 1),
        (Integer, 1),
        (Date, AT.date()),
        (String, secrets.token_hex(4)),
        (LargeBinary, b"1"),
    ]
    return next((value for type_, value in values if isinstance(kind, type_)), [])


@contextmanager
def unchecked(engine: Engine) -> Iterator[Connection]:
    """Give a connection on which a row need not belong to others: what is tried is only whether it stays."""
    off, on = ("PRAGMA foreign_keys=OFF", "PRAGMA foreign_keys=ON")
    if engine.dialect.name != "sqlite":
        off, on = ("SET foreign_key_checks=0", "SET foreign_key_checks=1")
    with engine.connect() as db:
        db.connection.cursor().execute(off)  # outside of any transaction, in which SQLite would ignore it
        try:
            yield db
        finally:
            db.rollback()
            db.connection.cursor().execute(on)


def refused(db: Connection, statement: Executable, match: str) -> None:
    with pytest.raises(DatabaseError, match=match), db.begin():
        db.execute(statement)


@pytest.mark.parametrize("name", APPEND_ONLY)
def test_a_row_can_be_neither_changed_nor_deleted(resources: Resources, name: str) -> None:
    table = metadata.tables[name]
    row = filler(table)
    mine = [column == row[column.name] for column in table.primary_key]
    with unchecked(resources.writer) as db:
        with db.begin():
            db.execute(insert(table).values(row))
            before = db.execute(select(table).where(*mine)).one()
        for column in table.columns:
            refused(db, update(table).where(*mine).values({column: column}), f"{name} is append-only")
        refused(db, delete(table).where(*mine), f"{name} is append-only")
        assert db.execute(select(table).where(*mine)).one() == before


@pytest.mark.parametrize("name", APPEND_ONLY)
def test_a_row_can_be_no_more_replaced_than_changed(resources: Resources, name: str) -> None:
    words = ["REPLACE INTO"] + (["INSERT OR REPLACE INTO"] if resources.writer.dialect.name == "sqlite" else [])
    table = metadata.tables[name]
    row = filler(table)
    columns = ", ".join(f"`{column.name}`" for column in table.columns)
    with unchecked(resources.writer) as db:
        with db.begin():
            db.execute(insert(table).values(row))
        for word in words:
            query = text(f"{word} {name} ({columns}) SELECT {columns} FROM {name} WHERE organisation_id = :mine")
            refused(db, query.bindparams(mine=row["organisation_id"].bytes), f"{name} is append-only")


def test_without_recursive_triggers_sqlite_would_overwrite(sqlite_template: Path, tmp_path: Path) -> None:
    """Says why ``engines`` sets the pragma: should SQLite change its manner, it has become needless."""
    shutil.copyfile(sqlite_template, tmp_path / "overwritten.sqlite3")
    engine = make_engine(f"sqlite:///{tmp_path / 'overwritten.sqlite3'}")
    table = metadata.tables["journal"]
    row = filler(table)
    with unchecked(engine) as db:
        db.connection.cursor().execute("PRAGMA recursive_triggers=OFF")
        with db.begin():
            db.execute(insert(table).values(row))
            db.execute(insert(table).prefix_with("OR REPLACE").values({**row, "memo": "overwritten"}))
            assert db.scalar(select(table.c.memo).where(table.c.id == row["id"])) == "overwritten"
    engine.dispose()


def test_nothing_cascades_to_or_from_any_table() -> None:
    for table in metadata.tables.values():
        for constraint in table.foreign_key_constraints:
            assert (constraint.ondelete, constraint.onupdate) == (None, None), f"{table.name}: {constraint.name}"


def test_no_cascade_came_into_the_database_either(resources: Resources) -> None:
    found = inspect(resources.writer)
    options = [(name, key["options"]) for name in metadata.tables for key in found.get_foreign_keys(name)]
    assert len(options) > 20
    ruled = [(name, each) for name, each in options if set(each.values()) & {"CASCADE", "SET NULL", "SET DEFAULT"}]
    assert ruled == []


@pytest.mark.parametrize("event", append_only.EVENTS)
def test_a_migration_that_leaves_a_trigger_out_is_told(fresh_database: str, event: str) -> None:
    engine = make_engine(fresh_database)
    with engine.connect() as db, db.begin():
        db.execute(text(f"DROP TRIGGER posting_no_{event}"))
    with pytest.raises(RuntimeError, match=f"posting_no_{event}"):
        migrate.upgrade(fresh_database)
    with engine.connect().execution_options(**WRITING_OPTION) as db, db.begin():
        append_only.create_triggers(db)
    migrate.upgrade(fresh_database)
    engine.dispose()


@pytest.fixture
def migrator(mariadb_url: str) -> Iterator[str]:
    """Address of a migrated MariaDB database for the user who owns it."""
    name = f"granted_{secrets.token_hex(4)}"
    databases.execute(mariadb_url, f"CREATE DATABASE `{name}`")
    migrate.upgrade(mariadb_url + name)
    yield mariadb_url + name
    databases.execute(mariadb_url, f"DROP DATABASE `{name}`")


@pytest.fixture
def application(migrator: str) -> Iterator[Engine]:
    """An engine for a second user, who has what ``append_only.grants`` gives and nothing else."""
    url = make_url(migrator)
    user, password = f"app_{secrets.token_hex(4)}", secrets.token_hex(8)
    account = f"'{user}'@'127.0.0.1'"
    made = [f"CREATE USER {account} IDENTIFIED BY '{password}'"]
    databases.execute(migrator, *made, *append_only.grant_statements(str(url.database), account))
    engine = make_engine(url.set(username=user, password=password).render_as_string(hide_password=False))
    yield engine
    engine.dispose()
    databases.execute(migrator, f"DROP USER {account}")


@pytest.mark.parametrize("database_kind", [pytest.param("mariadb", marks=pytest.mark.mariadb)], indirect=True)
def test_the_application_s_user_can_do_its_work(application: Engine, resources: Resources, clock: ManualClock) -> None:
    granted = replace(resources, writer=application, reader=application)
    source = ("invoice", new_id())
    legs = (Leg("receivable", 100), Leg("income.rent", -100))

    def work(db: Connection) -> int:
        made = organisations.found_organisation(db, "+254712000001", name="Acme", person_name="A", now=clock.now())
        ledger.post(context(db, made.id, now=clock.now()), [Entry("bill", AT.date(), "a", *source, legs)])
        undone = ledger.reverse(context(db, made.id, now=clock.now()), source, on=AT.date())
        ledger.close_period(
            context(db, made.id, now=clock.now(), today=dt.date(2026, 12, 1), member_id=None), AT.date().replace(day=1)
        )
        return undone

    assert granted.transact(work) == 1


@pytest.mark.mariadb
@pytest.mark.parametrize("name", APPEND_ONLY)
def test_the_application_s_user_may_only_add(application: Engine, name: str) -> None:
    for statement in (
        f"UPDATE {name} SET organisation_id = organisation_id",
        f"DELETE FROM {name}",
        f"REPLACE INTO {name} SELECT * FROM {name}",
        f"TRUNCATE TABLE {name}",
        f"DROP TABLE {name}",
        f"ALTER TABLE {name} ADD COLUMN more INT",
        f"RENAME TABLE {name} TO other",
        f"DROP TRIGGER {name}_no_update",
        f"CREATE TRIGGER {name}_mine BEFORE INSERT ON {name} FOR EACH ROW SET @a = 1",
    ):
        with application.connect() as db, pytest.raises(OperationalError, match="denied") as caught:
            db.execute(text(statement))
        assert caught.value.orig
        assert caught.value.orig.args[0] in {1142, 1227}, statement  # not the trigger's refusal but the grant's


@pytest.mark.mariadb
def test_the_application_s_user_may_not_change_the_schema(application: Engine) -> None:
    for statement in (
        "CREATE TABLE mine (a INT)",
        "DROP TABLE task",
        "TRUNCATE TABLE task",
        "DELETE FROM alembic_version",
    ):
        with application.connect() as db, pytest.raises(OperationalError, match="denied"):
            db.execute(text(statement))
