import calendar
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing.rules import due_on, overdue_on
from chalicelib.periods import last_day, period_of

DAYS = st.dates(dt.date(1900, 1, 1), dt.date(2199, 12, 31))


@given(DAYS)
def test_a_period_holds_its_days_and_no_others(day: dt.date) -> None:
    period = period_of(day)
    assert period <= day <= last_day(period)
    assert last_day(period).day == calendar.monthrange(day.year, day.month)[1]
    assert period_of(last_day(period) + dt.timedelta(days=1)) == last_day(period) + dt.timedelta(days=1)


def test_the_calendar_ends_in_an_ordinary_error() -> None:
    assert last_day(dt.date(9999, 12, 1)) == dt.date(9999, 12, 31)
    with pytest.raises(ValueError, match="out of range"):
        overdue_on(dt.date(9999, 12, 31), 0)


def test_the_last_day_is_that_of_any_day_s_month() -> None:
    assert last_day(dt.date(2026, 11, 2)) == last_day(dt.date(2026, 11, 30)) == dt.date(2026, 11, 30)
    assert last_day(dt.date(9999, 12, 1)) == dt.date.max


@pytest.mark.parametrize(
    ("due_day", "lease_starts_on", "issued_on", "due"),
    [
        (5, dt.date(2026, 1, 1), dt.date(2026, 11, 1), dt.date(2026, 11, 5)),
        (5, dt.date(2026, 1, 1), dt.date(2026, 10, 28), dt.date(2026, 11, 5)),  # billed ahead
        (5, dt.date(2026, 11, 5), dt.date(2026, 11, 1), dt.date(2026, 11, 5)),
        (
            5,
            dt.date(2026, 11, 17),
            dt.date(2026, 11, 1),
            dt.date(2026, 11, 17),
        ),  # nothing is due before the tenant is in
        (28, dt.date(2026, 1, 1), dt.date(2026, 11, 1), dt.date(2026, 11, 28)),
        (5, dt.date(2026, 11, 16), dt.date(2026, 11, 30), dt.date(2026, 11, 30)),  # nor before it was asked for
        (5, dt.date(2026, 1, 1), dt.date(2026, 12, 3), dt.date(2026, 12, 3)),
    ],
)
def test_nothing_is_due_before_the_lease_nor_before_it_is_issued(
    due_day: int, lease_starts_on: dt.date, issued_on: dt.date, due: dt.date
) -> None:
    assert due_on(dt.date(2026, 11, 1), due_day, lease_starts_on, issued_on) == due


@pytest.mark.parametrize(
    ("due_day", "period", "due"),
    [
        (29, dt.date(2026, 2, 1), dt.date(2026, 2, 28)),
        (29, dt.date(2028, 2, 1), dt.date(2028, 2, 29)),
        (30, dt.date(2026, 2, 1), dt.date(2026, 2, 28)),
        (31, dt.date(2026, 4, 1), dt.date(2026, 4, 30)),
        (31, dt.date(2026, 12, 1), dt.date(2026, 12, 31)),
    ],
)
def test_in_a_shorter_month_the_last_day_stands_for_one_that_it_lacks(
    due_day: int, period: dt.date, due: dt.date
) -> None:
    assert due_on(period, due_day, dt.date(2026, 1, 1), period) == due


@pytest.mark.parametrize("due_day", [-1, 0, 32])
def test_a_due_day_that_no_month_has_is_refused(due_day: int) -> None:
    with pytest.raises(ValueError, match="day of a month"):
        due_on(dt.date(2026, 11, 1), due_day, dt.date(2026, 1, 1), dt.date(2026, 11, 1))


@pytest.mark.parametrize(
    ("grace_days", "overdue"),
    [(0, dt.date(2026, 2, 6)), (3, dt.date(2026, 2, 9)), (30, dt.date(2026, 3, 8))],
)
def test_it_is_overdue_the_day_after_the_last_day_of_grace(grace_days: int, overdue: dt.date) -> None:
    assert overdue_on(dt.date(2026, 2, 5), grace_days) == overdue


def test_grace_is_never_negative() -> None:
    with pytest.raises(ValueError, match="grace_days"):
        overdue_on(dt.date(2026, 2, 5), -1)
