"""What a recurring charge owes of a month, and how a month's rent is described."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing.month_rules import earlier_end, recurring_cents, rent_description
from chalicelib.periods import last_day

JUNE = dt.date(2026, 6, 1)
days = st.dates(dt.date(2026, 5, 1), dt.date(2026, 7, 31))


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "whole", "by_days"),
    [
        (dt.date(2026, 1, 1), None, 3_000_00, 3_000_00),
        (dt.date(2026, 6, 16), None, 3_000_00, 1_500_00),
        (dt.date(2026, 6, 30), dt.date(2026, 6, 30), 3_000_00, 100_00),
        (dt.date(2026, 1, 1), dt.date(2026, 6, 1), 3_000_00, 100_00),
        (dt.date(2026, 1, 1), dt.date(2026, 5, 31), 0, 0),
        (dt.date(2026, 7, 1), None, 0, 0),
        (dt.date(2026, 6, 20), dt.date(2026, 6, 10), 0, 0),  # called off before its first day
    ],
)
def test_a_monthly_charge_owes_its_days_or_the_whole_month(
    starts_on: dt.date, ends_on: dt.date | None, whole: int, by_days: int
) -> None:
    assert recurring_cents(3_000_00, JUNE, starts_on, ends_on, prorated=False) == whole
    assert recurring_cents(3_000_00, JUNE, starts_on, ends_on, prorated=True) == by_days


@given(amount=st.integers(0, 10**9), starts_on=days, ends_on=st.none() | days)
def test_a_share_lies_between_nothing_and_the_whole_in_shillings(
    amount: int, starts_on: dt.date, ends_on: dt.date | None
) -> None:
    whole = recurring_cents(amount, JUNE, starts_on, ends_on, prorated=False)
    share = recurring_cents(amount, JUNE, starts_on, ends_on, prorated=True)
    assert whole in (0, amount)
    assert 0 <= share <= whole + 50  # half a shilling, where the whole is no whole number of them
    assert share == whole or share % 100 == 0


@given(amount=st.integers(0, 10**9), handover=st.dates(JUNE, dt.date(2026, 6, 29)))
def test_two_who_share_a_month_owe_the_month_to_a_shilling(amount: int, handover: dt.date) -> None:
    first = recurring_cents(amount, JUNE, dt.date(2026, 1, 1), handover, prorated=True)
    second = recurring_cents(amount, JUNE, handover + dt.timedelta(days=1), None, prorated=True)
    assert abs(first + second - amount) <= 100


@given(a=st.none() | days, b=st.none() | days)
def test_the_earlier_of_two_last_days_is_open_only_where_both_are(a: dt.date | None, b: dt.date | None) -> None:
    assert (earlier_end(a, b) or dt.date.max) == min(a or dt.date.max, b or dt.date.max)


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "words"),
    [
        (dt.date(2026, 1, 1), None, "Rent for June 2026"),
        (JUNE, last_day(JUNE), "Rent for June 2026"),
        (dt.date(2026, 6, 2), None, "Rent for 2–30 June 2026"),
        (dt.date(2026, 1, 1), JUNE, "Rent for 1 June 2026"),
    ],
)
def test_rent_is_described_by_its_days_where_it_is_not_the_month(
    starts_on: dt.date, ends_on: dt.date | None, words: str
) -> None:
    assert rent_description(JUNE, starts_on, ends_on) == words
