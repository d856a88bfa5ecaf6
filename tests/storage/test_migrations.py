"""The migrations make what the tables in the code say, and may be run again."""

import datetime as dt
import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Text, func, insert, inspect, make_url, select, text
from sqlalchemy.dialects.mysql import MEDIUMTEXT
from sqlalchemy.exc import OperationalError
from sqlalchemy.types import TypeEngine

from chalicelib import bootstrap, config
from chalicelib.storage import append_only, migrate
from chalicelib.storage.engines import WRITING_OPTION, make_engine
from chalicelib.storage.tables import metadata
from chalicelib.storage.tables.organisations import idempotency_keys, members
from chalicelib.storage.tables.tasks import job_slots
from chalicelib.tasks.operator_jobs import migrate_database
from tests import databases


def test_an_empty_database_is_brought_to_what_the_code_says(empty_database: str) -> None:
    migrate.upgrade(empty_database)
    engine = make_engine(empty_database)
    with engine.connect() as db:
        options = {"compare_type": _is_another_type, "compare_server_default": True}
        assert compare_metadata(MigrationContext.configure(db, opts=options), metadata) == []
        assert set(inspect(db).get_table_names()) == {*metadata.tables, "alembic_version"}
        assert append_only.missing_triggers(db) == []
    engine.dispose()


def _is_another_type(
    context: Any, there: Any, _ours: Any, found: TypeEngine[Any], wanted: TypeEngine[Any]
) -> bool | None:
    """Tell whether the column's type differs; None leaves it to Alembic."""
    if context.dialect.name == "sqlite":
        # It keeps a type by its name, and SQLAlchemy reads BINARY(16) back as a number.
        table = there.table.name
        names = {row[1]: row[2] for row in context.bind.execute(text(f"PRAGMA table_info({table})"))}
        return bool(names[there.name] != wanted.compile(context.dialect))
    if isinstance(wanted, Text) and (wanted.length or 0) > 65_535:
        return not isinstance(found, MEDIUMTEXT)  # TEXT(n) becomes the smallest type that holds n
    return None


def test_every_index_and_key_of_the_code_is_in_the_database(fresh_database: str) -> None:
    """What comparing leaves out: primary keys, and checks."""
    engine = make_engine(fresh_database)
    found = inspect(engine)
    for name, table in metadata.tables.items():
        key = [column.name for column in table.primary_key]
        assert found.get_pk_constraint(name)["constrained_columns"] == key, name
        checks = {each["name"] for each in found.get_check_constraints(name)}
        wanted = {str(each.name) for each in table.constraints if each.__visit_name__ == "check_constraint"}
        assert wanted <= checks, name
    engine.dispose()


def test_a_second_upgrade_changes_nothing(fresh_database: str) -> None:
    def schema() -> list[str]:
        engine = make_engine(fresh_database)
        with engine.connect() as db:
            if db.dialect.name == "sqlite":
                described = [str(row) for row in db.execute(text("SELECT * FROM sqlite_master ORDER BY name"))]
            else:
                tables = inspect(db).get_table_names()
                described = [str(db.execute(text(f"SHOW CREATE TABLE `{name}`")).one()) for name in sorted(tables)]
            described += [str(row) for row in db.execute(text("SELECT * FROM alembic_version"))]
        engine.dispose()
        return described

    before = schema()
    migrate.upgrade(fresh_database)
    assert schema() == before


def test_there_is_one_head_and_it_is_what_a_database_stands_at(fresh_database: str) -> None:
    (head,) = ScriptDirectory(str(migrate.MIGRATIONS)).get_heads()
    engine = make_engine(fresh_database)
    with engine.connect() as db:
        assert db.scalar(text("SELECT version_num FROM alembic_version")) == head
    engine.dispose()


def test_names_are_compared_as_bytes_on_both(fresh_database: str) -> None:
    engine = make_engine(fresh_database)
    row = {"slot": "s", "scope_id": uuid4(), "claimed_at": dt.datetime(2026, 11, 20, tzinfo=dt.UTC)}
    with engine.connect() as db, db.begin():
        db.execute(insert(job_slots), [{**row, "job": job} for job in ("a", "A", "ä")])
        assert db.scalar(select(func.count()).where(job_slots.c.job == "a")) == 1
    engine.dispose()


