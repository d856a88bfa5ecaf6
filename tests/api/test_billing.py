"""Invoices, charges, credit notes and receipts over the Lambda handler."""

import datetime as dt
from typing import Any

import pytest

from chalicelib.clock import ManualClock
from tests.api.client import Client

pytestmark = pytest.mark.usefixtures("resources")


@pytest.fixture
def lease_id(owner: Client, clock: ManualClock) -> str:
    """A lease from 2026 on, at 30,000 a month; it is 10 June 2026."""
    clock.at = dt.datetime(2026, 6, 10, 9, tzinfo=dt.UTC)
    house = owner.post("/v1/properties", {"name": "Mwangaza Court"}).json
    unit = owner.post(
        "/v1/units", {"property_id": house["id"], "name": "A1", "type": "apartment", "rent": "30000"}
    ).json
    tenant = owner.post(
        "/v1/tenants", {"given_name": "Amina", "family_name": "Odhiambo", "phones": ["0712345678"]}
    ).json
    lease = owner.post(
        "/v1/leases",
        {
            "unit_id": unit["id"],
            "tenants": [tenant["id"]],
            "starts_on": "2026-01-01",
            "billed_from": "2026-01",
            "rent": "30000.00",
        },
    )
    assert lease.status == 201, lease.text
    return str(lease.json["id"])


def invoice(lease_id: str, **values: Any) -> dict[str, Any]:
    lines = [
        {"charge_type": "rent", "description": "May", "amount": "30000.00"},
        {"charge_type": "water", "amount": "1440"},
    ]
    return {"lease_id": lease_id, "issued_on": "2026-05-01", "due_on": "2026-05-05", "lines": lines, **values}


def test_an_invoice_is_issued_read_listed_and_voided(owner: Client, lease_id: str) -> None:
    issued = owner.post("/v1/invoices", invoice(lease_id))
    assert issued.status == 201, issued.text
    path = issued.headers["Location"]
    assert path == f"/v1/invoices/{issued.json['id']}"
    told = owner.get(path)
    assert told.json == issued.json
    assert told.etag.startswith('"1-')
    assert {name: told.json[name] for name in ("number", "status", "period", "total", "open", "unit_name")} == {
        "number": 1,
        "status": "open",
        "period": "2026-05",
        "total": "31440.00",
        "open": "31440.00",
        "unit_name": "A1",
    }
    assert [line["amount"] for line in told.json["lines"]] == ["30000.00", "1440.00"]
    [listed] = owner.get(f"/v1/invoices?lease_id={lease_id}&status=overdue&period=2026-05").json["items"]
    assert listed == {name: value for name, value in told.json.items() if name != "lines"}
    void = owner.post(f"{path}/void")
    assert (void.status, void.json["status"], void.json["open"]) == (200, "void", "0.00")
    assert owner.get(path).etag.startswith('"2-')
    again = owner.post(f"{path}/void")
    assert again.status == 409
    assert again.headers["Content-Type"] == "application/problem+json"


def test_an_idempotency_key_issues_one_invoice(owner: Client, lease_id: str) -> None:
    first = owner.post("/v1/invoices", invoice(lease_id), Idempotency_Key="i1")
    again = owner.post("/v1/invoices", invoice(lease_id), Idempotency_Key="i1")
    assert (first.status, again.status) == (201, 201)
    assert first.json == again.json
    assert len(owner.get("/v1/invoices").json["items"]) == 1


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"charge_type": "rent", "amount": "0"}]}, "lines.0.amount"),
        ({"lines": [{"charge_type": "rent", "amount": "-1"}]}, "lines.0.amount"),
        ({"lines": [{"charge_type": "rent", "amount": "1.005"}]}, "lines.0.amount"),
        ({"lines": [{"charge_type": "deposit", "amount": "1"}]}, "lines.0.charge_type"),
        ({"lines": [{"charge_type": "rent"}]}, "lines.0.amount"),
        ({"issued_on": "2199-01-01", "due_on": "2199-01-01"}, "issued_on"),
        ({"due_on": "2026-04-30"}, "due_on"),
        ({"period": "2026-13"}, "period"),
        ({"number": 7}, "number"),
    ],
)
def test_a_wrong_invoice_names_its_field_and_leaves_nothing(
    owner: Client, lease_id: str, values: dict[str, Any], field: str
) -> None:
    answer = owner.post("/v1/invoices", invoice(lease_id, **values))
    assert answer.status == 422, answer.text
    assert [each["field"] for each in answer.json["errors"]] == [field]
    assert owner.get("/v1/invoices").json["items"] == []


