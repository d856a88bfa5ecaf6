"""The API over HTTP on this machine: sockets and HTTP/1.1 here, API Gateway's part in ``local.gateway``.

``PORT`` says where (8000). Only loopback is served: the emulator's tokens are signed with a key that
everybody has.
"""

import contextlib
import io
import logging
import os
import socket
import sys
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from chalice import Chalice

from chalicelib.web import logs
from chalicelib.web.gateway_responses import GATEWAY_RESPONSES
from local import bodies, processes
from local.gateway import TIME_LIMIT_S, Answer, GatewayError, LocalApiGateway, error_response, new_request_id

HOST = "127.0.0.1"
DEFAULT_PORT = 8000
IDLE_S = 30  # an idle connection is closed
REQUEST_S = 60  # so is one whose whole request has not come by then, however steadily it drips
LINGER_S = 2  # for how long the rest of a rejected request is still drained
MAX_TARGET_BYTES = 8192
BODILESS = {204, 304}

log = logging.getLogger("plotihub.gateway")


class DeadlineSocket(socket.SocketIO):
    """Reads a connection until ``end``, a moment of the monotonic clock; ``idle_s`` bounds each read besides."""

    def __init__(self, connection: socket.socket) -> None:
        super().__init__(connection, "r")
        self._connection = connection
        self.end, self.idle_s = 0.0, float(IDLE_S)

    def readinto(self, buffer: Any) -> int | None:
        left_s = self.end - time.monotonic()
        if left_s <= 0:
            raise TimeoutError("the request took too long to come")
        self._connection.settimeout(min(left_s, self.idle_s))
        return super().readinto(buffer)


class RequestHandler(BaseHTTPRequestHandler):
    """One connection: requests one after another until either side closes."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # head and body are two writes: the second waited 40 ms for an acknowledgement
    timeout = IDLE_S
    server: "Server"
    wire: DeadlineSocket

    def setup(self) -> None:
        super().setup()
        self.wire = DeadlineSocket(self.connection)
        self.rfile = io.BufferedReader(self.wire)

    def handle_one_request(self) -> None:
        """Read one request and answer it, any method; the base class knows only methods that it has a name for."""
        self.close_connection = True
        self.command, self.request_version, self.requestline = "", "HTTP/1.1", ""
        self.wire.end = time.monotonic() + self.server.request_s
        try:
            self.raw_requestline = self.rfile.readline(MAX_TARGET_BYTES + 1)
            if not self.raw_requestline:
                return
            self._exchange()
        except (TimeoutError, ConnectionError) as error:
            log.info("local.http.connection_lost: the connection was lost", extra={"why": type(error).__name__})

    def _exchange(self) -> None:
        started, request_id, route, headers = time.perf_counter(), new_request_id(), None, {}
        body = b""
        try:
            self._read_head()
            route = self.server.gateway.route(self.path)
            headers = _last_of_each(self.headers)
            body = self._read_body()
            answer = self.server.gateway.answer(self.command, self.path, headers, body, request_id)
        except GatewayError as error:
            self.close_connection = True  # what follows on the wire is not known to be a request
            answer = error_response(error, request_id)
        self._send(answer, request_id)
        log.info(
            "local.http.request: a request was answered",
            extra={
                "request_id": request_id,
                "method": self.command[:20],
                "route": route,  # the declared path, never the requested one: that may contain a secret
                "status": answer.status,
                "bytes_in": len(body),
                "bytes_out": len(answer.body),
                "ms": round((time.perf_counter() - started) * 1000, 1),
            },
        )
        if self.close_connection:
            self._linger()

    def _read_head(self) -> None:
        if len(self.raw_requestline) > MAX_TARGET_BYTES or not self.parse_request() or self._is_http_0_9():
            self.command, self.request_version = "", "HTTP/1.1"  # what the base class made of it
            raise GatewayError(GATEWAY_RESPONSES["DEFAULT_4XX"])
        if self.path.lower().startswith(("http://", "https://")):  # as sent to a proxy
            self.path = "/" + self.path.split("/", 3)[3] if self.path.count("/") > 2 else "/"
        if not self.path.startswith("/") and self.path != "*":
            raise GatewayError(GATEWAY_RESPONSES["DEFAULT_4XX"])
        bodies.check_headers(self.headers)

    def _is_http_0_9(self) -> bool:
        return self.request_version == "HTTP/0.9"  # has no status line to answer with

    def _read_body(self) -> bytes:
        if self.headers.get("expect", "").lower() == "100-continue":
            self.send_response_only(100)
            self.end_headers()
        return bodies.read_body(self.headers, self.rfile)

    def handle_expect_100(self) -> bool:
        """Send nothing yet: the base class would send 100 Continue before the body's length is checked."""
        return True

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Send nothing: the base class calls this for a head it cannot parse, and ``_read_head`` rejects it then."""

    def _send(self, answer: Answer, request_id: str) -> None:
        self.connection.settimeout(IDLE_S)  # what was left for reading is no limit for writing
        self.send_response(answer.status)
        sent = {name.lower() for name, _ in answer.headers}
        for name, value in answer.headers:
            self.send_header(name, value)
        if "x-request-id" not in sent:
            self.send_header("X-Request-Id", request_id)
        self.send_header("x-amzn-RequestId", request_id)
        if answer.status not in BODILESS:
            self.send_header("Content-Length", str(len(answer.body)))
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        if self.command != "HEAD" and answer.status not in BODILESS:
            self.wfile.write(answer.body)

    def _linger(self) -> None:
        """Drain what is still being sent: closing with unread bytes resets the connection, and the response is lost."""
        self.wfile.flush()
        self.wire.end, self.wire.idle_s = time.monotonic() + LINGER_S, 0.2
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_WR)
            while self.rfile.read1(65536):
                pass

    def version_string(self) -> str:
        return "plotihub-local"

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the base class would log whole paths."""


class Server(ThreadingHTTPServer):
    """Serves ``app`` on loopback; port 0 picks a free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(
        self, app: Chalice, port: int, *, time_limit_s: float = TIME_LIMIT_S, request_s: float = REQUEST_S
    ) -> None:
        self.request_s = request_s
        self.gateway = LocalApiGateway(app, time_limit_s=time_limit_s)
        super().__init__((HOST, port), RequestHandler)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}"

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Serve in a thread until the block ends, and yield the address."""
        thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="server", daemon=True)
        thread.start()
        try:
            yield self.url
        finally:
            self.shutdown()
            self.server_close()
            thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        log.exception("local.http.error: a connection raised an exception")  # noqa: LOG004 - called while the error is handled


def _last_of_each(headers: Any) -> dict[str, str]:
    """Return headers by lower-case name; of one sent twice the last counts, as in API Gateway's event."""
    return {name.lower(): value for name, value in headers.items()}


def main() -> None:
    """Serve until stopped; as a child of ``local.run`` (--child) also until that ends."""
    import app

    logs.configure_logging()
    if "--child" in sys.argv[1:]:
        processes.end_with_parent()
    stopped = processes.on_stop_signal()
    try:
        server = Server(app.app, int(os.environ.get("PORT", DEFAULT_PORT)))
    except OSError as error:
        sys.exit(f"cannot listen on port {os.environ.get('PORT', DEFAULT_PORT)}: {error.strerror}; set PORT")
    with server.running() as url:
        print(url, flush=True)
        stopped.wait()


if __name__ == "__main__":
    main()
