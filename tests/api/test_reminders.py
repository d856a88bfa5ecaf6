"""Reminder policy, holidays, exclusions, promises and notices over HTTP."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.clock import ManualClock
from chalicelib.runtime.resources import Resources
from chalicelib.tasks import task_runner as tasks
from tests.api.client import Client
from tests.granting import grant


@pytest.fixture
def owner(resources: Resources, owner: Client) -> Client:
    """The owner of an organisation that may write in its own words."""
    grant(resources, owner.organisation_id)
    return owner


@pytest.fixture(autouse=True)
def december(clock: ManualClock) -> None:
    clock.at = dt.datetime(2026, 12, 1, 7, tzinfo=dt.UTC)


def made(client: Client, path: str, body: Any) -> Any:
    answer = client.post(path, body)
    assert answer.status in (200, 201, 202), answer.text
    return answer.json


def let(owner: Client, unit: str = "A1", **of_tenant: Any) -> str:
    """Let a unit of a property of its own and return the lease."""
    house = made(owner, "/v1/properties", {"name": f"House {unit}"})["id"]
    added = made(owner, "/v1/units", {"property_id": house, "name": unit, "type": "shop", "rent": "9000"})["id"]
    tenant = made(owner, "/v1/tenants", {"given_name": "Barasa", "phones": ["0712345678"], **of_tenant})["id"]
    terms = {"unit_id": added, "tenants": [tenant], "rent": "9000", "starts_on": "2026-01-01", "billed_from": "2026-01"}
    told: str = made(owner, "/v1/leases", terms)["id"]
    return told


def test_the_usual_policy_reminds_nobody_until_it_is_changed(owner: Client) -> None:
    usual = owner.get("/v1/reminder-policy")
    assert usual.json == {
        "enabled": False, "before_days": [3], "on_due_day": True, "after_days": [1, 5, 10], "minimum": "100.00",
        "send_hour": 9, "skip_weekends": False, "skip_holidays": True, "version": 0, "changed_at": None,
    }  # fmt: skip
    changed = owner.patch("/v1/reminder-policy", {"enabled": True, "after_days": [7, 2]}, usual.etag)
    assert changed.status == 200, changed.text
    assert (changed.json["enabled"], changed.json["after_days"], changed.json["version"]) == (True, [2, 7], 1)
    assert changed.json["before_days"] == [3]
    assert owner.patch("/v1/reminder-policy", {"send_hour": 8}, usual.etag).status == 412
    again = owner.patch("/v1/reminder-policy", {"send_hour": 8, "minimum": "0.00"}, changed.etag)
    assert again.json == {**changed.json, "send_hour": 8, "minimum": "0.00", "version": 2}
    assert owner.get("/v1/reminder-policy").json == again.json


@pytest.mark.parametrize(
    "change",
    [
        {"before_days": [0]},
        {"before_days": [29]},
        {"after_days": [1, 1]},
        {"after_days": [91]},
        {"send_hour": 24},
        {"minimum": "-1.00"},
        {"enabled": "yes"},
        {"version": 3},
    ],
)
def test_a_policy_that_cannot_be_is_refused(owner: Client, change: dict[str, Any]) -> None:
    assert owner.patch("/v1/reminder-policy", change).status == 422
    assert owner.get("/v1/reminder-policy").json["version"] == 0


def test_public_holidays_and_your_own_are_listed_and_only_your_own_are_removed(owner: Client, stranger: Client) -> None:
    idd = {"holiday_on": "2026-12-28", "name": "Gazetted late"}
    assert made(owner, "/v1/holidays", idd) == {**idd, "source": "own"}
    assert owner.post("/v1/holidays", idd).status == 409
    listed = owner.get("/v1/holidays").json["items"]
    assert {**idd, "source": "own"} in listed
    jamhuri = next(each for each in listed if each["holiday_on"] == "2026-12-12")
    assert jamhuri["source"] == "public"
    assert [each["holiday_on"] for each in listed] == sorted(each["holiday_on"] for each in listed)
    assert owner.get("/v1/holidays?year=1999").json["items"] == []
    assert {**idd, "source": "own"} not in stranger.get("/v1/holidays?year=2026").json["items"]
    assert stranger.delete("/v1/holidays/2026-12-28").status == 404
    for day in ("2026-12-12", "2026-12-29", "tomorrow"):
        assert owner.delete(f"/v1/holidays/{day}").status == 404
    assert owner.delete("/v1/holidays/2026-12-28").status == 204
    assert owner.delete("/v1/holidays/2026-12-28").status == 404


def test_a_lease_is_left_out_and_taken_in_again(owner: Client) -> None:
    lease_id = let(owner)
    body = {"lease_id": lease_id, "reason": "in court"}
    first = made(owner, "/v1/reminder-exclusions", body)
    assert (first["lease_id"], first["reason"], first["ends_on"]) == (lease_id, "in court", None)
    made(owner, "/v1/reminder-exclusions", {**body, "ends_on": "2026-12-24"})
    (listed,) = owner.get("/v1/reminder-exclusions").json["items"]
    assert listed["ends_on"] == "2026-12-24"
    assert owner.post("/v1/reminder-exclusions", {**body, "ends_on": "2026-11-30"}).status == 422
    assert owner.delete(f"/v1/reminder-exclusions/{lease_id}").status == 204
    assert owner.delete(f"/v1/reminder-exclusions/{lease_id}").status == 404


def test_a_promise_is_kept_listed_and_cancelled_by_the_office(
    owner: Client, join: Callable[[Client, str], Client]
) -> None:
    accountant, lease_id = join(owner, "accountant"), let(owner)
    body = {"lease_id": lease_id, "amount": "9000.00", "promised_on": "2026-12-10", "note": "after payday"}
    answer = accountant.post("/v1/promises", body)
    assert answer.status == 201
    promise = owner.get(answer.headers["Location"]).json
    assert {name: promise[name] for name in body} == body
    assert promise["status"] == "open"
    assert accountant.post("/v1/promises", body).status == 409
    other = let(owner, "B1")
    assert accountant.post("/v1/promises", {**body, "lease_id": other, "promised_on": "2026-11-30"}).status == 422
    assert accountant.post("/v1/promises", {**body, "lease_id": other, "amount": "0.00"}).status == 422
    assert owner.get(f"/v1/promises?lease_id={lease_id}&status=open").json["items"] == [promise]
    assert owner.get("/v1/promises?status=kept").json["items"] == []
    assert accountant.post(f"/v1/promises/{promise['id']}/cancel").json["status"] == "cancelled"
    assert accountant.post(f"/v1/promises/{promise['id']}/cancel").status == 409


def test_a_notice_is_previewed_sent_for_its_price_and_followed(owner: Client, resources: Resources) -> None:
    let(owner, "A1")
    let(owner, "B1", phones=[])
    let(owner, "C1", phones=["0712345679"], language="sw")
    text = {"kind": "notice", "text_en": "Water for {unit} is off.", "text_sw": "Maji ya {unit} yamekatwa."}
    preview = made(owner, "/v1/notices/preview", text)
    assert preview["left_out"] == [{"reason": "no_phone", "tenants": 1}]
    assert (preview["recipients"], preview["parts"], preview["price"]) == (2, 2, "1.60")
    assert [each["text"] for each in preview["texts"]] == [
        "Water for A1 is off. Not you? Send NOT ME",
        "Maji ya C1 yamekatwa. Si wewe? Tuma SI MIMI",
    ]
    refused = owner.post("/v1/notices", {**text, "price_limit": "1.59"})
    assert (refused.status, refused.json["price"]) == (409, "1.60")
    answer = owner.post("/v1/notices", {**text, "price_limit": preview["price"]})
    assert (answer.status, answer.headers["Location"]) == (202, f"/v1/tasks/{answer.json['id']}")
    path = f"/v1/notices/{answer.json['input']['notice_id']}"
    queued = owner.get(path).json
    assert (queued["status"], queued["recipients"], queued["left_out"]) == ("queued", 2, 1)
    assert set(queued["counts"].values()) == {0}

    assert tasks.run_tasks(resources) >= 1
    sent = owner.get(path).json
    assert sent["status"] == "sent"
    assert {name: count for name, count in sent["counts"].items() if count} == {"queued": 2, "cancelled": 1}
    assert owner.get("/v1/notices").json["items"] == [sent]
    messages = owner.get(f"/v1/messages?notice_id={sent['id']}").json["items"]
    assert sorted(each["text"] or each["reason"] for each in messages) == [
        "Maji ya C1 yamekatwa. Si wewe? Tuma SI MIMI", "Water for A1 is off. Not you? Send NOT ME", "no_phone",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text_en": "Pay {amount}"}, "text_en"),
        ({"text_sw": "x" * 919}, "text_sw"),
        ({}, "text_en"),
    ],
)
def test_a_notice_that_cannot_be_sent_is_refused(owner: Client, body: dict[str, str], field: str) -> None:
    let(owner)
    for path, also in (("/v1/notices/preview", {}), ("/v1/notices", {"price_limit": "100.00"})):
        answer = owner.post(path, {"kind": "notice", **body, **also})
        assert (answer.status, [each["field"] for each in answer.json["errors"]]) == (422, [field])
    assert owner.get("/v1/notices").json["items"] == []


def test_a_notice_that_reaches_nobody_is_refused(owner: Client) -> None:
    let(owner, phones=[])
    answer = owner.post("/v1/notices", {"kind": "notice", "text_en": "Hello", "price_limit": "100.00"})
    assert (answer.status, answer.json["left_out"]) == (409, {"no_phone": 1})
