"""One request, from the gateway's event to the answer: the same for every route.

The transaction is opened here. In it the caller is read, then the permission, then the query and
the body, then the view runs; the answer, its ETag, the idempotency key and the audit event are
part of it too. A view that raises leaves nothing behind.
"""

import hashlib
import json
import logging
import time
import uuid
from collections.abc import Callable
from typing import Any, NamedTuple
from uuid import UUID

from chalice.app import Request, Response
from marshmallow import Schema, ValidationError
from sqlalchemy import Connection

from chalicelib import errors, wiring
from chalicelib.identity import service as identity
from chalicelib.identity.model import Caller
from chalicelib.identity.roles import PUBLIC, SIGNED_IN
from chalicelib.pages import Asked, Page
from chalicelib.web import idempotency, problem

MOST_BODY_BYTES = 4_000_000
JSON = "application/json"
log = logging.getLogger("plotihub.web")


class Operation(NamedTuple):
    """A route as it was declared; the OpenAPI document and the role walk read it too."""

    method: str
    path: str
    may: str
    view: Callable[..., Any]
    query: Schema | None
    body: Schema | None
    reads: tuple[str, ...]  # content types of a raw body
    answer: Schema | None
    status: int
    location: str
    if_match: bool
    idempotent: bool
    snapshot: bool
    tag: str


class Call:
    """What a view is given: the open transaction, who asks, and what they said, already checked."""

    __slots__ = ("body", "db", "if_match", "parts", "phone", "query", "raw", "request", "request_id", "who")

    db: Connection
    who: Caller
    phone: str
    query: dict[str, Any]
    body: dict[str, Any]
    raw: bytes
    if_match: int | None

    def __init__(self, request: Request, parts: wiring.Parts, request_id: str) -> None:
        self.request = request
        self.parts = parts
        self.request_id = request_id

    @property
    def organisation_id(self) -> UUID:
        return self.who.organisation_id

    @property
    def asked(self) -> Asked:
        """Which page of a list is asked for; for routes whose query extends ``fields.Paging``."""
        return Asked(self.query["cursor"], self.query["limit"], self.query.get("sort"))


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
    call = Call(request, wiring.parts(), request_id)
    ids = {name: _path_value(name, text) for name, text in path.items()}
    call.raw = _raw_body(operation, request)
    if operation.may == PUBLIC:
        call.query = _query(operation, request)
        return _shape(operation, request, operation.view(call, **ids))
    call.phone = _phone(request)
    if operation.method != "GET":
        return call.parts.transact(lambda db: _in_transaction(operation, call, ids, db))
    opened = call.parts.snapshot() if operation.snapshot else call.parts.reading()
    with opened as db:
        return _in_transaction(operation, call, ids, db)


def _in_transaction(operation: Operation, call: Call, ids: dict[str, Any], db: Connection) -> Response:
    call.db = db
    now = call.parts.clock.now()
    scope = UUID(bytes=hashlib.sha256(call.phone.encode()).digest()[:16])
    if operation.may != SIGNED_IN:
        organisation_id = _organisation_header(call.request)
        call.who = identity.identify(db, call.phone, organisation_id, may=operation.may, now=now)
        scope = call.who.organisation_id
    call.query = _query(operation, call.request)
    call.body = _body(operation, call)
    call.if_match = _if_match(operation, call.request)
    key = _idempotency_key(operation, call, scope)
    if key is not None:
        before = idempotency.begin(db, key, now)
        if before is not None:
            return before
    answer = _shape(operation, call.request, operation.view(call, **ids))
    if key is not None:
        idempotency.finish(db, key, answer)
    if operation.method != "GET" and operation.may != SIGNED_IN:
        subject = operation.path.format(**{name: str(value) for name, value in ids.items()})
        identity.record_audit_event(
            db, call.who, action=operation.may, subject=f"{operation.method} {subject}", fields=sorted(call.body),
            request_id=call.request_id,
        )  # fmt: skip
    return answer


def _path_value(name: str, text: str) -> UUID | str:
    if not name.endswith("_id"):
        return text
    try:
        if len(text) != 36:
            raise ValueError("not the canonical form")
        return UUID(text)
    except ValueError as error:
        raise errors.NotFound("There is no such thing here.", **{name: "not an id"}) from error


