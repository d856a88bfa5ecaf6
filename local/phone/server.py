"""HTTP on loopback: the provider's address for the API, and the page of the phones with its own small API."""

import contextlib
import hmac
import json
import logging
import socket
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, unquote, urlsplit

from chalicelib import phones
from chalicelib.errors import Invalid
from local.phone import emails, wire
from local.phone.provider import NoSession, Provider
from local.phone.store import FAULTS

HOST = "127.0.0.1"
PAGE = Path(__file__).parent / "page"
TYPES = {".html": "text/html", ".js": "text/javascript", ".css": "text/css"}
FILES = {"/": "index.html", "/phone.js": "phone.js", "/phone.css": "phone.css"}
MAX_BODY_BYTES = 1_000_000
MAX_TEXT = 1000
PATIENCE_S = 120  # of the one whom we never answer
SAFE = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

log = logging.getLogger("plotihub.phone")


class HttpError(Exception):
    """Answered with ``status`` and ``text`` instead."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status, self.text = status, text


class PhoneRequestHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 60
    server: "PhoneServer"

    def do_GET(self) -> None:
        self._answer(self._get)

    def do_POST(self) -> None:
        self._answer(self._post)

    def _answer(self, work: Callable[[str], Any]) -> None:
        try:
            self._check_host()
            result = work(urlsplit(self.path).path)
        except HttpError as refused:
            self.close_connection = True  # its body may still be on the wire
            self._send(refused.status, json.dumps({"error": refused.text}).encode(), "application/json")
        else:
            if isinstance(result, Path):
                self._send(200, result.read_bytes(), f"{TYPES[result.suffix]}; charset=utf-8")
            elif result is not None:
                status, document = result if isinstance(result, tuple) else (200, result)
                self._send(status, json.dumps(document).encode(), "application/json; charset=utf-8")

    def _check_host(self) -> None:
        """Reject foreign host names (DNS rebinding): their pages could read along."""
        name = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        if name not in ("127.0.0.1", "localhost"):
            raise HttpError(403, "ask 127.0.0.1")

    def _get(self, path: str) -> Any:
        if path in FILES:
            return PAGE / FILES[path]
        if path == "/api/numbers":
            return self._numbers()
        if path == "/api/received":
            return {"items": [sms._asdict() for sms in self._store.received(after_id=self._int_parameter("after_id"))]}
        if path == "/api/emails":
            return {"items": emails.sent(self.server.aws_url)}
        number, what = self._number_in(path)
        if what == "thread":
            thread = [sms._asdict() for sms in self._store.thread(number)]
            return {"number": number, "fault": self._store.fault_of(number), "faults": FAULTS, "items": thread}
        raise HttpError(404, "no such page")

    def _post(self, path: str) -> Any:
        raw = self._body()
        if path == "/version1/messaging":
            return self._handle_send_request(raw)
        if self.headers.get_content_type() != "application/json":
            raise HttpError(415, "send JSON")  # what a form on another site cannot
        number, what = self._number_in(path)
        body = _object(raw)
        work = {"seen": self._see, "answer": self._send_sms, "fault": self._set_fault, "ussd": self._ussd}.get(what)
        if work is None:
            raise HttpError(404, "no such page")
        return work(number, body)

    def _numbers(self) -> Any:
        version = self._store.version
        if self._int_parameter("version", -1) == version:
            return {"version": version}
        return {"version": version, "items": self._store.numbers()}

    def _handle_send_request(self, raw: bytes) -> Any:
        form = dict(parse_qsl(raw.decode("utf-8", "replace"), keep_blank_values=True))
        provider = self.server.provider
        key_fits = hmac.compare_digest(self.headers.get("apiKey", "").encode(), provider.api_key.encode())
        if not key_fits or form.get("username") != provider.username:
            self._send(401, b"The supplied authentication is invalid", "text/plain")
            return None
        try:
            result = provider.handle_send_request(form)
        except wire.InvalidSendRequest as error:
            self._send(400, str(error).encode(), "text/plain")
            return None
        if result.times_out:
            self._never_answer()
        provider.report(result.reports)
        return None if result.times_out else (201, result.answer)

    def _never_answer(self) -> None:
        """Wait until the sender gives up."""
        self.close_connection = True
        self.connection.settimeout(PATIENCE_S)
        with contextlib.suppress(OSError):
            while self.connection.recv(1024):
                pass

    def _see(self, number: str, body: dict[str, Any]) -> Any:
        self._store.look_at(number)
        return {}

    def _send_sms(self, number: str, body: dict[str, Any]) -> Any:
        self.server.provider.send_sms(number, _text(body, "text"))
        return (201, {})

    def _set_fault(self, number: str, body: dict[str, Any]) -> Any:
        try:
            self._store.set_fault(number, _text(body, "kind"))
        except ValueError as error:
            raise HttpError(400, f"kind: {error}") from error
        return {}

    def _ussd(self, number: str, body: dict[str, Any]) -> Any:
        if body.get("session") is None:
            return self.server.provider.dial(number)
        try:
            return self.server.provider.key_in(str(body["session"]), number, _text(body, "text"))
        except NoSession as error:
            raise HttpError(404, str(error)) from error

    @property
    def _store(self) -> Any:
        return self.server.provider.store

    def _number_in(self, path: str) -> tuple[str, str]:
        """Return number and last word of /api/numbers/{number}/{word}."""
        words = [unquote(word) for word in path.split("/")]
        if len(words) != 5 or words[1:3] != ["api", "numbers"]:
            raise HttpError(404, "no such page")
        try:
            return phones.parse_phone(words[3]), words[4]
        except Invalid as error:
            raise HttpError(400, str(error.facts["errors"][0]["why"])) from error

    def _int_parameter(self, name: str, default: int = 0) -> int:
        text = parse_qs(urlsplit(self.path).query).get(name, [str(default)])[0]
        return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else default

    def _body(self) -> bytes:
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()) or int(length) > MAX_BODY_BYTES:
            raise HttpError(413, "a body of a known, small length is wanted")
        return self.rfile.read(int(length))

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        for name, value in {**SAFE, "Content-Type": kind, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        if self.close_connection:
            self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the page shows what the phones receive."""


class PhoneServer(ThreadingHTTPServer):
    """Serves ``provider`` on loopback; port 0 picks a free one."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, provider: Provider, port: int, *, aws_url: str = "") -> None:
        self.provider, self.aws_url = provider, aws_url
        super().__init__((HOST, port), PhoneRequestHandler)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.server_address[1]}"

    @contextlib.contextmanager
    def running(self) -> Iterator[str]:
        """Serve, and post the callbacks that are due, until the block ends; yield the address."""
        thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="phone", daemon=True)
        self.provider.reporter.start()
        thread.start()
        try:
            yield self.url
        finally:
            self.shutdown()
            self.server_close()
            thread.join()
            self.provider.reporter.stop()
            self.provider.store.close()

    def handle_error(self, request: socket.socket | tuple[bytes, socket.socket], client_address: Any) -> None:
        log.exception("local.http.error: a connection raised an exception")  # noqa: LOG004 - called while the error is handled


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except ValueError as error:
        raise HttpError(400, "send JSON") from error
    if not isinstance(body, dict):
        raise HttpError(400, "send an object")
    return body


def _text(body: dict[str, Any], name: str) -> str:
    text = body.get(name)
    if not isinstance(text, str) or not 0 < len(text) <= MAX_TEXT:
        raise HttpError(400, f"{name}: text of at most {MAX_TEXT} characters is wanted")
    return text
