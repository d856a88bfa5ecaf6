"""Messages over HTTP: settings, templates, what was told and who wants nothing."""

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert

from chalicelib import messaging
from chalicelib.clock import ManualClock
from chalicelib.messaging.model import IncomingAnswer, NewMessage
from chalicelib.runtime.resources import Resources, get_resources
from chalicelib.storage.tables.messaging import incoming_messages, message_attempts
from chalicelib.translations.message_templates import DEFAULT_TEMPLATES
from tests.api.client import Client
from tests.contexts import context
from tests.granting import grant

TEMPLATE = "/v1/message-templates/reminder_due/en"
NOON = dt.datetime(2026, 12, 7, 9, tzinfo=dt.UTC)


@pytest.fixture
def owner(resources: Resources, owner: Client) -> Client:
    """The owner of an organisation that may write in its own words."""
    grant(resources, owner.organisation_id, sender_name="ACME")
    return owner


@pytest.fixture(autouse=True)
def noon(clock: ManualClock) -> None:
    clock.at = NOON


def queued(owner: Client, **values: Any) -> str:
    given = {"kind": "notice", "dedupe_key": uuid4().hex, "address": "+254712345678", "text": "Water is off."}
    resources = get_resources()
    with resources.writing() as db:
        new = [NewMessage(**{**given, **values})]
        [message_id] = messaging.queue_messages(
            context(db, UUID(owner.organisation_id), now=resources.clock.now()), new
        )
    return str(message_id)


def errors_of(answer: Any) -> dict[str, str]:
    assert answer.status == 422, answer.text
    return {each["field"]: each["why"] for each in answer.json["errors"]}


def test_settings_that_were_never_changed_can_be(owner: Client) -> None:
    read = owner.get("/v1/message-settings")
    assert read.json == {
        "sender_name": "",
        "gateways": ["africastalking", "sns"],
        "quiet_from_hour": 20,
        "quiet_until_hour": 8,
        "tenant_daily_cap": 3,
        "daily_cap": 2000,
        "monthly_limit": "5000.00",
        "legal_notices_pass_opt_out": False,
        "version": 0,
        "changed_at": None,
        "granted": True,
        "allowance": {
            "daily_cap": 2000,
            "tenant_daily_cap": 3,
            "monthly_limit": "5000.00",
            "number_daily_cap": None,
            "sender_name": "ACME",
            "founder_phone": owner.phone,
        },
    }
    changed = owner.patch("/v1/message-settings", {"sender_name": "ACME", "monthly_limit": "250"}, read.etag)
    assert changed.status == 200, changed.text
    assert (changed.json["sender_name"], changed.json["monthly_limit"], changed.json["version"]) == (
        "ACME",
        "250.00",
        1,
    )
    assert owner.get("/v1/message-settings").etag == changed.etag
    assert owner.patch("/v1/message-settings", {"daily_cap": 1}, read.etag).status == 412
    again = owner.patch("/v1/message-settings", {"gateways": ["sns"], "quiet_until_hour": 7}, changed.etag)
    assert (again.json["gateways"], again.json["quiet_until_hour"], again.json["version"]) == (["sns"], 7, 2)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"gateways": []}, "gateways"),
        ({"gateways": ["sns", "sns"]}, "gateways"),
        ({"gateways": ["email"]}, "gateways.0"),
        ({"quiet_from_hour": 24}, "quiet_from_hour"),
        ({"quiet_until_hour": -1}, "quiet_until_hour"),
        ({"tenant_daily_cap": 0}, "tenant_daily_cap"),
        ({"sender_name": "TWELVE LETTE"}, "sender_name"),
        ({"sender_name": "Ümläut"}, "sender_name"),
        ({"sender_name": "ends "}, "sender_name"),
        ({"monthly_limit": "-1"}, "monthly_limit"),
    ],
)
def test_settings_that_make_no_sense_are_refused(owner: Client, values: dict[str, Any], field: str) -> None:
    assert set(errors_of(owner.patch("/v1/message-settings", values))) == {field}


