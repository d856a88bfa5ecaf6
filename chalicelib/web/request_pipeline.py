"""One request, from the gateway's event to the response: the same for every route.

The transaction is opened here. In it the caller is looked up, the permission checked, the query and
the body parsed, and the view run; the response, its ETag, the idempotency key and the audit event are
part of it too. If the view raises, all of it is rolled back.
"""

import hashlib
import json
import logging
import re
import time
import uuid
from typing import Any, cast
from uuid import UUID

from chalice.app import Request, Response
from marshmallow import ValidationError
from sqlalchemy import Connection

from chalicelib import errors, organisations
from chalicelib.access.roles import PUBLIC, SIGNED_IN
from chalicelib.runtime.resources import get_resources
from chalicelib.web import idempotency, problem, request_parsing, serialization
from chalicelib.web.request_context import JSON, Operation, RequestContext
from chalicelib.web.request_parsing import MAX_BODY_BYTES

__all__ = ["MAX_BODY_BYTES", "etag_matches", "get_request_id", "handle_request"]

PLACEHOLDER = re.compile(r"{(\w+)}")  # in a location: an attribute of the created resource

log = logging.getLogger("plotihub.web")


def handle_request(operation: Operation, request: Request, path: dict[str, str]) -> Response:
    """Return the response to ``request``; any error becomes a problem document, and is logged without personal data."""
    started = time.perf_counter()
    request_id = get_request_id(request)
    try:
        answer = _run_operation(operation, request, path, request_id)
    except errors.DomainError as error:
        answer = problem.to_response(error, request_id)
    except ValidationError as error:
        answer = problem.to_response(problem.from_validation_error(error), request_id)
    except Exception:
        log.exception(
            "http.request.error: the request raised an exception",
            extra={"request_id": request_id, "route": operation.path},
        )
        answer = problem.internal_error(request_id)
    answer.headers.setdefault("X-Request-Id", request_id)
    log.info(
        "http.request: a request was answered",
        extra={
            "request_id": request_id,
            "method": operation.method,
            "route": operation.path,
            "status": answer.status_code,
            "ms": round((time.perf_counter() - started) * 1000, 1),
        },
    )
    return answer


def get_request_id(request: Request) -> str:
    """Return the gateway's id of the request, or a new one if the server sets none."""
    return str(request.context.get("requestId") or uuid.uuid4())


def _run_operation(operation: Operation, request: Request, path: dict[str, str], request_id: str) -> Response:
    context = RequestContext(request, get_resources(), request_id)
    ids = {name: request_parsing.parse_path_value(name, text) for name, text in path.items()}
    context.raw_body = request_parsing.read_raw_body(request)
    if operation.may == PUBLIC:
        context.query = request_parsing.parse_query(operation, request)
        return _to_response(operation, request, operation.view(context, **ids))
    context.caller_phone = request_parsing.get_caller_phone(request)
    if operation.writes:
        return context.resources.transact(lambda db: _run_in_transaction(operation, context, ids, db))
    opened = context.resources.snapshot() if operation.snapshot else context.resources.reading()
    with opened as db:
        return _run_in_transaction(operation, context, ids, db)


def _run_in_transaction(operation: Operation, context: RequestContext, ids: dict[str, Any], db: Connection) -> Response:
    context.db = db
    now = context.resources.clock.now()
    scope_id, organisation_id = UUID(bytes=hashlib.sha256(context.caller_phone.encode()).digest()[:16]), None
    if operation.may != SIGNED_IN:
        organisation_id = request_parsing.parse_organisation_header(context.http_request)
        context.ctx = organisations.get_caller(db, context.caller_phone, organisation_id, may=operation.may, now=now)
        organisation_id = context.ctx.organisation_id
        scope_id = cast(UUID, context.ctx.actor.member_id)  # a caller is a member
    if operation.fresh:
        request_parsing.check_fresh_sign_in(context.http_request)
    context.if_match = request_parsing.parse_if_match(operation, context.http_request)
    context.query = request_parsing.parse_query(operation, context.http_request)
    context.body = request_parsing.parse_body(operation, context)
    key = request_parsing.parse_idempotency_key(operation, context, scope_id, organisation_id)
    if key is not None:
        before = idempotency.reserve_key(db, key, now)
        if before is not None:
            return before
    answer = _to_response(operation, context.http_request, operation.view(context, **ids))
    if key is not None:
        idempotency.store_answer(db, key, answer)
    if operation.writes and operation.may != SIGNED_IN:
        organisations.record_audit_event(
            context.ctx, action=operation.may, subject=f"{operation.method} {_audit_subject(operation, ids)}",
            fields=context.sent_fields, request_id=context.request_id,
        )  # fmt: skip
    return answer


def _audit_subject(operation: Operation, ids: dict[str, Any]) -> str:
    """Return the path that was written to, without phone numbers: the audit trail is never erased."""
    return operation.path.format(**{name: f"{{{name}}}" if name == "phone" else str(ids[name]) for name in ids})


def _to_response(operation: Operation, request: Request, result: Any) -> Response:
    """Return the view's result as an HTTP response; a Response is returned unchanged."""
    if isinstance(result, Response):
        return result
    if operation.status == 204:
        return Response("", {}, 204)
    headers: dict[str, str | list[str]] = {"Content-Type": JSON, "Cache-Control": "no-store"}
    version = getattr(result, "version", None)
    body = json.dumps(serialization.serialize(operation.answer, result), separators=(",", ":"))
    if operation.location:
        headers["Location"] = PLACEHOLDER.sub(lambda found: str(getattr(result, found[1])), operation.location)
    if operation.method == "GET" or version is not None:
        tag = _make_etag(version, body)
        headers["ETag"] = tag
        if operation.method == "GET" and etag_matches(request, tag):
            return Response("", {"ETag": tag}, 304)
    return Response(body, headers, operation.status)


def etag_matches(request: Request, tag: str) -> bool:
    """Return whether ``If-None-Match`` names ``tag``, weak or not (RFC 9110 section 13.1.2)."""
    if_none_match = request.headers.get("if-none-match", "")
    wanted = tag.removeprefix("W/")
    return any(each.strip().removeprefix("W/") in (wanted, "*") for each in if_none_match.split(","))


def _make_etag(version: int | None, body: str) -> str:
    """Return the ETag: If-Match compares the version, If-None-Match the digest too.

    A response may change without a new version: a unit's status changes with the day.
    """
    digest = hashlib.blake2b(body.encode(), digest_size=6 if version is not None else 12).hexdigest()
    return f'W/"{digest}"' if version is None else f'"{version}-{digest}"'
