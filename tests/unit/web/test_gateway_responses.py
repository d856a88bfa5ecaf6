"""The gateway's own answers have the one shape, and say the same thing by the same name as our errors do."""

import pytest

from chalicelib import errors
from chalicelib.web import gateway_responses, problem
from chalicelib.web.gateway_responses import GATEWAY_RESPONSES, METHOD_NOT_ALLOWED, GatewayResponse

ALL = [*GATEWAY_RESPONSES.values(), METHOD_NOT_ALLOWED]
STATUS_OF = {kind.__name__: status for kind, status in problem.STATUS_BY_ERROR.items()}
# All that API Gateway has, from its page on gateway response types.
TYPES = """
    ACCESS_DENIED API_CONFIGURATION_ERROR AUTHORIZER_CONFIGURATION_ERROR AUTHORIZER_FAILURE
    BAD_REQUEST_PARAMETERS BAD_REQUEST_BODY DEFAULT_4XX DEFAULT_5XX EXPIRED_TOKEN INTEGRATION_FAILURE
    INTEGRATION_TIMEOUT INVALID_API_KEY INVALID_SIGNATURE MISSING_AUTHENTICATION_TOKEN QUOTA_EXCEEDED
    REQUEST_TOO_LARGE RESOURCE_NOT_FOUND THROTTLED UNAUTHORIZED UNSUPPORTED_MEDIA_TYPE WAF_FILTERED
"""


def test_every_type_that_api_gateway_has_is_told_and_no_other() -> None:
    without_keys = set(TYPES.split()) - {"INVALID_API_KEY"}  # no route asks for an API key
    assert set(GATEWAY_RESPONSES) == without_keys


@pytest.mark.parametrize("response", ALL, ids=lambda response: f"{response.status}-{response.name}")
def test_each_is_a_problem_document(response: GatewayResponse) -> None:
    document = gateway_responses.problem_document(response, "$context.requestId")
    assert document["status"] == response.status
    assert document["request_id"] == "$context.requestId"
    assert set(document) == {"type", "title", "status", "detail", "request_id"}
    assert gateway_responses.problem_headers(response, "x")["Content-Type"] == problem.CONTENT_TYPE


def test_a_name_of_ours_has_our_status() -> None:
    shared = {response.name: response.status for response in ALL if response.name in STATUS_OF}
    assert shared == {name: STATUS_OF[name] for name in shared}
    assert {"Unauthenticated", "NotFound", "TooLarge"} <= set(shared)


def test_a_refused_token_is_told_like_our_own() -> None:
    ours = problem.to_response(errors.Unauthenticated("x"), "r")
    gateways = gateway_responses.problem_headers(GATEWAY_RESPONSES["UNAUTHORIZED"], "r")
    assert gateways["WWW-Authenticate"] == ours.headers["WWW-Authenticate"]


def test_a_browser_may_read_the_refusal_where_it_may_call(browsers_origin: str) -> None:
    headers = gateway_responses.problem_headers(GATEWAY_RESPONSES["UNAUTHORIZED"], "r")
    assert headers["Access-Control-Allow-Origin"] == browsers_origin


@pytest.fixture
def browsers_origin(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("CORS_ORIGIN", "https://app.example")
    return "https://app.example"
