"""Declaring routes: a blueprint whose views get a checked ``RequestContext`` and whose every error is a problem."""

from collections.abc import Callable
from typing import Any

from chalice.app import Blueprint, CORSConfig
from marshmallow import Schema

from chalicelib import config
from chalicelib.access.authorizer import verify_token
from chalicelib.access.roles import PERMISSIONS, PUBLIC, SIGNED_IN
from chalicelib.paging import Page
from chalicelib.web.request_context import Operation, RequestContext
from chalicelib.web.request_pipeline import handle_request

__all__ = ["ApiBlueprint", "Page", "RequestContext"]

PREFIX = "/v1"
CORS_HEADERS = [
    "Authorization",
    "Content-Type",
    "Idempotency-Key",
    "If-Match",
    "If-None-Match",
    "X-Organisation",
]
CORS_EXPOSED_HEADERS = ["ETag", "Location", "X-Request-Id", "Retry-After", "Idempotency-Replayed"]

View = Callable[..., Any]


class ApiBlueprint(Blueprint):
    """Routes of one resource, below /v1 unless ``prefix`` says otherwise; ``tag`` groups them in the document."""

    def __init__(self, import_name: str, *, tag: str, prefix: str = PREFIX) -> None:
        super().__init__(import_name)
        self._tag = tag
        self._prefix = prefix
        self.operations: list[Operation] = []  # as declared

    def get(self, path: str, **options: Any) -> Callable[[View], View]:
        return self.operation("GET", path, **options)

    def post(self, path: str, **options: Any) -> Callable[[View], View]:
        return self.operation("POST", path, **{"idempotent": True, "status": 201, **options})

    def patch(self, path: str, **options: Any) -> Callable[[View], View]:
        return self.operation("PATCH", path, **{"if_match": True, **options})

    def delete(self, path: str, **options: Any) -> Callable[[View], View]:
        return self.operation("DELETE", path, **{"if_match": True, "status": 204, **options})

    def operation(
        self,
        method: str,
        path: str,
        *,
        may: str,
        query: type[Schema] | None = None,
        body: type[Schema] | None = None,
        request_types: tuple[str, ...] = (),
        answer: type[Schema] | None = None,
        response_types: tuple[str, ...] = (),
        status: int = 200,
        location: str = "",
        if_match: bool = False,
        idempotent: bool = False,
        snapshot: bool = False,
        audited: bool = False,
        fresh: bool = False,
        tag: str = "",
    ) -> Callable[[View], View]:
        """Register a view.

        Args:
            may: an action of ``roles.PERMISSIONS``, or PUBLIC or SIGNED_IN.
            query, body: schemas of the request; ``request_types`` are the content types of a body that is not JSON.
            answer: schema of the view's result, or of the items if it returns a ``Page``.
            response_types: content types of the ``Response`` that the view may return instead.
            location: path of the created resource or of its task, with ``{id}`` or another field of the result.
            if_match: the caller must name the version that they change.
            idempotent: ``Idempotency-Key`` is honoured.
            snapshot: all reads see the same snapshot.
            audited: reads are recorded in the audit trail; writes always are.
            fresh: requires a fresh sign-in (docs/decisions/0019-fresh-proof-for-dangerous-acts.md).
            tag: of the OpenAPI document, instead of the blueprint's.
        """
        if may not in PERMISSIONS and may not in (PUBLIC, SIGNED_IN):
            raise ValueError(f"{method} {path}: {may!r} stands in no row of the table of roles")

        def register(view: View) -> View:
            full = self._prefix + path
            declared = Operation(
                method, full, may, view, query, body, request_types, answer, response_types, status,
                location, if_match, idempotent,
                snapshot, audited or method != "GET", fresh, tag or self._tag,
            )  # fmt: skip
            self.operations.append(declared)

            def view_function(**path_values: str) -> Any:
                return handle_request(declared, self.current_request, path_values)

            view_function.__name__ = view.__name__
            self.route(
                full,
                methods=[method],
                content_types=[],  # checked by us: Chalice's own error has another format
                cors=_cors(),
                **({} if may == PUBLIC else {"authorizer": verify_token}),
            )(view_function)
            return view

        return register


def _cors() -> CORSConfig | bool:
    """Return the CORS settings; read once, when routes are registered, since they are deployed with API Gateway."""
    origin = config.cors_origin()
    if not origin:
        return False
    return CORSConfig(allow_origin=origin, allow_headers=CORS_HEADERS, expose_headers=CORS_EXPOSED_HEADERS, max_age=600)
