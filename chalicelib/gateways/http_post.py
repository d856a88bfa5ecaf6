"""HTTP POST with a total deadline, distinguishing requests never sent from those possibly processed."""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, cast
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MAX_BYTES = 1_000_000  # of a response


class Unreachable(Exception):
    """No connection could be made: nothing of the request was sent."""


class NoResponse(Exception):
    """The request was sent, at least in part, and no complete response arrived in time."""


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, connect_timeout_s: float, timeout_s: float
) -> tuple[int, bytes]:
    """POST ``body`` once and return the response's status and body. Follows no redirects, never retries.

    Args:
        url: http:// or https://, with certificate verification.
        connect_timeout_s: for connecting and TLS, to each address of the host.
        timeout_s: for the whole call.

    Raises:
        Unreachable: refused, no such host, TLS failed, or connecting timed out.
        NoResponse: it timed out, broke off, is not HTTP or exceeds ``MAX_BYTES``.
    """
    ends_at = time.monotonic() + timeout_s
    try:
        connection = _connection(url, connect_timeout_s)
        connection.connect()
    except (OSError, ValueError, http.client.InvalidURL) as error:  # the latter two: an invalid URL
        raise Unreachable from error
    try:
        _write_head(connection, urlsplit(url).path, {**headers, "Content-Length": str(len(body))})
        return _exchange(connection, body, ends_at)
    except (OSError, ValueError, http.client.HTTPException) as error:
        raise NoResponse from error
    finally:
        connection.close()


def _connection(url: str, timeout_s: float) -> http.client.HTTPConnection:
    address = urlsplit(url)
    host = address.hostname or ""
    if address.scheme == "https":
        context = ssl.create_default_context()
        return http.client.HTTPSConnection(host, address.port, timeout=timeout_s, context=context)
    return http.client.HTTPConnection(host, address.port, timeout=timeout_s)


def _write_head(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str]) -> None:
    """Write the request's head, which stays buffered until its end.

    Raises:
        Unreachable: a header is invalid, such as a key with a line break in it.
    """
    try:
        connection.putrequest("POST", path)
        for name, value in {**headers, "Connection": "close"}.items():
            connection.putheader(name, value)
    except ValueError as error:
        raise Unreachable from error


def _exchange(connection: http.client.HTTPConnection, body: bytes, ends_at: float) -> tuple[int, bytes]:
    deadline_socket = _DeadlineSocket(connection.sock, ends_at)
    deadline_socket.apply_deadline()
    connection.endheaders(body)
    # The connection's own response would restart the time-out at every read.
    response = http.client.HTTPResponse(cast(socket.socket, deadline_socket), method="POST")
    try:
        response.begin()
        content = response.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise NoResponse
        if response.length:
            raise http.client.IncompleteRead(content, response.length)
    finally:
        response.close()
    return response.status, content


class _DeadlineSocket(io.RawIOBase):
    """A socket's reads with one common deadline, however slowly the response drips in."""

    def __init__(self, wrapped: socket.socket, ends_at: float) -> None:
        super().__init__()
        self._socket = wrapped
        self._ends_at = ends_at

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, into: "WriteableBuffer") -> int:
        self.apply_deadline()
        return self._socket.recv_into(into)

    def apply_deadline(self) -> None:
        """Set the remaining time as the next operation's time-out.

        Raises:
            TimeoutError: none remains.
        """
        left_s = self._ends_at - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self._socket.settimeout(left_s)
