"""How an engine for MySQL connects: with which login, and to which of several hosts, one of which accepts writes.

After a failover it is another one. Each process finds the writer by itself: it tries the last good host first and
uses a host only if the server itself reports that it is writable. That is checked again after ``WRITER_CHECK_S``, and
a connection that rejects a write is dropped together with the rest of its pool.
"""

import contextlib
import logging
import time
from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DisconnectionError, InvalidatePoolError

from chalicelib.errors import Unavailable

UNREACHABLE_CODES = {2002, 2003, 2005, 2006, 2013, 2055}  # MySQL: no connection, or the connection is lost
READ_ONLY_CODES = {1290, 1836, 1792}  # MySQL: read-only server; being upgraded; read-only transaction
PROXY_READ_ONLY = "no associated read/write"  # RDS Proxy where the writer is not behind it
WRITER_CHECK_S = 30
RETRY_AFTER_S = 2  # pause after no host accepted writes: a search may take seconds
PORT = 3306

log = logging.getLogger("plotihub.storage")


class DatabaseLogin(Protocol):
    """Provides the credentials of a connection, instead of a password in the database's URL."""

    def arguments(self, host: str, port: int, user: str) -> dict[str, Any]:
        """Return what pymysql.connect needs besides host, port and user."""
        ...


def error_code(error: BaseException | None) -> int | None:
    """Return the error's number from MySQL or its driver, if it has one."""
    arguments = getattr(error, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else None


class Connector:
    """Opens the connections of one engine."""

    def __init__(self, login: DatabaseLogin | None, hosts: Sequence[str] = ()) -> None:
        """``hosts`` are "host" or "host:port", one of them the writer; empty: the host of the URL, unchecked."""
        self._login = login
        self._hosts = [_parse_host(each) for each in hosts]
        self._last = self._hosts[0] if self._hosts else None
        self._blocked_until = 0.0  # of the monotonic clock

    def attach(self, engine: Engine) -> None:
        event.listen(engine, "handle_error", _invalidate_read_only)
        if self._login or self._hosts:
            event.listen(engine, "do_connect", self._connect)
        if self._hosts:
            event.listen(engine, "checkout", _check_writable)

    def _connect(self, dialect: Any, record: Any, _positional: Any, options: dict[str, Any]) -> Any:
        driver = dialect.loaded_dbapi
        if not self._hosts:
            return driver.connect(**self._with_login(options))
        return self._connect_to_writer(driver, record, options)

    def _with_login(self, options: dict[str, Any]) -> dict[str, Any]:
        if self._login is None:
            return options
        return options | self._login.arguments(options["host"], options.get("port", PORT), options["user"])

    def _connect_to_writer(self, driver: Any, record: Any, options: dict[str, Any]) -> Any:
        """Connect to the host that accepts writes.

        Raises:
            Unavailable: none does.
        """
        if time.monotonic() < self._blocked_until:
            raise Unavailable("No database accepts writes at the moment.")
        last_error: Exception | None = None
        for host, port in self._hosts_in_order():
            try:
                connection = driver.connect(**self._with_login(options | {"host": host, "port": port}))
                if _is_writable(connection):
                    self._last = host, port
                    record.info["checked_at"] = time.monotonic()
                    return connection
                connection.close()
                log.info("database.host.read_only: the host takes no writes", extra={"host": host})
            except driver.Error as error:
                code = error_code(error)
                log.warning(
                    "database.host.unreachable: the host could not be reached", extra={"host": host, "code": code}
                )
                last_error = last_error if code in UNREACHABLE_CODES else error
        self._blocked_until = time.monotonic() + RETRY_AFTER_S
        if last_error is not None:  # a host answered and rejected the login: a retry would not help
            raise last_error
        raise Unavailable("No database accepts writes at the moment.")

    def _hosts_in_order(self) -> Iterator[tuple[str, int]]:
        if self._last is not None:
            yield self._last
        yield from [each for each in self._hosts if each != self._last]


def _parse_host(text: str) -> tuple[str, int]:
    host, _, port = text.partition(":")
    return host, int(port or PORT)


def _is_writable(connection: Any) -> bool:
    """Ask the server: Aurora's readers have innodb_read_only set, other replicas read_only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@innodb_read_only, @@read_only")
        found = cursor.fetchone()
    connection.rollback()  # the query began a transaction
    return not any(str(each).upper() not in ("0", "OFF") for each in found)


def _check_writable(connection: Any, record: Any, _proxy: Any) -> None:
    """Check that the server of a reused connection is still the writer, at most once in ``WRITER_CHECK_S``."""
    now = time.monotonic()
    if now - record.info.get("checked_at", -WRITER_CHECK_S) < WRITER_CHECK_S:
        return
    try:
        writes = _is_writable(connection)
    except connection.Error as error:
        raise DisconnectionError from error
    if not writes:
        raise InvalidatePoolError
    record.info["checked_at"] = now


def _invalidate_read_only(context: ExceptionContext) -> None:
    """Make the pool drop its connections, since their server is no longer the writer.

    The transaction is rolled back first: a connection that is merely closed keeps its locks for a moment, and an
    immediate retry would wait for them.
    """
    error = context.original_exception
    if error_code(error) not in READ_ONLY_CODES and PROXY_READ_ONLY not in str(error):
        return
    context.is_disconnect = True
    connection = context.connection.connection.dbapi_connection if context.connection is not None else None
    if connection is not None:
        with contextlib.suppress(context.dialect.loaded_dbapi.Error):
            connection.rollback()
