"""The real server in a process of its own, the emulator beside it, and people who can sign in to both."""

import contextlib
import json
import os
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from local import emulator, processes


@dataclass(frozen=True, slots=True)
class Served:
    """The API at ``url``, and a token of a person who founded ``organisation_id``."""

    url: str
    token: str
    organisation_id: str


@contextlib.contextmanager
def emulated() -> Iterator[emulator.Emulator]:
    """Run the emulator until the block ends."""
    aws, child = emulator.start()
    try:
        yield aws
    finally:
        processes.stop(child)


@contextlib.contextmanager
def serving(database_url: str, aws: emulator.Emulator, **settings: str) -> Iterator[str]:
    """Serve the API on ``database_url`` until the block ends, and yield its address."""
    wanted = {"DATABASE_URL": database_url, "PORT": "0", "LOG_LEVEL": "WARNING", **settings}
    child = processes.start("local.server", "--child", env={**os.environ, **aws.environment(), **wanted})
    try:
        yield processes.first_line(child)
    finally:
        processes.stop(child)


def create_organisation(url: str, aws: emulator.Emulator, phone: str) -> Served:
    """Found an organisation over the wire, as its first owner would."""
    token = aws.token_for(phone)
    founded = call(url, "POST", "/v1/organisations", token, {"name": "Acme Homes", "person_name": "Amina"})
    return Served(url, token, founded["id"])


def call(url: str, method: str, path: str, token: str, body: Mapping[str, Any] | None = None) -> Any:
    """Send one request that succeeds, and return the answer's JSON."""
    status, content = try_call(url, method, path, token, body)
    assert status < 300, content
    return content


def try_call(
    url: str,
    method: str,
    path: str,
    token: str,
    body: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, Any]:
    """Send one request and return the answer's status and JSON."""
    request = urllib.request.Request(
        url + path,
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json", **(headers or {})},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, json.load(refused)
