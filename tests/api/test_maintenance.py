"""Maintenance requests over HTTP: logged, listed, done; a caretaker has those of the named properties."""

import datetime as dt
from collections.abc import Callable

import pytest

from chalicelib.access.roles import CARETAKER
from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources
from tests.api.client import Client
from tests.api.estates import Ids, estate

TODAY = dt.date(2026, 6, 10)
REQUESTS = "/v1/maintenance-requests"


@pytest.fixture
def own(owner: Client, resources: Resources, clock: ManualClock) -> Ids:
    clock.at = dt.datetime(2026, 6, 10, 9, tzinfo=dt.UTC)
    return estate(owner, TODAY, "Mwangaza Court")


def test_a_member_logs_a_request_and_reads_it(owner: Client, own: Ids) -> None:
    made = owner.post(REQUESTS, {"unit_id": own["let_unit"], "text": " The door\ndoes not close "})
    assert made.status == 201
    assert made.headers["Location"] == f"{REQUESTS}/{made.json['id']}"
    assert made.json["number"] == 2
    assert (made.json["text"], made.json["source"]) == ("The door\ndoes not close", "member")
    assert (made.json["tenant_name"], made.json["unit_name"]) == ("Barasa", "A1")
    assert owner.get(f"{REQUESTS}/{made.json['id']}").json == made.json
    assert [each["number"] for each in owner.get(REQUESTS).json["items"]] == [2, 1]


def test_done_and_open_again(owner: Client, own: Ids) -> None:
    path = f"{REQUESTS}/{own['maintenance_request']}"
    done = owner.post(f"{path}/done")
    assert (done.status, done.json["status"], done.json["done_at"]) == (200, "done", "2026-06-10T09:00:00Z")
    assert owner.post(f"{path}/done").status == 409
    assert owner.get(f"{REQUESTS}?status=open").json["items"] == []
    again = owner.post(f"{path}/reopen")
    assert (again.json["status"], again.json["done_at"], again.json["version"]) == ("open", None, 3)


@pytest.mark.parametrize("text", ["", " ", "x" * 501, "a\x00b"])
def test_a_text_that_says_nothing_or_too_much_is_refused(owner: Client, own: Ids, text: str) -> None:
    refused = owner.post(REQUESTS, {"unit_id": own["unit"], "text": text})
    assert refused.status == 422
    assert refused.json["errors"][0]["field"] == "text"


def test_a_caretaker_keeps_those_of_the_named_properties(owner: Client, own: Ids, new_phone: Callable[[], str]) -> None:
    others = estate(owner, TODAY, "Pendo Flats")
    caretaker = Client(new_phone(), owner.organisation_id)
    named = {"phone": caretaker.phone, "name": "Juma", "role": CARETAKER, "properties": [own["property"]]}
    member_id = owner.post("/v1/members", named).json["id"]
    assert caretaker.post(f"/v1/invitations/{member_id}/accept", {"name": "Juma"}).status == 200
    assert [each["id"] for each in caretaker.get(REQUESTS).json["items"]] == [own["maintenance_request"]]
    assert caretaker.get(f"{REQUESTS}?property_id={others['property']}").json["items"] == []
    assert caretaker.post(f"{REQUESTS}/{others['maintenance_request']}/done").status == 404
    assert caretaker.post(f"{REQUESTS}/{own['maintenance_request']}/done").status == 200
    logged = caretaker.post(REQUESTS, {"unit_id": own["unit"], "text": "No light in the stairs"})
    assert logged.status == 201
    assert logged.json["created_by"] == member_id
    assert caretaker.post(REQUESTS, {"unit_id": others["unit"], "text": "No light"}).status == 422
