"""Reading a request's body off the socket, whatever its headers claim."""

import re
from email.message import Message
from io import BufferedIOBase

from chalicelib.web.gateway_responses import GATEWAY_RESPONSES
from chalicelib.web.request_pipeline import MAX_BODY_BYTES
from local.gateway import GatewayError

MAX_LINE_BYTES = 1024


def check_headers(headers: Message) -> None:
    """Reject an ambiguous head, which could smuggle one request inside another.

    Raises:
        GatewayError: a line is no header, or the body's length is unclear or too large.
    """
    lengths = set(headers.get_all("content-length", []))
    codings = headers.get_all("transfer-encoding", [])
    if headers.defects or len(lengths) > 1 or (lengths and codings):
        raise GatewayError(GATEWAY_RESPONSES["BAD_REQUEST_BODY"])
    if codings and [coding.strip().lower() for coding in codings] != ["chunked"]:
        raise GatewayError(GATEWAY_RESPONSES["BAD_REQUEST_BODY"])
    if declared_bytes(headers) > MAX_BODY_BYTES:
        raise GatewayError(GATEWAY_RESPONSES["REQUEST_TOO_LARGE"])


def declared_bytes(headers: Message) -> int:
    text = headers.get("content-length", "0").strip()
    if not re.fullmatch("[0-9]{1,15}", text):
        raise GatewayError(GATEWAY_RESPONSES["BAD_REQUEST_BODY"])
    return int(text)


def read_body(headers: Message, stream: BufferedIOBase) -> bytes:
    """Return the body whose head ``check_headers`` let pass.

    Raises:
        GatewayError: it is shorter than it says, badly chunked, or grows past the limit.
    """
    if "transfer-encoding" in headers:
        return _read_chunks(stream)
    expected = declared_bytes(headers)
    body = stream.read(expected)
    if len(body) < expected:
        raise GatewayError(GATEWAY_RESPONSES["BAD_REQUEST_BODY"])
    return body


def _read_chunks(stream: BufferedIOBase) -> bytes:
    body = bytearray()
    while size := _chunk_bytes(stream):
        if len(body) + size > MAX_BODY_BYTES:
            raise GatewayError(GATEWAY_RESPONSES["REQUEST_TOO_LARGE"])
        chunk = stream.read(size)
        if len(chunk) < size or stream.readline(3).rstrip(b"\r\n"):
            raise GatewayError(GATEWAY_RESPONSES["BAD_REQUEST_BODY"])
        body += chunk
    for _ in range(64):  # trailers, which nobody here reads
        if stream.readline(MAX_LINE_BYTES) in (b"\r\n", b"\n", b""):
            return bytes(body)
    raise GatewayError(GATEWAY_RESPONSES["BAD_REQUEST_BODY"])


def _chunk_bytes(stream: BufferedIOBase) -> int:
    line = stream.readline(MAX_LINE_BYTES)
    size = line.partition(b";")[0].strip()
    if not line.endswith(b"\n") or not re.fullmatch(b"[0-9a-fA-F]{1,8}", size):
        raise GatewayError(GATEWAY_RESPONSES["BAD_REQUEST_BODY"])
    return int(size, 16)
