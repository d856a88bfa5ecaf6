"""How an engine for MySQL connects: with what login, and to which of several hosts, of which one takes writes.

After a failover another host does. Each process finds it by itself: it tries the last good host first and takes one
only where the server itself says that it can be written to; a connection is believed for ``WRITER_CHECK_S``, and one
that refuses a write is dropped with all its neighbours.
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

UNREACHABLE_CODES = {2002, 2003, 2005, 2006, 2013, 2055}  # MySQL: it cannot be reached, or is gone
READ_ONLY_CODES = {1290, 1836, 1792}  # MySQL: read-only server; being upgraded; read-only transaction
PROXY_READ_ONLY = "no associated read/write"  # RDS Proxy where the writer is not behind it
WRITER_CHECK_S = 30
RETRY_AFTER_S = 2  # how long nobody looks again after no host took writes: looking may take seconds
PORT = 3306

log = logging.getLogger("plotihub.storage")


class DatabaseLogin(Protocol):
    """Says with what a connection logs in, in place of a password that stands in an address."""

    def arguments(self, host: str, port: int, user: str) -> dict[str, Any]:
        """Return what pymysql.connect needs besides host, port and user."""
        ...


def error_code(error: BaseException | None) -> int | None:
    """Return the number that MySQL, or its driver, gave the error."""
    arguments = getattr(error, "args", ())
    return arguments[0] if arguments and isinstance(arguments[0], int) else None


class Connector:
    """Makes an engine's connections; one of it belongs to one engine."""

    def __init__(self, login: DatabaseLogin | None, hosts: Sequence[str] = ()) -> None:
        """``hosts`` are "host" or "host:port", where the writer may be; none: the address's own, whatever it is."""
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
        """Connect to the host that takes writes.

        Raises:
            Unavailable: none does.
        """
        if time.monotonic() < self._blocked_until:
            raise Unavailable("No database accepts writes at the moment.")
        refusal: Exception | None = None
        for host, port in self._hosts_in_order():
            try:
                connection = driver.connect(**self._with_login(options | {"host": host, "port": port}))
                if _is_writable(connection):
                    self._last = host, port
                    record.info["believed_from"] = time.monotonic()
                    return connection
                connection.close()
                log.info("database.host.read_only: the host takes no writes", extra={"host": host})
            except driver.Error as error:
                code = error_code(error)
                log.warning(
                    "database.host.unreachable: the host could not be reached", extra={"host": host, "code": code}
                )
                refusal = refusal if code in UNREACHABLE_CODES else error
        self._blocked_until = time.monotonic() + RETRY_AFTER_S
        if refusal is not None:  # it answers, and will not have us: waiting changes nothing
            raise refusal
        raise Unavailable("No database accepts writes at the moment.")

    def _hosts_in_order(self) -> Iterator[tuple[str, int]]:
        if self._last is not None:
            yield self._last
        yield from [each for each in self._hosts if each != self._last]


def _parse_host(text: str) -> tuple[str, int]:
    host, _, port = text.partition(":")
    return host, int(port or PORT)


def _is_writable(connection: Any) -> bool:
    """Ask the server: Aurora's readers say innodb_read_only, other replicas read_only."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT @@innodb_read_only, @@read_only")
        found = cursor.fetchone()
    connection.rollback()  # asking has begun a transaction
    return not any(str(each).upper() not in ("0", "OFF") for each in found)


def _check_writable(connection: Any, record: Any, _proxy: Any) -> None:
    """Before a connection is used again after a while: is its server still the writer?"""
    now = time.monotonic()
    if now - record.info.get("believed_from", -WRITER_CHECK_S) < WRITER_CHECK_S:
        return
    try:
        writes = _is_writable(connection)
    except connection.Error as error:
        raise DisconnectionError from error
    if not writes:
        raise InvalidatePoolError
    record.info["believed_from"] = now


def _invalidate_read_only(context: ExceptionContext) -> None:
    """Have the pool drop its connections, since the server behind them is no writer any more.

    What was begun is undone first: a connection that is merely closed keeps its locks for a moment longer, and who
    tries again at once would meet them.
    """
    error = context.original_exception
    if error_code(error) not in READ_ONLY_CODES and PROXY_READ_ONLY not in str(error):
        return
    context.is_disconnect = True
    connection = context.connection.connection.dbapi_connection if context.connection is not None else None
    if connection is not None:
        with contextlib.suppress(context.dialect.loaded_dbapi.Error):
            connection.rollback()
