import datetime as dt
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing.rules import MonthlyRent, prorated_cents, rent_cents_for
from chalicelib.periods import last_day, period_of

JUNE = dt.date(2026, 6, 1)
LONG_AGO = dt.date(2020, 1, 1)
ALWAYS_30_000 = [MonthlyRent(LONG_AGO, 30_000_00)]

DAYS = st.dates(dt.date(2023, 12, 1), dt.date(2024, 4, 30))  # a leap February among them
PERIODS = DAYS.map(period_of)
RENTS = st.integers(0, 500_000_00)
STEPS = st.dictionaries(DAYS, RENTS, min_size=1, max_size=5).map(
    lambda rents: [MonthlyRent(day, rents[day]) for day in sorted(rents)]
)


def days_of(period: dt.date) -> list[dt.date]:
    return [period + dt.timedelta(days=n) for n in range(last_day(period).day)]


def rent_on(day: dt.date, steps: list[MonthlyRent]) -> int:
    return [step.rent_cents for step in steps if step.starts_on <= day or step is steps[0]][-1]


def owed_exactly(period: dt.date, steps: list[MonthlyRent], starts_on: dt.date, ends_on: dt.date | None) -> Fraction:
    """The rule as a landlord would reckon it, day by day."""
    days = days_of(period)
    lived = [day for day in days if starts_on <= day and (ends_on is None or day <= ends_on)]
    return sum((Fraction(rent_on(day, steps), len(days)) for day in lived), Fraction(0))


@pytest.mark.parametrize(
    ("starts_on", "owed_cents"),
    [
        (dt.date(2026, 6, 1), 30_000_00),  # a whole month owes the whole rent
        (dt.date(2026, 6, 16), 15_000_00),  # half of a 30-day month
        (dt.date(2026, 6, 30), 1_000_00),  # one day, the start day counted
        (dt.date(2028, 2, 29), 1_034_00),  # 30 000 / 29 = 1 034.48, to whole shillings
    ],
)
def test_the_first_month_is_shared_by_days(starts_on: dt.date, owed_cents: int) -> None:
    steps = [MonthlyRent(starts_on, 30_000_00)]
    assert rent_cents_for(period_of(starts_on), steps, starts_on, None) == owed_cents


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "owed_cents"),
    [
        (LONG_AGO, dt.date(2026, 6, 30), 30_000_00),  # the last day of the month is still a whole month
        (LONG_AGO, dt.date(2026, 6, 29), 29_000_00),
        (LONG_AGO, dt.date(2026, 6, 1), 1_000_00),  # the end day counted
        (LONG_AGO, dt.date(2026, 5, 31), 0),
        (dt.date(2026, 7, 1), None, 0),
        (dt.date(2026, 6, 10), dt.date(2026, 6, 12), 3_000_00),
        (dt.date(2026, 6, 10), dt.date(2026, 6, 9), 0),  # called off before it began
    ],
)
def test_the_days_of_the_lease_bound_the_month(starts_on: dt.date, ends_on: dt.date | None, owed_cents: int) -> None:
    assert rent_cents_for(JUNE, ALWAYS_30_000, starts_on, ends_on) == owed_cents


def test_a_whole_month_owes_the_rent_to_the_cent() -> None:
    assert rent_cents_for(JUNE, [MonthlyRent(LONG_AGO, 12_345_67)], LONG_AGO, None) == 12_345_67


def test_a_step_to_the_same_rent_leaves_the_month_whole() -> None:
    steps = [MonthlyRent(LONG_AGO, 12_345_67), MonthlyRent(dt.date(2026, 6, 16), 12_345_67)]
    assert rent_cents_for(JUNE, steps, LONG_AGO, None) == 12_345_67


@pytest.mark.parametrize(
    ("changes_on", "owed_cents"),
    [
        (dt.date(2026, 6, 1), 33_000_00),
        (dt.date(2026, 6, 16), 31_500_00),  # 15 days each
        (dt.date(2026, 6, 30), 30_100_00),  # one day at the new rent
        (dt.date(2026, 7, 1), 30_000_00),
    ],
)
def test_a_rent_change_holds_from_its_day(changes_on: dt.date, owed_cents: int) -> None:
    steps = [*ALWAYS_30_000, MonthlyRent(changes_on, 33_000_00)]
    assert rent_cents_for(JUNE, steps, LONG_AGO, None) == owed_cents


def test_two_changes_in_one_month_are_rounded_once() -> None:
    # 1 000.55 on each of 10 days, 2 000.55 on 10, 3 000.55 on 10: 2 000.55 in all, to 2 001.
    steps = [
        MonthlyRent(LONG_AGO, 1_000_55),
        MonthlyRent(dt.date(2026, 6, 11), 2_000_55),
        MonthlyRent(dt.date(2026, 6, 21), 3_000_55),
    ]
    assert rent_cents_for(JUNE, steps, LONG_AGO, None) == 2_001_00


@pytest.mark.parametrize(("rent_cents", "owed_cents"), [(1_00, 1_00), (99, 0), (2_99, 1_00), (3_00, 2_00)])
def test_half_a_shilling_goes_up(rent_cents: int, owed_cents: int) -> None:
    half_of_june = dt.date(2026, 6, 15)
    assert rent_cents_for(JUNE, [MonthlyRent(LONG_AGO, rent_cents)], LONG_AGO, half_of_june) == owed_cents


