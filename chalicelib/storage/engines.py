"""Engines for SQLite and MySQL, with the transaction settings that the rest relies on.

MySQL: READ COMMITTED, because under REPEATABLE READ a check made after a row lock still reads
the snapshot from before it, and two racing requests both pass. A report that needs one snapshot
sets REPEATABLE READ itself (``Database.snapshot``).

SQLite: a writing transaction begins with BEGIN IMMEDIATE, so that what it has read cannot change
before it writes; WAL and a busy time-out, because the API and the runner are two processes.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, make_url

from chalicelib.storage.connector import Connector, DatabaseLogin

WRITING_OPTION = {"plotihub_writing": True}
WAKES_OPTION = "plotihub_wakes"


def make_engine(
    url: str,
    *,
    timeout_s: int = 5,
    pool_size: int = 5,
    login: DatabaseLogin | None = None,
    writer_hosts: Sequence[str] = (),
    statement_s: int | None = None,
) -> Engine:
    """Return an engine for ``url``; connecting, and waiting for a lock, time out after ``timeout_s``.

    Args:
        statement_s: time-out of a statement, on MySQL; the default is as long as a request can wait.
        login: replaces the password of the URL, on MySQL.
        writer_hosts: replace the host of the URL, on MySQL, by the one of them that accepts writes.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _make_sqlite_engine(parsed, timeout_s)
    # A server that accepts a connection and then does not answer must give a 503 before API Gateway's 29 s are over.
    response_timeout_s = statement_s or timeout_s + 15
    engine = create_engine(
        parsed,
        hide_parameters=True,  # an error's message may reach a foreign log, so it must not contain values
        isolation_level="READ COMMITTED",
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=timeout_s,
        pool_recycle=280,
        pool_pre_ping=True,
        connect_args={
            "charset": "utf8mb4",
            "connect_timeout": timeout_s,
            "read_timeout": response_timeout_s,
            "write_timeout": response_timeout_s,
            "init_command": f"SET time_zone = '+00:00', innodb_lock_wait_timeout = {timeout_s}, "
            "sql_mode = 'STRICT_TRANS_TABLES,NO_ZERO_DATE,NO_ZERO_IN_DATE,ERROR_FOR_DIVISION_BY_ZERO,"
            "ONLY_FULL_GROUP_BY,NO_ENGINE_SUBSTITUTION'",
        },
    )
    Connector(login, writer_hosts).attach(engine)
    return engine


def _make_sqlite_engine(url: URL, timeout_s: int) -> Engine:
    # isolation_level=None: we begin the transaction ourselves, since the driver would begin it too late.
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": timeout_s, "isolation_level": None})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=NORMAL",
            "foreign_keys=ON",
            "recursive_triggers=ON",  # else INSERT OR REPLACE overwrites an append-only row
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writing = connection.get_execution_options().get("plotihub_writing", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def wake_after_commit(db: Connection, worker: str, queue: str = "wake") -> None:
    """Wake ``worker`` once the transaction of ``db`` has committed, instead of at its next poll."""
    wakes: set[tuple[str, str]] | None = db.get_execution_options().get(WAKES_OPTION)
    if wakes is not None:
        wakes.add((queue, worker))
