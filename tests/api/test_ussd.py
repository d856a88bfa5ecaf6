"""The USSD menu over HTTP, in the vendor's own form: who may ask, what is answered, and what a repeat does."""

import datetime as dt
import hashlib
import socket
from collections.abc import Callable
from dataclasses import replace
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage.engines import make_engine
from tests.api.client import Answer, Client

TOKEN = "a-token-that-nobody-guesses"
FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch, clock: ManualClock) -> None:
    clock.at = dt.datetime(2026, 6, 10, 9, tzinfo=dt.UTC)
    monkeypatch.setenv("CALLBACK_TOKEN_HASHES", hashlib.sha256(TOKEN.encode()).hexdigest())


@pytest.fixture
def phone(owner: Client, new_phone: Callable[[], str]) -> str:
    """The phone of somebody who rents the owner's A1."""
    return let_to(owner, new_phone(), "A1")


def let_to(owner: Client, phone: str, unit_name: str, *, confirmed: bool = True) -> str:
    """Let a unit to whoever has the phone, who confirms it by USSD; return the phone."""

    def made(path: str, body: object) -> str:
        answer = owner.post(f"/v1/{path}", body)
        assert answer.status == 201, answer.text
        made_id: str = answer.json["id"]
        return made_id

    house = made("properties", {"name": f"House of {unit_name}"})
    unit = made("units", {"property_id": house, "name": unit_name, "type": "shop", "rent": "9000"})
    tenant = made("tenants", {"given_name": "Barasa", "phones": [phone]})
    lease = made(
        "leases",
        {
            "unit_id": unit,
            "tenants": [tenant],
            "rent": "9000",
            "starts_on": "2026-06-01",
            "billed_from": "2026-06",
            "due_day": 5,
        },
    )
    made("invoices", {"lease_id": lease, "lines": [{"charge_type": "rent", "amount": "9000"}], "due_on": "2026-06-30"})
    if confirmed:
        confirm(phone, unit_name)
    return phone


def confirm(phone: str, unit_name: str) -> None:
    """Confirm, as its holder, the one place that is offered to the phone."""
    begins = "5*" if dial(phone, session_id=uuid4().hex).text.startswith(("CON Choose", "CON Chagua")) else ""
    assert dial(phone, f"{begins}1*1*{unit_name}", session_id=uuid4().hex).text.startswith("CON Confirmed.")


def dial(phone: str, text: str = "", token: str = TOKEN, session_id: str = "ATUid_1") -> Answer:
    form = {"sessionId": session_id, "serviceCode": "*384*1#", "phoneNumber": phone, "networkCode": "63902"}
    return send({**form, "text": text}, token)


def send(form: dict[str, str], token: str = TOKEN, content_type: str = FORM) -> Answer:
    path = f"/v1/callbacks/africastalking/{token}/ussd"
    return Client(None).post(path, urlencode(form).encode(), Content_Type=content_type)


def test_a_tenant_walks_through_the_menu(owner: Client, phone: str) -> None:
    first = dial(phone)
    assert first.status == 200
    assert first.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert first.text.startswith("CON Choose:\n1 Balance\n")
    assert dial(phone, "9*1").text == "END House of A1 A1: KES 9,000 owed, due 30 Jun."
    assert dial(phone, "3").text == "CON House of A1 A1: what is broken? Write it in a few words."


def test_a_fault_is_listed_to_the_landlord_once_however_often_the_vendor_asks(owner: Client, phone: str) -> None:
    answers = {dial(phone, "3*Bomba linavuja + maji", session_id="ATUid_9").text for _ in range(3)}
    assert answers == {"END Request no. 1 for House of A1 A1 is logged. Your landlord sees it."}
    [request] = owner.get("/v1/maintenance-requests").json["items"]
    assert (request["text"], request["source"], request["unit_name"]) == ("Bomba linavuja + maji", "ussd", "A1")
    assert request["tenant_name"] == "Barasa"


def test_a_phone_of_two_landlords_is_told_of_both_and_each_landlord_of_one(
    owner: Client, stranger: Client, phone: str
) -> None:
    let_to(stranger, phone, "B2")
    assert dial(phone, "3").text.startswith("CON Which one?\n")
    balances = {dial(phone, f"1*{choice}").text for choice in "12"}
    assert balances == {
        "END Acme Homes: House of A1 A1: KES 9,000 owed, due 30 Jun.",
        "END Other Homes: House of B2 B2: KES 9,000 owed, due 30 Jun.",
    }
    dial(phone, "3*1*dark", session_id="one")
    dial(phone, "3*2*dark", session_id="two")
    for landlord, unit in ((owner, "A1"), (stranger, "B2")):
        listed = landlord.get("/v1/maintenance-requests").json["items"]
        assert [each["unit_name"] for each in listed] == [unit]
    dial(phone, "4*1")
    for landlord in (owner, stranger):
        assert [each["phone"] for each in landlord.get("/v1/opt-outs").json["items"]] == [phone]


@pytest.mark.parametrize("number", ["+254799999999", "+255712345678", "nobody"])
def test_nobodys_phone_learns_nothing(phone: str, number: str) -> None:
    answer = dial(number, "1")
    assert answer.status == 200
    assert (
        answer.text == "END We cannot help this number here. Please ask your landlord. Samahani, uliza mwenye nyumba."
    )


def test_without_the_token_there_is_no_such_path(phone: str) -> None:
    answer = dial(phone, token="another")
    assert (answer.status, answer.json["title"]) == (404, "Not found")
    assert phone not in answer.text


def test_a_form_that_lacks_the_session_or_is_none_is_refused(phone: str) -> None:
    assert send({"phoneNumber": phone}).status == 400
    assert send({"sessionId": "", "phoneNumber": phone}).status == 400
    assert send({"sessionId": "1"}).status == 400
    assert send({"sessionId": "1", "phoneNumber": phone}, content_type="application/json").status == 415
    assert send({"sessionId": "1", "phoneNumber": phone}).text.startswith("CON ")  # text may be left out


def test_a_database_that_is_away_is_told_as_a_screen(phone: str, resources: Resources) -> None:
    with socket.socket() as probe:  # bound and not listening: whoever connects is refused
        probe.bind(("127.0.0.1", 0))
        away = make_engine(f"mysql+pymysql://a:b@127.0.0.1:{probe.getsockname()[1]}/c", timeout_s=1)
        with using(replace(resources, writer=away)):
            assert dial(phone, "1").text.startswith("END House of A1 A1:")  # read from the reader
            busy = dial(phone, "4*1")
        with using(replace(resources, reader=away)):
            assert dial(phone).text == busy.text
        away.dispose()
    assert (busy.status, busy.text[:11]) == (200, "END Sorry, ")
