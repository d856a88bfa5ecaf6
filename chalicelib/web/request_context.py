"""A route as it was declared, and one call of it."""

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
    """A route as it was declared; the OpenAPI document and the role walk read it too."""

    method: str
    path: str
    may: str
    view: Callable[..., Any]
    query: Schema | None
    body: Schema | None
    request_types: tuple[str, ...]  # content types of a raw body
    answer: Schema | None
    response_types: tuple[str, ...]  # content types of an answer that the view shapes itself
    status: int
    location: str
    if_match: bool
    idempotent: bool
    snapshot: bool
    writes: bool
    fresh: bool  # only with a sign-in of the last minutes
    tag: str


class RequestContext:
    """What a view is given: the open transaction, who asks, and what they said, already checked."""

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
    ctx: Context  # not for routes of whoever is merely signed in
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
        """Which page of a list is asked for; for routes whose query extends ``fields.Paging``."""
        return PageRequest(self.query["cursor"], self.query["limit"], self.query.get("sort"))
