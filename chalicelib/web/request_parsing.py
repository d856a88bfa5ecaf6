"""Parse and check each part of a request before anything is done; nothing is guessed."""

import json
import re
import time
from typing import Any
from uuid import UUID

from chalice.app import Request

from chalicelib import errors
from chalicelib.access.roles import SIGNED_IN
from chalicelib.web import fields, idempotency
from chalicelib.web.request_context import JSON, Operation, RequestContext

MAX_BODY_BYTES = 4_000_000
FRESH_SIGN_IN_S = 600
CLOCK_SKEW_S = 30  # as far as the authorizer lets a token's other times be ahead
EPOCH_SECONDS = re.compile("[0-9]{1,12}", re.ASCII)
# A gateway that decodes the body as text replaces such bytes by U+FFFD, which ``values.parse_text`` rejects.
NOT_UTF8 = "The body is not UTF-8."
# An ETag: the version, then a digest; * matches any version.
IF_MATCH_PATTERN = re.compile(r'^(\*|(?:W/)?"([0-9]{1,9})(?:-[0-9a-f]{12})?")$', re.ASCII)


def parse_path_value(name: str, text: str) -> UUID | str:
    """Return the value of a path parameter; a parameter whose name ends in "_id" is a UUID.

    Raises:
        NotFound: it is not a UUID, so no resource has it.
    """
    if not name.endswith("_id"):
        return text
    if not fields.UUID_PATTERN.fullmatch(text):
        raise errors.NotFound("There is no such resource.", **{name: "not an id"})
    return UUID(text)


def get_caller_phone(request: Request) -> str:
    """Return the verified number that the authorizer found in the token; nothing else identifies the caller."""
    found = (request.context.get("authorizer") or {}).get("phone")
    if not found:
        raise errors.Unauthenticated("Sign in first.")
    return str(found)


def check_fresh_sign_in(request: Request) -> None:
    """Check that the caller signed in within the last ``FRESH_SIGN_IN_S`` seconds.

    Uses the system clock, as the check of a token's expiry does; the issuer's may be ``CLOCK_SKEW_S`` ahead.

    Raises:
        FreshSignInNeeded: it is longer ago, or the token has no ``auth_time``.
    """
    auth_time = str((request.context.get("authorizer") or {}).get("auth_time", ""))
    age_s = time.time() - int(auth_time) if EPOCH_SECONDS.fullmatch(auth_time) else None
    if age_s is None or not -CLOCK_SKEW_S <= age_s <= FRESH_SIGN_IN_S:
        raise errors.FreshSignInNeeded(
            f"This needs a sign-in from the last {FRESH_SIGN_IN_S // 60} minutes. "
            "Sign in again and repeat the request.",
            max_age_s=FRESH_SIGN_IN_S,
        )


def parse_organisation_header(request: Request) -> UUID | None:
    text = request.headers.get("x-organisation")
    if text is None:
        return None
    if not fields.UUID_PATTERN.fullmatch(text):
        raise errors.BadRequest("X-Organisation must be the id of an organisation.")
    return UUID(text)


def parse_query(operation: Operation, request: Request) -> dict[str, Any]:
    given = request.query_params
    if given:
        repeated = [name for name in given if len(given.getlist(name)) > 1]
        if repeated:
            raise errors.Invalid([(name, "may be given only once") for name in repeated])
    if operation.query is None:
        if given:
            raise errors.Invalid([(name, "this operation has no such parameter") for name in given])
        return {}
    loaded: dict[str, Any] = operation.query.load(dict(given.items()) if given else {})
    if "limit" in loaded:
        loaded.setdefault("cursor", None)
    return loaded


def read_raw_body(request: Request) -> bytes:
    try:
        raw = request.raw_body or b""
        raw = raw.encode() if isinstance(raw, str) else raw
    except UnicodeEncodeError as error:
        raise errors.BadRequest(NOT_UTF8) from error
    if len(raw) > MAX_BODY_BYTES:
        raise errors.TooLarge(f"A body may have at most {MAX_BODY_BYTES} bytes.", limit_bytes=MAX_BODY_BYTES)
    return raw


def parse_body(operation: Operation, context: RequestContext) -> Any:
    """Return the JSON body as its schema loads it, and note its fields in ``context``, where a raw body stays.

    Raises:
        BadRequest: it is not a JSON object in UTF-8, or contains a field twice.
        UnsupportedMediaType: the route does not accept its content type.
    """
    expected = operation.request_types or (JSON,)
    if operation.body is None and not operation.request_types:
        return {}
    kind = context.http_request.headers.get("content-type", JSON).split(";")[0].strip().lower()
    if kind not in expected:
        raise errors.UnsupportedMediaType(f"Expected a body of type {' or '.join(expected)}.")
    if operation.body is None:
        return {}
    try:
        given = json.loads(
            (context.raw_body or b"{}").decode(),
            parse_constant=_reject_constant,
            object_pairs_hook=_reject_duplicate_keys,
        )
    except UnicodeDecodeError as error:
        raise errors.BadRequest(NOT_UTF8) from error
    except (ValueError, RecursionError) as error:
        raise errors.BadRequest("The body is not valid JSON.") from error
    if not isinstance(given, dict):
        raise errors.BadRequest("The body must be a JSON object.")
    loaded = operation.body.load(given)
    known = operation.body.load_fields.items()
    context.sent_fields = sorted(field.attribute or name for name, field in known if (field.data_key or name) in given)
    return loaded


def _reject_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _reject_duplicate_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object; with two values for one field, neither is guessed to be the right one."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise errors.BadRequest("The body contains a field twice.")
    return found


def parse_if_match(operation: Operation, request: Request) -> int | None:
    """Return the version that the caller read, None for "*" (whatever it is now)."""
    if not operation.if_match:
        return None
    text = request.headers.get("if-match")
    if text is None:
        raise errors.PreconditionRequired('Send If-Match with the ETag that you read, such as "3-5f0c9d2a41be".')
    found = IF_MATCH_PATTERN.fullmatch(text)
    if found is None:
        raise errors.PreconditionFailed("If-Match is not an ETag of this resource.")
    return None if found[2] is None else int(found[2])


def parse_idempotency_key(
    operation: Operation, context: RequestContext, scope_id: UUID, organisation_id: UUID | None
) -> idempotency.IdempotencyKey | None:
    text = context.http_request.headers.get(idempotency.HEADER)
    if text is None or not operation.idempotent:
        return None
    path = json.dumps([operation.path, context.http_request.uri_params, context.query], default=str)
    return idempotency.make_key(
        text,
        scope_id,
        organisation_id,
        operation.method.encode(),
        path.encode(),
        _caller_key(operation, context),
        context.raw_body,
    )


def _caller_key(operation: Operation, context: RequestContext) -> bytes:
    """Return the caller and their access: a response to a manager must not be replayed once they are a caretaker."""
    sees = []
    if operation.may != SIGNED_IN:
        sees = [context.ctx.actor.role, *sorted(map(str, context.ctx.actor.properties or ()))]
    return json.dumps([context.caller_phone, *sees]).encode()
