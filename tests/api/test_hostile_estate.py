"""What an organisation that nobody vouches for sends, of every kind, with names that are chosen to deceive."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from chalicelib import messaging
from chalicelib.brands import is_brand
from chalicelib.clock import ManualClock
from chalicelib.messaging.model import KINDS, MEDIUMS, NewMessage
from chalicelib.runtime.resources import get_resources
from tests.api.client import Client
from tests.api.test_ussd import dial, let_to, token  # noqa: F401
from tests.contexts import context
from tests.unit.messaging.test_sanitize_rules import bad

NOON = dt.datetime(2026, 6, 10, 9, tzinfo=dt.UTC)
ESTATES = (
    {"property": "Visit evil.com/x now", "unit": "Call 0712345678", "tenant": "Pay till 712345 M-PESA"},
    {"property": "Safari", "unit": "com", "tenant": "SafaricomPLC http://evil.com"},
    {"property": "Call 07123,", "unit": "45678", "tenant": "MP\u03a3SA 0712_345_678"},
    {"property": "Hustler", "unit": "Fund", "tenant": "S@FARICOM evil.\u0441\u043e\u043c"},
)


def made(owner: Client, path: str, body: dict[str, Any]) -> str:
    answer = owner.post(path, body)
    assert answer.status in (201, 202), answer.text
    return str(answer.json["id"])


def settle(owner: Client, estate: dict[str, str], phone: str) -> tuple[str, str]:
    """Let and pay a place of such names; return the lease and the tenant."""
    landlord = made(
        owner, "/v1/owners", {"name": "KCBBank http://evil.com 0712345678", "email": "landlord@example.com"}
    )
    house = made(owner, "/v1/properties", {"name": estate["property"], "owner_id": landlord})
    unit = made(owner, "/v1/units", {"property_id": house, "name": estate["unit"], "type": "shop", "rent": "9000"})
    person = {"given_name": estate["tenant"], "phones": [phone], "email": "tenant@example.com"}
    tenant = made(owner, "/v1/tenants", person)
    starts = {"rent": "9000", "starts_on": "2026-06-01", "billed_from": "2026-06", "due_day": 5}
    lease = made(owner, "/v1/leases", {"unit_id": unit, "tenants": [tenant], **starts})
    paid = {"method": "cash", "amount": "12000.00", "received_on": "2026-06-10", "lease_id": lease}
    made(owner, "/v1/payments", {**paid, "provider_reference": "evil.com/712345678"})
    assert owner.patch("/v1/organisation", {"name": "Call 0712 345 678 evil.com"}).status == 200
    return lease, tenant


@pytest.mark.parametrize("estate", ESTATES, ids=lambda each: each["property"])
def test_no_message_of_any_kind_or_medium_deceives(
    owner: Client, clock: ManualClock, new_phone: Callable[[], str], estate: dict[str, str]
) -> None:
    clock.at = NOON
    lease, tenant = settle(owner, estate, new_phone())
    for to in ("tenant", "owner"):
        made(owner, f"/v1/leases/{lease}/statement/email", {"to": to})
    made(owner, f"/v1/tenants/{tenant}/statement/email", {})
    # And whatever a maker of texts forgets, in each kind and medium.
    raw = ". ".join(estate.values())
    new = [
        NewMessage(kind, f"{kind}:{medium}", medium, address="+254712000111", subject=raw, text=f"{raw}, KES 12,000.")
        for kind in KINDS
        for medium in MEDIUMS
    ]
    get_resources().transact(
        lambda db: messaging.queue_messages(context(db, UUID(str(owner.organisation_id)), now=NOON), new)
    )
    told = owner.get("/v1/messages?limit=100").json["items"]
    assert {(each["kind"], each["medium"]) for each in told} == {(kind, medium) for kind in KINDS for medium in MEDIUMS}
    assert {"statement", "receipt"} <= {each["kind"] for each in told if each["subject"] and each["medium"] == "email"}
    assert any("12,000" in each["text"] for each in told)
    for each in told:
        text = f"{each['subject']}\n{each['text']}".replace(str(owner.phone), "")
        assert bad(text) == [], text
        plain = re.sub(r"\d\d/\d\d/\d{4}|-?[\d,]*\d\.\d\d|KES [\d,]+", "_", text)
        assert not re.search(r"\d(?:[^\w\n]{0,4}\d){5,}", plain), text
        for line in text.splitlines():
            assert not is_brand(line), line
        assert not re.search("hustler fund", text, re.IGNORECASE) or "Hustler. Fund" in text


def test_no_screen_of_a_phone_deceives(owner: Client, clock: ManualClock, new_phone: Callable[[], str]) -> None:
    clock.at, phone = NOON, new_phone()
    let_to(owner, phone, "A1")
    place = owner.get("/v1/units").json["items"][0]
    renamed = {"name": "Paybill 522522 acc 0712345678"}
    assert owner.patch(f"/v1/units/{place['id']}", renamed).status == 200
    hostile = {"name": "Safaricom http://evil.com"}
    assert owner.patch(f"/v1/properties/{place['property_id']}", hostile).status == 200
    for choices in ("", "1", "2", "3"):
        screen = dial(phone, choices, session_id=f"s{choices}").text
        assert bad(screen) == [], screen
        assert not any(map(is_brand, screen.splitlines())), screen


def test_a_text_that_goes_to_another_number_tells_how_to_object(
    owner: Client, clock: ManualClock, new_phone: Callable[[], str]
) -> None:
    clock.at, phone, other = NOON, new_phone(), new_phone()
    let_to(owner, phone, "A1")
    lease = owner.get("/v1/leases").json["items"][0]
    made(
        owner,
        "/v1/payments",
        {"method": "cash", "amount": "5.00", "received_on": "2026-06-10", "lease_id": lease["id"]},
    )
    before = owner.get("/v1/messages?kind=receipt").json["items"][0]
    assert "NOT ME" not in before["text"]
    tenant = owner.get("/v1/tenants").json["items"][0]["id"]
    for phones in ([other], [other, phone], [phone]):
        assert owner.patch(f"/v1/tenants/{tenant}", {"phones": phones}).status == 200
        after = owner.get("/v1/messages?kind=receipt").json["items"][0]
        assert after["text"] == f"{before['text']} Not you? Send NOT ME"
