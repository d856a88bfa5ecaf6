"""The whole way over `make run`'s own processes: from the API to a tenant's phone, and from the phone back."""

import json
import urllib.request
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.clock import NAIROBI, SystemClock, day_of
from tests.local.phones import eventually
from tests.local.test_run import Run

pytestmark = pytest.mark.slow
TENANT, STRANGER = "+254711000001", "+254711000009"


class Estate:
    """A run with one organisation and one tenant in it, who may be written to at any hour."""

    def __init__(self, run: Run) -> None:
        self.run = run
        founded = run.call("POST", "/v1/organisations", {"name": "Mwangaza Homes", "person_name": "Makena"})
        for asked in (["KIND=messaging"], ["KIND=sender_name", "NAME=MWANGAZA"]):
            run.grant(f"ORG={founded['id']}", *asked, "BY=tests")
        # Equal hours: none is quiet, whenever this test runs.
        self.change("/v1/message-settings", {"sender_name": "MWANGAZA", "quiet_from_hour": 0, "quiet_until_hour": 0})
        bank = self.make("/v1/channels", {"kind": "bank", "name": "Rent account", "number": "0100200300"})
        place = self.make("/v1/properties", {"name": "Mwangaza Court", "town": "Kilimani", "channel_id": bank})
        self.unit_id = self.make(
            "/v1/units", {"property_id": place, "name": "A1", "type": "apartment", "rent": "30000.00"}
        )
        self.tenant_id = self.make("/v1/tenants", {"given_name": "Amina", "phones": [TENANT], "language": "sw"})
        self.lease_id = self.make(
            "/v1/leases",
            {
                "unit_id": self.unit_id,
                "tenants": [self.tenant_id],
                "starts_on": "2026-01-01",
                "billed_from": "2026-01",
                "due_day": 5,
                "rent": "30000.00",
            },
        )

    def make(self, path: str, body: dict[str, Any]) -> str:
        return str(self.run.call("POST", path, body)["id"])

    def change(self, path: str, body: dict[str, Any]) -> None:
        self.run.call("PATCH", path, body, {"If-Match": "*"})

    def pay(self, amount: str, day: str) -> None:
        self.make("/v1/payments", {"lease_id": self.lease_id, "amount": amount, "received_on": day, "method": "cash"})

    def phone(self, number: str, what: str, body: dict[str, Any] | None = None) -> Any:
        """Do what the phones' page does."""
        request = urllib.request.Request(
            f"{self.run.phone_url}/api/numbers/{quote(number)}/{what}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=15) as answer:
            return json.load(answer)

    def got(self, number: str = TENANT) -> list[dict[str, Any]]:
        return [each for each in self.phone(number, "thread")["items"] if each["direction"] == "received"]

    def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.run.call("GET", "/v1/messages?limit=200")["items"]
        return found


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Estate]:
    run = Run(tmp_path_factory.mktemp("home"), "--empty")
    try:
        yield Estate(run)
    finally:
        run.end(15)


def settled(estate: Estate, count: int) -> list[dict[str, Any]]:
    """Return the phone's SMS once there are ``count``, and the outbox knows that each was delivered."""
    eventually(lambda: len(estate.got()) >= count, within_s=20)
    eventually(lambda: {each["status"] for each in estate.messages()} <= {"delivered", "cancelled"}, within_s=20)
    return estate.got()


def test_a_payment_is_told_to_the_tenants_phone_and_reported_as_delivered(estate: Estate) -> None:
    before = len(estate.got())
    estate.pay("12500.00", day_of(SystemClock().now(), NAIROBI).isoformat())
    receipt = settled(estate, before + 1)[-1]
    assert "tumepokea KES 12,500" in receipt["text"]
    assert (receipt["other"], receipt["status"], receipt["callback"]) == ("MWANGAZA", "Success", "200")
    told = next(each for each in estate.messages() if each["provider_reference"] == receipt["reference"])
    assert (told["kind"], told["text"], told["parts"]) == ("receipt", receipt["text"], receipt["parts"])
    assert (told["gateway"], told["price"], told["cost"]) == ("africastalking", "0.80", "0.80")


def test_a_notice_is_priced_and_then_told_to_all(estate: Estate) -> None:
    before = len(estate.got())
    notice = {"kind": "notice", "text_sw": "Habari {tenant}, maji yatakatwa kesho asubuhi – “tafadhali” weka akiba."}
    preview = estate.run.call("POST", "/v1/notices/preview", notice)
    assert preview["price"] == "0.80"
    estate.run.call("POST", "/v1/notices", {**notice, "price_limit": preview["price"]})
    told = settled(estate, before + 1)[-1]
    assert told["text"] == 'Habari Amina, maji yatakatwa kesho asubuhi - "tafadhali" weka akiba. Si wewe? Tuma SI MIMI'
    assert told["parts"] == 1


def test_a_question_from_the_phone_is_answered_to_it(estate: Estate) -> None:
    before = len(estate.got())
    estate.phone(TENANT, "answer", {"text": "salio"})
    asked = settled(estate, before + 1)[-1]
    assert "1 Mwangaza Homes, Mwangaza Court" in asked["text"]
    assert estate.run.call("GET", "/v1/incoming-messages")["items"] == []
    estate.phone(TENANT, "answer", {"text": "1 A1"})
    answer = settled(estate, before + 2)[-1]
    assert "KES" in answer["text"]
    assert [each["text"] for each in estate.run.call("GET", "/v1/incoming-messages")["items"]] == [None, "salio"]


def test_a_fault_by_sms_becomes_a_request_of_the_landlord(estate: Estate) -> None:
    before = len(estate.got())
    estate.phone(TENANT, "answer", {"text": "TATIZO bomba la jikoni limepasuka"})
    settled(estate, before + 1)
    (request,) = estate.run.call("GET", "/v1/maintenance-requests")["items"]
    assert (request["text"], request["source"], request["unit_id"]) == (
        "bomba la jikoni limepasuka",
        "sms",
        estate.unit_id,
    )


def test_the_same_as_a_menu_of_ussd(estate: Estate) -> None:
    menu = estate.phone(TENANT, "ussd", {"session": None})
    assert menu["problem"] == ""
    assert menu["session"]
    assert menu["ms"] < 2000
    assert not menu["too_long"]
    balance = estate.phone(TENANT, "ussd", {"session": menu["session"], "text": "1"})
    assert balance["problem"] == ""
    assert "KES" in balance["text"]


def test_a_stranger_is_told_nothing(estate: Estate) -> None:
    before = len(estate.got())
    estate.phone(STRANGER, "answer", {"text": "SALIO"})
    estate.phone(TENANT, "answer", {"text": "SALIO"})
    settled(estate, before + 1)  # which was asked after the stranger
    assert estate.got(STRANGER) == []
    assert estate.phone(STRANGER, "ussd", {"session": None})["session"] is None


def test_who_says_stop_gets_one_word_more_and_no_receipt(estate: Estate) -> None:
    before = len(estate.got())
    estate.phone(TENANT, "answer", {"text": "ACHA"})
    settled(estate, before + 1)
    estate.pay("100.00", day_of(SystemClock().now(), NAIROBI).isoformat())
    eventually(lambda: any(each["reason"] == "opted_out" for each in estate.messages()))
    assert [each["phone"] for each in estate.run.call("GET", "/v1/opt-outs")["items"]] == [TENANT]
    assert len(estate.got()) == before + 1
