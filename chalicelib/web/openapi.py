"""The OpenAPI 3.1 document, made from the routes as they were declared and from their schemas."""

import functools
import hashlib
import inspect
import json
import re
import typing

from apispec import APISpec

from chalicelib import __version__
from chalicelib.identity.roles import PUBLIC, SIGNED_IN
from chalicelib.pages import Page
from chalicelib.web import fields, idempotency, reading
from chalicelib.web.call import JSON, Operation
from chalicelib.web.described import PROBLEM, Converter, Described, header, page_of, references
from chalicelib.web.problem import CONTENT_TYPE
from chalicelib.web.routing import OPERATIONS

ABOUT = """\
Rent, leases and books of landlords in Kenya.

Sign in with `Authorization: Bearer` and an ID token. `X-Organisation` names the organisation; whoever
belongs to one only may leave it out. Amounts are strings such as "15000.00" in the organisation's
currency, days are "2026-11-20" in its time zone, instants are UTC. Lists are paged: pass `next_cursor`
back as `cursor`. Refunds, channels, members, settings, templates, closing a month and erasing a tenant
need a sign-in from the last 10 minutes. What goes wrong is told as `application/problem+json`, of one
shape everywhere.
"""

PROBLEMS = {
    400: ("BadRequest", "The request cannot be read."),
    401: ("Unauthenticated", "Nobody is signed in, or the token has expired."),
    403: ("Forbidden", "The member's role does not allow this, or it takes a grant that the organisation has not."),
    404: ("NotFound", "It is not there, or is another organisation's."),
    409: ("Conflict", "It is not in a state that allows this, or the same key is being worked on."),
    412: ("PreconditionFailed", "It has changed since the caller read it."),
    413: ("TooLarge", "The body is larger than is read."),
    415: ("UnsupportedMediaType", "The body is of a kind that is not read here."),
    422: ("Invalid", "Some values are not valid; each is named."),
    428: ("PreconditionRequired", "If-Match is missing."),
    429: ("TooManyRequests", "Too many requests, or too often for now; go on after a while."),
    500: ("InternalError", "Something went wrong on our side."),
    503: ("Unavailable", "A part that is needed does not answer; try again after a while."),
    504: ("NoAnswer", "The answer took too long."),
}
HEADERS = {
    "X-Request-Id": header("Names this request in our logs; quote it.", always=True),
    "ETag": header("The version, for If-Match and If-None-Match."),
    "Location": header("Where what was made, or the task that makes it, is read."),
    "Retry-After": header("Seconds to wait.", {"type": "string", "pattern": "^[0-9]+$"}),
    "WWW-Authenticate": header("How to sign in."),
}
FRESH = "FreshSignInNeeded"  # in place of the usual 401, where that is asked for
FRESH_MEANS = (
    f"Nobody is signed in, or the sign-in is older than {reading.FRESH_S // 60} minutes "
    "(type `urn:plotihub:problem:fresh-sign-in-needed`): sign in again, and repeat the request."
)
PARAMETERS: dict[str, Described] = {
    "X-Organisation": {"schema": fields.Uuid.openapi, "description": "The organisation that is worked in."},
    "Idempotency-Key": {
        "schema": {"type": "string", "maxLength": idempotency.MOST_CHARACTERS, "pattern": idempotency.FORM.pattern},
        "description": "The same request sent again with the same key within 48 h is done once and answered alike.",
    },
    "If-Match": {
        "schema": {"type": "string", "pattern": reading.IF_MATCH.pattern},
        "description": "The ETag that was read; * changes whatever is there.",
        "required": True,
    },
    "If-None-Match": {"schema": {"type": "string"}, "description": "Answer 304 if it still has this ETag."},
}
PATH_VALUES: dict[str, Described] = {"period": fields.Month.openapi}
SIGNED: list[Described] = [{"bearer": []}]
# In the order in which a reader meets them.
TAGS = {
    "identity": "Organisations, their members and what those did.",
    "onboarding": "A landlord's spreadsheet: previewed, committed, taken back.",
    "portfolio": "Owners, channels, properties and units.",
    "leasing": "Tenants, leases, rents and deposits.",
    "billing": "Charges, invoices, credit notes and receipts.",
    "payments": "Money received, what it paid, and how a lease ends.",
    "ledger": "Accounts, journals and closed periods.",
    "reporting": "Rent roll, arrears, statements, and the proof of the books.",
    "outreach": "Reminders, promises, holidays and notices to many.",
    "messages": "What was told, in whose words, at what cost, and who wants none of it.",
    "maintenance": "What tenants ask to be mended.",
    "tasks": "Long work, and what is done by the clock.",
    "callbacks": "Where gateways report; not for people.",
    "meta": "Health, this document and its page.",
}


