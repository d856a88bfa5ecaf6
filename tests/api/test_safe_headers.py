"""What every answer tells a browser, whatever it is an answer to: guess no type, come by TLS only."""

import pytest

from app import app
from chalicelib.api import OPERATIONS
from chalicelib.runtime.resources import Resources
from chalicelib.web import gateway_responses
from tests.api.client import Answer, Client
from tests.api.test_roles import attempt, name_of

SAFE = {
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}


def is_safe(answer: Answer) -> bool:
    return SAFE.items() <= answer.headers.items()


def test_every_refusal_of_every_operation_is_safe(owner: Client, resources: Resources) -> None:
    for client in (owner, Client(None)):
        answers = {name_of(each): attempt(client, each) for each in OPERATIONS}
        assert [name for name, answer in answers.items() if not is_safe(answer)] == []


def test_every_list_sheet_and_page_is_safe_and_what_tells_of_people_is_not_stored(
    owner: Client, resources: Resources
) -> None:
    paths = [each.path for each in OPERATIONS if each.method == "GET" and "{" not in each.path]
    sheets = [f"{path}?format=csv" for path in paths if path.startswith("/v1/reports/")]
    answers = {path: owner.get(path) for path in (*paths, *sheets)}
    assert [path for path, answer in answers.items() if not is_safe(answer)] == []
    assert len([answer for answer in answers.values() if answer.status == 200]) > 20
    assert [
        answer.headers["Content-Type"] for path, answer in answers.items() if path in sheets and answer.status == 200
    ]
    told = {path: answer for path, answer in answers.items() if path.startswith("/v1/") and "openapi" not in path}
    assert {answer.headers["Cache-Control"] for answer in told.values()} == {"no-store"}


def test_an_answer_without_a_body_is_safe_too(owner: Client) -> None:
    made = owner.post("/v1/owners", {"name": "Wanjiku"})
    assert is_safe(made)
    path = f"/v1/owners/{made.json['id']}"
    assert is_safe(owner.get(path, If_None_Match=made.etag))
    assert is_safe(owner.delete(path))


def test_what_nobody_declared_is_refused_safely(owner: Client) -> None:
    answer = owner.get("/v1/no-such-path")
    assert (answer.status, is_safe(answer)) == (404, True)
    method = owner.send("PUT", "/v1/owners")
    assert (method.status, is_safe(method)) == (405, True)
    nothing = app({}, None)
    assert (nothing["statusCode"], SAFE.items() <= nothing["headers"].items()) == (500, True)


@pytest.mark.parametrize("name", gateway_responses.GATEWAY_RESPONSES)
def test_what_the_gateway_answers_by_itself_is_safe(name: str) -> None:
    assert SAFE.items() <= gateway_responses.problem_headers(gateway_responses.GATEWAY_RESPONSES[name], "id").items()