def _phone(request: Request) -> str:
    """Return the verified number that the authorizer found in the token; nothing else says who asks."""
    phone = (request.context.get("authorizer") or {}).get("phone")
    if not phone:
        raise errors.Unauthenticated("Sign in first.")
    return str(phone)


def _organisation_header(request: Request) -> UUID | None:
    text = request.headers.get("x-organisation")
    if text is None:
        return None
    try:
        return UUID(text)
    except ValueError as error:
        raise errors.BadRequest("X-Organisation must be the id of an organisation.") from error


def _query(operation: Operation, request: Request) -> dict[str, Any]:
    given = request.query_params
    if given:
        repeated = [name for name in given if len(given.getlist(name)) > 1]
        if repeated:
            raise errors.Invalid([(name, "may be given once") for name in repeated])
    if operation.query is None:
        if given:
            raise errors.Invalid([(name, "this route takes no such parameter") for name in given])
        return {}
    loaded: dict[str, Any] = operation.query.load(dict(given.items()) if given else {})
    if "limit" in loaded:
        loaded.setdefault("cursor", None)
    return loaded


def _raw_body(operation: Operation, request: Request) -> bytes:
    raw = request.raw_body or b""
    raw = raw.encode() if isinstance(raw, str) else raw
    if len(raw) > MOST_BODY_BYTES:
        raise errors.TooLarge(f"A body may have at most {MOST_BODY_BYTES} bytes.", limit_bytes=MOST_BODY_BYTES)
    return raw


def _body(operation: Operation, call: Call) -> dict[str, Any]:
    expected = operation.reads or (JSON,)
    if operation.body is None and not operation.reads:
        return {}
    kind = call.request.headers.get("content-type", JSON).split(";")[0].strip().lower()
    if kind not in expected:
        raise errors.UnsupportedMediaType(f"Expected a body of type {' or '.join(expected)}.")
    if operation.body is None:
        return {}
    try:
        given = json.loads(call.raw or b"{}", parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise errors.BadRequest("The body is not valid JSON.") from error
    if not isinstance(given, dict):
        raise errors.BadRequest("The body must be a JSON object.")
    loaded: dict[str, Any] = operation.body.load(given)
    return loaded


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _if_match(operation: Operation, request: Request) -> int | None:
    if not operation.if_match:
        return None
    text = request.headers.get("if-match")
    if text is None:
        raise errors.PreconditionRequired('Send If-Match with the ETag that you read, such as "3".')
    if text.strip() == "*":
        return None
    version = text.strip().removeprefix("W/").strip('"')
    if not (version.isascii() and version.isdecimal() and len(version) < 10):
        raise errors.PreconditionFailed("If-Match does not name a version of this.")
    return int(version)


def _idempotency_key(operation: Operation, call: Call, scope: UUID) -> idempotency.Key | None:
    text = call.request.headers.get("idempotency-key")
    if text is None or not operation.idempotent:
        return None
    path = json.dumps([operation.path, call.request.uri_params, call.query], default=str)
    return idempotency.key_of(text, scope, operation.method.encode(), path.encode(), call.phone.encode(), call.raw)


def _shape(operation: Operation, request: Request, result: Any) -> Response:
    """Return what the view said as an HTTP answer; a Response passes as it is."""
    if isinstance(result, Response):
        return result
    if operation.status == 204:
        return Response("", {}, 204)
    headers: dict[str, str | list[str]] = {"Content-Type": JSON, "Cache-Control": "no-store"}
    version = getattr(result, "version", None)
    body = json.dumps(_told(operation.answer, result), separators=(",", ":"))
    if operation.location:
        headers["Location"] = operation.location.format(id=result.id)
    if operation.method == "GET" or version is not None:
        tag = f'"{version}"' if version is not None else _body_tag(body)
        headers["ETag"] = tag
        if operation.method == "GET" and tag in request.headers.get("if-none-match", ""):
            return Response("", {"ETag": tag}, 304)
    return Response(body, headers, operation.status)


def _told(schema: Schema | None, result: Any) -> Any:
    if schema is None:
        return result
    if isinstance(result, Page):
        return {"items": schema.dump(result.items, many=True), "next_cursor": result.next_cursor}
    return schema.dump(result)


def _body_tag(body: str) -> str:
    return f'W/"{hashlib.blake2b(body.encode(), digest_size=12).hexdigest()}"'
