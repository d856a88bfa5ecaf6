"""Health, the OpenAPI document, and a page to try the API that needs no other host."""

import functools
import hashlib
from pathlib import Path

from chalice.app import Response
from marshmallow import Schema

from chalicelib.errors import NotFound
from chalicelib.identity.roles import PUBLIC
from chalicelib.web import fields, health
from chalicelib.web.call import JSON
from chalicelib.web.handling import unchanged
from chalicelib.web.routing import ApiBlueprint, Call

STATIC = Path(__file__).parent / "static"
HTML = "text/html; charset=utf-8"
ASSETS = {
    "docs.js": "text/javascript; charset=utf-8",
    "swagger-ui-bundle.js": "text/javascript; charset=utf-8",
    "swagger-ui.css": "text/css; charset=utf-8",
}
READ_ANEW = "no-cache"  # kept, but asked for again each time: then mostly 304
KEPT = "public, max-age=3600"
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class HealthView(Schema):
    status = fields.OneOf("ok")


HEALTH = HealthView()
OK = {"status": "ok"}

meta = ApiBlueprint(__name__, tag="meta", prefix="")


@meta.get("/health", may=PUBLIC, answer=HEALTH)
def get_health(call: Call) -> dict[str, str]:
    """Tell that the API runs; no part behind it is asked."""
    return OK


@meta.get("/health/deep", may=PUBLIC, answer=HEALTH)
def get_deep_health(call: Call) -> dict[str, str]:
    """Tell whether this Region's own database can be read."""
    health.check_reader(call.parts)
    return OK


@meta.get("/v1/openapi.json", may=PUBLIC, tells=(JSON,))
def get_openapi(call: Call) -> Response:
    """Tell this document."""
    from chalicelib.web import openapi  # apispec is dear at a cold start

    text, tag = openapi.text()
    return _kept(call, text, JSON, tag, READ_ANEW)


@meta.get("/docs", may=PUBLIC, tells=("text/html",))
def get_docs(call: Call) -> Response:
    """Show a page to try the API."""
    text, tag = _static("docs.html")
    answer = _kept(call, text, HTML, tag, READ_ANEW)
    answer.headers["Content-Security-Policy"] = POLICY
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer


@meta.get("/docs/{asset}", may=PUBLIC, tells=("text/javascript", "text/css"))
def get_docs_asset(call: Call, asset: str) -> Response:
    """Return a script or style sheet of that page."""
    if asset not in ASSETS:
        raise NotFound("There is no such file.")
    text, tag = _static(asset)
    return _kept(call, text, ASSETS[asset], tag, KEPT)


@functools.cache
def _static(name: str) -> tuple[str, str]:
    """Return the file's text and its ETag; read once a process."""
    text = (STATIC / name).read_text("utf-8")
    return text, f'"{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"'


def _kept(call: Call, text: str, kind: str, tag: str, how_long: str) -> Response:
    headers: dict[str, str | list[str]] = {"ETag": tag, "Cache-Control": how_long}
    if unchanged(call.request, tag):
        return Response("", headers, 304)
    return Response(text, headers | {"Content-Type": kind}, 200)
