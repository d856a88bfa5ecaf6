"""The last look at every answer: Chalice's own, ``{"Code", "Message"}``, are retold as problem documents, and each
gets the headers that all have.

API Gateway keeps unknown paths and methods from the function; they come when something else calls
it: a test event, a load balancer, a gateway that was deployed from another version.
"""

import uuid
from collections.abc import Callable
from typing import Any

from chalice.app import Chalice, Request, Response

from chalicelib.web import gateway, problem
from chalicelib.web.gateway import GATEWAY_RESPONSES, METHOD_NOT_ALLOWED, GatewayResponse
from chalicelib.web.handling import request_id_of

KEPT = ("Allow", "Access-Control-Allow-Origin")
RETOLD = {
    400: GATEWAY_RESPONSES["DEFAULT_4XX"],
    404: GATEWAY_RESPONSES["RESOURCE_NOT_FOUND"],
    405: METHOD_NOT_ALLOWED,
    415: GATEWAY_RESPONSES["UNSUPPORTED_MEDIA_TYPE"],
}

Next = Callable[[Any], Response]


def retelling(app: Chalice) -> Callable[[Request | None, Next], Response]:
    """Return the middleware for HTTP that does it for ``app``."""

    def retell(request: Request | None, get_response: Next) -> Response:
        if request is None:  # no event of API Gateway's; Chalice answers without having looked for a route
            return _problem(GATEWAY_RESPONSES["DEFAULT_5XX"], str(uuid.uuid4()), {})
        request_id = request_id_of(request)
        if request.context["resourcePath"] not in app.routes:
            return _problem(GATEWAY_RESPONSES["RESOURCE_NOT_FOUND"], request_id, {})
        answer = get_response(request)
        answer.headers |= gateway.SAFE_HEADERS
        if isinstance(answer.body, dict) and answer.body.keys() == {"Code", "Message"}:
            told = RETOLD.get(answer.status_code, GATEWAY_RESPONSES["DEFAULT_5XX"])
            return _problem(told, request_id, answer.headers)
        return answer

    return retell


def _problem(told: GatewayResponse, request_id: str, before: dict[str, Any]) -> Response:
    kept = {name: value for name, value in before.items() if name in KEPT}
    answer = problem.respond(gateway.document(told, request_id), request_id)
    answer.headers |= gateway.headers(told, request_id) | kept
    return answer
