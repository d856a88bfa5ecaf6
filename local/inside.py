"""Call the API within this process, at the time of a manual clock, to generate a history."""

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from local.gateway import LocalApiGateway, new_request_id


class RequestFailed(RuntimeError):
    """The API returned an error; the message is its problem document."""


@dataclass(slots=True)
class ApiClient:
    """Somebody who is signed in with ``token``, through the authorizer and the Lambda handler."""

    gateway: LocalApiGateway
    token: str
    headers: dict[str, str] = field(default_factory=dict)

    def get(self, path: str) -> Any:
        return self._send("GET", path, None)

    def post(self, path: str, body: dict[str, Any] | None = None) -> Any:
        return self._send("POST", path, body or {})

    def patch(self, path: str, body: dict[str, Any]) -> Any:
        """Change what is at ``path``, whatever version it has."""
        return self._send("PATCH", path, body, **{"if-match": "*"})

    def every(self, path: str) -> Iterator[Any]:
        """Yield the items of all pages of the list at ``path``, which has a query already."""
        cursor = ""
        while True:
            page = self.get(f"{path}&limit=200{cursor}")
            yield from page["items"]
            if page["next_cursor"] is None:
                return
            cursor = f"&cursor={page['next_cursor']}"

    def _send(self, method: str, path: str, body: dict[str, Any] | None, **more: str) -> Any:
        own = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        headers = {**own, **self.headers, **more}
        raw = b"" if body is None else json.dumps(body).encode()
        answer = self.gateway.answer(method, path, headers, raw, new_request_id())
        if answer.status >= 400:
            raise RequestFailed(f"{method} {path}: {answer.body.decode()}")
        return json.loads(answer.body) if answer.body else None


@contextmanager
def only_warnings() -> Iterator[None]:
    """Let the application log only what is wrong until the block ends: history is thousands of requests."""
    log = logging.getLogger("plotihub")
    before = log.level
    log.setLevel(logging.WARNING)
    try:
        yield
    finally:
        log.setLevel(before)
