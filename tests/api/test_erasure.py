"""Erasing a tenant: what is left of them anywhere in the database."""

import datetime as dt
from typing import Any

import pytest

from chalicelib import wiring
from chalicelib.clock import MovedClock
from chalicelib.storage.tables import APPEND_ONLY
from chalicelib.web import idempotency
from tests.api.client import Client
from tests.api.imports import commit, dumped, sheet, upload, worked

WORDS = ("zawadiqx", "rehemaqx", "798765431", "20071279", "zq@example.co.ke", "a123456780z")
DAY = "2026-06-10"


@pytest.fixture(autouse=True)
def june(clock: MovedClock) -> None:
    clock.at = dt.datetime(2026, 6, 10, 9, tzinfo=dt.UTC)


def found(owner: Client, parts: wiring.Parts) -> set[str]:
    text = dumped(parts, owner.organisation_id)
    return {word for word in WORDS if word in text}


def post(owner: Client, path: str, body: Any = None, **headers: str) -> Any:
    answer = owner.post(path, body, **headers)
    assert answer.status in (200, 201), answer.text
    return answer.json


def let(owner: Client) -> tuple[str, str]:
    """Let a unit to Zawadi, who pays by a friend and moves out; return the tenant's and the payment's id."""
    house = post(owner, "/v1/properties", {"name": "Mwangaza Court"})["id"]
    unit = post(owner, "/v1/units", {"property_id": house, "name": "A1", "type": "shop", "rent": "9000"})["id"]
    person = {
        "given_name": "Zawadiqx", "phones": ["0798765431"], "email": "zq@example.co.ke", "kra_pin": "A123456780Z",
        "identity_document": {"kind": "national_id", "number": "20071279"}, "note": "Zawadiqx has a cat",
        "kin": {"name": "Rehemaqx", "phone": "0798765431", "relation": "aunt"},
    }  # fmt: skip
    tenant = post(owner, "/v1/tenants", person, Idempotency_Key="k-1")["id"]
    terms = {"unit_id": unit, "tenants": [tenant], "starts_on": "2026-01-01", "rent": "9000", "note": "of Zawadiqx"}
    lease = post(owner, "/v1/leases", terms)["id"]
    paid = {"method": "bank", "amount": "9000.00", "received_on": DAY, "lease_id": lease, "provider_reference": "SJ12"}
    payment = post(owner, "/v1/payments", {**paid, "payer_name": "Rehemaqx", "note": "for Zawadiqx"})["id"]
    post(owner, f"/v1/leases/{lease}/terminate", {"ends_on": "2026-06-01", "waive_notice": True})
    return tenant, payment


def test_nothing_is_left_of_an_erased_tenant_but_what_the_books_rest_on(
    owner: Client, parts: wiring.Parts, clock: MovedClock
) -> None:
    tenant, payment = let(owner)
    assert found(owner, parts) == set(WORDS) - {"20071279"}  # the search finds; the document is sealed
    erased = owner.post(f"/v1/tenants/{tenant}/erase")
    assert (erased.status, erased.json["name"]) == (200, "Erased")
    clock.at += idempotency.KEPT + dt.timedelta(seconds=1)
    while parts.transact(lambda db: idempotency.forget_old(db, parts.clock.now())):
        pass
    assert found(owner, parts) == set()
    kept = owner.get(f"/v1/payments/{payment}").json
    assert (kept["payer_name"], kept["note"], kept["reference_raw"]) == ("", "", "")
    assert (kept["amount"], kept["provider_reference"], kept["tenant_id"]) == ("9000.00", "SJ12", tenant)
    assert owner.get("/v1/ledger/proof").json["holds"] is True
    assert all(each["tenant_name"] == "Erased" for each in owner.get("/v1/invoices").json["items"])


def test_what_cannot_be_changed_never_held_a_name(owner: Client, parts: wiring.Parts) -> None:
    let(owner)
    text = dumped(parts, owner.organisation_id, *APPEND_ONLY)
    assert [word for word in WORDS if word in text] == []


def test_the_problems_of_the_sheet_that_a_tenant_came_by_are_forgotten(owner: Client, parts: wiring.Parts) -> None:
    row = ("Mwangaza Court", "Z9", "12,000", "Zawadiqx", "0798765431", "20071279", "", "1/6/2025", "0")
    post(owner, "/v1/tenants", {"given_name": "Rehema", "phones": [row[4]]})  # told as a notice, which repeats it
    imported = upload(owner, sheet(row)).json
    problems = f"/v1/imports/{imported['id']}/problems"
    assert "798765431" in owner.get(problems).text
    assert worked(owner, parts, commit(owner, imported))["status"] == "done"
    tenant = owner.get("/v1/tenants?name=Zawadiqx").json["items"][0]["id"]
    lease = owner.get("/v1/leases").json["items"][0]["id"]
    post(owner, f"/v1/leases/{lease}/terminate", {"ends_on": "2026-06-01", "waive_notice": True})
    assert owner.post(f"/v1/tenants/{tenant}/erase").status == 200
    answer = owner.get(problems)
    assert (answer.status, answer.json["items"]) == (200, [])
    assert dumped(parts, owner.organisation_id, "data_key") == ""
