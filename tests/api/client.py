"""The API as its Lambda handler sees it: requests become API Gateway events, in process, without a socket."""

import base64
import json
import re
import time
import uuid
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from app import app


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: dict[str, str]
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)

    @property
    def etag(self) -> str:
        return self.headers["ETag"]


@dataclass(slots=True)
class Client:
    """Somebody who is signed in with ``phone`` (None: nobody is), in ``organisation_id`` if it is set.

    They signed in ``signed_in_s`` seconds ago; None: their token does not say when.
    """

    phone: str | None
    organisation_id: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    signed_in_s: int | None = 0

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Answer:
        return self.send("POST", path, body, headers)

    def patch(self, path: str, body: Any, etag: str = "*", **headers: str) -> Answer:
        return self.send("PATCH", path, body, {"If-Match": etag, **headers})

    def delete(self, path: str, etag: str = "*", **headers: str) -> Answer:
        return self.send("DELETE", path, None, {"If-Match": etag, **headers})

    def send(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Send a request. ``body``: bytes go as they are, anything else but None as JSON. "_" in a header is "-"."""
        sent = {"Content-Type": "application/json"} | self.headers
        sent |= {name.replace("_", "-"): value for name, value in (headers or {}).items()}
        if self.organisation_id:
            sent.setdefault("X-Organisation", self.organisation_id)
        event = event_for(method, path, body, sent, self.phone, self.signed_in_s)
        told = app(event, None)
        return Answer(told["statusCode"], told["headers"], told["body"])


def event_for(
    method: str, path: str, body: Any, headers: dict[str, str], phone: str | None, signed_in_s: int | None = 0
) -> dict[str, Any]:
    """Return the event that API Gateway would hand over for a request of who signed in ``signed_in_s`` seconds ago."""
    parts = urlsplit(path)
    query = parse_qs(parts.query, keep_blank_values=True)
    pattern, values = _match(parts.path)
    raw = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
    return {
        "path": parts.path,
        "headers": headers,
        "multiValueQueryStringParameters": query or None,
        "pathParameters": values or None,
        "stageVariables": None,
        "body": None if raw is None else base64.b64encode(raw).decode(),
        "isBase64Encoded": raw is not None,
        "requestContext": {
            "httpMethod": method,
            "resourcePath": pattern,
            "requestId": str(uuid.uuid4()),
            "authorizer": _authorizer(phone, signed_in_s) if phone else None,
            "identity": {"sourceIp": "127.0.0.1"},
        },
    }


def _authorizer(phone: str, signed_in_s: int | None) -> dict[str, str]:
    """Return what the authorizer yields, as API Gateway passes it on: every value as text."""
    told = {"principalId": phone, "phone": phone}
    return told if signed_in_s is None else {**told, "auth_time": str(int(time.time()) - signed_in_s)}


def _match(path: str) -> tuple[str, dict[str, str]]:
    for pattern in sorted(app.routes, key=lambda each: each.count("{")):
        names = re.findall(r"{(\w+)}", pattern)
        found = re.fullmatch(re.sub(r"{\w+}", "([^/]+)", pattern), path)
        if found:
            return pattern, dict(zip(names, map(unquote, found.groups()), strict=True))
    return path, {}  # as an event for a path that nobody declared
