"""Responses of API Gateway itself, before or instead of our code, as problem documents.

One table for both places: Terraform's gateway responses are generated from it (``request_id`` is then
``$context.requestId``), and the local server reads it. The names are API Gateway's response types:
https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from chalicelib import config
from chalicelib.web import problem


@dataclass(frozen=True, slots=True)
class GatewayResponse:
    """``name`` is the problem's type in PascalCase, like the names of the errors in ``chalicelib.errors``."""

    status: int
    name: str
    detail: str
    headers: Mapping[str, str] = field(default_factory=dict)


# On every response, also those below: no content sniffing, and TLS only.
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
}
_UNREADABLE = "The request is not valid HTTP, or a part of it could not be read."
_INTERNAL_ERROR = "Something went wrong on our side. Quote the request id."
_SIGN_IN = "Send Authorization: Bearer and an ID token that has not expired."
_BEARER = {"WWW-Authenticate": "Bearer"}

GATEWAY_RESPONSES: dict[str, GatewayResponse] = {
    "UNAUTHORIZED": GatewayResponse(401, "Unauthenticated", _SIGN_IN, _BEARER),
    "EXPIRED_TOKEN": GatewayResponse(401, "Unauthenticated", _SIGN_IN, _BEARER),
    "ACCESS_DENIED": GatewayResponse(403, "Forbidden", "You are not allowed to do this."),
    "INVALID_SIGNATURE": GatewayResponse(401, "Unauthenticated", _SIGN_IN, _BEARER),
    "WAF_FILTERED": GatewayResponse(403, "Forbidden", "The request was refused by the firewall."),
    # API Gateway's type for "no such path or method": it treats an unknown route as a signed AWS call.
    "MISSING_AUTHENTICATION_TOKEN": GatewayResponse(404, "NotFound", "There is no such path."),
    "RESOURCE_NOT_FOUND": GatewayResponse(404, "NotFound", "There is no such path."),
    "BAD_REQUEST_BODY": GatewayResponse(400, "BadRequest", _UNREADABLE),
    "BAD_REQUEST_PARAMETERS": GatewayResponse(400, "BadRequest", _UNREADABLE),
    "DEFAULT_4XX": GatewayResponse(400, "BadRequest", _UNREADABLE),
    "REQUEST_TOO_LARGE": GatewayResponse(413, "TooLarge", "The body is too large."),
    "UNSUPPORTED_MEDIA_TYPE": GatewayResponse(415, "UnsupportedMediaType", "This content type is not supported."),
    "THROTTLED": GatewayResponse(429, "TooManyRequests", "Too many requests; slow down.", {"Retry-After": "1"}),
    "QUOTA_EXCEEDED": GatewayResponse(429, "TooManyRequests", "The request quota is used up.", {"Retry-After": "3600"}),
    "AUTHORIZER_FAILURE": GatewayResponse(500, "InternalError", _INTERNAL_ERROR),
    "AUTHORIZER_CONFIGURATION_ERROR": GatewayResponse(500, "InternalError", _INTERNAL_ERROR),
    "API_CONFIGURATION_ERROR": GatewayResponse(500, "InternalError", _INTERNAL_ERROR),
    "DEFAULT_5XX": GatewayResponse(500, "InternalError", _INTERNAL_ERROR),
    "INTEGRATION_FAILURE": GatewayResponse(504, "NoAnswer", "The service did not answer. Quote the request id."),
    "INTEGRATION_TIMEOUT": GatewayResponse(
        504, "NoAnswer", "The answer took too long. The request may still take effect: check before repeating it."
    ),
}

# API Gateway does not distinguish a known path's unknown method from an unknown path: both are 404.
METHOD_NOT_ALLOWED = GatewayResponse(405, "MethodNotAllowed", "This path has no such method.")


def problem_document(response: GatewayResponse, request_id: str) -> dict[str, Any]:
    """Return the problem document; ``request_id`` is an id or the template's variable."""
    return problem.document(response.name, response.status, response.detail, request_id)


def problem_headers(response: GatewayResponse, request_id: str) -> dict[str, str]:
    """Return the problem's headers; a browser may read the problem if it may call the API."""
    full = {"Content-Type": problem.CONTENT_TYPE, "Cache-Control": "no-store", "X-Request-Id": request_id}
    origin = config.cors_origin()
    if origin:
        full["Access-Control-Allow-Origin"] = origin
    return {**SAFE_HEADERS, **full, **response.headers}
