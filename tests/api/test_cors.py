"""Which browsers may call the API: fixed when routes are registered, so each setting has a server of its own."""

import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from email.message import Message
from pathlib import Path

import pytest

from local.emulator import Emulator
from tests.serving import emulated, serving

pytestmark = pytest.mark.slow

ORIGIN = "https://app.example.co.ke"


@pytest.fixture(scope="module")
def database_url(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("cors") / "plotihub.sqlite3"
    shutil.copyfile(sqlite_template, file)
    return f"sqlite:///{file}"


@pytest.fixture(scope="module")
def aws() -> Iterator[Emulator]:
    with emulated() as running:
        yield running


@pytest.fixture(scope="module")
def open_url(database_url: str, aws: Emulator) -> Iterator[str]:
    with serving(database_url, aws, CORS_ORIGIN=ORIGIN) as url:
        yield url


@pytest.fixture(scope="module")
def closed_url(database_url: str, aws: Emulator) -> Iterator[str]:
    with serving(database_url, aws, CORS_ORIGIN="") as url:
        yield url


def ask(url: str, method: str, **headers: str) -> tuple[int, Message]:
    sent = {"Origin": ORIGIN, **{name.replace("_", "-"): value for name, value in headers.items()}}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, method=method, headers=sent), timeout=20) as answer:
            return answer.status, answer.headers
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.headers


def test_a_browser_asks_first_and_is_told_what_it_may_send(open_url: str) -> None:
    status, headers = ask(f"{open_url}/v1/units", "OPTIONS", Access_Control_Request_Method="POST")
    assert status == 200
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert {"GET", "POST"} <= set(headers["Access-Control-Allow-Methods"].split(","))
    allowed = {name.strip().lower() for name in headers["Access-Control-Allow-Headers"].split(",")}
    assert {"authorization", "content-type", "idempotency-key", "if-match", "if-none-match"} <= allowed
    assert "x-organisation" in allowed


@pytest.mark.parametrize(
    ("path", "method", "token", "expected"),
    [
        ("/health", "GET", "", 200),
        ("/v1/me", "GET", "real", 200),
        ("/v1/units", "GET", "", 401),  # the gateway's own answer
        ("/v1/units", "GET", "Bearer x.y.z", 401),
        ("/v1/units", "GET", "real", 404),  # ours: the person has no organisation
        ("/v1/nothing", "GET", "", 404),
        ("/v1/units", "PUT", "", 405),
    ],
)
def test_a_browser_may_read_every_answer_also_problems(
    open_url: str, aws: Emulator, path: str, method: str, token: str, expected: int
) -> None:
    real = f"Bearer {aws.token_for('+254700000803')}" if token == "real" else token
    status, headers = ask(open_url + path, method, **({"Authorization": real} if real else {}))
    assert status == expected
    assert headers["Access-Control-Allow-Origin"] == ORIGIN
    assert headers["X-Request-Id"]


def test_an_answer_of_ours_lets_a_browser_read_the_headers_that_matter(open_url: str) -> None:
    _, headers = ask(f"{open_url}/health", "GET")
    exposed = {name.strip() for name in headers["Access-Control-Expose-Headers"].split(",")}
    assert {"ETag", "Location", "X-Request-Id", "Retry-After", "Idempotency-Replayed"} <= exposed


@pytest.mark.parametrize(("path", "method"), [("/health", "GET"), ("/v1/units", "GET"), ("/v1/nothing", "GET")])
def test_without_the_setting_no_browser_is_told_anything(closed_url: str, path: str, method: str) -> None:
    _, headers = ask(closed_url + path, method)
    assert not [name for name in headers if name.lower().startswith("access-control-")]


def test_without_the_setting_there_is_no_preflight(closed_url: str) -> None:
    status, headers = ask(f"{closed_url}/v1/units", "OPTIONS", Access_Control_Request_Method="POST")
    assert (status, headers["Access-Control-Allow-Origin"]) == (405, None)
