"""Health, the OpenAPI document, and its page."""

import functools
import hashlib
import json
from pathlib import Path

from chalice.app import Response
from marshmallow import Schema

from chalicelib.access.roles import PUBLIC
from chalicelib.errors import NotFound
from chalicelib.web import fields, health
from chalicelib.web.request_context import JSON
from chalicelib.web.request_pipeline import etag_matches
from chalicelib.web.routing import ApiBlueprint, RequestContext

STATIC = Path(__file__).parent / "static"
HTML = "text/html; charset=utf-8"
ASSETS = {
    "docs.js": "text/javascript; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
}
REVALIDATE = "no-cache"  # kept, but asked for again each time: then mostly 304
CACHED = "public, max-age=3600"
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class HealthView(Schema):
    status = fields.OneOf("ok")


OK = {"status": "ok"}
routes = ApiBlueprint(__name__, tag="meta", prefix="")


@routes.get("/health", may=PUBLIC, answer=HealthView)
def get_health(request: RequestContext) -> dict[str, str]:
    """Get health.

    Says that the API runs; nothing behind it is checked. Public.
    """
    return OK


@routes.get("/health/deep", may=PUBLIC, answer=HealthView)
def get_deep_health(request: RequestContext) -> dict[str, str]:
    """Get deep health.

    Says whether this Region's own database can be read; 503 if not within three seconds. Public.
    """
    health.check_read_database(request.resources)
    return OK


@routes.get("/v1/openapi.json", may=PUBLIC, response_types=(JSON,))
def get_openapi(request: RequestContext) -> Response:
    """Get the OpenAPI document.

    Returns this document. Public.
    """
    text, tag = _document()
    return _cacheable(request, text, JSON, tag, REVALIDATE)


@routes.get("/docs", may=PUBLIC, response_types=("text/html",))
def get_docs(request: RequestContext) -> Response:
    """Get the documentation page.

    Returns a page to try the API from a browser. Public.
    """
    text, tag = _static("docs.html")
    answer = _cacheable(request, text, HTML, tag, REVALIDATE)
    answer.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@routes.get("/docs/{asset}", may=PUBLIC, response_types=("text/javascript", "text/css"))
def get_docs_asset(request: RequestContext, asset: str) -> Response:
    """Get an asset of the documentation page.

    Returns a script or style sheet of that page; 404 for any other name. Public.
    """
    if asset not in ASSETS:
        raise NotFound("There is no such file.")
    text, tag = _static(asset)
    return _cacheable(request, text, ASSETS[asset], tag, CACHED)


@functools.cache
def _document() -> tuple[str, str]:
    """Return the document as JSON, and its ETag; made once a process."""
    from chalicelib.api import OPERATIONS
    from chalicelib.web import openapi  # apispec is dear at a cold start

    text = json.dumps(openapi.document(OPERATIONS), separators=(",", ":"))
    return text, _etag(text)


@functools.cache
def _static(name: str) -> tuple[str, str]:
    """Return the file's text and its ETag; read once a process."""
    text = (STATIC / name).read_text("utf-8")
    return text, _etag(text)


def _etag(text: str) -> str:
    return f'"{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"'


def _cacheable(request: RequestContext, text: str, kind: str, tag: str, how_long: str) -> Response:
    headers: dict[str, str | list[str]] = {"ETag": tag, "Cache-Control": how_long}
    if etag_matches(request.http_request, tag):
        return Response("", headers, 304)
    return Response(text, headers | {"Content-Type": kind}, 200)