def test_a_template_is_read_written_and_taken_back(owner: Client) -> None:
    listed = owner.get("/v1/message-templates").json
    assert (len(listed["items"]), listed["next_cursor"]) == (len(DEFAULT_TEMPLATES), None)
    read = owner.get(TEMPLATE)
    assert read.json in listed["items"]
    assert (read.json["own"], read.json["version"], read.json["price"]) == (False, 0, "0.80")
    text = "Habari {tenant}, \u2018{amount}\u2019"
    written = owner.patch(TEMPLATE, {"text": text}, read.etag)
    assert written.status == 200, written.text
    assert written.json | {"placeholders": None, "changed_at": None} == {
        "kind": "reminder_due",
        "language": "en",
        "text": text,
        "own": True,
        "placeholders": None,
        "encoding": "gsm7",
        "characters": len("Habari Wanjiru, 'KES 15,000'. Not you? Send NOT ME"),
        "parts": 1,
        "price": "0.80",
        "most_parts": 1,
        "most_price": "0.80",
        "version": 1,
        "changed_at": None,
    }
    assert owner.patch(TEMPLATE, {"text": "x"}, read.etag).status == 412
    assert owner.delete(TEMPLATE, read.etag).status == 412
    assert owner.delete(TEMPLATE, written.etag).status == 204
    back = owner.get(TEMPLATE)
    assert (back.json["text"], back.json["own"]) == (read.json["text"], False)
    assert owner.delete(TEMPLATE).status == 404
    assert owner.patch(TEMPLATE, {"text": "{amount}"}, back.etag).status == 200


@pytest.mark.parametrize("text", ["{rent}", "{amount", "{tenant.phone}", "{amount:>9}", "a" * 919, "", " ", "a" * 1001])
def test_a_template_that_cannot_be_filled_is_refused(owner: Client, text: str) -> None:
    why = errors_of(owner.patch(TEMPLATE, {"text": text}))["text"]
    if "{" in text:
        assert "{tenant}, {amount}, {due_on}, {property}, {unit}" in why
    assert not owner.get(TEMPLATE).json["own"]


@pytest.mark.parametrize("path", ["reminder_due/fr", "notice/en", "nothing/en", "reminder_due/%00"])
def test_what_is_no_template_is_not_there(owner: Client, path: str) -> None:
    for answer in (
        owner.get(f"/v1/message-templates/{path}"),
        owner.patch(f"/v1/message-templates/{path}", {"text": "x"}),
        owner.delete(f"/v1/message-templates/{path}"),
    ):
        assert answer.status == 404


def test_a_preview_keeps_nothing(owner: Client) -> None:
    asked = {"kind": "reminder_due", "text": "{tenant}, lipa \u2013 {amount}", "values": {"tenant": "Ng\u2019endo"}}
    told = owner.post("/v1/message-templates/preview", asked)
    assert told.status == 200, told.text
    assert told.json == {
        "text": "Ng'endo, lipa - KES 15,000. Not you? Send NOT ME",
        "reason": "",
        "encoding": "gsm7",
        "characters": 48,
        "parts": 1,
        "price": "0.80",
        "replaced": ["\u2013", "\u2019"],
    }
    emoji = {"kind": "notice", "text": "\N{HOUSE BUILDING}" * 36}
    told = owner.post("/v1/message-templates/preview", emoji)
    assert (told.json["encoding"], told.json["characters"], told.json["parts"]) == ("ucs2", 94, 2)
    assert not owner.get(TEMPLATE).json["own"]
    wrong = {"kind": "reminder_due", "text": "{rent}"}
    assert "text" in errors_of(owner.post("/v1/message-templates/preview", wrong))
    assert "kind" in errors_of(owner.post("/v1/message-templates/preview", {"kind": "rumour"}))
    assert errors_of(owner.post("/v1/message-templates/preview", {"kind": "receipt", "values": {"rent": "5"}}))


def test_a_message_is_told_with_its_attempts(owner: Client, resources: Resources) -> None:
    message_id = queued(owner)
    attempt = {"gateway": "africastalking", "outcome": "unknown", "permanent": False, "parts": 1, "reason": "time-out"}
    attempt |= {"organisation_id": UUID(owner.organisation_id), "message_id": UUID(message_id)}
    with resources.writing() as db:
        for number in (2, 1):
            times = {"number": number, "created_at": NOON, "queued_times": 1}
            db.execute(insert(message_attempts).values(attempt | times))
    told = owner.get(f"/v1/messages/{message_id}")
    assert (told.json["status"], told.json["text"], told.json["price"]) == (
        "queued",
        "Water is off. Not you? Send NOT ME",
        "0.80",
    )
    assert [each["number"] for each in told.json["attempts"]] == [1, 2]
    assert told.json["attempts"][0]["outcome"] == "unknown"
    listed = owner.get("/v1/messages?status=queued&kind=notice").json["items"]
    assert listed == [{name: value for name, value in told.json.items() if name != "attempts"}]
    assert owner.get("/v1/messages?status=failed").json["items"] == []
    assert owner.get("/v1/messages?status=lost").status == 422


