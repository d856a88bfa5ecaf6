"""What an organisation that is not granted messaging is told over HTTP, and that no route grants."""

import datetime as dt
from collections.abc import Callable

import pytest

from app import app
from chalicelib.clock import ManualClock
from chalicelib.errors import BadRequest
from chalicelib.messaging.grant_jobs import grant
from chalicelib.runtime.resources import Resources
from tests.api.client import Answer, Client
from tests.api.test_messages import NOON

NOTICE = {"kind": "notice", "text_en": "Send your rent to 0712345678 from now on."}
TEMPLATE = "/v1/message-templates/receipt/en"


def granted_by_hand(owner: Client, **asked: str) -> None:
    grant({"organisation": owner.organisation_id, "by": "Makena", **asked}, None)


def test_words_of_its_own_are_a_problem_that_names_the_grant(owner: Client) -> None:
    refused: list[Answer] = [
        owner.patch(TEMPLATE, {"text": "{amount}"}),
        owner.post("/v1/notices/preview", NOTICE),
        owner.post("/v1/notices", {**NOTICE, "price_limit": "5.00"}),
        owner.post("/v1/message-templates/preview", {"kind": "notice", "text": "Anything"}),
        owner.patch("/v1/message-settings", {"legal_notices_pass_opt_out": True}),
    ]
    for answer in refused:
        assert (answer.status, answer.json["type"]) == (403, "urn:plotihub:problem:grant-needed"), answer.text
        assert answer.json["grant"] == "messaging"
        assert "Ask the operator of this service" in answer.json["detail"]
    sender = owner.patch("/v1/message-settings", {"sender_name": "SAFARICOM"})
    assert (sender.status, sender.json["grant"]) == (403, "messaging")


def test_members_read_their_allowance_and_raise_nothing_above_it(owner: Client, stranger: Client) -> None:
    told = owner.get("/v1/message-settings").json
    assert (told["granted"], told["daily_cap"]) == (False, 100)
    assert told["allowance"] == {
        "daily_cap": 100,
        "tenant_daily_cap": 3,
        "monthly_limit": "5000.00",
        "number_daily_cap": 2,
        "sender_name": "",
        "founder_phone": owner.phone,
    }
    raised = owner.patch("/v1/message-settings", {"daily_cap": 101, "monthly_limit": "5000.01"})
    assert raised.status == 422
    assert {each["field"] for each in raised.json["errors"]} == {"daily_cap", "monthly_limit"}
    assert "at most 100" in raised.text
    assert owner.patch("/v1/message-settings", {"daily_cap": 10}).json["daily_cap"] == 10
    granted_by_hand(owner, kind="messaging", daily="300", monthly="9000", note="papers seen")
    assert owner.get("/v1/message-settings").json["daily_cap"] == 10
    assert owner.patch("/v1/message-settings", {"daily_cap": 300, "monthly_limit": "9000"}).status == 200
    assert owner.patch("/v1/message-settings", {"daily_cap": 301}).status == 422
    assert owner.patch(TEMPLATE, {"text": "{amount}"}).status == 200
    assert not stranger.get("/v1/message-settings").json["granted"]
    assert stranger.patch(TEMPLATE, {"text": "{amount}"}).status == 403


def test_a_grant_stands_in_the_trail_without_a_member(owner: Client) -> None:
    granted_by_hand(owner, kind="messaging")
    granted_by_hand(owner, kind="sender_name", name="ACME")
    granted_by_hand(owner, revoke="sender_name")
    events = owner.get("/v1/audit-events").json["items"][:3]
    assert [each["action"] for each in events] == ["revoke_sender_name", "grant_sender_name", "grant_messaging"]
    assert {each["member_id"] for each in events} == {None}
    assert "Makena" not in str(events)


def test_the_function_lists_what_is_granted_and_takes_no_other_word(owner: Client, resources: Resources) -> None:
    granted_by_hand(owner, kind="messaging", daily="7")
    mine = [each for each in grant({}, None)["grants"] if each["organisation"] == owner.organisation_id]
    assert [(each["kind"], each["daily"], each["by"]) for each in mine] == [("messaging", 7, "Makena")]
    with pytest.raises(BadRequest):
        granted_by_hand(owner, kind="messaging", everything="yes")


def test_no_route_grants() -> None:
    assert [path for path in app.routes if "grant" in path] == []


def test_a_letter_of_a_newcomer_is_neutral_and_tells_its_founder(owner: Client, clock: ManualClock) -> None:
    clock.at = NOON
    told = {"given_name": "Visit evil.com", "email": "imani@example.com"}
    tenant = owner.post("/v1/tenants", told).json["id"]
    owner.patch("/v1/organisation", {"name": "Call 0712345678 now"})
    letter = owner.post(f"/v1/tenants/{tenant}/statement/email", {})
    assert letter.status == 202, letter.text
    message = owner.get("/v1/messages?kind=statement").json["items"][0]
    assert "Dear Visit evil com," in message["text"]
    assert "..5678" in message["subject"]
    assert "0712345678" not in message["text"] + message["subject"]
    assert message["text"].endswith(f"\n\nFrom {owner.phone}.\n")
    assert dt.datetime.fromisoformat(message["created_at"]) == NOON


@pytest.mark.parametrize(
    ("name", "when_granted"),
    [
        ("\ua4df\ua4d1\ua4f0\ua4e2\ua4ee", 200),
        ("\u0422\u0438\u043c Homes", 200),
        ("SafaricomPLC", 422),
        ("MP\u03a3SA", 422),
    ],
)
def test_no_newcomer_is_named_in_letters_that_look_like_others(
    owner: Client, new_phone: Callable[[], str], name: str, when_granted: int
) -> None:
    refused = [
        Client(new_phone()).post("/v1/organisations", {"name": name, "person_name": "Amina"}),
        owner.patch("/v1/organisation", {"name": name}),
    ]
    assert [(each.status, each.json["errors"][0]["field"]) for each in refused] == [(422, "name")] * 2
    granted_by_hand(owner, kind="messaging")
    assert owner.patch("/v1/organisation", {"name": name}).status == when_granted
