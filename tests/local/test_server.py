"""The local server over a real socket: it answers as API Gateway, and never with a stack trace."""

import contextlib
import http.client
import json
import logging
import socket

import pytest

from chalicelib.web import problem
from chalicelib.web.request_pipeline import MAX_BODY_BYTES
from local.server import Server
from tests.local.conftest import TIME_LIMIT_S, EchoApp, Got, Send, parse


def request(line: str, *headers: str, body: bytes = b"") -> bytes:
    return "\r\n".join([f"{line} HTTP/1.1", "Host: here", *headers, "", ""]).encode("latin-1") + body


def assert_problem(got: Got, status: int, name: str) -> None:
    assert got.status == status
    assert got.headers["content-type"] == problem.CONTENT_TYPE
    assert got.json["status"] == status
    assert got.json["type"] == f"urn:plotihub:problem:{name}"
    assert got.json["request_id"] == got.headers["x-request-id"] == got.headers["x-amzn-requestid"]
    assert {"title", "detail"} <= got.json.keys()


@pytest.mark.parametrize("token", [None, "", "Bearer bad", "Basic Zm9v", "Bearer \xff"])
def test_a_missing_or_bad_token_is_401_and_says_how_to_sign_in(send: Send, token: str | None) -> None:
    got = send(request("GET /closed", *([] if token is None else [f"Authorization: {token}"])))
    assert_problem(got, 401, "unauthenticated")
    assert got.headers["www-authenticate"] == "Bearer"


def test_a_good_token_is_let_in_with_what_the_authorizer_found(send: Send) -> None:
    assert send(request("GET /closed", "Authorization: Bearer good")).json == {"phone": "+254700000001"}


def test_an_authorizer_that_breaks_is_our_fault_not_the_callers(send: Send) -> None:
    assert_problem(send(request("GET /closed", "Authorization: Bearer broken")), 500, "internal-error")


@pytest.mark.parametrize(
    "target", ["/", "/nowhere", "/echo", "/echo/", "/echo/a/b", "/echo%2Fa", "/%00", "/\xe9", "/[", "/a b/%zz", "*"]
)
def test_an_unknown_path_is_404_with_and_without_a_token(send: Send, target: str) -> None:
    target = target.replace(" ", "%20")
    assert_problem(send(request(f"GET {target}")), 404, "not-found")
    assert_problem(send(request(f"GET {target}", "Authorization: B\xe9arer x")), 404, "not-found")


@pytest.mark.parametrize("method", ["TRACE", "DELETE", "CONNECT", "PROPFIND", "get", "X" * 500, "__init__"])
def test_an_unknown_method_of_a_known_path_is_405_and_says_which_there_are(send: Send, method: str) -> None:
    got = send(request(f"{method} /echo/a"))
    assert_problem(got, 405, "method-not-allowed")
    assert got.headers["allow"] == "GET, OPTIONS, POST"


def test_head_has_the_headers_of_the_refusal_and_no_body(send: Send) -> None:
    got = send(request("HEAD /echo/a"))
    assert (got.status, got.body, got.more) == (405, b"", b"")
    assert int(got.headers["content-length"]) > 0


def test_options_is_answered_where_browsers_are_let_in_and_nowhere_else(send: Send) -> None:
    allowed = send(request("OPTIONS /echo/a"))
    assert allowed.status == 200
    assert allowed.headers["access-control-allow-methods"] == "GET,POST,OPTIONS"
    assert_problem(send(request("OPTIONS /closed")), 405, "method-not-allowed")


def test_paths_and_queries_arrive_decoded_and_whole(send: Send) -> None:
    got = send(request("GET /echo/Kilimani%20%C3%A9%2Fx?a=1&a=2&b=&c=%FF&=x"))
    assert got.json["name"] == "Kilimani é/x"
    assert got.json["query"] == {"a": ["1", "2"], "b": [""], "c": ["\ufffd"], "": ["x"]}


