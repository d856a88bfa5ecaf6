import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.leasing.rules import (
    TermProblem,
    Terms,
    earliest_end,
    lease_status,
    renewal_starts_on,
    term_problems,
)

DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 2, 28))
ENDS = st.none() | DAYS
GOOD = Terms(dt.date(2026, 1, 1), dt.date(2026, 12, 31), due_day=5, grace_days=3, notice_days=30)


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


@given(DAYS)
def test_a_renewal_begins_on_the_day_after_the_last(ends_on: dt.date) -> None:
    assert (renewal_starts_on(ends_on) - ends_on).days == 1


@pytest.mark.parametrize(
    ("notice_days", "ends_on"), [(0, "2026-01-31"), (1, "2026-02-01"), (28, "2026-02-28"), (30, "2026-03-02")]
)
def test_the_day_of_the_notice_does_not_count(notice_days: int, ends_on: str) -> None:
    assert earliest_end(day("2026-01-31"), notice_days) == day(ends_on)


def test_days_past_the_calendar_or_backwards_are_ordinary_errors() -> None:
    with pytest.raises(ValueError, match="notice_days"):
        earliest_end(day("2026-01-31"), -1)
    with pytest.raises(ValueError, match="out of range"):
        earliest_end(dt.date.max, 1)
    with pytest.raises(ValueError, match="out of range"):
        renewal_starts_on(dt.date.max)


@pytest.mark.parametrize(
    ("ends_on", "terminated", "today", "status"),
    [
        (None, False, "2026-01-31", "upcoming"),
        (None, False, "2026-02-01", "active"),
        (None, False, "2036-02-01", "active"),
        ("2026-12-31", False, "2026-12-31", "active"),  # the last day is the tenant's
        ("2026-12-31", False, "2027-01-01", "ended"),
        ("2026-12-31", True, "2026-12-01", "active"),  # terminated, and still within the notice
        ("2026-12-31", True, "2026-01-31", "upcoming"),
        ("2026-12-31", True, "2027-01-01", "ended"),
        ("2026-01-31", True, "2026-01-15", "ended"),  # called off before it began
        ("2026-02-01", True, "2026-01-15", "upcoming"),  # cut to its one first day, which still comes
        (None, True, "2026-06-01", "ended"),
    ],
)
def test_a_lease_is_upcoming_then_active_then_ended(
    ends_on: str | None, terminated: bool, today: str, status: str
) -> None:
    last = day(ends_on) if ends_on else None
    assert lease_status(day("2026-02-01"), last, terminated, day(today)) == status


@given(DAYS, ENDS, st.booleans(), DAYS, DAYS)
def test_a_lease_never_goes_back(
    starts_on: dt.date, ends_on: dt.date | None, terminated: bool, one: dt.date, other: dt.date
) -> None:
    order = ["upcoming", "active", "ended"]
    before, after = (lease_status(starts_on, ends_on, terminated, today) for today in sorted((one, other)))
    assert order.index(before) <= order.index(after)


@pytest.mark.parametrize(
    "terms",
    [
        GOOD,
        GOOD._replace(ends_on=None),
        GOOD._replace(ends_on=GOOD.starts_on),  # a lease of one day
        GOOD._replace(due_day=1, grace_days=0, notice_days=0),
        GOOD._replace(due_day=31, grace_days=60, notice_days=365),
        Terms(dt.date(1900, 1, 1), dt.date(2199, 12, 31), due_day=1),
    ],
)
def test_terms_that_hold_have_no_problem(terms: Terms) -> None:
    assert term_problems(terms) == []


@pytest.mark.parametrize(
    ("terms", "field"),
    [
        (GOOD._replace(due_day=0), "due_day"),
        (GOOD._replace(due_day=32), "due_day"),
        (GOOD._replace(grace_days=-1), "grace_days"),
        (GOOD._replace(grace_days=61), "grace_days"),
        (GOOD._replace(notice_days=-1), "notice_days"),
        (GOOD._replace(notice_days=366), "notice_days"),
        (GOOD._replace(ends_on=dt.date(2025, 12, 31)), "ends_on"),
        (GOOD._replace(starts_on=dt.date(206, 1, 1)), "starts_on"),
        (GOOD._replace(ends_on=dt.date(9999, 12, 31)), "ends_on"),
    ],
)
def test_a_wrong_term_is_named(terms: Terms, field: str) -> None:
    [problem] = term_problems(terms)
    assert problem.field == field
    assert problem.why.startswith("must ")


def test_every_wrong_term_is_told_at_once() -> None:
    terms = Terms(GOOD.starts_on, dt.date(2025, 12, 31), due_day=32, grace_days=-1, notice_days=400)
    problems = term_problems(terms)
    assert [problem.field for problem in problems] == ["ends_on", "due_day", "grace_days", "notice_days"]
    assert problems[0] == TermProblem("ends_on", "must not be before starts_on")
