"""The Lambda handler as a WSGI application: API Gateway's part played in as few lines as can be."""

import contextlib
import threading
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from app import app
from tests.api.client import event_for

StartResponse = Callable[[str, list[tuple[str, str]]], Any]


class LambdaWsgi:
    """Whoever sends ``token`` is ``phone``, as the authorizer would have found; everybody else is nobody."""

    def __init__(self, token: str, phone: str) -> None:
        self._authorization = f"Bearer {token}"
        self._phone = phone

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        answer = app(self._event(environ), None)
        body = (answer.get("body") or "").encode()
        status = HTTPStatus(answer["statusCode"])
        start_response(f"{status} {status.phrase}", list(answer["headers"].items()))
        return [body]

    def _event(self, environ: dict[str, Any]) -> dict[str, Any]:
        # PATH_INFO is decoded, as latin-1 of the bytes (PEP 3333); the client decodes path parameters itself.
        path = environ.get("REQUEST_URI") or environ["PATH_INFO"].encode("latin-1").decode("utf-8", "replace")
        target = path.partition("?")[0] + (f"?{environ['QUERY_STRING']}" if environ.get("QUERY_STRING") else "")
        headers = {
            name[5:].replace("_", "-").title(): value for name, value in environ.items() if name.startswith("HTTP_")
        }
        if environ.get("CONTENT_TYPE"):
            headers["Content-Type"] = environ["CONTENT_TYPE"]
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        signed_in = headers.get("Authorization") == self._authorization
        phone = self._phone if signed_in else None
        return event_for(environ["REQUEST_METHOD"], target, body, headers, phone)


class Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: a line for each generated request helps nobody."""


@contextlib.contextmanager
def listening(application: LambdaWsgi) -> Iterator[str]:
    """Serve ``application`` on loopback, one request at a time as Lambda does, and yield the address.

    Schemathesis can call WSGI without a socket, but then its check of ignored authentication breaks.
    """
    server = make_server("127.0.0.1", 0, application, request_handler=Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
