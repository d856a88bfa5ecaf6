"""One POST that ends in time, and that tells a request nobody got from one that may have been taken."""

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

MAX_BYTES = 1_000_000  # of an answer


class Unreachable(Exception):
    """No connection came about: nothing of the request was sent."""


class NoResponse(Exception):
    """The request was sent, at least in part, and no whole answer came back in time."""


def post(
    url: str, body: bytes, headers: Mapping[str, str], *, connect_timeout_s: float, timeout_s: float
) -> tuple[int, bytes]:
    """POST ``body`` once and return the answer's status and body. Follows no redirect, tries nothing again.

    Args:
        url: http:// or https://; of the latter the certificate is verified.
        connect_timeout_s: for connecting and TLS, to each address of the host.
        timeout_s: for all of it.

    Raises:
        NotReached: refused, no such host, TLS failed, or connecting took too long.
        NoAnswer: it took too long, broke off, is no HTTP or is over ``MAX_BYTES``.
    """
    ends_at = time.monotonic() + timeout_s
    try:
        connection = _connection(url, connect_timeout_s)
        connection.connect()
    except (OSError, ValueError, http.client.InvalidURL) as error:  # the latter two: an address that cannot be one
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
    """Write the request's head, which stays here until its end.

    Raises:
        NotReached: a header holds what none may hold, such as a key with a line break in it.
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
    # The connection's own response would give every single read the whole time-out anew.
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
    """A socket's reads, all of which end at one moment, however the other side lets its answer drip."""

    def __init__(self, deadline_socket: socket.socket, ends_at: float) -> None:
        super().__init__()
        self._wire = deadline_socket
        self._ends_at = ends_at

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self)

    def readable(self) -> bool:
        return True

    def readinto(self, into: "WriteableBuffer") -> int:
        self.apply_deadline()
        return self._wire.recv_into(into)

    def apply_deadline(self) -> None:
        """Give the next operation what is left of the time.

        Raises:
            TimeoutError: nothing is.
        """
        left_s = self._ends_at - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        self._wire.settimeout(left_s)
