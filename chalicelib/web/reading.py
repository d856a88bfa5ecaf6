"""What a request says, part by part, each checked before anything is done; nothing is guessed."""

import json
import re
import time
from typing import Any
from uuid import UUID

from chalice.app import Request

from chalicelib import errors
from chalicelib.identity.roles import SIGNED_IN
from chalicelib.web import fields, idempotency
from chalicelib.web.call import JSON, Call, Operation

MOST_BODY_BYTES = 4_000_000
FRESH_S = 600
AHEAD_S = 30  # as far as the authorizer lets a token's other times be ahead
SECONDS = re.compile("[0-9]{1,12}", re.ASCII)
# A gateway that takes the body for text puts U+FFFD for such bytes; the door of texts refuses that.
NOT_UTF8 = "The body is not UTF-8."
# Of what was read: its version, then a digest; * is whatever is there.
IF_MATCH = re.compile(r'^(\*|(?:W/)?"([0-9]{1,9})(?:-[0-9a-f]{12})?")$', re.ASCII)


def path_value(name: str, text: str) -> UUID | str:
    """Return the value of a path parameter; one that ends in "_id" is an id.

    Raises:
        NotFound: it is none, so it names nothing.
    """
    if not name.endswith("_id"):
        return text
    if not fields.UUID_FORM.fullmatch(text):
        raise errors.NotFound("There is no such thing here.", **{name: "not an id"})
    return UUID(text)


def phone(request: Request) -> str:
    """Return the verified number that the authorizer found in the token; nothing else says who asks."""
    found = (request.context.get("authorizer") or {}).get("phone")
    if not found:
        raise errors.Unauthenticated("Sign in first.")
    return str(found)


def check_fresh_sign_in(request: Request) -> None:
    """Check that whoever asks has proved who they are within the last ``FRESH_S`` seconds.

    By the machine's clock, as a token's end is; the issuer's may be ``AHEAD_S`` before ours.

    Raises:
        FreshSignInNeeded: it is longer ago, or the token does not say.
    """
    said = str((request.context.get("authorizer") or {}).get("auth_time", ""))
    age_s = time.time() - int(said) if SECONDS.fullmatch(said) else None
    if age_s is None or not -AHEAD_S <= age_s <= FRESH_S:
        raise errors.FreshSignInNeeded(
            f"This needs a sign-in from the last {FRESH_S // 60} minutes. Sign in again and repeat the request.",
            max_age_s=FRESH_S,
        )


def organisation_header(request: Request) -> UUID | None:
    text = request.headers.get("x-organisation")
    if text is None:
        return None
    if not fields.UUID_FORM.fullmatch(text):
        raise errors.BadRequest("X-Organisation must be the id of an organisation.")
    return UUID(text)


def query(operation: Operation, request: Request) -> dict[str, Any]:
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


def raw_body(request: Request) -> bytes:
    try:
        raw = request.raw_body or b""
        raw = raw.encode() if isinstance(raw, str) else raw
    except UnicodeEncodeError as error:
        raise errors.BadRequest(NOT_UTF8) from error
    if len(raw) > MOST_BODY_BYTES:
        raise errors.TooLarge(f"A body may have at most {MOST_BODY_BYTES} bytes.", limit_bytes=MOST_BODY_BYTES)
    return raw


def body(operation: Operation, call: Call) -> dict[str, Any]:
    """Return the JSON body as its schema loads it; a raw body stays in ``call.raw``.

    Raises:
        BadRequest: it is no JSON object in UTF-8, or names a field twice.
        UnsupportedMediaType: it is of a type that the route does not read.
    """
    expected = operation.reads or (JSON,)
    if operation.body is None and not operation.reads:
        return {}
    kind = call.request.headers.get("content-type", JSON).split(";")[0].strip().lower()
    if kind not in expected:
        raise errors.UnsupportedMediaType(f"Expected a body of type {' or '.join(expected)}.")
    if operation.body is None:
        return {}
    try:
        given = json.loads((call.raw or b"{}").decode(), parse_constant=_no_constant, object_pairs_hook=_each_once)
    except UnicodeDecodeError as error:
        raise errors.BadRequest(NOT_UTF8) from error
    except (ValueError, RecursionError) as error:
        raise errors.BadRequest("The body is not valid JSON.") from error
    if not isinstance(given, dict):
        raise errors.BadRequest("The body must be a JSON object.")
    loaded: dict[str, Any] = operation.body.load(given)
    return loaded


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the object: of two values for one field neither is guessed to be meant."""
    found = dict(pairs)
    if len(found) != len(pairs):
        raise errors.BadRequest("The body names a field twice.")
    return found


def if_match(operation: Operation, request: Request) -> int | None:
    """Return the version that the caller read, None for "*" (whatever it is now)."""
    if not operation.if_match:
        return None
    text = request.headers.get("if-match")
    if text is None:
        raise errors.PreconditionRequired('Send If-Match with the ETag that you read, such as "3-5f0c9d2a41be".')
    found = IF_MATCH.fullmatch(text)
    if found is None:
        raise errors.PreconditionFailed("If-Match does not name a version of this.")
    return None if found[2] is None else int(found[2])


def idempotency_key(
    operation: Operation, call: Call, scope_id: UUID, organisation_id: UUID | None
) -> idempotency.Key | None:
    text = call.request.headers.get(idempotency.HEADER)
    if text is None or not operation.idempotent:
        return None
    path = json.dumps([operation.path, call.request.uri_params, call.query], default=str)
    return idempotency.key_of(
        text, scope_id, organisation_id, operation.method.encode(), path.encode(), _whose(operation, call), call.raw
    )


def _whose(operation: Operation, call: Call) -> bytes:
    """Return who asks, and what they may see: an answer given to a manager is not theirs any more as a caretaker."""
    sees = []
    if operation.may != SIGNED_IN:
        sees = [call.ctx.actor.role, *sorted(map(str, call.ctx.actor.properties or ()))]
    return json.dumps([call.phone, *sees]).encode()
