"""Founding organisations: under a name of one's own, and not without end from one number."""

import datetime as dt
from collections.abc import Callable

import pytest

from chalicelib import organisations
from chalicelib.clock import ManualClock
from chalicelib.errors import TooManyRequests
from chalicelib.runtime.resources import Resources
from tests.api.client import Answer, Client
from tests.api.test_members import at_once

DAY = dt.timedelta(days=1)
NOON = dt.datetime(2026, 12, 7, 9, tzinfo=dt.UTC)  # in Nairobi


def found(client: Client, name: str = "Acme Homes") -> Answer:
    return client.post("/v1/organisations", {"name": name, "person_name": "Amina"})


def test_a_number_founds_three_a_day_and_ten_in_all(
    resources: Resources, clock: ManualClock, new_phone: Callable[[], str]
) -> None:
    client = Client(new_phone())
    clock.at = NOON
    assert [found(client).status for _ in range(3)] == [201] * 3
    refused = found(client)
    assert (refused.status, refused.json["type"]) == (429, "urn:plotihub:problem:too-many-requests")
    assert refused.headers["Retry-After"] == str(12 * 3600)  # until midnight in Nairobi
    assert found(Client(new_phone())).status == 201
    for expected in ([201] * 3, [201] * 3, [201, 409, 409]):
        clock.at += DAY
        assert [found(client).status for _ in range(3)] == expected
    clock.at += 100 * DAY
    assert (found(client).status, found(client).json["founded"]) == (409, 10)


def test_of_two_at_once_only_what_is_left_is_founded(
    resources: Resources, clock: ManualClock, new_phone: Callable[[], str]
) -> None:
    phone = new_phone()
    client = Client(phone)
    assert [found(client).status for _ in range(2)] == [201] * 2
    with pytest.raises(TooManyRequests):
        at_once(
            resources,
            lambda db: organisations.found_organisation(db, phone, name="A", person_name="Amina", now=clock.now()),
        )
    assert len(client.get("/v1/me").json["memberships"]) == 3


@pytest.mark.parametrize(
    "name", ["MPESA", "M-Pesa Rent", "Safaric0m", "\u041cPESA", "KCB Flats", "Equity Bank", "Police"]
)
def test_no_organisation_bears_a_brand(owner: Client, new_phone: Callable[[], str], name: str) -> None:
    for answer in (found(Client(new_phone()), name), owner.patch("/v1/organisation", {"name": name})):
        assert (answer.status, [each["field"] for each in answer.json["errors"]]) == (422, ["name"])
    assert owner.get("/v1/organisation").json["name"] == "Acme Homes"
    assert owner.patch("/v1/organisation", {"name": "Equity Wanjiru Homes"}).status == 200
