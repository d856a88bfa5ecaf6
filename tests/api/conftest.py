"""Who calls the API in these tests: each test has an organisation of its own."""

import itertools
from collections.abc import Callable

import pytest

from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources
from tests.api.books import Books
from tests.api.client import Client

_numbers = itertools.count()


@pytest.fixture
def new_phone(worker: str) -> Callable[[], str]:
    """Make a number that no other test has."""
    place = int("".join(filter(str.isdecimal, worker)) or 0)
    return lambda: f"+2547{place:02d}{next(_numbers):06d}"


@pytest.fixture
def owner(resources: Resources, new_phone: Callable[[], str]) -> Client:
    """The owner of a new organisation."""
    client = Client(new_phone())
    founded = client.post("/v1/organisations", {"name": "Acme Homes", "person_name": "Amina"})
    assert founded.status == 201, founded.text
    client.organisation_id = founded.json["id"]
    return client


@pytest.fixture
def stranger(resources: Resources, new_phone: Callable[[], str]) -> Client:
    """The owner of another organisation."""
    client = Client(new_phone())
    founded = client.post("/v1/organisations", {"name": "Other Homes", "person_name": "Otieno"})
    assert founded.status == 201, founded.text
    client.organisation_id = founded.json["id"]
    return client


@pytest.fixture
def join(new_phone: Callable[[], str]) -> Callable[[Client, str], Client]:
    """Make somebody a member of the owner's organisation in the role that is named."""

    def joined(owner: Client, role: str) -> Client:
        client = Client(new_phone(), owner.organisation_id)
        invited = owner.post("/v1/members", {"phone": client.phone, "name": "Wanjiku", "role": role})
        assert invited.status == 201, invited.text
        accepted = client.post(f"/v1/invitations/{invited.json['id']}/accept", {"name": "Wanjiku"})
        assert accepted.status == 200, accepted.text
        return client

    return joined


@pytest.fixture
def books(owner: Client, resources: Resources, clock: ManualClock) -> Books:
    return Books(owner, resources, clock)
