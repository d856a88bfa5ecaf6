"""Who sends a message, until when it may be sent, and when it is tried again."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from chalicelib.delivery import cap_rules, dispatch_rules, tracking_rules
from chalicelib.delivery.cap_rules import SendingContext
from chalicelib.messaging.grant_model import Allowance
from chalicelib.messaging.model import STATUSES, TRANSITIONS, Message, MessageSettings

PRICES = {"africastalking": 80, "sns": 3900}


GRANTED = Allowance(granted=True, number_daily_cap=None)


def at(text: str) -> dt.datetime:
    """Return the instant of an hour in Nairobi."""
    return dt.datetime.fromisoformat(f"{text}+03:00").astimezone(dt.UTC)


def ways(now: dt.datetime, **settings: Any) -> SendingContext:
    return SendingContext(UUID(int=1), MessageSettings(**settings), "Africa/Nairobi", PRICES, now, GRANTED)


def message(**values: Any) -> Message:
    empty = dict.fromkeys(Message._fields)
    given = {"id": UUID(int=2), "kind": "notice", "medium": "sms", "attempt": 0, **values}
    return Message(**{**empty, **given})


@pytest.mark.parametrize(
    ("attempt", "last", "expected"),
    [
        (0, None, "a"),
        (1, "a", "b"),
        (2, "b", "c"),
        (3, "c", "a"),
        (1, "gone", "a"),  # the organisation has another order by now
        (1, None, "a"),  # the last was never asked
    ],
)
def test_the_next_gateway_follows_the_last_in_the_organisations_order(
    attempt: int, last: str | None, expected: str
) -> None:
    these = ways(at("2026-12-07T12:00"), gateways=("a", "b", "c"))
    assert dispatch_rules.next_gateway(message(attempt=attempt, gateway=last), these) == expected


def test_an_email_goes_by_email() -> None:
    assert (
        dispatch_rules.next_gateway(message(medium="email", attempt=1, gateway="email"), ways(at("2026-12-07T12:00")))
        == "email"
    )


@pytest.mark.parametrize(
    ("kind", "made", "expires", "expected"),
    [
        ("notice", "2026-12-07T12:00", None, "2026-12-07T14:00"),
        ("notice", "2026-12-07T18:00", None, "2026-12-07T20:00"),
        ("notice", "2026-12-07T19:59:59", None, "2026-12-07T20:00"),
        ("notice", "2026-12-07T12:00", "2026-12-07T12:30", "2026-12-07T12:30"),
        ("reply", "2026-12-07T23:30", None, "2026-12-08T01:30"),
    ],
)
def test_a_text_may_be_sent_until_it_is_stale_or_the_evening_comes(
    kind: str, made: str, expires: str | None, expected: str
) -> None:
    made_at = at(made)
    found = dispatch_rules.not_after(kind, "sms", made_at, at(expires) if expires else None, ways(made_at))
    assert found == at(expected)


def test_without_quiet_hours_and_by_email_only_staleness_ends_it() -> None:
    made_at = at("2026-12-07T19:30")
    always = ways(made_at, quiet_from_hour=0, quiet_until_hour=0)
    assert dispatch_rules.not_after("notice", "sms", made_at, None, always) == at("2026-12-07T21:30")
    assert dispatch_rules.not_after("notice", "email", made_at, None, ways(made_at)) == at("2026-12-07T21:30")


@pytest.mark.parametrize(
    ("now", "until", "expected"),
    [
        ("2026-12-07T12:00", 8, "2026-12-08T08:00"),
        ("2026-12-07T00:30", 8, "2026-12-08T08:00"),
        ("2026-12-31T23:59", 6, "2027-01-01T06:00"),
    ],
)
def test_what_a_days_cap_holds_back_goes_when_the_next_day_opens(now: str, until: int, expected: str) -> None:
    assert cap_rules.next_sending_day_start(ways(at(now), quiet_until_hour=until)) == at(expected)


@pytest.mark.parametrize(("number", "minutes"), [(1, 1), (2, 5), (3, 20), (4, None), (9, None)])
def test_tries_grow_apart_and_end_after_four(number: int, minutes: int | None) -> None:
    now = at("2026-12-07T12:00")
    again = tracking_rules.next_attempt_at(number, now)
    assert again == (None if minutes is None else now + dt.timedelta(minutes=minutes))


def test_a_status_that_is_final_is_never_left() -> None:
    for before in ("delivered", "cancelled"):
        assert not any(tracking_rules.may_follow(before, after) for after in STATUSES)
    assert [after for after in STATUSES if tracking_rules.may_follow("failed", after)] == ["delivered"]
    assert {after for row in TRANSITIONS.values() for after in row} <= set(STATUSES)


@pytest.mark.parametrize(
    ("word", "later", "known", "expected"),
    [
        ("Sent", True, "", True),
        ("Buffered", True, "Sent", True),
        ("Buffered", False, "Sent", False),
        ("Success", False, "Sent", True),
        ("Sent", True, "Success", False),
        ("Failed", True, "Success", False),
        ("Pigeon", True, "Success", False),
        ("Success", True, "Success", False),
        # A phone that was off may be reached yet: the vendor calls these two no final words.
        ("AbsentSubscriber", False, "Buffered", True),
        ("Success", False, "AbsentSubscriber", True),
        ("Success", True, "Expired", True),
        ("Expired", True, "Success", False),
        ("Buffered", True, "Expired", False),
    ],
)
def test_a_final_word_is_the_last(word: str, later: bool, known: str, expected: bool) -> None:
    now = at("2026-12-07T12:00")
    told = now + dt.timedelta(seconds=1 if later else -1)
    assert tracking_rules.supersedes(word, told, known, now) is expected


def test_a_first_word_always_counts() -> None:
    now = at("2026-12-07T12:00")
    assert tracking_rules.supersedes("Pigeon", now, "", None)
