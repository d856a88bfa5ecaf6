"""A route as it was declared, and one call of it."""

from collections.abc import Callable
from typing import Any, NamedTuple

from chalice.app import Request
from marshmallow import Schema
from sqlalchemy import Connection

from chalicelib.pages import Asked
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
    reads: tuple[str, ...]  # content types of a raw body
    answer: Schema | None
    tells: tuple[str, ...]  # content types of an answer that the view shapes itself
    status: int
    location: str
    if_match: bool
    idempotent: bool
    snapshot: bool
    writes: bool
    fresh: bool  # only with a sign-in of the last minutes
    tag: str


class Call:
    """What a view is given: the open transaction, who asks, and what they said, already checked."""

    __slots__ = ("body", "ctx", "db", "if_match", "parts", "phone", "query", "raw", "request", "request_id")

    db: Connection
    ctx: Context  # not for routes of whoever is merely signed in
    phone: str
    query: dict[str, Any]
    body: dict[str, Any]
    raw: bytes
    if_match: int | None

    def __init__(self, request: Request, resources: Resources, request_id: str) -> None:
        self.request = request
        self.parts = resources
        self.request_id = request_id

    @property
    def asked(self) -> Asked:
        """Which page of a list is asked for; for routes whose query extends ``fields.Paging``."""
        return Asked(self.query["cursor"], self.query["limit"], self.query.get("sort"))