def test_what_was_invited_and_answered_before_0003_is_known_for_it_after(empty_database: str) -> None:
    engine, script = make_engine(empty_database), Config()
    script.set_main_option("script_location", str(migrate.MIGRATIONS))
    ours, at = uuid4().bytes, "2026-06-10 09:00:00.000000"
    with engine.connect() as raw:
        db = raw.execution_options(**WRITING_OPTION)
        with db.begin():
            script.attributes["connection"] = db
            command.upgrade(script, "0002")
            for status in ("invited", "active"):
                row = {"ours": ours, "id": uuid4().bytes, "status": status, "at": at}
                values = "(:ours, :id, :status, 'Otieno', 'manager', :status, 1, :at)"
                columns = "(organisation_id, id, phone, name, role, status, version, created_at)"
                db.execute(text(f"INSERT INTO member {columns} VALUES {values}"), row)
            columns = "(scope_id, `key`, request_hash, status_code, headers, body, created_at)"
            kept = f"INSERT INTO idempotency_key {columns} VALUES (:ours, 'k', '', 201, '{{}}', '', :at)"
            db.execute(text(kept), {"ours": ours, "at": at})
    migrate.upgrade(empty_database)
    with engine.connect() as db:
        invited = {row.status: row.invited_at for row in db.execute(select(members.c.status, members.c.invited_at))}
        assert invited == {"invited": dt.datetime(2026, 6, 10, 9, tzinfo=dt.UTC), "active": None}
        assert db.scalars(select(idempotency_keys.c.organisation_id)).all() == [UUID(bytes=ours)]
    engine.dispose()


def test_every_table_is_kept_and_compared_as_the_house_says(fresh_database: str) -> None:
    engine = make_engine(fresh_database)
    with engine.connect() as db:
        if db.dialect.name == "sqlite":  # it has one way to keep a table, and compares by bytes unless told
            kept = {row[0]: row[1] or "" for row in db.execute(text("SELECT name, sql FROM sqlite_master"))}
            assert not [name for name, made_by in kept.items() if "COLLATE" in made_by.upper()]
        else:
            query = text(
                "SELECT table_name, engine, table_collation FROM information_schema.tables "
                "WHERE table_schema = DATABASE() AND table_name <> 'alembic_version'"
            )
            found = {row[0]: tuple(row[1:]) for row in db.execute(query)}
            assert found == dict.fromkeys(metadata.tables, ("InnoDB", "utf8mb4_bin"))
    engine.dispose()


@pytest.mark.parametrize("database_kind", [pytest.param("mariadb", marks=pytest.mark.mariadb)], indirect=True)
def test_who_the_application_logs_in_as_is_granted_its_work_and_no_more(empty_database: str) -> None:
    user, password = f"app_{secrets.token_hex(4)}", secrets.token_hex(8)
    databases.execute(empty_database, f"CREATE USER '{user}'@'%' IDENTIFIED BY '{password}'")
    assert migrate.upgrade(empty_database, user=user) == migrate.upgrade(empty_database, user=user)
    url = make_url(empty_database).set(username=user, password=password).render_as_string(hide_password=False)
    engine = make_engine(url)
    with engine.connect() as db:
        assert db.scalar(select(func.count()).select_from(job_slots)) == 0
        with pytest.raises(OperationalError, match="command denied"):
            db.execute(text("DROP TABLE journal"))
    engine.dispose()
    databases.execute(empty_database, f"DROP USER '{user}'@'%'")


@pytest.mark.parametrize("database_kind", [pytest.param("mariadb", marks=pytest.mark.mariadb)], indirect=True)
@pytest.mark.slow
def test_two_regions_may_migrate_at_one_moment(empty_database: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(migrate.upgrade, [empty_database] * 2)
    assert first == second


def test_the_function_of_deployments_migrates_what_the_settings_name(
    empty_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", empty_database)
    (head,) = ScriptDirectory(str(migrate.MIGRATIONS)).get_heads()
    assert migrate_database({}, None) == {"version": head}


def test_with_iam_the_migrator_logs_in_at_the_clusters(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It is refused for want of the authorities' file, which it needs for a cluster only."""
    cluster = "plotihub-dev.cluster-c1a2b3.eu-west-1.rds.amazonaws.com"
    monkeypatch.setenv("DATABASE_URL", "mysql://plotihub_proxy@p.proxy-d4e5f6.eu-west-1.rds.amazonaws.com/plotihub")
    monkeypatch.setenv("DATABASE_WRITER_HOSTS", "p.proxy-d4e5f6.eu-west-1.rds.amazonaws.com")
    monkeypatch.setenv("DATABASE_MIGRATOR_HOSTS", cluster)
    monkeypatch.setenv("DATABASE_IAM", "true")
    with pytest.raises(ValueError, match="DATABASE_CA_FILE"):
        bootstrap.migrate(config.settings())
