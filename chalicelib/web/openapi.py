"""The OpenAPI 3.1 document, generated from the declared routes and their schemas."""

import inspect
import re
import typing

from apispec import APISpec

from chalicelib import __version__
from chalicelib.access.roles import PUBLIC, SIGNED_IN
from chalicelib.paging import Page
from chalicelib.web import fields
from chalicelib.web.json_schema import PROBLEM, JsonSchema, SchemaConverter, component_references, page_schema
from chalicelib.web.openapi_texts import (
    API_DESCRIPTION,
    BEARER_SECURITY,
    FRESH,
    FRESH_DESCRIPTION,
    HEADERS,
    PARAMETERS,
    PATH_VALUES,
    PROBLEMS,
    TAGS,
)
from chalicelib.web.problem import CONTENT_TYPE
from chalicelib.web.request_context import JSON, Operation


def document(operations: list[Operation]) -> JsonSchema:
    """Return the document of ``operations``.

    Raises:
        ValueError: two views or two schemas share a name.
    """
    spec = _base_spec()
    response_schemas, request_schemas = (
        SchemaConverter(spec, for_response=True),
        SchemaConverter(spec, for_response=False),
    )
    answers = [
        _describe_responses(operation, response_schemas, operations) for operation in operations
    ]  # before the requests, so that the responses keep their names
    names: set[str] = set()
    for operation, answered in zip(operations, answers, strict=True):
        described = _describe_operation(operation, request_schemas) | {"responses": answered}
        if described["operationId"] in names:
            raise ValueError(f"two views are called {described['operationId']}")
        names.add(described["operationId"])
        spec.path(operation.path, operations={operation.method.lower(): described})
    built: JsonSchema = spec.to_dict()
    return built


def _base_spec() -> APISpec:
    spec = APISpec(
        title="Plotihub",
        version=__version__,
        openapi_version="3.1.0",
        info={"description": API_DESCRIPTION, "license": {"name": "MIT", "identifier": "MIT"}},
        servers=[{"url": "/", "description": "This server."}],
        tags=[{"name": name, "description": description} for name, description in TAGS.items()],
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
        spec.components.response(name, _problem_response(status, description))
    spec.components.response(FRESH, _problem_response(401, FRESH_DESCRIPTION))
    return spec


def _problem_response(status: int, description: str) -> JsonSchema:
    also = {401: ["WWW-Authenticate"], 429: ["Retry-After"], 503: ["Retry-After"]}.get(status, [])
    return {
        "description": description,
        "headers": component_references("headers", ["X-Request-Id", *also]),
        "content": {CONTENT_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


def _describe_operation(operation: Operation, request_schemas: SchemaConverter) -> JsonSchema:
    described: JsonSchema = {
        "operationId": operation.view.__name__,
        "summary": summary(operation),
        "description": _description(operation),
        "tags": [operation.tag],
        "security": [] if operation.may == PUBLIC else BEARER_SECURITY,
        "parameters": [
            *_path_parameters(operation),
            *_query_parameters(operation, request_schemas),
            *_header_parameters(operation),
        ],
    }
    body = _describe_body(operation, request_schemas)
    return described | ({"requestBody": body} if body else {})


def summary(operation: Operation) -> str:
    """Return the first line of the view's docstring, without its full stop."""
    return (inspect.getdoc(operation.view) or "").partition("\n")[0].rstrip(".")


def _description(operation: Operation) -> str:
    """Return the rest of the view's docstring as one paragraph of Markdown."""
    return " ".join((inspect.getdoc(operation.view) or "").split("\n")[1:]).strip().replace("``", "`")


def _path_parameters(operation: Operation) -> list[JsonSchema]:
    names = re.findall(r"{(\w+)}", operation.path)
    return [{"name": name, "in": "path", "required": True, "schema": _path_schema(name)} for name in names]


def _path_schema(name: str) -> JsonSchema:
    default = fields.Uuid.openapi if name.endswith("_id") else {"type": "string", "minLength": 1}
    return PATH_VALUES.get(name, default)


def _query_parameters(operation: Operation, request_schemas: SchemaConverter) -> list[JsonSchema]:
    named = operation.query.load_fields.items() if operation.query else ()
    return [
        {
            "name": field.data_key or name,
            "in": "query",
            "required": field.required,
            "schema": request_schemas.field2property(field),
        }
        for name, field in named
    ]


def _header_parameters(operation: Operation) -> list[str]:
    """Return the names of shared parameters; apispec replaces them by references."""
    sent = {
        "X-Organisation": operation.may not in (PUBLIC, SIGNED_IN),
        "Idempotency-Key": operation.idempotent,
        "If-Match": operation.if_match,
        "If-None-Match": operation.method == "GET",
    }
    return [name for name, wanted in sent.items() if wanted]


def _describe_body(operation: Operation, request_schemas: SchemaConverter) -> JsonSchema:
    if operation.request_types:
        raw = {"schema": {"type": "string", "format": "binary"}}
        return {"required": True, "content": dict.fromkeys(operation.request_types, raw)}
    if operation.body is None:
        return {}
    required = any(field.required for field in operation.body.load_fields.values())
    return {"required": required, "content": {JSON: {"schema": request_schemas.reference(operation.body)}}}


def _describe_responses(
    operation: Operation, response_schemas: SchemaConverter, operations: list[Operation]
) -> JsonSchema:
    answers: JsonSchema = {str(operation.status): _describe_success(operation, response_schemas, operations)}
    if operation.method == "GET":
        headers = component_references("headers", ["X-Request-Id", "ETag"])
        answers["304"] = {"description": "Not modified: the ETag still matches.", "headers": headers}
    for status in _error_statuses(operation):
        name = FRESH if status == 401 and operation.fresh else PROBLEMS[status][0]
        answers[str(status)] = {"$ref": f"#/components/responses/{name}"}
    return answers


def _describe_success(
    operation: Operation, response_schemas: SchemaConverter, operations: list[Operation]
) -> JsonSchema:
    names = ["X-Request-Id"] + (["Location"] if operation.location else [])
    names += ["ETag"] if operation.status != 204 else []
    description = "Accepted: the returned resource tracks the work." if operation.status == 202 else "Done."
    success: JsonSchema = {"description": description, "headers": component_references("headers", names)}
    content = {kind: {"schema": {"type": "object" if kind == JSON else "string"}} for kind in operation.response_types}
    if operation.answer is not None:
        one = response_schemas.reference(operation.answer)
        content[JSON] = {"schema": page_schema(one) if returns_page(operation) else one}
    links = _links(operation, operations)
    return success | ({"content": content} if content else {}) | ({"links": links} if links else {})


def returns_page(operation: Operation) -> bool:
    returned = typing.get_type_hints(operation.view).get("return")
    return (typing.get_origin(returned) or returned) is Page


def _links(operation: Operation, operations: list[Operation]) -> JsonSchema:
    """Return links to the operations on the created resource and on its task: all those below their paths."""
    if not operation.location or operation.answer is None:
        return {}
    links: JsonSchema = {}
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


def _error_statuses(operation: Operation) -> list[int]:
    """Return every error status that this operation may return."""
    reads = bool(operation.body or operation.request_types)
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
