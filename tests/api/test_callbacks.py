"""What vendors post: known by the secret in the path, left on the queue of results, and told to nobody else."""

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from chalicelib.clock import ManualClock
from chalicelib.delivery import result_runner
from chalicelib.delivery.queue_payloads import VendorCallback, parse_result
from chalicelib.runtime.resources import Resources, using
from tests.api.client import Answer, Client
from tests.api.test_ussd import TOKEN
from tests.outbox import NOON, FakeQueues

OTHER = "another-that-is-being-rolled-in"
FORM = "application/x-www-form-urlencoded"
REPORT = {"id": "ATXid_1", "status": "Success", "phoneNumber": "+254711111111", "networkCode": "63902"}
INCOMING = {"id": "in-1", "from": "+254711111111", "to": "12345", "text": "SALIO", "date": "2026-12-07 09:00:00"}
OPT_OUT = {"phoneNumber": "+254711111111", "senderId": "PLOTIHUB"}
ROUTES = {"delivery": ("report", REPORT), "incoming": ("incoming", INCOMING), "opt-out": ("opt_out", OPT_OUT)}


@pytest.fixture
def queues(resources: Resources, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeQueues]:
    clock.at = NOON
    hashes = ",".join(hashlib.sha256(token.encode()).hexdigest() for token in (TOKEN, OTHER))
    monkeypatch.setenv("CALLBACK_TOKEN_HASHES", hashes)
    made = FakeQueues()
    with using(replace(resources, queues=made)):
        yield made


def post(route: str, form: object, token: str = TOKEN, kind: str = FORM) -> Answer:
    body = form if isinstance(form, bytes) else urlencode(form).encode()  # type: ignore[arg-type]
    return Client(None).send("POST", f"/v1/callbacks/africastalking/{token}/{route}", body, {"Content-Type": kind})


def kept(queues: FakeQueues) -> list[VendorCallback]:
    return [found for body in queues.pop("results") if isinstance(found := parse_result(body), VendorCallback)]


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("token", [TOKEN, OTHER])
def test_a_form_is_left_on_the_queue_of_results(queues: FakeQueues, route: str, token: str) -> None:
    kind, form = ROUTES[route]
    answer = post(route, form, token)
    assert (answer.status, answer.text) == (200, "")
    (posted,) = kept(queues)
    assert (posted.kind, posted.gateway, posted.at) == (kind, "africastalking", NOON)
    assert posted.form == form


@pytest.mark.parametrize("route", ROUTES)
@pytest.mark.parametrize("token", ["wrong", TOKEN.upper(), TOKEN + "x", TOKEN[:-1], "%00", "ü", "x" * 5_000])
def test_a_token_that_is_none_of_ours_is_an_unknown_path(queues: FakeQueues, route: str, token: str) -> None:
    answer = post(route, ROUTES[route][1], token)
    assert (answer.status, answer.json["detail"]) == (404, "There is no such path.")
    assert answer.json["title"] == "Not found"
    assert kept(queues) == []


