"""Reports over the Lambda handler: who may read them, as JSON and as CSV."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from tests.api.client import Answer, Client

pytestmark = pytest.mark.usefixtures("resources")

REPORTS = (
    "/v1/reports/rent-roll",
    "/v1/reports/arrears",
    "/v1/reports/occupancy",
    "/v1/reports/collections?period=2026-01",
    "/v1/reports/income?from=2026-01&to=2026-03",
)


@pytest.fixture
def lease(owner: Client) -> dict[str, Any]:
    """A lease whose tenant's name is a formula, with an invoice and part of it paid."""
    house = owner.post("/v1/properties", {"name": "Mwangaza Court"}).json
    unit = {"property_id": house["id"], "name": "A1", "type": "apartment", "rent": "20000.00"}
    unit_id = owner.post("/v1/units", unit).json["id"]
    tenant = {"given_name": "=cmd()", "family_name": "Odhiambo", "phones": ["0712345678"]}
    tenant_id = owner.post("/v1/tenants", tenant).json["id"]
    terms = {
        "unit_id": unit_id,
        "tenants": [tenant_id],
        "starts_on": "2026-01-01",
        "billed_from": "2026-01",
        "rent": "20000.00",
    }
    made = owner.post("/v1/leases", terms)
    assert made.status == 201, made.text
    line = {"charge_type": "rent", "description": "Rent", "amount": "20000.00"}
    days = {"period": "2026-01", "issued_on": "2026-01-01", "due_on": "2026-01-05"}
    invoice = owner.post("/v1/invoices", {"lease_id": made.json["id"], "lines": [line], **days})
    assert invoice.status == 201, invoice.text
    payment = {"method": "cash", "amount": "25000.00", "received_on": "2026-02-01", "lease_id": made.json["id"]}
    paid = owner.post("/v1/payments", payment)
    assert paid.status == 201, paid.text
    return {"id": made.json["id"], "tenant_id": tenant_id}


def rows_of(answer: Answer) -> list[dict[str, str]]:
    assert answer.status == 200, answer.text
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert answer.text.startswith("\ufeff")
    return list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))


def test_the_books_read_the_same_everywhere(owner: Client, lease: dict[str, Any]) -> None:
    past = owner.get("/v1/reports/arrears?on=2026-01-31").json
    assert [(item["lease_id"], item["days_0_30"], item["total"]) for item in past["items"]] == [
        (lease["id"], "20000.00", "20000.00")
    ]
    assert (past["on"], past["leases"], past["totals"]["overdue"]) == ("2026-01-31", 1, "20000.00")
    assert owner.get("/v1/reports/arrears").json["items"] == []
    (row,) = owner.get("/v1/reports/rent-roll").json["items"]
    assert (row["rent"], row["balance"], row["deposit"]) == ("20000.00", "-5000.00", "0.00")
    statement = owner.get(f"/v1/tenants/{lease['tenant_id']}/statement?from=2026-02-01").json
    assert (statement["opening"], statement["closing"]) == ("20000.00", "-5000.00")
    assert owner.get(f"/v1/leases/{lease['id']}/statement").json["closing"] == "-5000.00"
    assert owner.get("/v1/reports/collections?period=2026-02").json["received"] == {
        "payments": 1,
        "amount": "25000.00",
    }
    assert owner.get("/v1/reports/income?from=2026-01&to=2026-01").json["total"] == "20000.00"
    assert owner.get("/v1/reports/occupancy").json["occupied_bps"] == 10_000
    proof = owner.get("/v1/ledger/proof").json
    assert proof["holds"] is True, proof


def test_csv_disarms_names_and_keeps_numbers(owner: Client, lease: dict[str, Any]) -> None:
    (row,) = rows_of(owner.get("/v1/reports/rent-roll?format=csv"))
    assert row["tenant_name"] == "'=cmd() Odhiambo"
    assert row["phone"] == "'+254712345678"
    assert row["balance"] == "-5000.00"
    entries = rows_of(owner.get(f"/v1/leases/{lease['id']}/statement", Accept="text/csv"))
    assert [(entry["kind"], entry["balance"]) for entry in entries] == [
        ("opening_balance", "0.00"),
        ("invoice", "20000.00"),
        ("payment", "-5000.00"),
        ("closing_balance", "-5000.00"),
    ]
    taken = rows_of(owner.get("/v1/reports/collections?period=2026-02&format=csv"))
    assert {each["amount"] for each in taken if each["by"] in ("channel", "property", "day")} == {"25000.00"}
    earned = rows_of(owner.get("/v1/reports/income?from=2026-01&to=2026-01&format=csv"))
    assert [(each["month"], each["charge_type"], each["amount"]) for each in earned] == [
        ("2026-01", "rent", "20000.00")
    ]
    (late,) = rows_of(owner.get("/v1/reports/arrears?on=2026-01-31&format=csv"))
    assert (late["property_name"], late["overdue"]) == ("Mwangaza Court", "20000.00")
    (let,) = rows_of(owner.get("/v1/reports/occupancy?format=csv"))
    assert (let["units"], let["occupied"]) == ("1", "1")


@pytest.mark.parametrize("path", REPORTS)
def test_each_report_is_json_unless_csv_is_asked_for(owner: Client, path: str) -> None:
    told = owner.get(path)
    assert told.status == 200, told.text
    assert told.headers["Content-Type"] == "application/json"
    name = path.split("?", maxsplit=1)[0].rsplit("/", 1)[1]
    disposition = owner.get(path, Accept="text/csv").headers["Content-Disposition"]
    assert disposition.startswith(f'attachment; filename="{name}-2')


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("reports/arrears?on=2199-01-01", "on"),
        ("reports/arrears?on=yesterday", "on"),
        ("reports/arrears?sort=name", "sort"),
        ("reports/arrears?cursor=bm90", "cursor"),
        ("reports/rent-roll?format=pdf", "format"),
        ("reports/collections", "period"),
        ("reports/income?from=2026-01", "to"),
        ("reports/income?from=2026-02&to=2026-01", "to"),
    ],
)
def test_bad_input_is_named(owner: Client, query: str, field: str) -> None:
    answer = owner.get(f"/v1/{query}")
    assert answer.status == 422, answer.text
    assert [each["field"] for each in answer.json["errors"]] == [field]


def test_another_organisation_sees_nothing_of_it(
    owner: Client, lease: dict[str, Any], new_phone: Callable[[], str]
) -> None:
    other = Client(new_phone())
    other.organisation_id = other.post("/v1/organisations", {"name": "Other", "person_name": "Baraka"}).json["id"]
    assert other.get(f"/v1/leases/{lease['id']}/statement").status == 404
    assert other.get(f"/v1/tenants/{lease['tenant_id']}/statement").status == 404
    assert other.get("/v1/reports/rent-roll").json["items"] == []
    assert other.get("/v1/reports/arrears?on=2026-01-31").json["totals"]["total"] == "0.00"
    owned = owner.get("/v1/properties").json["items"][0]["id"]
    assert other.get(f"/v1/reports/arrears?on=2026-01-31&property_id={owned}").json["items"] == []