@functools.cache
def text() -> tuple[str, str]:
    """Return the document as JSON, and its ETag; made once a process."""
    made = json.dumps(document(OPERATIONS), separators=(",", ":"))
    return made, f'"{hashlib.blake2b(made.encode(), digest_size=12).hexdigest()}"'


def document(operations: list[Operation]) -> Described:
    """Return the document of ``operations``.

    Raises:
        ValueError: two views or two schemas share a name.
    """
    spec = _empty()
    told, asked = Converter(spec, told=True), Converter(spec, told=False)
    answers = [_answers(operation, told, operations) for operation in operations]  # first: they keep their names
    names: set[str] = set()
    for operation, answered in zip(operations, answers, strict=True):
        described = _operation(operation, asked) | {"responses": answered}
        if described["operationId"] in names:
            raise ValueError(f"two views are called {described['operationId']}")
        names.add(described["operationId"])
        spec.path(operation.path, operations={operation.method.lower(): described})
    made: Described = spec.to_dict()
    return made


def _empty() -> APISpec:
    spec = APISpec(
        title="Plotihub",
        version=__version__,
        openapi_version="3.1.0",
        info={"description": ABOUT, "license": {"name": "MIT", "identifier": "MIT"}},
        servers=[{"url": "/", "description": "This server."}],
        tags=[{"name": name, "description": told} for name, told in TAGS.items()],
    )
    spec.components.security_scheme(
        "bearer", {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": "A Cognito ID token."}
    )
    spec.components.schema("Problem", PROBLEM)
    for name, described in HEADERS.items():
        spec.components.header(name, described)
    for name, described in PARAMETERS.items():
        spec.components.parameter(name, "header", dict(described))
    for status, (name, description) in PROBLEMS.items():
        spec.components.response(name, _problem(status, description))
    spec.components.response(FRESH, _problem(401, FRESH_MEANS))
    return spec


def _problem(status: int, description: str) -> Described:
    also = {401: ["WWW-Authenticate"], 429: ["Retry-After"], 503: ["Retry-After"]}.get(status, [])
    return {
        "description": description,
        "headers": references("headers", ["X-Request-Id", *also]),
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _operation(operation: Operation, asked: Converter) -> Described:
    described: Described = {
        "operationId": operation.view.__name__,
        "summary": summary(operation),
        "tags": [operation.tag],
        "security": [] if operation.may == PUBLIC else SIGNED,
        "parameters": [*_path_parameters(operation), *_query_parameters(operation, asked), *_headers(operation)],
    }
    body = _body(operation, asked)
    return described | ({"requestBody": body} if body else {})


def summary(operation: Operation) -> str:
    """Return the first line of the view's docstring."""
    return (inspect.getdoc(operation.view) or "").partition("\n")[0]


def _path_parameters(operation: Operation) -> list[Described]:
    names = re.findall(r"{(\w+)}", operation.path)
    return [{"name": name, "in": "path", "required": True, "schema": _path_schema(name)} for name in names]


def _path_schema(name: str) -> Described:
    usual = fields.Uuid.openapi if name.endswith("_id") else {"type": "string", "minLength": 1}
    return PATH_VALUES.get(name, usual)


def _query_parameters(operation: Operation, asked: Converter) -> list[Described]:
    named = operation.query.load_fields.items() if operation.query else ()
    return [
        {
            "name": field.data_key or name,
            "in": "query",
            "required": field.required,
            "schema": asked.field2property(field),
        }
        for name, field in named
    ]


def _headers(operation: Operation) -> list[str]:
    """Return the names of shared parameters; apispec makes references of them."""
    sent = {
        "X-Organisation": operation.may not in (PUBLIC, SIGNED_IN),
        "Idempotency-Key": operation.idempotent,
        "If-Match": operation.if_match,
        "If-None-Match": operation.method == "GET",
    }
    return [name for name, wanted in sent.items() if wanted]


def _body(operation: Operation, asked: Converter) -> Described:
    if operation.reads:
        raw = {"schema": {"type": "string", "format": "binary"}}
        return {"required": True, "content": dict.fromkeys(operation.reads, raw)}
    if operation.body is None:
        return {}
    required = any(field.required for field in operation.body.load_fields.values())
    return {"required": required, "content": {JSON: {"schema": asked.reference(operation.body)}}}


def _answers(operation: Operation, told: Converter, operations: list[Operation]) -> Described:
    answers: Described = {str(operation.status): _success(operation, told, operations)}
    if operation.method == "GET":
        headers = references("headers", ["X-Request-Id", "ETag"])
        answers["304"] = {"description": "It still has that ETag.", "headers": headers}
    for status in _refusals(operation):
        name = FRESH if status == 401 and operation.fresh else PROBLEMS[status][0]
        answers[str(status)] = {"$ref": f"#/components/responses/{name}"}
    return answers


def _success(operation: Operation, told: Converter, operations: list[Operation]) -> Described:
    names = ["X-Request-Id"] + (["Location"] if operation.location else [])
    names += ["ETag"] if operation.status != 204 else []
    said = "Accepted: what the answer names does it, or will." if operation.status == 202 else "Done."
    success: Described = {"description": said, "headers": references("headers", names)}
    content = {kind: {"schema": {"type": "object" if kind == JSON else "string"}} for kind in operation.tells}
    if operation.answer is not None:
        one = told.reference(operation.answer)
        content[JSON] = {"schema": page_of(one) if returns_page(operation) else one}
    links = _links(operation, operations)
    return success | ({"content": content} if content else {}) | ({"links": links} if links else {})


def returns_page(operation: Operation) -> bool:
    returned = typing.get_type_hints(operation.view).get("return")
    return (typing.get_origin(returned) or returned) is Page


def _links(operation: Operation, operations: list[Operation]) -> Described:
    """Return what can be done with that which was made, and with the task that works on it: all below their paths."""
    if not operation.location or operation.answer is None:
        return {}
    links: Described = {}
    for location in dict.fromkeys((operation.location, f"{operation.path}/{{id}}")):
        [named] = re.findall(r"{(\w+)}", location.removeprefix(operation.path)) or [""]
        start = re.escape(location).replace(rf"\{{{named}\}}", r"{(\w+)}")
        for other in operations:
            found = named and re.fullmatch(start + "(/[a-z/-]+)?", other.path)
            if found:
                parameters = {found[1]: f"$response.body#/{named}"}
                parameters |= {"If-Match": "$response.header.ETag"} if other.if_match else {}
                links[other.view.__name__] = {"operationId": other.view.__name__, "parameters": parameters}
    return links


def _refusals(operation: Operation) -> list[int]:
    """Return every status that a problem of this operation may have."""
    reads = bool(operation.body or operation.reads)
    possible = {
        **dict.fromkeys((400, 413, 422, 429, 500, 503, 504), True),
        401: operation.may != PUBLIC,
        403: operation.may != PUBLIC,
        404: operation.may not in (PUBLIC, SIGNED_IN) or "{" in operation.path,
        409: operation.method != "GET",
        412: operation.if_match,
        415: reads,
        428: operation.if_match,
    }
    return sorted(status for status, wanted in possible.items() if wanted)
