"""What the vendor's answers come to in our words."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.gateways.africastalking_responses import parse_cost_cents, parse_outcomes
from chalicelib.runtime.ports import OUTCOMES, SendOutcome

PAYLOADS = Path(__file__).parents[1] / "payloads" / "africastalking"
AMINA, BRIAN, NOBODY = "+254712345678", "+254110000002", "+254700000000"


def payload(name: str) -> bytes:
    return (PAYLOADS / name).read_bytes()


def response_of(code: object, **more: object) -> bytes:
    """Return an answer that names one number with this status."""
    recipient = {"number": AMINA, "statusCode": code, "messageId": "None", "cost": "0", **more}
    return json.dumps({"SMSMessageData": {"Message": "", "Recipients": [recipient]}}).encode()


def test_whom_it_took_is_sent_with_its_reference_parts_and_cost() -> None:
    assert parse_outcomes(201, payload("success.json"), [BRIAN, AMINA]) == [
        SendOutcome("sent", False, "ATXid_8a7c6b5d4e3f2a1b0c9d554433221100", parts=2, cost_cents=160),
        SendOutcome("sent", False, "ATXid_5d2b1f0e9c3a4b7d8e6f001122334455", parts=1, cost_cents=80),
    ]


def test_one_refused_number_does_not_touch_its_neighbours() -> None:
    assert parse_outcomes(201, payload("mixed.json"), [AMINA, NOBODY, BRIAN]) == [
        SendOutcome("sent", False, "ATXid_0f1e2d3c4b5a69788796a5b4c3d2e1f0", parts=1, cost_cents=80),
        SendOutcome("refused", permanent=True, reason="invalid_number"),
        SendOutcome("refused", permanent=True, reason="opted_out"),
    ]


def test_an_empty_account_is_the_gateway_s_own_matter() -> None:
    came = parse_outcomes(201, payload("insufficient_balance.json"), [AMINA, BRIAN])
    assert came == [SendOutcome("refused", reason="insufficient_balance")] * 2


def test_an_unknown_sender_refuses_the_whole_call_without_naming_a_number() -> None:
    came = parse_outcomes(201, payload("invalid_sender.json"), [AMINA, BRIAN])
    assert came == [SendOutcome("refused", reason="invalid_sender")] * 2


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (100, SendOutcome("sent")),
        (101, SendOutcome("sent")),
        (102, SendOutcome("sent")),
        (401, SendOutcome("refused", reason="risk_hold")),
        (402, SendOutcome("refused", reason="invalid_sender")),
        (403, SendOutcome("refused", permanent=True, reason="invalid_number")),
        (404, SendOutcome("refused", permanent=True, reason="unsupported_number")),
        (405, SendOutcome("refused", reason="insufficient_balance")),
        (406, SendOutcome("refused", permanent=True, reason="opted_out")),
        (407, SendOutcome("refused", reason="no_route")),
        (409, SendOutcome("refused", permanent=True, reason="do_not_disturb")),
        (500, SendOutcome("refused", reason="gateway_failed")),
        (501, SendOutcome("refused", reason="gateway_failed")),
        (502, SendOutcome("refused", reason="gateway_refused")),
        (408, SendOutcome("unknown", reason="unknown_status")),
        ("101", SendOutcome("unknown", reason="unknown_status")),
        (None, SendOutcome("unknown", reason="unknown_status")),
        ([101], SendOutcome("unknown", reason="unknown_status")),
    ],
)
def test_every_documented_status_has_its_meaning(code: object, expected: SendOutcome) -> None:
    assert parse_outcomes(201, response_of(code), [AMINA]) == [expected]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (400, SendOutcome("refused", reason="bad_request")),
        (401, SendOutcome("refused", reason="bad_credentials")),
        (404, SendOutcome("refused", reason="http_404")),
        (302, SendOutcome("refused", reason="http_302")),
        (429, SendOutcome("not_sent", reason="busy")),
        (503, SendOutcome("not_sent", reason="busy")),
        (500, SendOutcome("unknown", reason="http_500")),
        (502, SendOutcome("unknown", reason="http_502")),
        (504, SendOutcome("unknown", reason="http_504")),
    ],
)
def test_a_status_of_http_counts_for_all_numbers(status: int, expected: SendOutcome) -> None:
    assert parse_outcomes(status, payload("bad_gateway.html"), [AMINA, BRIAN]) == [expected] * 2


def test_whom_the_answer_does_not_name_may_have_been_sent_it() -> None:
    sent, unnamed = parse_outcomes(201, response_of(101, messageId="x", cost="KES 0.8"), [AMINA, BRIAN])
    assert (sent.outcome, sent.provider_reference, sent.cost_cents) == ("sent", "x", 80)
    assert unnamed == SendOutcome("unknown", reason="not_in_the_answer")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"OK",
        b"[]",
        b"{}",
        b"null",
        b'"SMSMessageData"',
        b'{"SMSMessageData": null}',
        b'{"SMSMessageData": {"Message": "Sent"}}',
        b'{"SMSMessageData": {"Recipients": {}}}',
        b'{"SMSMessageData": {"Recipients": [',
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"SMSMessageData": {"Recipients": [' + b"9" * 5000 + b"]}}",
    ],
)
def test_an_answer_that_cannot_be_read_leaves_it_unknown(body: bytes) -> None:
    assert parse_outcomes(201, body, [AMINA, BRIAN]) == [SendOutcome("unknown", reason="unreadable_answer")] * 2


def test_numbers_are_known_however_they_are_spelt() -> None:
    assert parse_outcomes(201, response_of(101, number=" 254 712 345 678"), [AMINA])[0].outcome == "sent"


def test_a_reference_that_does_not_fit_is_not_half_kept() -> None:
    assert parse_outcomes(201, response_of(101, messageId="x" * 100), [AMINA])[0].provider_reference == "x" * 100
    assert parse_outcomes(201, response_of(101, messageId="x" * 101), [AMINA])[0].provider_reference is None


@pytest.mark.parametrize(
    ("cost_text", "cents"),
    [
        ("KES 0.8000", 80),
        ("KES 0.8", 80),
        ("KES 4", 400),
        ("KES 12.3450", 1235),  # half a cent upwards
        ("KES 12.3449", 1234),
        ("KES 0.0049", 0),
        ("KES 0.005", 1),
        ("0", None),
        ("TZS 44.0000", None),
        ("USD 0.0050", None),
        ("KES", None),
        ("KES -1.00", None),
        ("KES 1,234.00", None),
        ("KES 1e3", None),
        ("KES ٣.50", None),
        (0.8, None),
        (None, None),
    ],
)
def test_a_cost_is_read_to_the_cent(cost_text: object, cents: int | None) -> None:
    assert parse_cost_cents(cost_text) == cents


@given(st.integers(0, 10**11 - 1))
def test_every_cost_of_whole_cents_is_itself(cents: int) -> None:
    assert parse_cost_cents(f"KES {cents // 100}.{cents % 100:02d}00") == cents


FIELDS = ["number", "statusCode", "status", "cost", "messageId", "messageParts"]
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from([AMINA, 101, 403, "KES 0.8"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text() | st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=12,
)
REASONS = {
    *("", "unreadable_answer", "unknown_status", "not_in_the_answer", "invalid_number", "unsupported_number"),
    *("opted_out", "do_not_disturb", "risk_hold", "invalid_sender", "insufficient_balance", "no_route"),
    *("gateway_failed", "gateway_refused"),
}


@given(JSON, JSON | st.lists(st.fixed_dictionaries({"number": st.sampled_from([AMINA, BRIAN]), "statusCode": JSON})))
def test_whatever_it_answers_is_an_outcome_and_its_reason_is_one_of_ours(message: object, recipients: object) -> None:
    body = json.dumps({"SMSMessageData": {"Message": message, "Recipients": recipients}}).encode()
    for came in parse_outcomes(201, body, [AMINA, BRIAN]):
        assert came.outcome in OUTCOMES
        assert came.reason in REASONS
        assert came.provider_reference is None or len(came.provider_reference) <= 100
