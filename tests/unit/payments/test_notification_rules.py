"""What is news to a tenant, and the words that it is told in."""

import datetime as dt

import pytest

from chalicelib.messaging.model import MAX_SUBJECT
from chalicelib.payments.notification_rules import (
    format_balance,
    format_reference,
    render_email,
    should_notify,
)

RECEIVED = dt.date(2026, 6, 10)
VALUES = {
    "tenant": "Otieno",
    "amount": "KES 15,000",
    "receipt": "41",
    "reference": "SJ12ABC",
    "property": "Mwangaza Court",
    "unit": "A1",
    "organisation": "Mwangaza Homes",
    "balance": "KES 4,500",
    "received_on": "10/06/2026",
}


@pytest.mark.parametrize(("days", "told"), [(0, True), (3, True), (4, False), (365, False)])
def test_what_is_entered_more_than_three_days_late_is_history(days: int, told: bool) -> None:
    assert should_notify(RECEIVED, RECEIVED + dt.timedelta(days=days)) is told


@pytest.mark.parametrize(
    ("balance_cents", "language", "said"),
    [
        (4_500_00, "en", "KES 4,500"),
        (0, "en", "KES 0"),
        (-300_00, "en", "KES 0 (KES 300 in credit)"),
        (-300_50, "sw", "KES 0 (ziada KES 300.50)"),
    ],
)
def test_a_balance_is_never_told_as_a_sum_below_nothing(balance_cents: int, language: str, said: str) -> None:
    assert format_balance(balance_cents, "KES", language) == said


@pytest.mark.parametrize(
    ("reference", "method", "language", "said"),
    [
        ("SJ12ABC", "mpesa", "sw", "SJ12ABC"),
        (None, "cash", "en", "cash"),
        (None, "cash", "sw", "taslimu"),
        (None, "mpesa", "sw", "M-Pesa"),
    ],
)
def test_there_is_always_something_to_refer_to(reference: str | None, method: str, language: str, said: str) -> None:
    assert format_reference(reference, method, language) == said


@pytest.mark.parametrize("language", ["en", "sw"])
@pytest.mark.parametrize("kind", ["receipt", "reversal"])
def test_a_letter_holds_everything_there_is_to_say(kind: str, language: str) -> None:
    subject, text = render_email(kind, language, VALUES)
    assert [value for value in VALUES.values() if value not in text] == []
    assert "41" in subject
    assert "KES 15,000" in subject
    assert "{" not in subject + text


def test_a_subject_is_one_short_line_whatever_people_are_called() -> None:
    named = VALUES | {"organisation": "Mwangaza\r\nBcc: all@example.co.ke " + "x" * 200}
    subject, _ = render_email("receipt", "en", named)
    assert len(subject) == MAX_SUBJECT
    assert "\n" not in subject
    assert "\r" not in subject


def test_a_name_is_never_taken_for_a_placeholder() -> None:
    assert "Dear {receipt}," in render_email("receipt", "en", VALUES | {"tenant": "{receipt}"})[1]
