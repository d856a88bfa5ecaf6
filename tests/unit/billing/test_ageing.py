import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.billing.rules import AGEING_BUCKETS, age_totals, ageing_bucket, overdue_on

DUE = dt.date(2026, 1, 5)
DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2026, 12, 31))
LINES = st.lists(
    st.tuples(DAYS, st.integers(0, 60), st.integers(0, 10**9)).map(
        lambda line: (line[0], overdue_on(line[0], line[1]), line[2])
    )
)


@pytest.mark.parametrize(
    ("past_due_days", "bucket"),
    [
        (-30, "current"),
        (0, "current"),
        (1, "0-30"),
        (30, "0-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "90+"),
        (4_000, "90+"),
    ],
)
def test_each_bucket_ends_with_its_last_day(past_due_days: int, bucket: str) -> None:
    on = DUE + dt.timedelta(days=past_due_days)
    assert ageing_bucket(DUE, on) == bucket
    assert age_totals([(DUE, overdue_on(DUE, 0), 1_00)], on)[bucket] == 1_00


def test_grace_keeps_a_line_current_and_then_counts_from_the_due_day() -> None:
    line = (DUE, overdue_on(DUE, 40), 700_00)
    last_day_of_grace = DUE + dt.timedelta(days=40)
    assert age_totals([line], last_day_of_grace)["current"] == 700_00
    assert age_totals([line], last_day_of_grace + dt.timedelta(days=1))["31-60"] == 700_00


def test_lines_of_one_age_add_up() -> None:
    first_overdue = overdue_on(DUE, 0)
    lines = [(DUE, first_overdue, 1_00), (DUE, first_overdue, 2_50)]
    expected = {"current": 0, "0-30": 3_50, "31-60": 0, "61-90": 0, "90+": 0}
    assert age_totals(lines, dt.date(2026, 1, 20)) == expected


def test_without_lines_every_bucket_is_there_and_empty() -> None:
    assert list(age_totals([], DUE).items()) == [(bucket, 0) for bucket in AGEING_BUCKETS]


@pytest.mark.parametrize("on", [dt.date.min, dt.date.max])
def test_any_day_of_the_calendar_can_be_asked_for(on: dt.date) -> None:
    assert sum(age_totals([(DUE, overdue_on(DUE, 0), 1_00)], on).values()) == 1_00


@given(LINES, DAYS)
def test_the_buckets_add_up_to_what_is_open(lines: list[tuple[dt.date, dt.date, int]], on: dt.date) -> None:
    totals = age_totals(iter(lines), on)
    assert sum(totals.values()) == sum(open_cents for _, _, open_cents in lines)
    assert totals["current"] == sum(open_cents for _, overdue, open_cents in lines if on < overdue)


@given(LINES, DAYS, DAYS)
def test_debt_only_grows_older(lines: list[tuple[dt.date, dt.date, int]], one: dt.date, other: dt.date) -> None:
    earlier, later = (list(age_totals(lines, on).values()) for on in sorted((one, other)))
    for oldest in range(1, len(AGEING_BUCKETS)):
        assert sum(earlier[oldest:]) <= sum(later[oldest:])


@given(DAYS, DAYS)
def test_a_bucket_says_how_many_days(due: dt.date, on: dt.date) -> None:
    low_high = {
        "current": (-1_000, 0),
        "0-30": (1, 30),
        "31-60": (31, 60),
        "61-90": (61, 90),
        "90+": (91, 1_000),
    }
    low, high = low_high[ageing_bucket(due, on)]
    assert low <= (on - due).days <= high
