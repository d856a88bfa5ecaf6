"""Whatever bytes arrive, the local server answers in HTTP and goes on serving."""

import socket

from hypothesis import example, given
from hypothesis import strategies as st

from local.server import Server
from tests.local.conftest import parse

TARGETS = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n "), max_size=40).map("/echo/".__add__)
LINES = st.text(st.characters(max_codepoint=255, exclude_characters="\r\n"), max_size=40)
METHODS = st.sampled_from(["GET", "POST", "HEAD", "OPTIONS", "TRACE", "get", "\xe9"])


def exchange(server: Server, raw: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.server_address[1]), timeout=10) as wire:
        wire.sendall(raw)
        wire.shutdown(socket.SHUT_WR)
        received = b""
        while piece := wire.recv(65536):
            received += piece
    return received


@given(raw=st.binary(min_size=1, max_size=300))
@example(raw=b"\n")
@example(raw=b"GET / HTTP/1.1\r\n\x00: \x00\r\n\r\n")
def test_any_bytes_are_answered_as_a_bad_or_unknown_request(small_server: Server, raw: bytes) -> None:
    assert 400 <= parse(exchange(small_server, raw)).status < 500


@given(method=METHODS, target=TARGETS, headers=st.lists(LINES, max_size=4), body=st.binary(max_size=50))
@example(method="GET", target="/echo/a?%", headers=["Authorization:"], body=b"")
@example(method="POST", target="//[/]?;=&=", headers=["Content-Length: 5"], body=b"1")
def test_any_target_and_headers_are_answered_without_a_fault(
    small_server: Server, method: str, target: str, headers: list[str], body: bytes
) -> None:
    head = "\r\n".join([f"{method} {target} HTTP/1.1", *headers, "", ""]).encode("latin-1")
    assert parse(exchange(small_server, head + body)).status < 500
