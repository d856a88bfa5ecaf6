"""A declared route, and the context of one request to it."""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

from chalice.app import Request
from marshmallow import Schema
from sqlalchemy import Connection

from chalicelib.paging import PageRequest
from chalicelib.runtime.context import Context
from chalicelib.runtime.resources import Resources

JSON = "application/json"


class Operation(NamedTuple):
    """A declared route; the OpenAPI document and the tests of roles read it too."""

    method: str
    path: str
    may: str
    view: Callable[..., Any]
    query_schema: type[Schema] | None
    body_schema: type[Schema] | None
    request_types: tuple[str, ...]  # content types of a raw body
    answer_schema: type[Schema] | None
    response_types: tuple[str, ...]  # content types of a response that the view builds itself
    status: int
    location: str
    if_match: bool
    idempotent: bool
    snapshot: bool
    writes: bool
    fresh: bool  # requires a fresh sign-in
    tag: str

    @property
    def query(self) -> Schema | None:
        return _schema(self.query_schema)

    @property
    def body(self) -> Schema | None:
        return _schema(self.body_schema)

    @property
    def answer(self) -> Schema | None:
        return _schema(self.answer_schema)


@functools.cache
def _schema(kind: type[Schema] | None) -> Schema | None:
    """Return the one instance of a schema, made at first use: all of them at once are a tenth of the cold start."""
    return None if kind is None else kind()


class RequestContext:
    """What a view receives: the open transaction, the caller, and the parsed and validated request."""

    __slots__ = (
        "body",
        "caller_phone",
        "ctx",
        "db",
        "http_request",
        "if_match",
        "query",
        "raw_body",
        "request_id",
        "resources",
        "sent_fields",
    )

    db: Connection
    ctx: Context  # not set on PUBLIC and SIGNED_IN routes
    caller_phone: str
    query: dict[str, Any]
    body: Any  # as its schema loads it: a command, or what a PATCH names
    sent_fields: list[str]  # of the body, by the names that they are loaded under
    raw_body: bytes
    if_match: int | None

    def __init__(self, request: Request, resources: Resources, request_id: str) -> None:
        self.http_request = request
        self.resources = resources
        self.request_id = request_id
        self.sent_fields = []

    @property
    def page_request(self) -> PageRequest:
        """The requested page of a list; for routes whose query extends ``fields.Paging``."""
        return PageRequest(self.query["cursor"], self.query["limit"], self.query.get("sort"))
