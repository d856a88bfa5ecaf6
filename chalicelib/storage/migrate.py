"""Migrate a database to the newest schema."""

from collections.abc import Sequence
from pathlib import Path

from sqlalchemy import Connection, make_url, text

from chalicelib.errors import Unavailable
from chalicelib.storage import append_only, public_holidays
from chalicelib.storage.connector import DatabaseLogin
from chalicelib.storage.engines import WRITING_OPTION, make_engine

MIGRATIONS = Path(__file__).parent / "migrations"
STATEMENT_TIMEOUT_S = 800  # an index on a long table takes minutes; the migrating function has 900 s
LOCK_TIMEOUT_S = 60  # for a concurrent migration, in the other Region


def upgrade(url: str, *, login: DatabaseLogin | None = None, writer_hosts: Sequence[str] = (), user: str = "") -> str:
    """Migrate the database at ``url`` and return the schema's version.

    It also loads the public holidays and checks the append-only triggers.

    Args:
        login, writer_hosts: as in ``make_engine``.
        user: the application's MySQL user, at any host; it is granted what it needs, and no more.

    Raises:
        RuntimeError: a trigger is missing after the migration.
        Unavailable: another migration has been running for a minute, or no host accepts writes.
    """
    engine = make_engine(url, login=login, writer_hosts=writer_hosts, statement_s=STATEMENT_TIMEOUT_S)
    try:
        with engine.connect() as raw:
            db = raw.execution_options(**WRITING_OPTION)
            with db.begin():
                _lock_migrations(db)
                _run_migrations(db)
                public_holidays.load(db)
                absent = append_only.missing_triggers(db)
                if absent:
                    raise RuntimeError(f"append-only triggers are missing: {[name for name, _, _ in absent]}")
                for statement in (
                    append_only.grant_statements(make_url(url).database or "", f"'{user}'@'%'") if user else ()
                ):
                    db.exec_driver_sql(statement.replace("%", "%%"))
                return str(db.scalar(text("SELECT version_num FROM alembic_version")))
    finally:
        engine.dispose()


def _lock_migrations(db: Connection) -> None:
    """Wait for other migrations; MySQL releases the lock with the connection. SQLite is locked already."""
    if db.dialect.name == "sqlite":
        return
    lock = text("SELECT GET_LOCK(CONCAT('migration ', DATABASE()), :seconds)")
    if db.scalar(lock, {"seconds": LOCK_TIMEOUT_S}) != 1:
        raise Unavailable("Another migration is running.", retry_after_s=LOCK_TIMEOUT_S)


def _run_migrations(db: Connection) -> None:
    from alembic import command  # neither the API nor its cold start needs Alembic
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = db
    command.upgrade(config, "head")
