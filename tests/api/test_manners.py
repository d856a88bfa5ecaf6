"""What holds for every route: how bodies are read, versions, request ids and what the log may hold."""

import datetime as dt
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from app import app
from chalicelib.runtime.resources import Resources, using
from chalicelib.web.logs import JsonFormatter
from chalicelib.web.request_pipeline import MAX_BODY_BYTES
from tests.api.client import Answer, Client, event_for

pytestmark = pytest.mark.usefixtures("resources")

SOME_ID = "0190b3c8-6d0e-7a53-9c0e-3a1f6f1d2b4a"


def assert_problem(answer: Answer, status: int, name: str) -> None:
    assert (answer.status, answer.headers["Content-Type"]) == (status, "application/problem+json"), answer.text
    told = answer.json
    assert (told["status"], told["type"]) == (status, f"urn:plotihub:problem:{name}")
    assert told["request_id"] == answer.headers["X-Request-Id"]
    assert told["title"]
    assert told["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"",
        b"[]",
        b'"text"',
        b"null",
        b'{"name": NaN}',
        b'{"name": Infinity}',
        b'{"name": "a", "name": "b"}',
        b'{"name": "a\xff"}',
        '{"name": "a"}'.encode("utf-16"),
        b"\xef\xbb\xbf{}",
        b"[" * 100_000,
        b'{"name":' * 50_000,
        b'{"name": ' + b"9" * 5000 + b"}",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_a_body_that_cannot_be_read_is_a_problem(owner: Client, body: bytes) -> None:
    answer = owner.post("/v1/owners", body)
    # No body at all is an empty object, whose required fields are missing.
    assert_problem(answer, *((400, "bad-request") if body else (422, "invalid")))
    assert owner.get("/v1/owners").json["items"] == []


@pytest.mark.parametrize("body", [b'{"name": "a\xff"}', b'{"name": "\xed\xa0\x80"}', '{"name": "ö"}'.encode("latin-1")])
def test_a_body_that_is_not_utf_8_is_told_so(owner: Client, body: bytes) -> None:
    answer = owner.post("/v1/owners", body)
    assert_problem(answer, 400, "bad-request")
    assert answer.json["detail"] == "The body is not UTF-8."


def test_a_character_that_a_gateway_lost_is_not_kept(owner: Client) -> None:
    # API Gateway hands a body over as text, and puts U+FFFD for bytes that are no UTF-8.
    event = event_for("POST", "/v1/owners", b"{}", {"Content-Type": "application/json"}, owner.phone)
    for body, status in (('{"name": "Zo\ufffd"}', 422), ('{"name": "Zo\ud800"}', 400), ('{"name": "Zoë"}', 201)):
        answer = app(event | {"body": body, "isBase64Encoded": False}, None)
        assert answer["statusCode"] == status, answer["body"]
    assert [each["name"] for each in owner.get("/v1/owners").json["items"]] == ["Zoë"]


@pytest.mark.parametrize(
    ("value", "field"),
    [
        ({"name": "a\ud800"}, "name"),
        ({"name": "a\u0000"}, "name"),
        ({"name": ["a"]}, "name"),
        ({"name": {"name": "a"}}, "name"),
        ({"name": "a", "\ud800": 1}, "\ud800"),
        ({"name": "a", "phone": "12"}, "phone"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_a_value_that_is_wrong_is_named(owner: Client, value: Any, field: str) -> None:
    answer = owner.post("/v1/owners", value)
    assert_problem(answer, 422, "invalid")
    assert [each["field"] for each in answer.json["errors"]] == [field]


def test_a_body_over_the_limit_is_refused_and_one_at_the_limit_is_read(owner: Client) -> None:
    padding = MAX_BODY_BYTES - len(b'{"name": "Wanjiku"}')
    assert owner.post("/v1/owners", b'{"name": "Wanjiku"}' + b" " * padding).status == 201
    assert_problem(owner.post("/v1/owners", b'{"name": "Wanjiku"}' + b" " * (padding + 1)), 413, "too-large")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "", "json"])
def test_a_body_of_another_type_is_refused(owner: Client, kind: str) -> None:
    assert_problem(owner.post("/v1/owners", {"name": "a"}, Content_Type=kind), 415, "unsupported-media-type")


def test_a_type_may_say_its_character_set(owner: Client) -> None:
    assert owner.post("/v1/owners", {"name": "a"}, Content_Type="Application/JSON; charset=utf-8").status == 201


def test_a_parameter_that_is_unknown_or_given_twice_is_refused(owner: Client) -> None:
    assert_problem(owner.get("/v1/units?nothing=1"), 422, "invalid")
    assert_problem(owner.get("/v1/units?limit=1&limit=2"), 422, "invalid")
    assert_problem(owner.get("/v1/organisation?limit=1"), 422, "invalid")
    assert_problem(owner.get("/v1/units?cursor=bm90aGluZw"), 422, "invalid")


@pytest.mark.parametrize("named", ["", "x", SOME_ID[:-1], "{" + SOME_ID[:34] + "}", SOME_ID.replace("-", "")])
def test_an_organisation_is_named_by_its_id(owner: Client, named: str) -> None:
    assert_problem(owner.get("/v1/organisation", X_Organisation=named), 400, "bad-request")


def test_a_person_of_two_organisations_must_say_which(owner: Client) -> None:
    second = owner.post("/v1/organisations", {"name": "Baraka Agencies", "person_name": "Amina"}).json["id"]
    unnamed = Client(owner.phone)
    answer = unnamed.get("/v1/organisation")
    assert_problem(answer, 400, "bad-request")
    assert {each["id"] for each in answer.json["organisations"]} == {owner.organisation_id, second}
    assert unnamed.get("/v1/organisation", X_Organisation=second).json["id"] == second


def test_a_version_is_asked_for_and_checked(owner: Client) -> None:
    made = owner.post("/v1/owners", {"name": "Wanjiku"})
    path = f"/v1/owners/{made.json['id']}"
    assert_problem(owner.send("PATCH", path, {"no_such_field": 1}), 428, "precondition-required")
    for stale in ('"0"', '"99999999999"', "W/", "x", '"1", "2"', "²"):
        assert_problem(owner.patch(path, {"name": "Njeri"}, stale), 412, "precondition-failed")
    changed = owner.patch(path, {"name": "Njeri"}, made.etag)
    assert (changed.status, changed.json["name"]) == (200, "Njeri")
    assert changed.etag != made.etag
    assert owner.patch(path, {"name": "Achieng"}, "*").status == 200
    assert_problem(owner.delete(path, made.etag), 412, "precondition-failed")
    assert owner.delete(path, owner.get(path).etag).status == 204
    assert_problem(owner.get(path), 404, "not-found")


def test_what_has_not_changed_is_not_sent_again(owner: Client) -> None:
    tag = owner.get("/v1/organisation").etag
    for asked in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        answer = owner.get("/v1/organisation", If_None_Match=asked)
        assert (answer.status, answer.text, answer.etag) == (304, "", tag)
    assert owner.get("/v1/organisation", If_None_Match='"other"').status == 200


@pytest.mark.parametrize("method", ["TRACE", "PUT", "HEAD"])
def test_a_method_that_the_path_has_not_is_told_as_a_problem(owner: Client, method: str) -> None:
    answer = owner.send(method, "/v1/units")
    assert_problem(answer, 405, "method-not-allowed")
    assert set(answer.headers["Allow"].split(", ")) == {"GET", "POST"}


def test_a_path_that_nobody_declared_is_told_as_a_problem(owner: Client) -> None:
    assert_problem(owner.get("/v1/nothing"), 404, "not-found")


def test_an_event_of_something_else_is_told_as_a_problem() -> None:
    told = app({"requestContext": {}}, None)
    assert (told["statusCode"], told["headers"]["Content-Type"]) == (500, "application/problem+json")


def test_every_answer_names_its_request(owner: Client) -> None:
    for path in ("/health", "/v1/units", "/v1/nothing", f"/v1/units/{SOME_ID}"):
        event = event_for("GET", path, None, {}, owner.phone)
        told = app(event, None)
        assert told["headers"]["X-Request-Id"] == event["requestContext"]["requestId"]


class Kept(logging.Handler):
    """Keeps lines as they would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.setFormatter(JsonFormatter())

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(self.format(record))


@pytest.fixture
def log() -> Iterator[Kept]:
    kept = Kept()
    logger = logging.getLogger("plotihub")
    before = logger.level
    logger.setLevel(logging.DEBUG)
    logger.addHandler(kept)
    yield kept
    logger.removeHandler(kept)
    logger.setLevel(before)


def test_the_log_names_requests_and_nobody(owner: Client, log: Kept, new_phone: Callable[[], str]) -> None:
    guest = Client(new_phone(), owner.organisation_id)
    answers = [
        owner.post("/v1/owners", {"name": "Wanjiku Kamau", "phone": "0712 345 678", "email": "wanjiku@example.co.ke"}),
        owner.post("/v1/owners", {"name": "Wanjiku Kamau", "phone": "071"}),
        owner.post("/v1/members", {"phone": guest.phone, "name": "Otieno Odhiambo", "role": "manager"}),
        owner.post("/v1/tenants", {"given_name": "Achieng", "family_name": "Njoroge", "phones": ["0722000111"]}),
        owner.post("/v1/properties", {"name": "Mwangaza Court", "address": "12 Argwings Kodhek Road"}),
        owner.get("/v1/owners"),
        guest.get("/v1/me"),
        guest.get("/v1/owners"),
        owner.get("/v1/units?nothing=0712345678"),
        owner.get("/v1/nothing/0712345678"),
        owner.post("/v1/owners", b'{"name": "Wanjiku Kamau"'),
    ]
    ids = {answer.headers["X-Request-Id"] for answer in answers if answer.headers["Content-Type"]}
    logged = [json.loads(line) for line in log.lines]
    told = {line["request_id"] for line in logged if "request_id" in line}
    assert len(ids - told) <= 1  # an unknown path is no route's, so no route logs it
    assert all({"at", "level", "log", "message"} <= line.keys() for line in logged)
    text = "\n".join(log.lines)
    for personal in ("Wanjiku", "Kamau", "Otieno", "Achieng", "Njoroge", "Mwangaza", "Argwings", "example.co.ke"):
        assert personal not in text
    for number in (owner.phone, guest.phone, "712345678", "712 345", "722000111"):
        assert str(number).removeprefix("+254") not in text


class BrokenClock:
    def now(self) -> dt.datetime:
        raise RuntimeError("Wanjiku Kamau, 0712345678")


def test_a_fault_of_ours_is_logged_by_place_and_told_without_detail(
    owner: Client, log: Kept, resources: Resources
) -> None:
    with using(replace(resources, clock=BrokenClock())):
        answer = owner.post("/v1/owners", {"name": "Wanjiku Kamau"})
    assert_problem(answer, 500, "internal-error")
    line = next(found for found in map(json.loads, log.lines) if "error" in found)
    assert (line["error"], line["request_id"]) == ("RuntimeError", answer.json["request_id"])
    assert any("test_manners" in place for place in line["where"])
    assert "Wanjiku" not in answer.text + "".join(log.lines)
    assert owner.get("/v1/owners").json["items"] == []


def test_a_flood_of_wrong_fields_is_told_in_part(owner: Client) -> None:
    flood = b"{" + b",".join(b'"%d":1' % number for number in range(100_000)) + b"}"
    answer = owner.post("/v1/owners", flood)
    assert_problem(answer, 422, "invalid")
    assert (len(answer.json["errors"]), len(answer.text) < 20_000) == (100, True)
    assert answer.json["detail"] == "Many values are not valid; these are 100 of 100001."
    long = owner.post("/v1/owners", b'{"name": "a", "' + b"x" * 1_000_000 + b'": 1}')
    assert_problem(long, 422, "invalid")
    assert len(long.text) < 1000
