"""An SMS of a tenant's from the vendor's form to the answer in the outbox, however often the queue brings it."""

import datetime as dt
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from urllib.parse import urlencode

import pytest

from chalicelib.clock import ManualClock
from chalicelib.delivery import result_runner
from chalicelib.runtime.resources import Resources, get_resources, using
from tests.api.client import Answer, Client
from tests.api.test_ussd import FORM, let_to
from tests.granting import grant

TOKEN = "a-token-that-nobody-guesses"


class Kept:
    """A queue that keeps what it is sent."""

    def __init__(self) -> None:
        self.bodies: list[str] = []

    def send(self, queue: str, bodies: Sequence[str]) -> list[bool]:
        if queue == "results":
            self.bodies += bodies
        return [True] * len(bodies)


@pytest.fixture
def owner(resources: Resources, owner: Client) -> Client:
    """The owner of an organisation that may write in its own words."""
    grant(resources, owner.organisation_id)
    return owner


@pytest.fixture
def queue(resources: Resources, clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Kept]:
    clock.at = dt.datetime(2026, 6, 10, 9, tzinfo=dt.UTC)
    monkeypatch.setenv("CALLBACK_TOKEN_HASHES", hashlib.sha256(TOKEN.encode()).hexdigest())
    kept = Kept()
    with using(replace(resources, queues=kept)):
        yield kept


def text(phone: str, said: str, message_id: str) -> Answer:
    form = {"id": message_id, "from": phone, "to": "22395", "text": said, "date": "2026-06-10 12:00:00"}
    path = f"/v1/callbacks/africastalking/{TOKEN}/incoming"
    return Client(None).post(path, urlencode(form).encode(), Content_Type=FORM)


def replies(landlord: Client) -> list[str]:
    return [each["text"] for each in landlord.get("/v1/messages?kind=reply").json["items"]]


def test_a_fault_by_sms_is_one_request_and_one_reply_however_often_it_comes(
    owner: Client, queue: Kept, new_phone: Callable[[], str]
) -> None:
    phone = let_to(owner, new_phone(), "A1")
    for _ in range(2):  # the vendor repeats its post
        assert text(phone, "Tatizo: bomba “linavuja”", f"in-{phone}").status == 200
    assert replies(owner) == []  # not before the queue is worked
    for body in queue.bodies * 2:  # and the queue its message
        result_runner.handle_result(get_resources(), body)
    [request] = owner.get("/v1/maintenance-requests").json["items"]
    assert (request["text"], request["source"]) == ("bomba “linavuja”", "sms")
    assert replies(owner) == ["Ombi na. 1 la House of A1 A1 limepokelewa. Mwenye nyumba ataliona."]
    [kept] = owner.get("/v1/incoming-messages").json["items"]
    assert kept["command"] == "fault"


def test_each_landlord_sees_the_balance_with_themselves_only(
    owner: Client, stranger: Client, queue: Kept, new_phone: Callable[[], str]
) -> None:
    grant(get_resources(), stranger.organisation_id)
    phone = new_phone()
    for landlord, unit in ((owner, "A1"), (stranger, "B2")):
        let_to(landlord, phone, unit)
    text(phone, "balance", f"in-{phone}")
    for body in queue.bodies:
        result_runner.handle_result(get_resources(), body)
    assert replies(owner) == ["Acme Homes: House of A1 A1: KES 9,000 owed, due 30 Jun."]
    assert replies(stranger) == ["Other Homes: House of B2 B2: KES 9,000 owed, due 30 Jun."]


def test_nobodys_sms_is_answered_nothing_and_its_number_is_not_logged(
    owner: Client, queue: Kept, new_phone: Callable[[], str], caplog: pytest.LogCaptureFixture
) -> None:
    phone = new_phone()
    assert text(phone, "balance", f"in-{phone}").status == 200
    for body in queue.bodies:
        result_runner.handle_result(get_resources(), body)
    assert replies(owner) == []
    assert "sms.incoming.handled" in caplog.text
    assert all(phone not in str(vars(record)) for record in caplog.records)