def test_a_message_that_waits_is_cancelled_once(owner: Client, stranger: Client) -> None:
    message_id = queued(owner)
    assert stranger.post(f"/v1/messages/{message_id}/cancel").status == 404
    cancelled = owner.post(f"/v1/messages/{message_id}/cancel")
    assert (cancelled.status, cancelled.json["status"], cancelled.json["reason"]) == (200, "cancelled", "by_member")
    again = owner.post(f"/v1/messages/{message_id}/cancel")
    assert (again.status, again.json["message_status"]) == (409, "cancelled")


def test_a_month_s_spend_is_told(owner: Client) -> None:
    told = owner.get("/v1/messages/spend?month=2026-12")
    nothing = {"messages": 0, "parts": 0, "price": "0.00", "cost": "0.00"}
    assert told.json == {"month": "2026-12", **nothing, "limit": "5000.00", "kinds": []}
    assert "month" in errors_of(owner.get("/v1/messages/spend"))


@pytest.mark.parametrize("spelled", ["+254712000111", "%2B254712000111", "0712000111", quote("+254 712 000 111")])
def test_a_number_opts_out_and_in_again_however_it_is_spelled(owner: Client, spelled: str) -> None:
    kept = owner.post("/v1/opt-outs", {"phone": "0712 000 111"})
    assert (kept.status, kept.json["phone"], kept.json["source"]) == (201, "+254712000111", "member")
    assert owner.post("/v1/opt-outs", {"phone": "+254712000111"}).json == kept.json
    assert owner.get("/v1/opt-outs").json["items"] == [kept.json]
    message = owner.get(f"/v1/messages/{queued(owner, address='+254712000111')}").json
    assert (message["status"], message["reason"]) == ("cancelled", "opted_out")
    assert owner.delete(f"/v1/opt-outs/{spelled}").status == 204
    assert owner.delete(f"/v1/opt-outs/{spelled}").status == 404
    assert owner.delete("/v1/opt-outs/somebody").status == 404
    assert owner.get("/v1/opt-outs").json["items"] == []


def test_the_audit_trail_keeps_no_number(owner: Client, new_phone: Callable[[], str]) -> None:
    phone = new_phone()
    owner.post("/v1/opt-outs", {"phone": phone})
    owner.delete(f"/v1/opt-outs/{phone}")
    events = owner.get("/v1/audit-events").json["items"]
    assert "DELETE /v1/opt-outs/{phone}" in [each["subject"] for each in events]
    assert phone[4:] not in str(events)


def test_what_tenants_sent_is_told(owner: Client, stranger: Client, new_phone: Callable[[], str]) -> None:
    phone = new_phone()
    tenant = owner.post("/v1/tenants", {"given_name": "Wanjiru", "phones": [phone]}).json["id"]
    row = {"gateway": "africastalking", "provider_reference": uuid4().hex, "phone": phone, "text": "SALIO"}
    with get_resources().writing() as db:
        db.execute(insert(incoming_messages).values(row | {"command": "balance", "received_at": NOON}))
    assert owner.get("/v1/incoming-messages").json["items"] == []  # from before, or answered for nobody
    with get_resources().writing() as db:
        answer = IncomingAnswer(UUID(owner.organisation_id), "balance", None, UUID(tenant), True)
        messaging.record_answers(db, row["gateway"], row["provider_reference"], NOON, [answer])
    [told] = owner.get("/v1/incoming-messages").json["items"]
    expected = row | {"command": "balance", "received_at": "2026-12-07T09:00:00Z", "tenant_id": tenant}
    assert told == expected | {"lease_id": None}
    assert stranger.get("/v1/incoming-messages").json["items"] == []


def test_who_keeps_the_house_reads_no_messages(owner: Client, join: Callable[[Client, str], Client]) -> None:
    accountant = join(owner, "accountant")
    assert accountant.get("/v1/messages").status == 200
    assert accountant.patch("/v1/message-settings", {"daily_cap": 1}).status == 403
