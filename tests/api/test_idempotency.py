"""``Idempotency-Key``: once done, however often and however close together it is asked."""

import datetime as dt
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select

from chalicelib.clock import ManualClock
from chalicelib.errors import InProgress
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables.organisations import idempotency_keys
from chalicelib.tasks.jobs import sweep_old
from chalicelib.web import idempotency
from local.runner import event_at
from tests.api.client import Client
from tests.serving import create_organisation, emulated, serving, try_call

Join = Callable[[Client, str], Client]


def test_the_same_request_is_answered_alike_and_told_as_a_replay(owner: Client) -> None:
    first = owner.post("/v1/owners", {"name": "Wanjiku"}, Idempotency_Key="k-1")
    again = owner.post("/v1/owners", {"name": "Wanjiku"}, Idempotency_Key="k-1")
    assert (first.status, again.status) == (201, 201)
    assert (again.text, again.etag) == (first.text, first.etag)
    assert again.headers["Location"] == first.headers["Location"]
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["X-Request-Id"] != first.headers["X-Request-Id"]
    assert len(owner.get("/v1/owners").json["items"]) == 1


def test_a_key_belongs_to_one_request_of_one_person_in_one_organisation(owner: Client, resources: Resources) -> None:
    sent: dict[str, Any] = {"Idempotency_Key": "k-2"}
    assert owner.post("/v1/owners", {"name": "Wanjiku"}, **sent).status == 201
    assert owner.post("/v1/owners", {"name": "Otieno"}, **sent).status == 422
    assert owner.post("/v1/properties", {"name": "Wanjiku"}, **sent).status == 422
    second = owner.post("/v1/organisations", {"name": "Baraka Agencies", "person_name": "Amina"}).json["id"]
    elsewhere = Client(owner.phone, second)
    assert elsewhere.post("/v1/owners", {"name": "Wanjiku"}, **sent).status == 201


def test_nobody_occupies_the_key_of_another_member(owner: Client, join: Join) -> None:
    caretaker, sent = join(owner, "caretaker"), {"Idempotency_Key": "first-payment"}
    paid = {"method": "cash", "amount": "100.00", "received_on": "2026-01-05"}
    request = {"unit_id": _unit(owner, caretaker), "text": "the tap drips"}
    assert caretaker.post("/v1/maintenance-requests", request, **sent).status == 201
    answer = owner.post("/v1/payments", paid, **sent)
    assert answer.status == 201, answer.text
    assert owner.post("/v1/payments", paid, **sent).headers["Idempotency-Replayed"] == "true"


def _unit(owner: Client, caretaker: Client) -> str:
    """Return a unit of a house that the caretaker is named for."""
    house = owner.post("/v1/properties", {"name": "Mwangaza Court"}).json["id"]
    mine = next(each for each in owner.get("/v1/members").json["items"] if each["phone"] == caretaker.phone)
    assert owner.patch(f"/v1/members/{mine['id']}", {"properties": [house]}).status == 200
    unit = owner.post("/v1/units", {"property_id": house, "name": "A1", "type": "shop", "rent": "9000"})
    return str(unit.json["id"])


def test_what_failed_keeps_no_key(owner: Client) -> None:
    assert owner.post("/v1/owners", {"name": ""}, Idempotency_Key="k-3").status == 422
    assert owner.post("/v1/owners", {"name": "Wanjiku"}, Idempotency_Key="k-3").status == 201


@pytest.mark.parametrize("key", ["", "a b", "é", "x" * 256, "a\tb"])
def test_a_key_is_printable_ascii(owner: Client, key: str) -> None:
    answer = owner.post("/v1/owners", {"name": "Wanjiku"}, Idempotency_Key=key)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "Idempotency-Key")


@pytest.mark.mariadb
@pytest.mark.parametrize("database_kind", ["mariadb"], indirect=True)
def test_a_key_that_is_being_worked_on_is_in_progress(resources: Resources, clock: ManualClock) -> None:
    key = idempotency.make_key("k-4", uuid.uuid4(), uuid.uuid4(), b"request")

    def ask() -> object:
        with resources.writing() as db:
            return idempotency.reserve_key(db, key, clock.now())

    with ThreadPoolExecutor(1) as other, resources.writing() as db:
        assert idempotency.reserve_key(db, key, clock.now()) is None
        with pytest.raises(InProgress):
            other.submit(ask).result(timeout=20)


