"""One request, from the gateway's event to the answer: the same for every route.

The transaction is opened here. In it the caller is read, then the permission, then the query and
the body, then the view runs; the answer, its ETag, the idempotency key and the audit event are
part of it too. A view that raises leaves nothing behind.
"""

import hashlib
import json
import logging
import re
import time
import uuid
from typing import Any
from uuid import UUID

from chalice.app import Request, Response
from marshmallow import ValidationError
from sqlalchemy import Connection

from chalicelib import errors
from chalicelib.identity import service as identity
from chalicelib.identity.roles import PUBLIC, SIGNED_IN
from chalicelib.runtime.resources import get_resources
from chalicelib.web import idempotency, problem, reading, telling
from chalicelib.web.call import JSON, Call, Operation
from chalicelib.web.reading import MOST_BODY_BYTES

__all__ = ["MOST_BODY_BYTES", "answer_request", "request_id_of", "unchanged"]

NAMED = re.compile(r"{(\w+)}")  # what a location says of what was made

log = logging.getLogger("plotihub.web")


def answer_request(operation: Operation, request: Request, path: dict[str, str]) -> Response:
    """Answer ``request``; whatever goes wrong is told as a problem document and logged without personal data."""
    started = time.perf_counter()
    request_id = request_id_of(request)
    try:
        answer = _work(operation, request, path, request_id)
    except errors.DomainError as error:
        answer = problem.to_response(error, request_id)
    except ValidationError as error:
        answer = problem.to_response(problem.invalid(error), request_id)
    except Exception:
        log.exception("unexpected error", extra={"request_id": request_id, "route": operation.path})
        answer = problem.unexpected(request_id)
    answer.headers.setdefault("X-Request-Id", request_id)
    log.info(
        "request",
        extra={
            "request_id": request_id,
            "method": operation.method,
            "route": operation.path,
            "status": answer.status_code,
            "ms": round((time.perf_counter() - started) * 1000, 1),
        },
    )
    return answer


def request_id_of(request: Request) -> str:
    """Return the gateway's id of the request; a server that gives none gets one made."""
    return str(request.context.get("requestId") or uuid.uuid4())


def _work(operation: Operation, request: Request, path: dict[str, str], request_id: str) -> Response:
    call = Call(request, get_resources(), request_id)
    ids = {name: reading.path_value(name, text) for name, text in path.items()}
    call.raw = reading.raw_body(request)
    if operation.may == PUBLIC:
        call.query = reading.query(operation, request)
        return _shape(operation, request, operation.view(call, **ids))
    call.phone = reading.phone(request)
    if operation.writes:
        return call.parts.transact(lambda db: _in_transaction(operation, call, ids, db))
    opened = call.parts.snapshot() if operation.snapshot else call.parts.reading()
    with opened as db:
        return _in_transaction(operation, call, ids, db)


def _in_transaction(operation: Operation, call: Call, ids: dict[str, Any], db: Connection) -> Response:
    call.db = db
    now = call.parts.clock.now()
    scope_id, organisation_id = UUID(bytes=hashlib.sha256(call.phone.encode()).digest()[:16]), None
    if operation.may != SIGNED_IN:
        organisation_id = reading.organisation_header(call.request)
        call.ctx = identity.identify(db, call.phone, organisation_id, may=operation.may, now=now)
        assert call.ctx.actor.member_id is not None  # noqa: S101
        scope_id, organisation_id = call.ctx.actor.member_id, call.ctx.organisation_id
    if operation.fresh:
        reading.check_fresh_sign_in(call.request)
    call.if_match = reading.if_match(operation, call.request)
    call.query = reading.query(operation, call.request)
    call.body = reading.body(operation, call)
    key = reading.idempotency_key(operation, call, scope_id, organisation_id)
    if key is not None:
        before = idempotency.begin(db, key, now)
        if before is not None:
            return before
    answer = _shape(operation, call.request, operation.view(call, **ids))
    if key is not None:
        idempotency.finish(db, key, answer)
    if operation.writes and operation.may != SIGNED_IN:
        identity.record_audit_event(
            call.ctx, action=operation.may, subject=f"{operation.method} {_subject(operation, ids)}",
            fields=sorted(call.body), request_id=call.request_id,
        )  # fmt: skip
    return answer


def _subject(operation: Operation, ids: dict[str, Any]) -> str:
    """Return the path that was written to; a number in it stays out, since what is in the trail stays there."""
    return operation.path.format(**{name: f"{{{name}}}" if name == "phone" else str(ids[name]) for name in ids})


def _shape(operation: Operation, request: Request, result: Any) -> Response:
    """Return what the view said as an HTTP answer; a Response passes as it is."""
    if isinstance(result, Response):
        return result
    if operation.status == 204:
        return Response("", {}, 204)
    headers: dict[str, str | list[str]] = {"Content-Type": JSON, "Cache-Control": "no-store"}
    version = getattr(result, "version", None)
    body = json.dumps(telling.tell(operation.answer, result), separators=(",", ":"))
    if operation.location:
        headers["Location"] = NAMED.sub(lambda found: str(getattr(result, found[1])), operation.location)
    if operation.method == "GET" or version is not None:
        tag = _tag(version, body)
        headers["ETag"] = tag
        if operation.method == "GET" and unchanged(request, tag):
            return Response("", {"ETag": tag}, 304)
    return Response(body, headers, operation.status)


def unchanged(request: Request, tag: str) -> bool:
    """Return whether ``If-None-Match`` names ``tag``, weak or not (RFC 9110 section 13.1.2)."""
    asked = request.headers.get("if-none-match", "")
    wanted = tag.removeprefix("W/")
    return any(each.strip().removeprefix("W/") in (wanted, "*") for each in asked.split(","))


def _tag(version: int | None, body: str) -> str:
    """Return the ETag: If-Match looks at the version, If-None-Match at the digest too.

    What is told may change without a new version: a unit's status changes with the day.
    """
    digest = hashlib.blake2b(body.encode(), digest_size=6 if version is not None else 12).hexdigest()
    return f'W/"{digest}"' if version is None else f'"{version}-{digest}"'
