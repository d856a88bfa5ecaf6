"""Sending a statement by e-mail."""

from typing import Any

import pytest

from chalicelib.runtime.resources import Resources
from tests.api.client import Client

pytestmark = pytest.mark.usefixtures("resources")


def made(owner: Client, path: str, body: Any) -> str:
    answer = owner.post(path, body)
    assert answer.status == 201, answer.text
    told: str = answer.json["id"]
    return told


def let(owner: Client, whose: dict[str, Any] | None = None, **person: Any) -> tuple[str, str]:
    """Let a unit to a tenant and another who owe 9,000 since the beginning of 2026; return the tenant and the lease.

    ``whose``: the owner of the property.
    """
    of = {"owner_id": made(owner, "/v1/owners", whose)} if whose else {}
    house = made(owner, "/v1/properties", {"name": "Mwangaza Court", **of})
    unit = made(owner, "/v1/units", {"property_id": house, "name": "A1", "type": "shop", "rent": "9000"})
    tenant = made(owner, "/v1/tenants", {"given_name": "Otieno", **person})
    other = made(owner, "/v1/tenants", {"given_name": "Rehemaqx"})
    terms = {
        "unit_id": unit,
        "tenants": [tenant, other],
        "starts_on": "2026-01-01",
        "billed_from": "2026-01",
        "rent": "9000",
    }
    lease = made(owner, "/v1/leases", terms)
    made(owner, f"/v1/leases/{lease}/opening-balance", {"amount": "9000.00", "on": "2026-01-05"})
    return tenant, lease


def tenant_of(owner: Client, **person: Any) -> str:
    return let(owner, **person)[0]


def test_a_statement_goes_out_as_a_letter_in_the_tenants_language(owner: Client) -> None:
    tenant = tenant_of(owner, email="otieno@example.co.ke", language="sw")
    sent = owner.post(f"/v1/tenants/{tenant}/statement/email", {})
    assert sent.status == 202, sent.text
    told = owner.get(sent.headers["Location"]).json
    assert (told["kind"], told["medium"], told["status"]) == ("statement", "email", "queued")
    assert (told["address"], told["tenant_id"], told["language"]) == ("otieno@example.co.ke", tenant, "sw")
    assert "Mpendwa Otieno" in told["text"]
    assert "9,000.00" in told["text"]
    assert owner.post(f"/v1/tenants/{tenant}/statement/email", {}).json["id"] != told["id"]


def test_the_letter_comes_to_what_the_statement_says(owner: Client) -> None:
    tenant = tenant_of(owner, email="otieno@example.co.ke")
    days = {"from": "2026-02-01", "to": "2026-02-28"}
    told = owner.post(f"/v1/tenants/{tenant}/statement/email", days).json["text"]
    statement = owner.get(f"/v1/tenants/{tenant}/statement?from=2026-02-01&to=2026-02-28").json
    assert (statement["opening"], statement["closing"], statement["entries"]) == ("9000.00", "9000.00", [])
    assert "Balance before 01/02/2026" in told
    assert "To pay on 28/02/2026: KES 9,000" in told


@pytest.mark.parametrize(
    ("days", "status", "field"),
    [
        ({"from": "2026-03-01", "to": "2026-02-01"}, 422, "from"),
        ({"from": "yesterday"}, 422, "from"),
    ],
)
def test_days_that_do_not_fit_are_refused(owner: Client, days: dict[str, str], status: int, field: str) -> None:
    tenant = tenant_of(owner, email="otieno@example.co.ke")
    answer = owner.post(f"/v1/tenants/{tenant}/statement/email", days)
    assert (answer.status, [each["field"] for each in answer.json["errors"]]) == (status, [field])
    assert owner.get("/v1/messages").json["items"] == []


def test_who_has_no_address_gets_no_letter(owner: Client, stranger: Client, resources: Resources) -> None:
    tenant = tenant_of(owner)
    answer = owner.post(f"/v1/tenants/{tenant}/statement/email", {})
    assert (answer.status, answer.json["tenant_id"]) == (409, tenant)
    assert stranger.post(f"/v1/tenants/{tenant}/statement/email", {}).status == 404


def test_a_property_s_owner_is_told_how_a_lease_stands_and_of_nobody_but_who_pays(owner: Client) -> None:
    tenant, lease = let(owner, {"name": "Naliaka", "email": "naliaka@example.co.ke"})
    sent = owner.post(f"/v1/leases/{lease}/statement/email", {"to": "owner", "since": "2026-01-01"})
    assert sent.status == 202, sent.text
    told = owner.get(sent.headers["Location"]).json
    assert (told["address"], told["tenant_id"], told["lease_id"]) == ("naliaka@example.co.ke", tenant, lease)
    for said in ("Dear Naliaka", "Otieno", "A1, Mwangaza Court", "9,000.00", "Owed"):
        assert said in told["text"]
    assert "Rehemaqx" not in told["text"]  # it is forgotten with the first tenant


def test_an_owner_without_an_address_gets_no_letter(owner: Client) -> None:
    _, lease = let(owner)
    assert owner.post(f"/v1/leases/{lease}/statement/email", {"to": "owner"}).status == 409
    assert owner.post(f"/v1/leases/{lease}/statement/email", {"to": "tenant"}).status == 409
    assert owner.get("/v1/messages").json["items"] == []
