import calendar
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing.rules import (
    due_on,
    format_period,
    last_day,
    next_period,
    overdue_on,
    parse_period,
    period_of,
)

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31))


def test_a_period_is_read_and_written_as_year_and_month() -> None:
    assert parse_period("2026-11") == dt.date(2026, 11, 1)
    assert format_period(dt.date(2026, 11, 1)) == "2026-11"
    assert format_period(dt.date(206, 1, 1)) == "0206-01"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026",
        "2026-1",
        "2026-13",
        "2026-00",
        "0000-01",
        "26-01",
        "2026-11-01",
        " 2026-11",
        "2026-11\n",
        "\uff12\uff10\uff12\uff16-11",
    ],
)
def test_anything_else_is_no_period(text: str) -> None:
    with pytest.raises(ValueError, match=r"YYYY-MM|out of range"):
        parse_period(text)


@given(DAYS)
def test_a_period_holds_its_days_and_no_others(day: dt.date) -> None:
    period = period_of(day)
    assert period <= day <= last_day(period)
    assert parse_period(format_period(period)) == period
    assert last_day(period).day == calendar.monthrange(day.year, day.month)[1]
    assert last_day(period) + dt.timedelta(days=1) == next_period(period)


@given(DAYS, st.integers(-60, 60), st.integers(-60, 60))
def test_months_add_up(day: dt.date, n: int, m: int) -> None:
    period = period_of(day)
    assert next_period(next_period(period, n), m) == next_period(period, n + m)


def test_the_months_around_a_year_follow_each_other() -> None:
    assert next_period(dt.date(2026, 12, 1)) == dt.date(2027, 1, 1)
    assert next_period(dt.date(2026, 1, 1), -1) == dt.date(2025, 12, 1)
    assert next_period(dt.date(2026, 1, 1), 0) == dt.date(2026, 1, 1)


def test_the_calendar_ends_in_an_ordinary_error() -> None:
    assert last_day(dt.date(9999, 12, 1)) == dt.date(9999, 12, 31)
    with pytest.raises(ValueError, match="out of range"):
        next_period(dt.date(9999, 12, 1))
    with pytest.raises(ValueError, match="out of range"):
        overdue_on(dt.date(9999, 12, 31), 0)


def test_the_last_day_is_asked_of_a_period_only() -> None:
    with pytest.raises(ValueError, match="first day"):
        last_day(dt.date(2026, 11, 2))


@pytest.mark.parametrize(
    ("due_day", "lease_starts_on", "due"),
    [
        (5, dt.date(2026, 1, 1), dt.date(2026, 11, 5)),
        (5, dt.date(2026, 11, 5), dt.date(2026, 11, 5)),
        (5, dt.date(2026, 11, 17), dt.date(2026, 11, 17)),  # nothing is due before the tenant is in
        (28, dt.date(2026, 1, 1), dt.date(2026, 11, 28)),
    ],
)
def test_the_due_day_never_lies_before_the_lease(due_day: int, lease_starts_on: dt.date, due: dt.date) -> None:
    assert due_on(dt.date(2026, 11, 1), due_day, lease_starts_on) == due


@pytest.mark.parametrize("due_day", [-1, 0, 29, 31])
def test_a_due_day_that_some_month_lacks_is_refused(due_day: int) -> None:
    with pytest.raises(ValueError, match="due_day"):
        due_on(dt.date(2026, 11, 1), due_day, dt.date(2026, 1, 1))


@pytest.mark.parametrize(
    ("grace_days", "overdue"),
    [(0, dt.date(2026, 2, 6)), (3, dt.date(2026, 2, 9)), (30, dt.date(2026, 3, 8))],
)
def test_it_is_overdue_the_day_after_the_last_day_of_grace(grace_days: int, overdue: dt.date) -> None:
    assert overdue_on(dt.date(2026, 2, 5), grace_days) == overdue


def test_grace_is_never_negative() -> None:
    with pytest.raises(ValueError, match="grace_days"):
        overdue_on(dt.date(2026, 2, 5), -1)
