"""What has been built on an import keeps it from being undone, and is listed."""

from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.runtime.resources import Resources
from tests.api.client import Answer, Client
from tests.api.imports import commit, everything, grown, proof, row, row_counts, sheet, upload, worked

pytestmark = pytest.mark.usefixtures("resources")

Build = Callable[[Client, dict[str, Any]], Answer]


@pytest.fixture
def committed(owner: Client, resources: Resources) -> dict[str, Any]:
    """An import of two let units (one owes, one has credit) and a vacant one, with the ids of what it made."""
    vacant = ("Mwangaza Court", "A3", "9000", "VACANT", "", "", "", "", "")
    content = sheet(row("A1", balance="5000"), row("A2", "Lulu Okoth", "(2000)"), vacant)
    imported: dict[str, Any] = upload(owner, content).json
    assert worked(owner, resources, commit(owner, imported, "2026-01-01"))["status"] == "done"
    for name in ("properties", "units", "leases", "tenants", "invoices", "payments"):
        imported[name] = everything(owner, f"/v1/{name}")
    return imported


def pay(owner: Client, made: dict[str, Any]) -> Answer:
    paid = {"method": "cash", "amount": "100.00", "received_on": "2026-02-01", "lease_id": made["leases"][0]["id"]}
    return owner.post("/v1/payments", paid)


def charge(owner: Client, made: dict[str, Any]) -> Answer:
    owed = {"lease_id": made["leases"][0]["id"], "charge_type": "damage", "amount": "100.00"}
    return owner.post("/v1/charges", owed)


def bill(owner: Client, made: dict[str, Any]) -> Answer:
    line = {"charge_type": "other", "description": "Keys", "amount": "200.00"}
    return owner.post("/v1/invoices", {"lease_id": made["leases"][0]["id"], "lines": [line]})


def void(owner: Client, made: dict[str, Any]) -> Answer:
    return owner.post(f"/v1/invoices/{made['invoices'][0]['id']}/void")


def change_rent(owner: Client, made: dict[str, Any]) -> Answer:
    lease = made["leases"][0]["id"]
    return owner.post(f"/v1/leases/{lease}/rents", {"starts_on": "2026-12-01", "rent": "13000.00"})


def let_the_vacant_unit(owner: Client, made: dict[str, Any]) -> Answer:
    unit = next(each["id"] for each in made["units"] if each["name"] == "A3")
    tenant = owner.post("/v1/tenants", {"given_name": "Faraja"}).json["id"]
    lease = {
        "unit_id": unit,
        "tenants": [tenant],
        "starts_on": "2026-01-01",
        "billed_from": "2026-01",
        "rent": "9000.00",
    }
    return owner.post("/v1/leases", lease)


def add_unit(owner: Client, made: dict[str, Any]) -> Answer:
    unit = {"property_id": made["properties"][0]["id"], "name": "B1", "type": "other", "rent": "1.00"}
    return owner.post("/v1/units", unit)


def name_caretaker(owner: Client, made: dict[str, Any]) -> Answer:
    invited = {"phone": "0733 000 111", "name": "Baraka", "role": "caretaker"}
    return owner.post("/v1/members", {**invited, "properties": [made["properties"][0]["id"]]})


def change_tenant(owner: Client, made: dict[str, Any]) -> Answer:
    return owner.patch(f"/v1/tenants/{made['tenants'][0]['id']}", {"note": "away in December"})


def take_deposit(owner: Client, made: dict[str, Any]) -> Answer:
    box = owner.post("/v1/channels", {"kind": "cash", "name": "Desk"}).json["id"]
    taken = {"kind": "water", "amount": "500.00", "channel_id": box, "entered_on": "2026-02-01"}
    return owner.post(f"/v1/leases/{made['leases'][0]['id']}/deposits", taken)


def charge_every_month(owner: Client, made: dict[str, Any]) -> Answer:
    charged = {"charge_type": "garbage", "description": "Garbage", "amount": "300.00"}
    return owner.post(f"/v1/leases/{made['leases'][0]['id']}/recurring-charges", charged)


def refund(owner: Client, made: dict[str, Any]) -> Answer:
    box = owner.post("/v1/channels", {"kind": "cash", "name": "Desk"}).json["id"]
    given = {"amount": "100.00", "channel_id": box, "refunded_on": "2026-02-01", "reason": "moved"}
    return owner.post(f"/v1/payments/{made['payments'][0]['id']}/refund", given)


@pytest.mark.parametrize(
    ("build", "named"),
    [
        (pay, {"payments", "allocations", "opening_balances_changed"}),
        (charge, {"charges"}),
        (bill, {"invoices"}),
        (void, {"opening_balances_changed"}),
        (change_rent, {"leases_changed"}),
        (let_the_vacant_unit, {"leases"}),
        (add_unit, {"units"}),
        (name_caretaker, {"members_of_properties"}),
        (change_tenant, {"tenants_changed"}),
        (take_deposit, {"deposit_entries"}),
        (charge_every_month, {"recurring_charges"}),
        (refund, {"refunds", "opening_credits_changed"}),
    ],
)
def test_what_was_built_is_listed_and_nothing_is_undone(
    owner: Client, resources: Resources, committed: dict[str, Any], build: Build, named: set[str]
) -> None:
    done = build(owner, committed)
    assert done.status in (200, 201), done.text
    before = row_counts(resources, owner.organisation_id)
    refused = owner.post(f"/v1/imports/{committed['id']}/undo")
    assert refused.status == 409, refused.text
    assert set(refused.json["built"]) == named
    assert grown(before, row_counts(resources, owner.organisation_id)) == {}
    assert owner.get(f"/v1/imports/{committed['id']}").json["status"] == "committed"


def test_what_is_built_while_the_undo_waits_stops_it(
    owner: Client, resources: Resources, committed: dict[str, Any]
) -> None:
    queued = owner.post(f"/v1/imports/{committed['id']}/undo")
    assert owner.get(f"/v1/imports/{committed['id']}").json["status"] == "undoing"
    assert charge(owner, committed).status == 201
    task = worked(owner, resources, queued)
    assert (task["status"], task["problem"]["built"]) == ("failed", {"charges": 1})
    assert owner.get(f"/v1/imports/{committed['id']}").json["status"] == "committed"
    assert len(everything(owner, "/v1/leases")) == 2


def test_an_undone_import_leaves_a_property_that_was_here_before(
    owner: Client, resources: Resources, committed: dict[str, Any]
) -> None:
    more = upload(owner, sheet(row("B1", balance="700"))).json
    assert worked(owner, resources, commit(owner, more))["status"] == "done"
    assert set(owner.post(f"/v1/imports/{committed['id']}/undo").json["built"]) == {"units"}
    assert worked(owner, resources, owner.post(f"/v1/imports/{more['id']}/undo"))["status"] == "done"
    assert len(everything(owner, "/v1/units")) == 3
    assert worked(owner, resources, owner.post(f"/v1/imports/{committed['id']}/undo"))["status"] == "done"
    assert everything(owner, "/v1/properties") == []
    assert proof(owner) == []