@pytest.mark.parametrize("route", ROUTES)
def test_without_any_tokens_nobody_gets_in(queues: FakeQueues, route: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CALLBACK_TOKEN_HASHES")
    assert post(route, ROUTES[route][1]).status == 404
    assert post(route, ROUTES[route][1], hashlib.sha256(b"").hexdigest()).status == 404


@pytest.mark.parametrize(
    ("route", "name"),
    [("delivery", "id"), ("delivery", "status"), ("incoming", "id"), ("incoming", "from"), ("opt-out", "phoneNumber")],
)
@pytest.mark.parametrize("value", [None, "", "  "])
def test_a_form_that_lacks_what_it_is_about_is_refused(
    queues: FakeQueues, route: str, name: str, value: str | None
) -> None:
    form = {key: text for key, text in ROUTES[route][1].items() if key != name}
    answer = post(route, form if value is None else {**form, name: value})
    assert (answer.status, answer.json["detail"]) == (400, f"The form lacks {name}.")
    assert kept(queues) == []


def test_words_that_nobody_knows_are_taken_and_harm_nothing(queues: FakeQueues, resources: Resources) -> None:
    for word in ("Teleported", "x" * 500, "🦓", "Success; DROP TABLE message"):
        assert post("delivery", {**REPORT, "id": f"odd-{word[:3]}", "status": word}).status == 200
    bodies = queues.pop("results")
    assert [result_runner.handle_result(resources, body) for body in bodies] == [1, 1, 1, 1]
    assert [result_runner.handle_result(resources, body) for body in bodies] == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("charset", "raw"),
    [
        ("", b"Habari%C3%AB+ya+leo"),
        ("; charset=utf-8", b"Habari%C3%AB+ya+leo"),
        ('; charset="UTF-8"', b"Habari%C3%AB+ya+leo"),
        ("; charset=ISO-8859-1", b"Habari%EB+ya+leo"),
    ],
)
def test_a_text_is_read_in_its_character_set(queues: FakeQueues, charset: str, raw: bytes) -> None:
    answer = post("incoming", b"id=in-1&from=%2B254711111111&text=" + raw, kind=FORM + charset)
    assert answer.status == 200
    (posted,) = kept(queues)
    assert posted.form["text"] == "Habarië ya leo"


def test_a_body_that_is_no_form_is_refused(queues: FakeQueues) -> None:
    assert post("delivery", b'{"id": 1}', kind="application/json").status == 415
    assert post("delivery", b"id=1&status=Sent", kind="").status == 415
    for charset in ("klingon", "rot13", "utf-7", "idna", ""):
        assert post("delivery", b"id=1&status=Sent", kind=f"{FORM}; charset={charset}").status == 415
    assert post("delivery", b"").status == 400
    assert post("delivery", b"\xff\xfe\x00=%zz&&&=").status == 400
    assert post("delivery", "&".join(f"f{number}=1" for number in range(51)).encode()).status == 400
    assert kept(queues) == []


def test_a_form_that_is_too_large_is_refused_and_a_long_field_is_cut(queues: FakeQueues) -> None:
    assert post("incoming", {**INCOMING, "text": "a" * 70_000}).status == 413
    assert post("incoming", {**INCOMING, "text": "a" * 5_000, "extra": "not ours"}).status == 200
    (posted,) = kept(queues)
    assert len(posted.form["text"]) == 2_000
    assert "extra" not in posted.form


@pytest.mark.parametrize("route", ROUTES)
def test_while_the_queue_does_not_answer_neither_do_we(queues: FakeQueues, resources: Resources, route: str) -> None:
    queues.silent = True
    answer = post(route, ROUTES[route][1])
    assert answer.status == 503
    assert int(answer.headers["Retry-After"]) > 0
    queues.silent = False
    queues.refuses = 1
    assert post(route, ROUTES[route][1]).status == 503
    with using(replace(resources, queues=None)):
        assert post(route, ROUTES[route][1]).status == 503
    assert post(route, ROUTES[route][1]).status == 200
    assert len(kept(queues)) == 1


def test_neither_the_token_nor_the_number_nor_the_text_is_logged_or_told(
    queues: FakeQueues, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    answers = [post(route, form) for route, (_, form) in ROUTES.items()]
    answers += [post("delivery", {}), post("delivery", REPORT, "wr0ng-token"), post("incoming", b"x" * 70_000)]
    queues.silent = True
    answers.append(post("incoming", INCOMING))
    said = caplog.text + "".join(json.dumps(vars(record), default=str) for record in caplog.records)
    said += "".join(answer.text + json.dumps(answer.headers) for answer in answers)
    assert "request" in said
    for secret in (TOKEN, "wr0ng-token", "254711111111", "SALIO"):
        assert secret not in said
