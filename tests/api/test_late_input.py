"""Input as people paste it, over the API: names, numbers, and a name that costs money."""

import pytest

from tests.api.client import Client


@pytest.mark.parametrize(("stored", "asked"), [
    ("Ng\u2019ang\u2019a", "ng'ang'a"), ("Ng'ang'a", "ng\u02bcang\u02bca"), ("Wanjik\u0169", "wanjiku"),
    ("Wanjiku", "wanjik\u0169"), ("Jose\u0301", "jos\u00e9"),
])  # fmt: skip
def test_a_name_is_found_by_any_apostrophe_and_with_or_without_accents(owner: Client, stored: str, asked: str) -> None:
    owner.post("/v1/tenants", {"given_name": stored, "family_name": "Kamau"})
    owner.post("/v1/tenants", {"given_name": "Otieno"})
    assert [each["given_name"] for each in owner.get(f"/v1/tenants?name={asked}").json["items"]] == [stored]


@pytest.mark.parametrize(("typed", "stored"), [
    ("+44 7911 123456", "+447911123456"), ("\u202a+1 (415) 555-0132\u202c", "+14155550132"),
    ("0712 345 678", "+254712345678"), ("+254 (0) 712 345678", "+254712345678"), ("254712345678.0", "+254712345678"),
])  # fmt: skip
def test_an_owner_may_have_a_number_of_any_country(owner: Client, typed: str, stored: str) -> None:
    made = owner.post("/v1/owners", {"name": "Zawadi", "phone": typed, "email": "zawadi@example.com"})
    assert (made.status, made.json["phone"]) == (201, stored)


@pytest.mark.parametrize("typed", ["447911123456", "+254 20 1234567", "+0712345678", "+44"])
def test_a_number_that_is_neither_is_refused(owner: Client, typed: str) -> None:
    refused = owner.post("/v1/owners", {"name": "Zawadi", "phone": typed})
    assert (refused.status, refused.json["errors"][0]["field"]) == (422, "phone")


def test_a_name_that_makes_every_sms_dearer_is_warned_of(owner: Client) -> None:
    assert owner.get("/v1/organisation").json["warnings"] == []
    changed = owner.patch("/v1/organisation", {"name": "Acme Homes \U0001f3e0"})
    assert changed.status == 200, changed.text
    [warning] = changed.json["warnings"]
    assert "\U0001f3e0" in warning
    assert "three times" in warning
    assert owner.patch("/v1/organisation", {"name": "Ng\u2019ombe Homes"}).json["warnings"] == []
