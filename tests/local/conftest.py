"""A small application behind the local server, and a client that sends raw bytes."""

import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from chalice import AuthResponse, Chalice, Response
from chalice.app import AuthRequest, MultiDict, Request

from local.server import Server

TIME_LIMIT_S = 0.5


@dataclass(frozen=True, slots=True)
class Got:
    """An answer off the wire; ``more`` is what followed it."""

    status: int
    headers: dict[str, str]
    body: bytes
    more: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class EchoApp(Chalice):
    """Routes that show what arrived, and some that misbehave."""

    def __init__(self) -> None:
        super().__init__("small", configure_logs=False)
        door = self.authorizer(name="door")(guard)
        self.route("/echo/{name}", methods=["GET", "POST"], content_types=[], cors=True)(self.echo)
        self.route("/closed", authorizer=door)(self.closed)
        self.route("/slow")(slow)
        self.route("/nothing")(lambda: Response("", {}, 204))
        self.route("/huge")(lambda: "x" * 6_300_000)
        self.route("/v1/callbacks/{token}/paid", methods=["POST"], content_types=[])(lambda token: {})

    def request(self) -> Request:
        request: Request | None = self.current_request
        assert request is not None
        return request

    def echo(self, name: str) -> dict[str, Any]:
        request = self.request()
        body = request.raw_body or b""
        query = request.query_params or MultiDict({})
        return {
            "name": name,
            "bytes": len(body),
            "text": body if isinstance(body, str) else body.decode("latin-1"),
            "query": {key: query.getlist(key) for key in query},
            "header": request.headers.get("x-twice"),
            "request_id": request.context["requestId"],
        }

    def closed(self) -> dict[str, Any]:
        return {"phone": self.request().context["authorizer"]["phone"]}


def guard(request: AuthRequest) -> AuthResponse:
    if request.token == "Bearer broken":
        raise KeyError("no such issuer")
    if request.token != "Bearer good":
        raise Exception("Unauthorized")  # API Gateway tells a refused token by this text
    return AuthResponse(routes=["*"], principal_id="x", context={"phone": "+254700000001"})


def slow() -> None:
    threading.Event().wait(TIME_LIMIT_S * 3)


@pytest.fixture(scope="session")
def small_server() -> Iterator[Server]:
    server = Server(EchoApp(), 0, time_limit_s=TIME_LIMIT_S)
    with server.running():
        yield server


Send = Callable[[bytes], Got]


@pytest.fixture
def send(small_server: Server) -> Send:
    """Send bytes as they are, once, and read one answer."""

    def exchange(raw: bytes) -> Got:
        with socket.create_connection(("127.0.0.1", small_server.server_address[1]), timeout=10) as wire:
            wire.sendall(raw)
            wire.shutdown(socket.SHUT_WR)
            received = b""
            while piece := wire.recv(65536):
                received += piece
        return parse(received)

    return exchange


def parse(received: bytes) -> Got:
    head, _, rest = received.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])}
    length = int(headers.get("content-length", "0"))
    return Got(int(lines[0].split()[1]), headers, rest[:length], rest[length:])
