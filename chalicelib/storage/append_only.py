"""What keeps the append-only tables append-only.

Four means, each tested on both databases: triggers against UPDATE and DELETE (here); an
application user that may only SELECT and INSERT there (``grant_statements``, on MySQL, where TRUNCATE
passes a trigger); no cascade to or from them (``tables.base.belongs_to``); and
``recursive_triggers`` on SQLite (``engines``), where INSERT OR REPLACE would overwrite.

A table that Alembic rebuilds loses its triggers, so ``missing_triggers`` is checked after every migration.
"""

from sqlalchemy import Connection, inspect, text

from chalicelib.storage.tables import APPEND_ONLY, metadata

EVENTS = ("update", "delete")


def create_triggers(db: Connection) -> None:
    """Create the missing triggers; a table that a later migration makes has none yet."""
    there = set(inspect(db).get_table_names())
    for name, table, operation in (each for each in missing_triggers(db) if each[1] in there):
        db.execute(text(_trigger_statement(db.dialect.name, name, table, operation)))


def missing_triggers(db: Connection) -> list[tuple[str, str, str]]:
    """Return (trigger, table, event) of every trigger that is missing."""
    if db.dialect.name == "sqlite":
        found = db.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    else:
        query = "SELECT trigger_name FROM information_schema.triggers WHERE trigger_schema = DATABASE()"
        found = db.execute(text(query))
    there = {row[0] for row in found}
    wanted = [(f"{table}_no_{operation}", table, operation) for table in APPEND_ONLY for operation in EVENTS]
    return [entry for entry in wanted if entry[0] not in there]


def _trigger_statement(dialect: str, name: str, table: str, operation: str) -> str:
    words = f"{table} is append-only"
    head = f"CREATE TRIGGER {name} BEFORE {operation.upper()} ON {table}"
    if dialect == "sqlite":
        return f"{head} BEGIN SELECT RAISE(ABORT, '{words}'); END"
    return f"{head} FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = '{words}'"


def grant_statements(database: str, user: str) -> list[str]:
    """Return the MySQL statements that let ``user`` (as "'name'@'host'") run the application and no more.

    The migrator owns the tables; the application has no DROP, ALTER or TRIGGER, and may not
    change what is append-only.
    """
    statements = []
    for table in sorted(metadata.tables):
        rights = "SELECT, INSERT" if table in APPEND_ONLY else "SELECT, INSERT, UPDATE, DELETE"
        statements.append(f"GRANT {rights} ON `{database}`.`{table}` TO {user}")
    statements.append(f"GRANT SELECT ON `{database}`.`alembic_version` TO {user}")
    return statements
