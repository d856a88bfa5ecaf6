import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.periods import last_day, months_between
from chalicelib.reporting.rules import running_balances, share_bps


@pytest.mark.parametrize(
    ("part", "whole", "bps"),
    [(0, 0, 0), (0, 7, 0), (7, 7, 10_000), (1, 3, 3_333), (2, 3, 6_667), (1, 20_000, 1), (1, 20_001, 0)],
)
def test_a_share_is_rounded_half_up(part: int, whole: int, bps: int) -> None:
    assert share_bps(part, whole) == bps


@pytest.mark.parametrize(
    ("first", "last", "months"),
    [
        (dt.date(2026, 1, 1), dt.date(2026, 1, 1), 1),
        (dt.date(2025, 12, 1), dt.date(2026, 1, 1), 2),
        (dt.date(2026, 2, 1), dt.date(2026, 1, 1), 0),
    ],
)
def test_both_months_count(first: dt.date, last: dt.date, months: int) -> None:
    assert months_between(first, last) == months


def test_the_last_day_knows_leap_years_and_the_calendars_end() -> None:
    assert last_day(dt.date(2028, 2, 1)) == dt.date(2028, 2, 29)
    assert last_day(dt.date(9999, 12, 1)) == dt.date.max


@given(st.integers(), st.lists(st.integers()))
def test_the_last_balance_is_the_sum(opening: int, amounts: list[int]) -> None:
    balances = running_balances(opening, amounts)
    assert len(balances) == len(amounts)
    assert [opening, *balances][-1] == opening + sum(amounts)
