"""Owners, channels, properties and units over the Lambda handler."""

import pytest

from tests.api.client import Client

pytestmark = pytest.mark.usefixtures("resources")


def test_a_unit_is_added_read_changed_and_listed(owner: Client) -> None:
    house = owner.post("/v1/properties", {"name": "Mwangaza Court", "town": "Kilimani"}).json
    unit = {"property_id": house["id"], "name": "A1", "type": "apartment", "rent": "44500.00", "bedrooms": 2}
    added = owner.post("/v1/units", unit)
    assert added.status == 201, added.text
    assert added.json["status"] == "vacant"
    assert added.headers["Location"] == f"/v1/units/{added.json['id']}"
    changed = owner.patch(f"/v1/units/{added.json['id']}", {"rent": "45000"}, added.etag)
    assert changed.status == 200, changed.text
    assert changed.json["rent"] == "45000.00"
    listed = owner.get(f"/v1/units?property_id={house['id']}&sort=name")
    assert [each["name"] for each in listed.json["items"]] == ["A1"]
    assert owner.get("/v1/units", If_None_Match=owner.get("/v1/units").etag).status == 304


def test_a_stale_change_is_refused_and_a_missing_version_is_asked_for(owner: Client) -> None:
    house = owner.post("/v1/properties", {"name": "Pendo"})
    path = f"/v1/properties/{house.json['id']}"
    assert owner.patch(path, {"town": "Roysambu"}, house.etag).status == 200
    assert owner.patch(path, {"town": "Kasarani"}, house.etag).status == 412
    assert owner.send("PATCH", path, {"town": "Kasarani"}).status == 428


def test_a_name_is_taken_once_whatever_its_case(owner: Client) -> None:
    assert owner.post("/v1/properties", {"name": "Baraka  Flats"}).status == 201
    again = owner.post("/v1/properties", {"name": "BARAKA FLATS"})
    assert again.status == 409
    assert again.headers["Content-Type"] == "application/problem+json"


def test_bad_input_names_each_field(owner: Client) -> None:
    answer = owner.post("/v1/units", {"rent": "-5", "type": "castle", "colour": "red"})
    assert answer.status == 422
    assert {each["field"] for each in answer.json["errors"]} == {"rent", "type", "colour", "name", "property_id"}


def test_an_idempotency_key_does_once_what_is_asked_twice(owner: Client) -> None:
    first = owner.post("/v1/owners", {"name": "Wanjiku"}, Idempotency_Key="k1")
    again = owner.post("/v1/owners", {"name": "Wanjiku"}, Idempotency_Key="k1")
    assert (first.status, again.status) == (201, 201)
    assert again.json == first.json
    assert owner.post("/v1/owners", {"name": "Otieno"}, Idempotency_Key="k1").status == 422
    assert len(owner.get("/v1/owners").json["items"]) == 1


def test_a_list_is_walked_by_cursor(owner: Client) -> None:
    for number in range(5):
        owner.post("/v1/properties", {"name": f"House {number}"})
    seen, cursor = [], ""
    while True:
        page = owner.get(f"/v1/properties?limit=2{cursor}").json
        seen += [each["name"] for each in page["items"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == [f"House {number}" for number in range(5)]


def test_an_etag_changes_with_what_is_told_and_if_match_looks_at_the_version(owner: Client) -> None:
    house = owner.post("/v1/properties", {"name": "Court"}).json["id"]
    rent = {"property_id": house, "name": "A1", "type": "apartment", "rent": "1000.00"}
    unit = owner.post("/v1/units", rent)
    path = f"/v1/units/{unit.json['id']}"
    tenant = owner.post("/v1/tenants", {"given_name": "Imani", "phones": ["0712345678"]}).json["id"]
    terms = {
        "unit_id": unit.json["id"],
        "tenants": [tenant],
        "starts_on": "2026-01-01",
        "billed_from": "2026-01",
        "rent": "1000.00",
    }
    assert owner.post("/v1/leases", terms).status == 201
    let = owner.get(path, If_None_Match=unit.etag)
    assert (let.status, let.json["status"], let.json["version"]) == (200, "occupied", unit.json["version"])
    assert owner.patch(path, {"rent": "1100.00"}, unit.etag).status == 200


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Caf\u00e9 Court", "Cafe\u0301 Court"),  # one character, or two
        ("Pendo Flats", "PENDO  flats"),
        ("Pendo Flats", "Pen\u200ddo Flats"),
    ],
)
def test_names_that_look_the_same_are_the_same(owner: Client, first: str, second: str) -> None:
    house = owner.post("/v1/properties", {"name": first}).json["id"]
    assert owner.post("/v1/properties", {"name": second}).status == 409
    unit = {"property_id": house, "type": "shop", "rent": "9000"}
    assert owner.post("/v1/units", {**unit, "name": first}).status == 201
    assert owner.post("/v1/units", {**unit, "name": second}).status == 409


@pytest.mark.parametrize(
    "name", ["\u200b", "\u200d", "A\u200b1", "\u202eA1", "A\u2066B\u2069", "\u0130" * 120, "\u2060", "\u00ad"]
)
def test_a_name_that_cannot_be_seen_or_kept_is_refused(owner: Client, name: str) -> None:
    answer = owner.post("/v1/properties", {"name": name})
    assert (answer.status, [each["field"] for each in answer.json["errors"]]) == (422, ["name"])
    assert owner.get("/v1/properties").json["items"] == []
