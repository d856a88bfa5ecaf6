"""Leases, rents, recurring charges and deposits over the Lambda handler."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from chalicelib.clock import ManualClock
from tests.api.client import Answer, Client

SOME_ID = "0190b3c8-6d0e-7a53-9c0e-3a1f6f1d2b4a"


@dataclass(frozen=True, slots=True)
class House:
    """A property with two units, a tenant and a bank account, and who owns them."""

    owner: Client
    units: tuple[str, str]
    tenant: str
    channel: str

    def let(self, **values: Any) -> Answer:
        usual = {
            "unit_id": self.units[0],
            "tenants": [self.tenant],
            "starts_on": "2026-06-01",
            "billed_from": "2026-06",
            "rent": "30000",
        }
        return self.owner.post("/v1/leases", {**usual, **values})

    def lease_id(self, **values: Any) -> str:
        answer = self.let(**values)
        assert answer.status == 201, answer.text
        lease_id: str = answer.json["id"]
        return lease_id


def make_house(owner: Client) -> House:
    property_id = owner.post("/v1/properties", {"name": "Mwangaza Court"}).json["id"]
    unit = {"property_id": property_id, "type": "apartment", "rent": "30000"}
    first, second = (owner.post("/v1/units", {**unit, "name": name}).json["id"] for name in ("A1", "A2"))
    tenant = owner.post("/v1/tenants", {"given_name": "Barasa"}).json["id"]
    channel = owner.post("/v1/channels", {"kind": "bank", "name": "Bank", "number": "123"}).json["id"]
    return House(owner, (first, second), tenant, channel)


@pytest.fixture
def house(owner: Client, clock: ManualClock) -> House:
    clock.at = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
    return make_house(owner)


@pytest.fixture
def elsewhere(house: House, new_phone: Callable[[], str]) -> House:
    """The same of another organisation."""
    other = Client(new_phone())
    other.organisation_id = other.post("/v1/organisations", {"name": "Baraka", "person_name": "Baraka"}).json["id"]
    return make_house(other)


def fields(answer: Answer) -> set[str]:
    assert answer.status == 422, answer.text
    return {each["field"] for each in answer.json["errors"]}


def test_a_unit_is_let_and_the_lease_told_listed_and_changed(house: House) -> None:
    added = house.let(
        deposits=[{"kind": "rent", "amount": "60000"}],
        recurring_charges=[{"charge_type": "garbage", "amount": "300", "description": "Bins"}],
    )
    assert added.status == 201, added.text
    path = f"/v1/leases/{added.json['id']}"
    assert added.headers["Location"] == path
    told = {name: added.json[name] for name in ("unit_name", "rent", "due_day", "status", "ends_on", "deposits")}
    assert told == {
        "unit_name": "A1",
        "rent": "30000.00",
        "due_day": 5,
        "status": "active",
        "ends_on": None,
        "deposits": [{"kind": "rent", "amount": "60000.00"}],
    }
    assert added.json["tenants"] == [{"id": house.tenant, "name": "Barasa"}]
    assert house.owner.get(path).json == added.json
    (charge,) = house.owner.get(f"{path}/recurring-charges").json["items"]
    assert (charge["amount"], charge["description"], charge["prorated"]) == ("300.00", "Bins", False)
    for query in (f"unit_id={house.units[0]}", f"tenant_id={house.tenant}", "status=active", "sort=-id"):
        assert [each["id"] for each in house.owner.get(f"/v1/leases?{query}").json["items"]] == [added.json["id"]]
    assert house.owner.get("/v1/leases?status=ended").json["items"] == []
    assert house.owner.patch(path, {"due_day": 3}, added.etag).json["due_day"] == 3
    assert house.owner.patch(path, {"due_day": 4}, added.etag).status == 412


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"due_day": 32}, {"due_day"}),
        ({"ends_on": "2026-05-31"}, {"ends_on"}),
        ({"rent": "-1"}, {"rent"}),
        ({"rent": "10.005"}, {"rent"}),
        ({"rent": 30000}, {"rent"}),
        ({"tenants": []}, {"tenants"}),
        ({"starts_on": "2026-02-30"}, {"starts_on"}),
        ({"deposits": [{"kind": "rent", "amount": "0"}]}, {"deposits.0.amount"}),
        ({"deposits": [{"kind": "rent", "amount": "1", "colour": "red"}]}, {"deposits.0.colour"}),
        ({"recurring_charges": [{"charge_type": "rent", "amount": "1"}]}, {"recurring_charges.0.charge_type"}),
        ({"colour": "red", "status": "ended"}, {"colour", "status"}),
        ({"unit_id": SOME_ID}, {"unit_id"}),
        ({"tenants": [SOME_ID]}, {"tenants.0"}),
        ({"unit_id": "one"}, {"unit_id"}),
    ],
)
def test_a_wrong_lease_is_refused_by_field_and_nothing_is_written(
    house: House, values: dict[str, Any], wrong: set[str]
) -> None:
    assert fields(house.let(**values)) == wrong
    assert house.owner.get("/v1/leases").json["items"] == []


def test_an_overlap_is_a_conflict_that_names_the_other_lease(house: House) -> None:
    there = house.lease_id(ends_on="2026-12-31")
    refused = house.let(starts_on="2026-12-31")
    assert refused.status == 409
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert (refused.json["lease_id"], refused.json["ends_on"]) == (there, "2026-12-31")
    assert len(house.owner.get("/v1/leases").json["items"]) == 1


def test_a_lease_is_renewed_and_transferred(house: House) -> None:
    lease_id = house.lease_id(ends_on="2026-12-31")
    renewed = house.owner.post(f"/v1/leases/{lease_id}/renew", {"rent": "32000", "ends_on": "2027-12-31"})
    assert renewed.status == 201, renewed.text
    assert renewed.headers["Location"] == f"/v1/leases/{renewed.json['id']}"
    told = (renewed.json["starts_on"], renewed.json["rent"], renewed.json["previous_id"])
    assert told == ("2027-01-01", "32000.00", lease_id)
    assert house.owner.post(f"/v1/leases/{lease_id}/renew", {}).status == 409
    moved = {"unit_id": house.units[1], "starts_on": "2027-06-01", "rent": "40000"}
    transferred = house.owner.post(f"/v1/leases/{renewed.json['id']}/transfer", moved)
    assert transferred.status == 201, transferred.text
    assert (transferred.json["unit_name"], transferred.json["ends_on"]) == ("A2", "2027-12-31")
    assert house.owner.get(f"/v1/leases/{renewed.json['id']}").json["ends_on"] == "2027-05-31"


def test_rents_are_dated_and_charges_changed(house: House) -> None:
    path = f"/v1/leases/{house.lease_id()}"
    added = house.owner.post(f"{path}/rents", {"starts_on": "2026-11-01", "rent": "32000"})
    assert (added.status, added.json) == (
        201,
        {"starts_on": "2026-11-01", "rent": "32000.00"},
    )
    listed = house.owner.get(f"{path}/rents").json["items"]
    assert [each["rent"] for each in listed] == ["30000.00", "32000.00"]
    assert house.owner.get(path).json["rent"] == "32000.00"
    assert fields(house.owner.post(f"{path}/rents", {"starts_on": "2026-05-31", "rent": "1"})) == {"starts_on"}
    charge = house.owner.post(f"{path}/recurring-charges", {"charge_type": "water", "amount": "500"})
    where = charge.headers["Location"]
    assert house.owner.get(where).json == charge.json
    changed = house.owner.patch(where, {"amount": "550", "ends_on": "2026-12-31"}, charge.etag)
    assert (changed.json["amount"], changed.json["ends_on"]) == ("550.00", "2026-12-31")
    assert house.owner.patch(where, {"amount": "600"}, charge.etag).status == 412
    assert fields(house.owner.patch(where, {"charge_type": "garbage"})) == {"charge_type"}


def test_a_deposit_is_taken_in_given_back_and_reversed(house: House) -> None:
    path = f"/v1/leases/{house.lease_id()}"
    money = {"kind": "rent", "amount": "60000", "channel_id": house.channel, "entered_on": "2026-11-20"}
    taken = house.owner.post(f"{path}/deposits", money, Idempotency_Key="deposit")
    assert taken.status == 201, taken.text
    assert house.owner.post(f"{path}/deposits", money, Idempotency_Key="deposit").json == taken.json
    back = house.owner.post(f"{path}/deposit-refunds", {**money, "amount": "1000", "reason": "Too much"})
    assert (back.status, back.json["amount"]) == (201, "-1000.00")
    assert house.owner.post(f"{path}/deposit-refunds", money).status == 409
    undone = house.owner.post(f"/v1/deposits/{back.json['id']}/reverse", {"reason": "Not handed over"})
    assert (undone.status, undone.json["amount"], undone.json["reverses_id"]) == (201, "1000.00", back.json["id"])
    listed = house.owner.get(f"{path}/deposits").json["items"]
    assert [(each["entry"], each["amount"]) for each in listed] == [
        ("received", "60000.00"),
        ("refunded", "-1000.00"),
        ("reversed", "1000.00"),
    ]
    tomorrow = {**money, "entered_on": "2026-11-21"}
    assert fields(house.owner.post(f"{path}/deposits", tomorrow)) == {"entered_on"}
    assert fields(house.owner.post(f"{path}/deposits", {**money, "amount": "0.001"})) == {"amount"}


def test_foreign_ids_in_a_body_are_invalid_and_in_a_path_not_found(house: House, elsewhere: House) -> None:
    lease_id, theirs = house.lease_id(), elsewhere.lease_id()
    assert fields(house.let(unit_id=elsewhere.units[0])) == {"unit_id"}
    assert fields(house.let(unit_id=house.units[1], tenants=[house.tenant, elsewhere.tenant])) == {"tenants.1"}
    moved = {"unit_id": elsewhere.units[1], "starts_on": "2026-12-01", "rent": "1"}
    assert fields(house.owner.post(f"/v1/leases/{lease_id}/transfer", moved)) == {"unit_id"}
    money = {"kind": "rent", "amount": "1", "channel_id": elsewhere.channel, "entered_on": "2026-11-20"}
    for path in ("deposits", "deposit-refunds"):
        assert fields(house.owner.post(f"/v1/leases/{lease_id}/{path}", money)) == {"channel_id"}
    assert fields(house.owner.patch(f"/v1/leases/{lease_id}", {"tenants": [elsewhere.tenant]})) == {"tenants.0"}
    assert house.owner.get(f"/v1/leases/{lease_id}/deposits").json["items"] == []
    assert house.owner.get(f"/v1/leases/{lease_id}").json["version"] == 1

    mine = {**money, "channel_id": house.channel}
    posts: dict[str, Any] = {
        "renew": {},
        "transfer": {**moved, "unit_id": house.units[1]},
        "rents": {"starts_on": "2026-12-01", "rent": "1"},
        "recurring-charges": {"charge_type": "water", "amount": "1"},
        "deposits": mine,
        "deposit-refunds": mine,
    }
    for path, body in posts.items():
        assert house.owner.post(f"/v1/leases/{theirs}/{path}", body).status == 404, path
    for path in ("", "/rents", "/recurring-charges", "/deposits"):
        assert house.owner.get(f"/v1/leases/{theirs}{path}").status == 404, path
    assert house.owner.patch(f"/v1/leases/{theirs}", {"due_day": 1}).status == 404
    tenant = f"/v1/tenants/{elsewhere.tenant}"
    assert house.owner.get(tenant).status == house.owner.patch(tenant, {"note": "x"}).status == 404
    assert house.owner.post(f"{tenant}/erase").status == house.owner.get(f"{tenant}/identity-document").status == 404
    assert [each["version"] for each in elsewhere.owner.get("/v1/leases").json["items"]] == [1]
