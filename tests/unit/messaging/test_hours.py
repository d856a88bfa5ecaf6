"""Quiet hours, in whatever zone, over midnight and within a day."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.messaging.model import KINDS, MessageSettings
from chalicelib.messaging.rules import end_of_quiet_hours, is_quiet, passes_opt_out, price_cents, respects_quiet_hours

NAIROBI, LAGOS, LONDON = "Africa/Nairobi", "Africa/Lagos", "Europe/London"
USUAL = MessageSettings()
FIRST = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("asked", "zone", "opens"),
    [
        ("2026-12-05T12:00+03:00", NAIROBI, "2026-12-05T12:00+03:00"),
        ("2026-12-05T07:59:59.999999+03:00", NAIROBI, "2026-12-05T08:00+03:00"),
        ("2026-12-05T08:00+03:00", NAIROBI, "2026-12-05T08:00+03:00"),
        ("2026-12-05T19:59:59.999999+03:00", NAIROBI, "2026-12-05T19:59:59.999999+03:00"),
        ("2026-12-05T20:00+03:00", NAIROBI, "2026-12-06T08:00+03:00"),
        ("2026-12-31T23:59+03:00", NAIROBI, "2027-01-01T08:00+03:00"),
        ("2026-12-06T00:00+03:00", NAIROBI, "2026-12-06T08:00+03:00"),
        # The same instant is evening in Nairobi and still afternoon's end in Lagos.
        ("2026-12-05T18:30+01:00", LAGOS, "2026-12-05T18:30+01:00"),
        ("2026-12-05T18:30+01:00", NAIROBI, "2026-12-06T08:00+03:00"),
        ("2026-12-05T05:30+00:00", LAGOS, "2026-12-05T08:00+01:00"),
    ],
)
def test_the_usual_quiet_hours_are_over_midnight(asked: str, zone: str, opens: str) -> None:
    assert end_of_quiet_hours(at(asked), USUAL, zone) == at(opens)


@pytest.mark.parametrize(
    ("begins", "ends", "asked", "opens"),
    [
        (12, 14, "2026-12-05T12:30+03:00", "2026-12-05T14:00+03:00"),
        (12, 14, "2026-12-05T14:00+03:00", "2026-12-05T14:00+03:00"),
        (12, 14, "2026-12-05T03:00+03:00", "2026-12-05T03:00+03:00"),
        (22, 0, "2026-12-05T22:10+03:00", "2026-12-06T00:00+03:00"),
        (0, 6, "2026-12-05T00:00+03:00", "2026-12-05T06:00+03:00"),
        (8, 8, "2026-12-05T08:00+03:00", "2026-12-05T08:00+03:00"),  # no hour is quiet
    ],
)
def test_an_organisation_has_hours_of_its_own(begins: int, ends: int, asked: str, opens: str) -> None:
    settings = USUAL._replace(quiet_from_hour=begins, quiet_until_hour=ends)
    assert end_of_quiet_hours(at(asked), settings, NAIROBI) == at(opens)


def test_an_hour_that_the_clock_leaps_over_ends_with_the_leap() -> None:
    settings = USUAL._replace(quiet_from_hour=22, quiet_until_hour=1)  # there is no 01:00 in London on that day
    assert end_of_quiet_hours(at("2027-03-28T00:30+00:00"), settings, LONDON) == at("2027-03-28T02:00+01:00")


@given(
    st.integers(0, 6 * 366 * 86_400).map(lambda seconds: FIRST + dt.timedelta(seconds=seconds)),
    st.integers(0, 23),
    st.integers(0, 23),
    st.sampled_from([NAIROBI, LAGOS, LONDON, "America/New_York", "Pacific/Chatham"]),
)
def test_it_opens_at_once_or_at_the_first_hour_that_is_not_quiet(
    asked: dt.datetime, begins: int, ends: int, zone: str
) -> None:
    settings = USUAL._replace(quiet_from_hour=begins, quiet_until_hour=ends)
    opens = end_of_quiet_hours(asked, settings, zone)
    assert asked <= opens < asked + dt.timedelta(hours=25)
    assert opens.tzinfo is dt.UTC
    assert not is_quiet(opens.astimezone(ZoneInfo(zone)).hour, settings)
    waited = asked
    while waited < opens:
        assert is_quiet(waited.astimezone(ZoneInfo(zone)).hour, settings)
        waited += dt.timedelta(minutes=15)


def test_who_is_woken_and_who_wants_none() -> None:
    assert {kind for kind in KINDS if not respects_quiet_hours(kind, "sms")} == {"reply", "statement"}
    assert not any(respects_quiet_hours(kind, "email") for kind in KINDS)
    assert {kind for kind in KINDS if passes_opt_out(kind, USUAL)} == {"reply", "statement"}
    chosen = USUAL._replace(legal_notices_pass_opt_out=True)
    assert {kind for kind in KINDS if passes_opt_out(kind, chosen)} == {"legal_notice", "reply", "statement"}


def test_parts_are_reckoned_at_the_gateway_s_price() -> None:
    prices = {"africastalking": 80, "sns": 39_00}
    assert [price_cents(3, gateway, prices) for gateway in ("africastalking", "sns", "email")] == [2_40, 117_00, 0]