def test_a_charge_waits_is_billed_on_demand_and_cannot_then_be_cancelled(owner: Client, lease_id: str) -> None:
    kept, dropped = (
        owner.post("/v1/charges", {"lease_id": lease_id, "charge_type": "damage", "amount": amount}).json
        for amount in ("2500.00", "1.00")
    )
    assert kept["status"] == "pending"
    cancelled = owner.post(f"/v1/charges/{dropped['id']}/cancel")
    assert (cancelled.status, cancelled.json["status"]) == (200, "cancelled")
    issued = owner.post("/v1/invoices", {"lease_id": lease_id, "with_charges": True})
    assert issued.status == 201, issued.text
    assert issued.json["total"] == "2500.00"
    told = owner.get(f"/v1/charges/{kept['id']}").json
    assert (told["status"], told["invoice_id"]) == ("invoiced", issued.json["id"])
    assert owner.post(f"/v1/charges/{kept['id']}/cancel").status == 409
    assert [each["id"] for each in owner.get("/v1/charges?status=cancelled").json["items"]] == [dropped["id"]]


def test_an_opening_balance_is_recorded_once(owner: Client, lease_id: str) -> None:
    path = f"/v1/leases/{lease_id}/opening-balance"
    recorded = owner.post(path, {"amount": "7500.00", "on": "2026-04-30"})
    assert recorded.status == 201, recorded.text
    assert (recorded.json["kind"], recorded.json["due_on"]) == ("opening", "2026-04-29")
    arrears = owner.get("/v1/reports/arrears?on=2026-04-30").json
    assert arrears["totals"]["overdue"] == "7500.00"  # in arrears from the books' first day
    assert owner.post(path, {"amount": "7500.00"}).status == 409
    assert owner.post(path, {"amount": "0"}).status == 422


def test_what_is_another_organisations_is_not_found(owner: Client, lease_id: str, new_phone: Any) -> None:
    stranger = Client(new_phone())
    stranger.organisation_id = stranger.post("/v1/organisations", {"name": "Other", "person_name": "Ben"}).json["id"]
    issued = owner.post("/v1/invoices", invoice(lease_id)).json
    charge = owner.post("/v1/charges", {"lease_id": lease_id, "charge_type": "water", "amount": "5"}).json
    assert stranger.get(f"/v1/invoices/{issued['id']}").status == 404
    assert stranger.post(f"/v1/invoices/{issued['id']}/void").status == 404
    assert stranger.post(f"/v1/charges/{charge['id']}/cancel").status == 404
    assert stranger.post("/v1/invoices", invoice(lease_id)).status == 404
    assert stranger.post("/v1/charges", {"lease_id": lease_id, "charge_type": "water", "amount": "5"}).status == 404
    assert stranger.post(f"/v1/leases/{lease_id}/opening-balance", {"amount": "5"}).status == 404
    for path in ("/v1/invoices", "/v1/charges", "/v1/credit-notes", "/v1/receipts"):
        assert stranger.get(path).json == {"items": [], "next_cursor": None}
    assert owner.get(f"/v1/invoices/{issued['id']}").json["status"] == "open"
    for path in (f"/v1/receipts/{issued['id']}", f"/v1/credit-notes/{issued['id']}"):
        assert owner.get(path).status == 404


def test_invoices_are_walked_by_cursor_in_both_directions(owner: Client, lease_id: str) -> None:
    for _ in range(5):
        assert owner.post("/v1/invoices", invoice(lease_id)).status == 201
    for sort, expected in (("number", [1, 2, 3, 4, 5]), ("-number", [5, 4, 3, 2, 1])):
        seen, cursor = [], ""
        while True:
            page = owner.get(f"/v1/invoices?limit=2&sort={sort}{cursor}").json
            seen += [each["number"] for each in page["items"]]
            if page["next_cursor"] is None:
                break
            cursor = f"&cursor={page['next_cursor']}"
        assert seen == expected
