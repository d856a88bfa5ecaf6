"""Bring a database to the newest schema."""

from pathlib import Path

from sqlalchemy import Connection

from chalicelib.storage import append_only
from chalicelib.storage.engines import WRITING, make_engine

MIGRATIONS = Path(__file__).parent / "migrations"


def upgrade(url: str) -> None:
    """Migrate the database at ``url`` and check that every append-only table still has its triggers.

    Raises:
        RuntimeError: a trigger is missing after the migration.
    """
    engine = make_engine(url)
    try:
        with engine.connect() as raw:
            db = raw.execution_options(**WRITING)
            with db.begin():
                _run(db)
                lost = append_only.missing(db)
                if lost:
                    raise RuntimeError(f"append-only triggers are missing: {[name for name, _, _ in lost]}")
    finally:
        engine.dispose()


def _run(db: Connection) -> None:
    from alembic import command  # neither the API nor its cold start needs Alembic
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.attributes["connection"] = db
    command.upgrade(config, "head")
