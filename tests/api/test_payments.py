"""Payments and accounts over the Lambda handler."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources
from chalicelib.tasks import task_runner as tasks
from tests.api.client import Client

pytestmark = pytest.mark.usefixtures("june")

DAY = "2026-06-10"
Let = Callable[..., dict[str, Any]]


@pytest.fixture
def june(clock: ManualClock) -> None:
    clock.at = dt.datetime(2026, 6, 10, 9, tzinfo=dt.UTC)


@pytest.fixture
def let(owner: Client) -> Let:
    """Let a new unit of a property (a new one unless it is named) and return the lease."""

    def work(rent: str = "10000", property_id: str = "", **terms: Any) -> dict[str, Any]:
        house = property_id or owner.post("/v1/properties", {"name": f"House {rent} {len(terms)}"}).json["id"]
        unit = owner.post("/v1/units", {"property_id": house, "name": "A1", "type": "apartment", "rent": rent})
        tenant = owner.post("/v1/tenants", {"given_name": "Otieno", "phones": ["0712345678"]})
        body = {
            "unit_id": unit.json["id"],
            "tenants": [tenant.json["id"]],
            "starts_on": "2026-06-01",
            "billed_from": "2026-06",
            "rent": rent,
        }
        made = owner.post("/v1/leases", {**body, **terms})
        assert made.status == 201, made.text
        lease: dict[str, Any] = made.json
        return lease

    return work


def paid(client: Client, lease: dict[str, Any], amount: str, **values: Any) -> dict[str, Any]:
    body = {"method": "cash", "amount": amount, "received_on": DAY, "lease_id": lease["id"]}
    made = client.post("/v1/payments", {**body, **values})
    assert made.status == 201, made.text
    payment: dict[str, Any] = made.json
    return payment


def member(owner: Client, new_phone: Callable[[], str], role: str, properties: list[str]) -> Client:
    """Invite somebody, who accepts, and return them signed in."""
    person = Client(new_phone())
    invited = owner.post("/v1/members", {"phone": person.phone, "name": "Juma", "role": role, "properties": properties})
    assert invited.status == 201, invited.text
    invitation = person.get("/v1/me").json["invitations"][0]
    accepted = person.post(f"/v1/invitations/{invitation['id']}/accept", {"name": "Juma"})
    assert accepted.status in (200, 201), accepted.text
    person.organisation_id = owner.organisation_id
    return person


def test_a_month_is_billed_paid_credited_and_ended(owner: Client, let: Let, resources: Resources) -> None:
    lease = let("9000")
    queued = owner.post("/v1/bill-runs", {"period": "2026-06"})
    assert (queued.status, queued.headers["Location"]) == (202, f"/v1/tasks/{queued.json['id']}")
    tasks.run_tasks(resources)
    assert owner.get(queued.headers["Location"]).json["result"]["invoices"] == 1

    payment = paid(owner, lease, "9500.00", payer_name="OTIENO")
    assert (payment["state"], payment["allocated"], payment["credit"]) == ("matched", "9000.00", "500.00")
    got = owner.get(f"/v1/payments/{payment['id']}")
    assert owner.get(f"/v1/payments/{payment['id']}", If_None_Match=got.etag).status == 304
    rows = owner.get(f"/v1/payments/{payment['id']}/allocations").json["items"]
    assert [(row["amount"], row["allocated_on"]) for row in rows] == [("9000.00", DAY)]

    refund = owner.post(f"/v1/payments/{payment['id']}/refund", {"amount": "200", "reason": "asked for it"})
    assert (refund.status, refund.json["amount"]) == (201, "200.00")
    refunds = owner.get(f"/v1/payments/{payment['id']}/refunds").json["items"]
    assert [each["id"] for each in refunds] == [refund.json["id"]]

    invoice = owner.get("/v1/invoices").json["items"][0]
    line = owner.get(f"/v1/invoices/{invoice['id']}").json["lines"][0]
    note = owner.post(
        f"/v1/invoices/{invoice['id']}/credit-notes",
        {"reason": "no water for a week", "lines": [{"line_id": line["id"], "amount": "1000"}]},
    )
    assert (note.status, note.json["total"]) == (201, "1000.00")
    assert owner.get(note.headers["Location"]).json == note.json

    ended = owner.post(f"/v1/leases/{lease['id']}/terminate", {"ends_on": "2026-06-20", "waive_notice": True})
    assert (ended.status, ended.json["credit"], ended.json["owed"]) == (201, "3300.00", "0.00")
    assert owner.get(f"/v1/leases/{lease['id']}/final-account").json == ended.json
    assert owner.post(f"/v1/leases/{lease['id']}/final-account").json == ended.json


def test_a_caretakers_cash_waits_for_a_manager(owner: Client, let: Let, new_phone: Callable[[], str]) -> None:
    lease, other = let("9000"), let("8000")
    caretaker = member(owner, new_phone, "caretaker", [lease["property_id"]])
    manager = member(owner, new_phone, "manager", [])
    payment = paid(caretaker, lease, "9000")
    assert payment["state"] == "pending"
    refused = caretaker.post(
        "/v1/payments", {"method": "cash", "amount": "100", "received_on": DAY, "lease_id": other["id"]}
    )
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "lease_id")
    elsewhere = paid(owner, other, "8000")
    assert [each["id"] for each in caretaker.get("/v1/payments").json["items"]] == [payment["id"]]
    assert caretaker.get(f"/v1/payments/{elsewhere['id']}").status == 404
    assert caretaker.get(f"/v1/payments/{elsewhere['id']}/allocations").status == 404
    assert caretaker.post(f"/v1/payments/{payment['id']}/confirm").status == 403
    assert manager.post(f"/v1/payments/{payment['id']}/confirm").json["state"] == "matched"
    assert manager.post(f"/v1/payments/{payment['id']}/reject", {"reason": "late"}).status == 409


def test_money_is_matched_allocated_and_reversed(owner: Client, let: Let) -> None:
    lease = let("9000")
    body = {"method": "bank", "amount": "500", "received_on": DAY, "provider_reference": "FT1"}
    unmatched = owner.post("/v1/payments", body).json
    assert unmatched["state"] == "unmatched"
    again = owner.post("/v1/payments", body)
    assert (again.status, again.json["payment_id"]) == (409, unmatched["id"])
    path = f"/v1/payments/{unmatched['id']}"
    assert owner.post(f"{path}/match", {"lease_id": lease["id"]}).json["credit"] == "500.00"
    water = owner.post(
        "/v1/invoices",
        {"lease_id": lease["id"], "lines": [{"charge_type": "water", "description": "", "amount": "300"}]},
    ).json
    line = owner.get(f"/v1/invoices/{water['id']}").json["lines"][0]
    chosen = {"lines": [{"invoice_line_id": line["id"], "amount": "100"}]}
    assert owner.post(f"{path}/allocate", chosen).json["credit"] == "400.00"
    assert owner.post(f"{path}/allocate", {}).json["credit"] == "200.00"
    assert owner.post(f"{path}/reverse", {}).status == 422
    assert owner.post(f"{path}/reverse", {"reason": "bounced"}).json["state"] == "reversed"
    listed = owner.get(f"/v1/payments?state=reversed&lease_id={lease['id']}&from={DAY}&to={DAY}&sort=-received_on")
    assert [each["reason"] for each in listed.json["items"]] == ["bounced"]


def test_a_deposit_is_deducted_and_that_is_undone(owner: Client, let: Let) -> None:
    lease = let("9000")
    kept = owner.post(
        f"/v1/leases/{lease['id']}/deposits", {"kind": "rent", "amount": "5000", "entered_on": DAY, "reason": ""}
    )
    assert kept.status == 201, kept.text
    owner.post(
        "/v1/invoices",
        {"lease_id": lease["id"], "lines": [{"charge_type": "damage", "description": "Window", "amount": "2000"}]},
    )
    path = f"/v1/leases/{lease['id']}/deposit-deductions"
    made = owner.post(path, {"amount": "1500", "reason": "window"})
    assert (made.status, [row["amount"] for row in made.json["allocations"]]) == (201, ["1500.00"])
    assert owner.post(path, {"amount": "501", "reason": "window"}).status == 409
    undone = owner.post(f"/v1/deposit-deductions/{made.json['entries'][0]}/reverse", {"reason": "was broken before"})
    assert undone.status == 204
    account = owner.get(f"/v1/leases/{lease['id']}/final-account").json
    assert (account["owed"], account["held"], account["refundable"]) == ("2000.00", "5000.00", "3000.00")
    credit = owner.post(f"/v1/leases/{lease['id']}/opening-credit", {"amount": "250", "on": DAY})
    assert (credit.status, credit.json["method"], credit.json["allocated"]) == (201, "opening", "250.00")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": "0"}, "amount"),
        ({"amount": "-5"}, "amount"),
        ({"amount": "10.005"}, "amount"),
        ({"amount": 100}, "amount"),
        ({"received_on": "2026-06-11"}, "received_on"),
        ({"received_on": "10/06/2026"}, "received_on"),
        ({"method": "barter"}, "method"),
        ({"lease_id": "0190b3c8-6d0e-7a53-9c0e-3a1f6f1d2b4a"}, "lease_id"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_input_names_the_field_and_writes_nothing(
    owner: Client, let: Let, values: dict[str, Any], field: str
) -> None:
    body = {"method": "cash", "amount": "100", "received_on": DAY, "lease_id": let()["id"]}
    answer = owner.post("/v1/payments", {**body, **values})
    assert answer.status == 422
    assert [each["field"] for each in answer.json["errors"]] == [field]
    assert owner.get("/v1/payments").json["items"] == []


def test_a_move_credits_what_the_old_lease_was_billed_beyond_it(owner: Client, let: Let, resources: Resources) -> None:
    lease = let("9000")
    owner.post("/v1/bill-runs", {"period": "2026-06"})
    tasks.run_tasks(resources)
    unit = {"property_id": lease["property_id"], "name": "A2", "type": "apartment", "rent": "9000"}
    body = {
        "unit_id": owner.post("/v1/units", unit).json["id"],
        "starts_on": "2026-06-11",
        "rent": "9000",
    }
    moved = owner.post(f"/v1/leases/{lease['id']}/transfer", body)
    assert (moved.status, moved.json["previous_id"]) == (201, lease["id"]), moved.text
    [note] = owner.get(f"/v1/credit-notes?lease_id={lease['id']}").json["items"]
    assert note["total"] == "6000.00"
    assert owner.get(f"/v1/leases/{lease['id']}/final-account").json["still_owed"] == "3000.00"