def test_a_proxys_absolute_target_is_understood(send: Send) -> None:
    assert send(request("GET http://here/echo/a?b=1")).json["query"] == {"b": ["1"]}


def test_of_a_header_sent_twice_the_last_counts_and_an_empty_one_is_empty(send: Send) -> None:
    assert send(request("GET /echo/a", "X-Twice: 1", "X-Twice: 2")).json["header"] == "2"
    assert send(request("GET /echo/a", "X-Twice:")).json["header"] == ""


def test_the_request_id_is_the_applications(send: Send) -> None:
    got = send(request("GET /echo/a"))
    assert got.json["request_id"] == got.headers["x-request-id"]


def test_a_body_arrives_by_length_and_by_chunks(send: Send) -> None:
    assert send(request("POST /echo/a", "Content-Length: 3", body=b"abc")).json["text"] == "abc"
    chunked = b"3;ext=1\r\nabc\r\n2\r\nde\r\n0\r\nTrailer: x\r\n\r\n"
    assert send(request("POST /echo/a", "Transfer-Encoding: chunked", body=chunked)).json["text"] == "abcde"


def test_only_a_binary_type_keeps_its_bytes(send: Send) -> None:
    def text(kind: str) -> str:
        got = send(request("POST /echo/a", f"Content-Type: {kind}", "Content-Length: 2", body=b"\xff\xfe"))
        return str(got.json["text"].encode("latin-1").hex())

    assert text("application/octet-stream; x=1") == "fffe"
    assert text("text/csv") == "efbfbd" * 2  # as in AWS: replaced, since not declared binary


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (["Content-Length: -1"], b""),
        (["Content-Length: 1_0"], b"0123456789"),
        (["Content-Length: x"], b""),
        (["Content-Length: 1", "Content-Length: 2"], b"ab"),
        (["Content-Length: 3", "Transfer-Encoding: chunked"], b"0\r\n\r\n"),
        (["Transfer-Encoding: gzip"], b""),
        (["Transfer-Encoding: chunked"], b"zz\r\n"),
        (["Transfer-Encoding: chunked"], b"3\r\nab"),
        (["Transfer-Encoding: chunked"], b"3\r\nabcdef\r\n0\r\n\r\n"),
        (["Transfer-Encoding: chunked"], b""),
        (["no header at all"], b""),
    ],
)
def test_a_body_of_unclear_length_is_400_and_ends_the_connection(send: Send, headers: list[str], body: bytes) -> None:
    got = send(request("POST /echo/a", *headers, body=body + request("GET /echo/smuggled")))
    assert_problem(got, 400, "bad-request")
    assert got.headers["connection"] == "close"
    assert got.more == b""


def test_a_body_cut_short_is_400(send: Send) -> None:
    assert_problem(send(request("POST /echo/a", "Content-Length: 5", body=b"abc")), 400, "bad-request")


@pytest.mark.parametrize(
    "raw",
    [
        b"\r\n",
        b"GET\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",  # a TLS greeting
        b"GET /echo/a\r\n",  # HTTP/0.9
        b"GET /echo/a HTTP/9.9\r\n\r\n",
        b"GET /echo/a HTTP/1.1 more\r\n\r\n",
        b"GET nowhere HTTP/1.1\r\n\r\n",
        b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\n\r\n",
        b"GET /echo/a HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"GET /echo/a HTTP/1.1\r\nA: " + b"b" * 70_000 + b"\r\n\r\n",
    ],
)
def test_what_is_no_http_is_400(send: Send, raw: bytes) -> None:
    assert_problem(send(raw), 400, "bad-request")


def test_a_body_at_the_limit_is_read_and_one_above_is_413(send: Send) -> None:
    size = MAX_BODY_BYTES
    got = send(request("POST /echo/a", f"Content-Length: {size}", body=b"x" * size))
    assert got.json["bytes"] == size
    over = send(request("POST /echo/a", f"Content-Length: {size + 1}", body=b"x" * (size + 1)))
    assert_problem(over, 413, "too-large")


