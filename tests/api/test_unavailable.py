"""A database that is busy or away is told as a problem that says when to come again."""

import socket
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import text

from chalicelib.runtime.resources import Resources, using
from chalicelib.storage.engines import make_engine
from tests.api.client import Client


@pytest.fixture
def impatient(resources: Resources, database: str) -> Iterator[Resources]:
    """Parts that wait for one second only; the API works with them."""
    engine = make_engine(database, timeout_s=1)
    with using(replace(resources, writer=engine, reader=engine)) as these:
        yield these
    engine.dispose()


@pytest.mark.slow
def test_a_row_that_is_held_for_too_long_is_a_503_and_changes_nothing(
    owner: Client, resources: Resources, impatient: Resources
) -> None:
    before = owner.get("/v1/organisation")
    with resources.writing() as db:
        held = text("UPDATE organisation SET version = version WHERE id = :id")
        db.execute(held, {"id": UUID(owner.organisation_id).bytes})
        answer = owner.patch("/v1/organisation", {"name": "Acme Flats"})
    assert answer.status == 503, answer.text
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["Retry-After"] == "5"
    assert answer.json["type"] == "urn:plotihub:problem:unavailable"
    assert owner.get("/v1/organisation").json == before.json
    assert owner.patch("/v1/organisation", {"name": "Acme Flats"}).status == 200


def test_a_writer_that_is_away_is_a_503_while_reading_goes_on(owner: Client, resources: Resources) -> None:
    with socket.socket() as probe:  # bound and not listening: whoever connects is refused
        probe.bind(("127.0.0.1", 0))
        away = make_engine(f"mysql+pymysql://a:b@127.0.0.1:{probe.getsockname()[1]}/c", timeout_s=1)
        with using(replace(resources, writer=away)):
            answer = owner.post("/v1/properties", {"name": "Mwangaza Court"})
            assert owner.get("/v1/properties").status == 200
        away.dispose()
    assert (answer.status, answer.headers["Retry-After"]) == (503, "20")
    assert owner.get("/v1/properties").json["items"] == []