def test_the_first_rent_also_holds_before_its_own_day() -> None:
    steps = [MonthlyRent(dt.date(2026, 6, 21), 30_000_00)]
    assert rent_cents_for(JUNE, steps, dt.date(2026, 6, 16), None) == 15_000_00


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ([], "at least one rent"),
        ([MonthlyRent(LONG_AGO, -1)], "negative"),
        ([MonthlyRent(JUNE, 1_00), MonthlyRent(LONG_AGO, 2_00)], "in order"),
        ([MonthlyRent(JUNE, 1_00), MonthlyRent(JUNE, 2_00)], "in order"),
    ],
)
def test_rents_that_make_no_sense_are_refused(steps: list[MonthlyRent], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        rent_cents_for(JUNE, steps, LONG_AGO, None)


def test_a_day_within_a_month_is_no_period() -> None:
    with pytest.raises(ValueError, match="first day"):
        rent_cents_for(dt.date(2026, 6, 2), ALWAYS_30_000, LONG_AGO, None)


@given(PERIODS, STEPS, DAYS, st.none() | DAYS)
def test_it_is_the_sum_of_its_days_rounded_once(
    period: dt.date, steps: list[MonthlyRent], starts_on: dt.date, ends_on: dt.date | None
) -> None:
    owed_cents = rent_cents_for(period, steps, starts_on, ends_on)
    exact = owed_exactly(period, steps, starts_on, ends_on)
    whole = starts_on <= period and (ends_on is None or ends_on >= last_day(period))
    if whole and len({rent_on(day, steps) for day in days_of(period)}) == 1:
        assert owed_cents == exact
    else:
        assert owed_cents % 100 == 0
        assert -50 < owed_cents - exact <= 50  # half-up: a half is rounded up, never down


@given(PERIODS, STEPS, DAYS, DAYS, DAYS)
def test_splitting_a_lease_moves_only_roundings(
    period: dt.date, steps: list[MonthlyRent], one: dt.date, two: dt.date, three: dt.date
) -> None:
    starts_on, second_starts_on, ends_on = sorted((one, two, three))
    first_ends_on = second_starts_on - dt.timedelta(days=1)
    whole = rent_cents_for(period, steps, starts_on, ends_on)
    pieces = [
        rent_cents_for(period, steps, starts_on, first_ends_on),
        rent_cents_for(period, steps, second_starts_on, ends_on),
    ]
    assert abs(sum(pieces) - whole) <= 50 * (len(pieces) + 1)  # the whole may be a rounded sum too


@given(RENTS, DAYS)
def test_a_whole_month_split_in_two_differs_by_a_shilling_at_most(rent_cents: int, day: dt.date) -> None:
    period, day_before = period_of(day), day - dt.timedelta(days=1)
    steps = [MonthlyRent(LONG_AGO, rent_cents)]
    parts = rent_cents_for(period, steps, LONG_AGO, day_before) + rent_cents_for(period, steps, day, None)
    assert abs(parts - rent_cents) <= 50 * 2


@given(PERIODS, STEPS, DAYS, DAYS)
def test_a_longer_lease_never_owes_less(
    period: dt.date, steps: list[MonthlyRent], starts_on: dt.date, ends_on: dt.date
) -> None:
    longer = ends_on + dt.timedelta(days=1)
    shorter_cents = rent_cents_for(period, steps, starts_on, ends_on)
    longer_cents = rent_cents_for(period, steps, starts_on, longer)
    if longer == last_day(period):  # a whole month owes its cents, and 49 of them are rounded up before
        assert longer_cents >= shorter_cents - 50
    else:
        assert longer_cents >= shorter_cents


@given(STEPS, DAYS, DAYS)
def test_the_months_of_a_lease_cover_each_of_its_days_once(
    steps: list[MonthlyRent], starts_on: dt.date, ends_on: dt.date
) -> None:
    period, months, total = period_of(starts_on), 0, 0
    exact = Fraction(0)
    while period <= ends_on:
        total += rent_cents_for(period, steps, starts_on, ends_on)
        exact += owed_exactly(period, steps, starts_on, ends_on)
        period, months = last_day(period) + dt.timedelta(days=1), months + 1
    assert abs(total - exact) <= 50 * months
    assert rent_cents_for(period, steps, starts_on, ends_on) == 0


@given(PERIODS, RENTS, DAYS, st.none() | DAYS)
def test_a_monthly_charge_is_shared_as_rent_is(
    period: dt.date, amount_cents: int, starts_on: dt.date, ends_on: dt.date | None
) -> None:
    rent_cents = rent_cents_for(period, [MonthlyRent(LONG_AGO, amount_cents)], starts_on, ends_on)
    assert prorated_cents(amount_cents, period, starts_on, ends_on) == rent_cents


def test_a_charge_for_the_last_ten_days() -> None:
    assert prorated_cents(300_00, JUNE, dt.date(2026, 6, 21), None) == 100_00
    with pytest.raises(ValueError, match="negative"):
        prorated_cents(-1, JUNE, JUNE, None)
