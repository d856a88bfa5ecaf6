"""A vendor on loopback that reads a whole request and then does to it what the test wants, the wire's faults too."""

import contextlib
import http.client
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

Behaviour = Callable[[socket.socket, "Posted"], None]


@dataclass(frozen=True, slots=True)
class Posted:
    """One request, as it came off the wire."""

    line: str
    headers: dict[str, str]  # names in small letters
    body: bytes

    @property
    def form(self) -> dict[str, str]:
        return dict(parse_qsl(self.body.decode(), keep_blank_values=True, strict_parsing=True))


@dataclass(slots=True)
class Vendor:
    """Listens on loopback, a thread for each connection; ``posted`` is all that it was asked."""

    behave: Behaviour
    tls: ssl.SSLContext | None = None
    posted: list[Posted] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _stopped: threading.Event = field(default_factory=threading.Event)
    _listening: socket.socket = field(default_factory=lambda: socket.create_server(("127.0.0.1", 0), backlog=128))

    @property
    def url(self) -> str:
        port = self._listening.getsockname()[1]
        return f"https://localhost:{port}" if self.tls else f"http://127.0.0.1:{port}"

    @contextlib.contextmanager
    def running(self) -> Iterator["Vendor"]:
        accepting = threading.Thread(target=self._accept, daemon=True)
        accepting.start()
        try:
            yield self
        finally:
            self._stopped.set()
            with contextlib.suppress(OSError):
                self._listening.shutdown(socket.SHUT_RDWR)
            accepting.join(5)
            self._listening.close()

    def _accept(self) -> None:
        serving: list[threading.Thread] = []
        while not self._stopped.is_set():
            try:
                wire, _ = self._listening.accept()
            except OSError:
                break
            serving.append(threading.Thread(target=self._serve, args=(wire,), daemon=True))
            serving[-1].start()
        for thread in serving:
            thread.join(5)

    def _serve(self, plain: socket.socket) -> None:
        with plain, contextlib.suppress(OSError):  # the other side may hang up: that is what is tested
            wire = self.tls.wrap_socket(plain, server_side=True) if self.tls else plain
            with wire:
                posted = _read(wire)
                with self._lock:
                    self.posted.append(posted)
                self.behave(wire, posted)


def _read(wire: socket.socket) -> Posted:
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(wire)
    head, _, body = received.partition(b"\r\n\r\n")
    line, *rest = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (each.partition(": ") for each in rest)}
    while len(body) < int(headers["content-length"]):
        body += _more(wire)
    return Posted(line, headers, body)


def _more(wire: socket.socket) -> bytes:
    piece = wire.recv(65536)
    if not piece:
        raise OSError("hung up")
    return piece


def answer(status: int, body: bytes, kind: str = "application/json") -> bytes:
    """Return an answer as it goes over the wire."""
    head = f"HTTP/1.1 {status} Whatever\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    return f"{head}Connection: close\r\n\r\n".encode() + body


def answering(status: int, body: bytes, kind: str = "application/json") -> Behaviour:
    """Return a behaviour that gives every request this answer."""
    return lambda wire, posted: wire.sendall(answer(status, body, kind))


def dripping(raw: bytes, every_s: float) -> Behaviour:
    """Return a behaviour that lets ``raw`` out byte by byte."""

    def drip(wire: socket.socket, posted: Posted) -> None:
        for place in range(len(raw)):
            wire.sendall(raw[place : place + 1])
            time.sleep(every_s)

    return drip


def relaying(url: str) -> Behaviour:
    """Return a behaviour that asks the server at ``url`` instead, and gives back its answer."""
    return lambda wire, posted: wire.sendall(relayed(url, posted))


def relayed(url: str, posted: Posted) -> bytes:
    """Return the answer of the server at ``url`` to what was posted here, as it goes over the wire."""
    method, path, _ = posted.line.split(" ")
    upstream = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    try:
        upstream.request(method, path, posted.body, posted.headers)
        passed_on = upstream.getresponse()
        return answer(passed_on.status, passed_on.read(), passed_on.getheader("Content-Type", ""))
    finally:
        upstream.close()


def in_turn(*behaviours: Behaviour) -> Behaviour:
    """Return a behaviour that is the first of these for the first request, and so on; the last for all that follow."""
    left = list(behaviours)
    lock = threading.Lock()

    def behave(wire: socket.socket, posted: Posted) -> None:
        with lock:
            this = left.pop(0) if len(left) > 1 else left[0]
        this(wire, posted)

    return behave


def hang_up(wire: socket.socket, posted: Posted) -> None:
    wire.shutdown(socket.SHUT_RDWR)


def silent(wire: socket.socket, posted: Posted) -> None:
    wire.recv(1)  # until the other side hangs up
