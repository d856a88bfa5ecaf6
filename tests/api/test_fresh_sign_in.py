"""Dangerous acts want a sign-in of the last ten minutes: a token that was left behind opens none of them."""

from typing import Any

import pytest

from app import app
from chalicelib.access.roles import CARETAKER
from chalicelib.api import OPERATIONS
from chalicelib.runtime.resources import Resources
from chalicelib.web import openapi
from chalicelib.web.request_context import Operation
from chalicelib.web.request_parsing import FRESH_SIGN_IN_S
from tests.api.client import Answer, Client, event_for
from tests.api.test_roles import attempt, name_of, row_counts

# Written down once more here: none of them loses it by a slip.
WANT_A_FRESH_SIGN_IN = {
    "POST /v1/payments/{payment_id}/refund",  # money goes out
    "POST /v1/leases/{lease_id}/deposit-refunds",
    "POST /v1/channels",  # where tenants are told to pay
    "PATCH /v1/channels/{channel_id}",
    "POST /v1/properties",  # whose tenants are told to pay into which channel
    "PATCH /v1/properties/{property_id}",
    "PATCH /v1/owners/{owner_id}",  # where statements are sent
    "GET /v1/tenants/{tenant_id}/identity-document",
    "POST /v1/members",  # who may do all of this
    "PATCH /v1/members/{member_id}",
    "DELETE /v1/members/{member_id}",
    "PATCH /v1/organisation",  # whose name stands in every text
    "PATCH /v1/message-settings",  # who sends, and how much may be spent
    "PATCH /v1/message-templates/{kind}/{language}",  # what every tenant is told from then on
    "POST /v1/ledger/periods/{period}/close",  # cannot be taken back
    "POST /v1/tenants/{tenant_id}/erase",
}
FRESH = [each for each in OPERATIONS if each.fresh]
OLD = {"just over": FRESH_SIGN_IN_S + 1, "a day": 86_400, "not said": None, "in the future": -61}


def is_refused(answer: Answer) -> bool:
    return answer.status == 401 and answer.json["type"] == "urn:plotihub:problem:fresh-sign-in-needed"


def test_the_dangerous_acts_are_these() -> None:
    assert {name_of(each) for each in FRESH} == WANT_A_FRESH_SIGN_IN


@pytest.mark.parametrize("signed_in_s", OLD.values(), ids=OLD)
def test_with_an_old_sign_in_nothing_dangerous_is_done(
    owner: Client, signed_in_s: int | None, resources: Resources
) -> None:
    before = row_counts(resources, str(owner.organisation_id))
    left = Client(owner.phone, owner.organisation_id, signed_in_s=signed_in_s)
    answers = {name_of(each): attempt(left, each) for each in FRESH}
    assert {name for name, answer in answers.items() if not is_refused(answer)} == set()
    assert {answer.headers["WWW-Authenticate"] for answer in answers.values()} == {
        'Bearer error="insufficient_user_authentication", max_age=600'
    }
    assert {answer.json["max_age"] for answer in answers.values()} == {600}
    assert row_counts(resources, str(owner.organisation_id)) == before


@pytest.mark.parametrize("signed_in_s", [0, 300, FRESH_SIGN_IN_S - 5, -20], ids=str)
def test_a_fresh_sign_in_is_asked_for_nothing_more(owner: Client, signed_in_s: int) -> None:
    fresh = Client(owner.phone, owner.organisation_id, signed_in_s=signed_in_s)
    assert [name_of(each) for each in FRESH if attempt(fresh, each).status == 401] == []
    made = fresh.post("/v1/channels", {"kind": "till", "name": "Till", "number": "512345"})
    assert made.status == 201, made.text


def test_what_is_done_for_real_is_refused_with_an_old_sign_in_and_done_with_a_fresh_one(owner: Client) -> None:
    left = Client(owner.phone, owner.organisation_id, signed_in_s=3600)
    till = {"kind": "till", "name": "Till", "number": "512345"}
    assert is_refused(left.post("/v1/channels", till, Idempotency_Key="till"))
    assert left.get("/v1/channels").json["items"] == []
    assert owner.post("/v1/channels", till, Idempotency_Key="till").status == 201
    # Nor does the kept answer open without it.
    assert is_refused(left.post("/v1/channels", till, Idempotency_Key="till"))


def test_all_else_is_done_with_any_sign_in(owner: Client) -> None:
    for signed_in_s in OLD.values():
        left = Client(owner.phone, owner.organisation_id, signed_in_s=signed_in_s)
        others = [each for each in OPERATIONS if not each.fresh and "/callbacks/" not in each.path]
        assert [name_of(each) for each in others if attempt(left, each).status == 401] == []


def test_who_may_not_do_it_is_not_sent_to_sign_in_again(owner: Client, join: Any) -> None:
    caretaker = join(owner, CARETAKER)
    caretaker.signed_in_s = 3600
    assert caretaker.post("/v1/channels", {"kind": "cash", "name": "Box"}).status == 403


@pytest.mark.parametrize("told", ["", "x", "1e9", "-1", "\u0661", "9" * 30])
def test_what_is_no_time_is_no_fresh_sign_in(owner: Client, told: str) -> None:
    """The authorizer tells none of these; if it did, they would open nothing."""
    event = event_for("POST", "/v1/channels", {}, {"X-Organisation": str(owner.organisation_id)}, owner.phone)
    event["requestContext"]["authorizer"]["auth_time"] = told
    assert app(event, None)["statusCode"] == 401


def test_the_document_says_which_operations_want_it() -> None:
    def refusal(operation: Operation) -> str:
        told = document["paths"][operation.path][operation.method.lower()]["responses"]
        return str(told.get("401", {}).get("$ref", ""))

    document = openapi.document(OPERATIONS)
    wanted = {name_of(each) for each in OPERATIONS if refusal(each).endswith("/FreshSignInNeeded")}
    assert wanted == WANT_A_FRESH_SIGN_IN
