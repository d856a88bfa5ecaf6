"""What a caretaker learns of the properties that are not theirs, by ways other than an id: nothing."""

import datetime as dt
from collections.abc import Callable

import pytest

from chalicelib.access.roles import CARETAKER
from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources
from tests.api.client import Client
from tests.api.estates import Ids, estate

TODAY = dt.date(2026, 6, 10)


@pytest.fixture
def estates(owner: Client, resources: Resources, clock: ManualClock) -> tuple[Ids, Ids]:
    clock.at = dt.datetime(2026, 6, 10, 9, tzinfo=dt.UTC)
    return estate(owner, TODAY, "Mwangaza Court"), estate(owner, TODAY, "Pendo Flats")


@pytest.fixture
def caretaker(owner: Client, estates: tuple[Ids, Ids], new_phone: Callable[[], str]) -> Client:
    """The caretaker of the first property."""
    person = Client(new_phone(), owner.organisation_id)
    named = {"phone": person.phone, "name": "Juma", "role": CARETAKER, "properties": [estates[0]["property"]]}
    member_id = owner.post("/v1/members", named).json["id"]
    assert person.post(f"/v1/invitations/{member_id}/accept", {"name": "Juma"}).status == 200
    return person


def test_a_caretakers_channels_are_those_of_the_named_properties_and_of_none(
    owner: Client, caretaker: Client, estates: tuple[Ids, Ids]
) -> None:
    box = owner.post("/v1/channels", {"kind": "cash", "name": "Cash box"}).json["id"]
    own, others = estates
    assert {each["id"] for each in caretaker.get("/v1/channels").json["items"]} == {own["channel"], box}
    assert len(owner.get("/v1/channels").json["items"]) == 3
    statuses = [caretaker.get(f"/v1/channels/{each}").status for each in (own["channel"], box, others["channel"])]
    assert statuses == [200, 200, 404]


def test_a_reference_that_is_taken_does_not_tell_of_another_propertys_payment(
    owner: Client, caretaker: Client, estates: tuple[Ids, Ids]
) -> None:
    own, others = estates
    shared = owner.post("/v1/channels", {"kind": "bank", "name": "Shared", "number": "0400500600"}).json["id"]
    body = {"method": "bank", "amount": "50.00", "received_on": TODAY.isoformat(), "channel_id": shared}
    for reference, ids in (("THEIRS1", others), ("MINE1", own)):
        paid = {**body, "lease_id": ids["lease"], "provider_reference": reference}
        assert owner.post("/v1/payments", paid).status == 201
    mine, theirs = (
        caretaker.post("/v1/payments", {**body, "lease_id": own["lease"], "provider_reference": reference})
        for reference in ("MINE1", "THEIRS1")
    )
    assert (mine.status, theirs.status) == (409, 409)
    assert "payment_id" in mine.json
    assert theirs.json.keys() & {"payment_id", "state"} == set()


def test_no_list_tells_a_caretaker_of_another_property(caretaker: Client, estates: tuple[Ids, Ids]) -> None:
    hidden = {value for kind, value in estates[1].items() if kind not in ("member", "owner")}
    for path in ("channels", "properties", "units", "tenants", "leases", "payments"):
        answer = caretaker.get(f"/v1/{path}")
        assert answer.json["items"], path
        assert [each for each in hidden if each in answer.text] == [], path
