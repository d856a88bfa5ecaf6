"""Tenants over the Lambda handler."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.clock import ManualClock
from tests.api.client import Client

pytestmark = pytest.mark.usefixtures("resources")

BARASA = {
    "given_name": "Barasa",
    "middle_name": "Imani",
    "family_name": "Maina",
    "phones": ["0700 000 001"],
    "language": "sw",
    "email": "barasa@example.org",
    "kra_pin": "A123456789Z",
    "identity_document": {"kind": "national_id", "number": "20007919"},
    "kin": {"name": "Wanjiku", "phone": "0711 000 000", "relation": "sister"},
}


def member(owner: Client, new_phone: Callable[[], str], role: str, *properties: str) -> Client:
    """Invite somebody to ``role`` and return them."""
    client = Client(new_phone(), owner.organisation_id)
    asked = {"phone": client.phone, "name": role, "role": role, **({"properties": properties} if properties else {})}
    invited = owner.post("/v1/members", asked)
    assert invited.status == 201, invited.text
    assert client.post(f"/v1/invitations/{invited.json['id']}/accept", {"name": role}).status == 200
    return client


def test_a_tenant_is_added_told_found_and_changed(owner: Client) -> None:
    added = owner.post("/v1/tenants", BARASA)
    assert added.status == 201, added.text
    path = f"/v1/tenants/{added.json['id']}"
    assert added.headers["Location"] == path
    assert (added.json["name"], added.json["phones"]) == ("Barasa Imani Maina", ["+254700000001"])
    assert added.json["kin"] == {"name": "Wanjiku", "phone": "+254711000000", "relation": "sister"}
    assert added.json["identity_kind"] == "national_id"
    assert "20007919" not in added.text
    assert owner.get(path).json == added.json
    for query in ("name=BARASA+i", "phone=0700000001", "phone=%2B254700000001", "name=bar&phone=700000001"):
        assert [each["id"] for each in owner.get(f"/v1/tenants?{query}").json["items"]] == [added.json["id"]]
    assert [each["id"] for each in owner.get("/v1/tenants?name=Maina").json["items"]] == [added.json["id"]]
    for nothing in ("name=aina", "name=%25", "name=_arasa", "name=imani+barasa"):
        assert owner.get(f"/v1/tenants?{nothing}").json["items"] == []

    changed = owner.patch(path, {"family_name": "Otieno", "kin": None}, added.etag)
    assert changed.status == 200, changed.text
    assert (changed.json["name"], changed.json["kin"]) == ("Barasa Imani Otieno", None)
    assert owner.patch(path, {"note": "late"}, added.etag).status == 412


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"given_name": ""}, "given_name"),
        ({"phones": ["0800000001"]}, "phones.0"),
        ({"phones": ["0700000001"] * 6}, "phones"),
        ({"language": "fr"}, "language"),
        ({"kra_pin": "123"}, "kra_pin"),
        ({"email": "nobody"}, "email"),
        ({"identity_document": {"kind": "library_card", "number": "12345678"}}, "identity_document.kind"),
        ({"identity_document": {"kind": "national_id", "number": "12345"}}, "identity_document.number"),
        ({"identity_document": {"kind": "passport", "number": "AK0123456", "colour": "red"}},
         "identity_document.colour"),
        ({"kin": {"name": "Imani", "phone": "12"}}, "kin.phone"),
        ({"colour": "red"}, "colour"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_and_nothing_is_written(owner: Client, values: dict[str, object], field: str) -> None:
    answer = owner.post("/v1/tenants", {"given_name": "Barasa", **values})
    assert answer.status == 422, answer.text
    assert [each["field"] for each in answer.json["errors"]] == [field]
    assert owner.get("/v1/tenants").json["items"] == []


def test_an_identity_document_is_for_those_who_manage(owner: Client, new_phone: Callable[[], str]) -> None:
    path = f"/v1/tenants/{owner.post('/v1/tenants', BARASA).json['id']}/identity-document"
    assert owner.get(path).json == {"kind": "national_id", "number": "20007919"}
    assert member(owner, new_phone, "manager").get(path).status == 200
    assert member(owner, new_phone, "accountant").get(path).status == 403
    trail = [(seen["action"], seen["subject"]) for seen in owner.get("/v1/audit-events").json["items"]]
    assert trail.count(("read_identity_document", f"GET {path}")) == 2  # each who read it


def test_an_erased_tenant_stays_without_a_name(owner: Client) -> None:
    added = owner.post("/v1/tenants", BARASA).json
    path = f"/v1/tenants/{added['id']}"
    erased = owner.post(f"{path}/erase")
    assert erased.status == 200, erased.text
    assert (erased.json["name"], erased.json["phones"], erased.json["email"]) == ("Erased", [], None)
    assert erased.json["erased_at"] is not None
    assert owner.get(f"{path}/identity-document").status == 404
    assert owner.get(path).json == erased.json
    assert owner.post(f"{path}/erase").status == 409


def test_a_caretaker_sees_the_tenants_of_the_named_properties_only(owner: Client, new_phone: Callable[[], str]) -> None:
    houses = [owner.post("/v1/properties", {"name": name}).json["id"] for name in ("Mwangaza Court", "Baraka Flats")]
    found = []
    for house in houses:
        unit = {"property_id": house, "name": "A1", "type": "shop", "rent": "1000"}
        unit_id = owner.post("/v1/units", unit).json["id"]
        tenants = [owner.post("/v1/tenants", BARASA).json["id"] for _ in range(2)]
        lease = {
            "unit_id": unit_id,
            "tenants": tenants,
            "starts_on": "2026-06-01",
            "billed_from": "2026-06",
            "rent": "1000",
        }
        let = owner.post("/v1/leases", lease)
        assert let.status == 201, let.text
        charge = owner.post(f"/v1/leases/{let.json['id']}/recurring-charges", {"charge_type": "water", "amount": "1"})
        assert charge.status == 201, charge.text
        found.append((let.json["id"], tenants, charge.json["id"]))
    owner.post("/v1/tenants", BARASA)  # one who rents nowhere

    caretaker = member(owner, new_phone, "caretaker", houses[0])
    (lease_id, tenants, charge_id), (other_lease, others, other_charge) = found
    assert {each["id"] for each in caretaker.get("/v1/tenants").json["items"]} == set(tenants)
    assert {each["id"] for each in caretaker.get("/v1/tenants?phone=0700000001").json["items"]} == set(tenants)
    assert [each["id"] for each in caretaker.get("/v1/leases").json["items"]] == [lease_id]
    assert caretaker.get(f"/v1/leases?property_id={houses[1]}").json["items"] == []
    for path in (
        f"/v1/tenants/{tenants[1]}",
        f"/v1/leases/{lease_id}",
        f"/v1/leases/{lease_id}/rents",
        f"/v1/leases/{lease_id}/recurring-charges",
        f"/v1/recurring-charges/{charge_id}",
    ):
        assert caretaker.get(path).status == 200, path
    for path in (
        f"/v1/tenants/{others[1]}",
        f"/v1/leases/{other_lease}",
        f"/v1/leases/{other_lease}/rents",
        f"/v1/leases/{other_lease}/recurring-charges",
        f"/v1/recurring-charges/{other_charge}",
    ):
        assert caretaker.get(path).status == 404, path
    for path in (f"/v1/tenants/{tenants[0]}/identity-document", f"/v1/leases/{lease_id}/deposits"):
        assert caretaker.get(path).status == 403, path


def test_a_caretaker_sees_who_lives_there_now_and_not_what_the_office_knows_of_them(
    owner: Client, new_phone: Callable[[], str], clock: ManualClock
) -> None:
    clock.at = dt.datetime(2026, 6, 10, 9, tzinfo=dt.UTC)
    house = owner.post("/v1/properties", {"name": "Mwangaza Court"}).json["id"]
    kin = {"name": "Rehema", "phone": "0700000002", "relation": "aunt"}
    papers: dict[str, Any] = {"kra_pin": "A123456780Z", "email": "b@example.com", "note": "pays late", "kin": kin}
    papers["identity_document"] = {"kind": "national_id", "number": "20071279"}
    tenants = {}
    for name, starts_on in (("here", "2026-01-01"), ("gone", "2026-01-01"), ("to come", "2026-07-01")):
        unit = owner.post("/v1/units", {"property_id": house, "name": name, "type": "shop", "rent": "1000"}).json["id"]
        tenants[name] = owner.post("/v1/tenants", {**BARASA, **papers}).json["id"]
        lease = {
            "unit_id": unit,
            "tenants": [tenants[name]],
            "starts_on": starts_on,
            "billed_from": starts_on[:7],
            "rent": "1000",
        }
        let = owner.post("/v1/leases", lease).json["id"]
        if name == "gone":
            ended = owner.post(f"/v1/leases/{let}/terminate", {"ends_on": "2026-06-09", "waive_notice": True})
            assert ended.status == 201, ended.text
    caretaker = member(owner, new_phone, "caretaker", house)
    assert [each["id"] for each in caretaker.get("/v1/tenants").json["items"]] == [tenants["here"]]
    statuses = {name: caretaker.get(f"/v1/tenants/{each}").status for name, each in tenants.items()}
    assert statuses == {"here": 200, "gone": 404, "to come": 404}
    for told in (caretaker.get(f"/v1/tenants/{tenants['here']}").json, caretaker.get("/v1/tenants").json["items"][0]):
        assert (told["given_name"], told["phones"], told["kin"]["name"]) == ("Barasa", ["+254700000001"], "Rehema")
        assert (told["kra_pin"], told["identity_kind"], told["email"], told["note"]) == (None, None, None, "")
    known = owner.get(f"/v1/tenants/{tenants['gone']}").json
    assert (known["kra_pin"], known["identity_kind"], known["note"]) == ("A123456780Z", "national_id", "pays late")
