"""What people are told of a sum, and the least that a balance comes to from a day on."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.money import format_amount, lowest_balance_from

FIRST, SECOND, THIRD = (dt.date(2026, 6, day) for day in (1, 2, 3))
DAYS = st.dates(dt.date(2026, 6, 1), dt.date(2026, 6, 6))
MOVES = st.lists(st.tuples(DAYS, st.integers(-500, 500)), max_size=12)


@pytest.mark.parametrize(
    ("day", "least"),
    [
        (FIRST, 0),  # nothing was there yet
        (SECOND, 40),  # 100 came in, and on the third day 60 of it went
        (THIRD, 40),
        (dt.date(2026, 6, 30), 90),
    ],
)
def test_what_may_be_taken_out_on_a_day_is_what_was_never_needed_since(day: dt.date, least: int) -> None:
    assert lowest_balance_from(day, [(dt.date(2026, 6, 9), 50), (THIRD, -70), (THIRD, 10), (SECOND, 100)]) == least


@given(MOVES, DAYS)
def test_taking_out_the_least_leaves_no_day_below_nothing_that_was_not(
    moves: list[tuple[dt.date, int]], day: dt.date
) -> None:
    least = lowest_balance_from(day, moves)
    days = [dt.date(2026, 6, number) for number in range(day.day, 8)]
    ends = [sum(cents for on, cents in [*moves, (day, -least)] if on <= end) for end in days]
    assert min(ends) == 0


@pytest.mark.parametrize(
    ("cents", "formatted"),
    [
        (0, "KES 0"),
        (5, "KES 0.05"),
        (15_000_00, "KES 15,000"),
        (1_234_567_50, "KES 1,234,567.50"),
        (-400_00, "KES -400"),
    ],
)
def test_a_sum_is_said_as_it_is_read_aloud(cents: int, formatted: str) -> None:
    assert format_amount(cents) == formatted
