"""Health and the page to try the API, over the Lambda handler."""

import hashlib
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
from sqlalchemy import Connection

from chalicelib.api import meta
from chalicelib.errors import Unavailable
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage.engines import make_engine
from chalicelib.web import health
from tests.api.client import Client


def test_health_is_told_without_asking_anything() -> None:
    assert Client(None).get("/health").json == {"status": "ok"}


def test_deep_health_asks_the_reader_and_never_the_writer(resources: Resources) -> None:
    nowhere = make_engine("sqlite:////nonexistent/plotihub.sqlite3")
    with using(replace(resources, writer=nowhere)):
        assert Client(None).get("/health/deep").status == 200
    with using(replace(resources, reader=nowhere)):
        answer = Client(None).get("/health/deep")
    assert (answer.status, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert int(answer.headers["Retry-After"]) > 0


def test_deep_health_tells_of_a_database_without_tables(resources: Resources) -> None:
    with using(replace(resources, reader=make_engine("sqlite://"))):
        assert Client(None).get("/health/deep").status == 503


class SilentParts(Resources):
    """Parts whose reader lets whoever asks wait until the test ends."""

    released = threading.Event()

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        self.released.wait(10)
        with super().reading() as db:
            yield db


def test_deep_health_waits_for_its_time_and_no_longer(resources: Resources) -> None:
    SilentParts.released.clear()
    silent = SilentParts(writer=resources.writer, reader=resources.reader, clock=resources.clock, keys=resources.keys)
    with pytest.raises(Unavailable):  # had it waited until the reader lets go, all would be well
        health.check_read_database(silent, time_limit_s=0.1)
    SilentParts.released.set()


@pytest.mark.usefixtures("resources")
def test_the_page_and_all_that_it_names_are_served() -> None:
    page = Client(None).get("/docs")
    assert page.headers["Content-Type"].startswith("text/html")
    named = re.findall(r'(?:src|href)="/docs/([^"]+)"', page.text)
    assert set(named) == set(meta.ASSETS)
    for name in named:
        asset = Client(None).get(f"/docs/{name}")
        assert asset.status == 200
        assert len(asset.text) < 5_000_000  # Lambda hands back six megabytes at most
        assert Client(None).get(f"/docs/{name}", If_None_Match=asset.etag).status == 304
    assert Client(None).get("/docs/..%2Fmeta_routes.py").status == 404


def test_the_page_runs_nothing_that_is_not_ours() -> None:
    page = Client(None).get("/docs")
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"https?://|<style|<script>|\son\w+=", page.text)


def test_the_vendored_files_are_those_that_are_named() -> None:
    listed = re.findall(r"\| `([\w.-]+)` \| `([0-9a-f]{64})` \|", (meta.STATIC / "VENDORED.md").read_text())
    assert len(listed) == 2
    for name, digest in listed:
        assert hashlib.sha256((meta.STATIC / name).read_bytes()).hexdigest() == digest