@pytest.mark.parametrize("method", ["POST /echo/a", "POST /nowhere"])
def test_ten_megabytes_are_refused_without_a_reset_also_in_chunks(send: Send, method: str) -> None:
    body = b"x" * 10_000_000
    assert_problem(send(request(method, f"Content-Length: {len(body)}", body=body)), 413, "too-large")
    chunks = b"".join(b"100000\r\n" + b"x" * 0x100000 + b"\r\n" for _ in range(10)) + b"0\r\n\r\n"
    assert_problem(send(request(method, "Transfer-Encoding: chunked", body=chunks)), 413, "too-large")


def test_a_client_that_asks_first_is_told_before_it_sends(send: Send) -> None:
    refused = send(request("POST /echo/a", "Content-Length: 9000000", "Expect: 100-continue"))
    assert_problem(refused, 413, "too-large")
    invited = send(request("POST /echo/a", "Content-Length: 2", "Expect: 100-continue", body=b"ab"))
    assert invited.status == 100
    assert parse(invited.more).json["text"] == "ab"


def test_an_answer_that_takes_too_long_is_504(send: Send) -> None:
    assert TIME_LIMIT_S < 1
    assert_problem(send(request("GET /slow")), 504, "no-answer")


def test_an_answer_larger_than_lambdas_is_500(send: Send) -> None:
    assert_problem(send(request("GET /huge")), 500, "internal-error")


def test_no_content_is_told_without_body_or_length(send: Send) -> None:
    got = send(request("GET /nothing"))
    assert (got.status, got.body, "content-length" in got.headers) == (204, b"", False)


def test_a_connection_is_kept_for_the_next_request(small_server: Server) -> None:
    port = small_server.server_address[1]
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", port, timeout=5)) as connection:
        connection.request("GET", "/nowhere")
        assert connection.getresponse().read()
        before = connection.sock
        connection.request("POST", "/echo/a", body=b"abc")
        assert json.loads(connection.getresponse().read())["text"] == "abc"
        assert connection.sock is before


@pytest.mark.parametrize("start", [b"GET /echo/a HTTP/1.1\r\nX: ", request("POST /echo/a", "Content-Length: 9999")])
def test_a_request_that_drips_in_is_given_up(start: bytes) -> None:
    with (
        Server(EchoApp(), 0, request_s=0.5).running() as url,
        socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), timeout=5) as wire,
    ):
        assert hung_up_on(wire, start)


def hung_up_on(wire: socket.socket, start: bytes) -> bool:
    """Send ``start`` and go on byte by byte for longer than anybody listens; return whether the other end hung up."""
    wire.settimeout(0.05)
    try:
        wire.sendall(start)
        for _ in range(200):
            wire.sendall(b"x")
            with contextlib.suppress(TimeoutError):
                if wire.recv(1) == b"":
                    return True
    except ConnectionError:
        return True
    return False


@pytest.mark.parametrize(
    "path", ["/v1/callbacks/s3cret/paid", "/v1/callbacks/s3cret", "//v1/callbacks/s3cret/paid?s3cret"]
)
def test_one_log_line_a_request_that_holds_no_secret_of_the_path(
    send: Send, path: str, caplog: pytest.LogCaptureFixture
) -> None:
    log = logging.getLogger("plotihub.gateway")
    log.addHandler(caplog.handler)
    try:
        with caplog.at_level(logging.INFO, "plotihub.gateway"):
            got = send(request(f"POST {path}", "Content-Length: 0"))
    finally:
        log.removeHandler(caplog.handler)
    lines = [vars(record) for record in caplog.records if record.msg == "local.http.request: a request was answered"]
    assert {line["request_id"] for line in lines} == {got.headers["x-request-id"]}
    assert lines[0]["status"] == got.status
    assert "s3cret" not in str(lines)
