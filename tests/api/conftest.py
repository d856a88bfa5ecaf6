"""Who calls the API in these tests: each test has an organisation of its own."""

import itertools
from collections.abc import Callable

import pytest

from chalicelib import wiring
from tests.api.client import Client

_numbers = itertools.count()


@pytest.fixture
def new_phone(worker: str) -> Callable[[], str]:
    """Make a number that no other test has."""
    place = int("".join(filter(str.isdecimal, worker)) or 0)
    return lambda: f"+2547{place:02d}{next(_numbers):06d}"


@pytest.fixture
def owner(parts: wiring.Parts, new_phone: Callable[[], str]) -> Client:
    """The owner of a new organisation."""
    client = Client(new_phone())
    founded = client.post("/v1/organisations", {"name": "Acme Homes", "person_name": "Amina"})
    assert founded.status == 201, founded.text
    client.organisation_id = founded.json["id"]
    return client
