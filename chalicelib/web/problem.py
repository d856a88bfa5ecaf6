"""One format for every error: an RFC 9457 problem document."""

import json
from collections.abc import Mapping
from typing import Any

from chalice.app import Response
from marshmallow import ValidationError

from chalicelib import errors

STATUS_BY_ERROR = {
    errors.BadRequest: 400,
    errors.Unauthenticated: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.PreconditionFailed: 412,
    errors.TooLarge: 413,
    errors.UnsupportedMediaType: 415,
    errors.Invalid: 422,
    errors.PreconditionRequired: 428,
    errors.TooManyRequests: 429,
    errors.Unavailable: 503,
}
CONTENT_TYPE = "application/problem+json"
MAX_ERRORS = 100  # a body of 4 MB can have half a million fields, and Lambda returns at most 6 MB
MAX_NAME = 200  # characters of a field's name, which the sender chose


def document(name: str, status: int, detail: str, request_id: str, /, **facts: Any) -> dict[str, Any]:
    """Return the body of a problem: ``name`` is its type in PascalCase, ``facts`` its extension members."""
    return {
        **facts,
        "type": f"urn:plotihub:problem:{_kebab_case(name)}",
        "title": _title(name),
        "status": status,
        "detail": detail,
        "request_id": request_id,
    }


def to_response(error: errors.DomainError, request_id: str) -> Response:
    """Return the problem response of ``error``; its nearest ancestor in ``STATUS_BY_ERROR`` sets the status."""
    status = next((STATUS_BY_ERROR[kind] for kind in type(error).__mro__ if kind in STATUS_BY_ERROR), 400)
    body = document(type(error).__name__, status, error.detail, request_id, **error.facts)
    headers = {}
    if isinstance(error, (errors.TooManyRequests, errors.Unavailable)):
        headers["Retry-After"] = str(error.retry_after_s)
    if isinstance(error, errors.FreshSignInNeeded):  # RFC 9470
        challenge = f'error="insufficient_user_authentication", max_age={error.max_age_s}'
        headers["WWW-Authenticate"] = f"Bearer {challenge}"
    elif isinstance(error, errors.Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    return problem_response(body, request_id, headers)


def problem_response(body: dict[str, Any], request_id: str, headers: Mapping[str, str] | None = None) -> Response:
    """Return the HTTP response of a problem's ``body``."""
    full: dict[str, str | list[str]] = {
        **(headers or {}),
        "Content-Type": CONTENT_TYPE,
        "X-Request-Id": request_id,
        "Cache-Control": "no-store",
    }
    return Response(json.dumps(body, default=str), full, body["status"])


def internal_error(request_id: str) -> Response:
    """Return the response for an unexpected exception; the log has the cause, the caller gets the request id."""
    detail = "Something went wrong on our side; nothing was changed. Quote the request id."
    return problem_response(document("InternalError", 500, detail, request_id), request_id)


def from_validation_error(error: ValidationError) -> errors.Invalid:
    """Return marshmallow's messages as one error with each field's dotted path; at most ``MAX_ERRORS`` of them."""
    found = sorted((field[:MAX_NAME], why) for field, why in _flatten(error.messages))
    if len(found) <= MAX_ERRORS:
        return errors.Invalid(found)
    return errors.Invalid(found[:MAX_ERRORS], f"Many values are not valid; these are {MAX_ERRORS} of {len(found)}.")


def _flatten(messages: Any, path: str = "") -> list[tuple[str, str]]:
    if isinstance(messages, dict):
        entries = [
            (f"{path}.{key}" if path and key != "_schema" else path or str(key), messages[key]) for key in messages
        ]
        return [found for name, inner in entries for found in _flatten(inner, name)]
    if isinstance(messages, list):
        return [found for inner in messages for found in _flatten(inner, path)]
    return [(path, str(messages))]


def _kebab_case(name: str) -> str:
    return "".join("-" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("-")


def _title(name: str) -> str:
    return _kebab_case(name).replace("-", " ").capitalize()