@pytest.mark.slow
def test_of_many_at_once_one_is_done(database: str) -> None:
    def ask(_: int) -> tuple[int, Any]:
        return try_call(us.url, "POST", "/v1/owners", us.token, {"name": "Wanjiku"}, {"Idempotency-Key": "k-5"})

    phone = f"+2547{uuid.uuid4().int % 10**8:08d}"
    with emulated() as aws, serving(database, aws) as url:
        us = create_organisation(url, aws, phone)
        with ThreadPoolExecutor(12) as many:
            answers = list(many.map(ask, range(24)))
        _, listed = try_call(us.url, "GET", "/v1/owners", us.token)
    assert {status for status, _ in answers} <= {201, 409}
    done = [told["id"] for status, told in answers if status == 201]
    assert done
    assert [each["id"] for each in listed["items"]] == [done[0]]
    assert set(done) == {done[0]}
    refused = {told["type"] for status, told in answers if status == 409}
    assert refused <= {"urn:plotihub:problem:in-progress"}


def test_a_replay_asks_first_whether_they_still_may(owner: Client, join: Join) -> None:
    member, sent = join(owner, "manager"), {"Idempotency_Key": "k-6"}
    assert member.post("/v1/owners", {"name": "Wanjiku"}, **sent).status == 201
    mine = next(each for each in owner.get("/v1/members").json["items"] if each["phone"] == member.phone)
    assert owner.patch(f"/v1/members/{mine['id']}", {"role": "caretaker"}).status == 200
    assert member.post("/v1/owners", {"name": "Wanjiku"}, **sent).status == 403
    assert owner.delete(f"/v1/members/{mine['id']}").status == 204
    assert member.post("/v1/owners", {"name": "Wanjiku"}, **sent).status == 404


def test_an_answer_is_kept_for_who_asked_in_the_role_they_asked_in(owner: Client, join: Join) -> None:
    member, sent = join(owner, "manager"), {"Idempotency_Key": "k-7"}
    paid = {"method": "cash", "amount": "100.00", "received_on": "2026-01-05", "note": "of a house that is not theirs"}
    assert member.post("/v1/payments", paid, **sent).status == 201
    assert join(owner, "manager").post("/v1/payments", paid, **sent).status == 201  # their own
    mine = next(each for each in owner.get("/v1/members").json["items"] if each["phone"] == member.phone)
    assert owner.patch(f"/v1/members/{mine['id']}", {"role": "caretaker"}).status == 200
    answer = member.post("/v1/payments", paid, **sent)
    assert (answer.status, answer.json["errors"][0]["field"]) == (422, "Idempotency-Key")
    assert paid["note"] not in answer.text


def test_answers_are_forgotten_after_two_days(owner: Client, resources: Resources, clock: ManualClock) -> None:
    ours = uuid.UUID(owner.organisation_id)

    def kept() -> set[str]:
        with resources.reading() as db:
            return set(db.scalars(select(idempotency_keys.c.key).where(idempotency_keys.c.organisation_id == ours)))

    for number in range(5):
        assert owner.post("/v1/owners", {"name": "Wanjiku"}, Idempotency_Key=f"old-{number}").status == 201
    clock.at += dt.timedelta(hours=1)
    assert owner.post("/v1/owners", {"name": "Otieno"}, Idempotency_Key="young").status == 201
    clock.at += idempotency.RETENTION - dt.timedelta(minutes=30)
    while resources.transact(lambda db: idempotency.purge_old_answers(db, clock.now(), at_once=2)):
        pass
    assert kept() == {"young"}
    again = owner.post("/v1/owners", {"name": "Otieno"}, Idempotency_Key="young")
    assert again.headers["Idempotency-Replayed"] == "true"
    clock.at += dt.timedelta(hours=1)
    assert sweep_old(event_at(clock.at, "sweep_old"), None)["count"] >= 1
    assert kept() == set()
