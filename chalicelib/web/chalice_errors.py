"""Convert Chalice's own errors, ``{"Code", "Message"}``, to problem documents, and add the headers of every response.

API Gateway rejects unknown paths and methods itself; they reach the function when something else calls
it: a test event, a load balancer, a gateway that was deployed from another version.
"""

import uuid
from collections.abc import Callable
from typing import Any

from chalice.app import Chalice, Request, Response

from chalicelib.web import gateway_responses, problem
from chalicelib.web.gateway_responses import GATEWAY_RESPONSES, METHOD_NOT_ALLOWED, GatewayResponse
from chalicelib.web.request_pipeline import get_request_id

KEPT_HEADERS = ("Allow", "Access-Control-Allow-Origin")
REPLACEMENTS = {
    400: GATEWAY_RESPONSES["DEFAULT_4XX"],
    404: GATEWAY_RESPONSES["RESOURCE_NOT_FOUND"],
    405: METHOD_NOT_ALLOWED,
    415: GATEWAY_RESPONSES["UNSUPPORTED_MEDIA_TYPE"],
}

NextHandler = Callable[[Any], Response]


def problem_middleware(app: Chalice) -> Callable[[Request | None, NextHandler], Response]:
    """Return the HTTP middleware that does this for ``app``."""

    def replace_error(request: Request | None, get_response: NextHandler) -> Response:
        if request is None:  # no event of API Gateway's; Chalice answers without having looked for a route
            return _problem(GATEWAY_RESPONSES["DEFAULT_5XX"], str(uuid.uuid4()), {})
        request_id = get_request_id(request)
        if request.context["resourcePath"] not in app.routes:
            return _problem(GATEWAY_RESPONSES["RESOURCE_NOT_FOUND"], request_id, {})
        answer = get_response(request)
        answer.headers |= gateway_responses.SAFE_HEADERS
        if isinstance(answer.body, dict) and answer.body.keys() == {"Code", "Message"}:
            replacement = REPLACEMENTS.get(answer.status_code, GATEWAY_RESPONSES["DEFAULT_5XX"])
            return _problem(replacement, request_id, answer.headers)
        return answer

    return replace_error


def _problem(replacement: GatewayResponse, request_id: str, before: dict[str, Any]) -> Response:
    kept = {name: value for name, value in before.items() if name in KEPT_HEADERS}
    answer = problem.problem_response(gateway_responses.problem_document(replacement, request_id), request_id)
    answer.headers |= gateway_responses.problem_headers(replacement, request_id) | kept
    return answer
