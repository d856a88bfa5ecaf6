import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.lease_accounts.revision_rules import compute_settlement
from chalicelib.payments.rules import allocation_day, needs_confirmation
from chalicelib.periods import month_after, periods_between

DAYS = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))
SUMS = st.integers(0, 10**9)
MAY, JUNE, JULY = dt.date(2026, 5, 1), dt.date(2026, 6, 1), dt.date(2026, 7, 1)


@pytest.mark.parametrize(
    ("method", "role", "waits"),
    [
        ("cash", "owner", False),
        ("cash", "caretaker", True),
        ("bank", "caretaker", True),
        ("cheque", "accountant", False),
        ("mpesa", "owner", True),
    ],
)
def test_a_caretakers_word_and_a_typed_mpesa_code_wait(method: str, role: str, waits: bool) -> None:
    assert needs_confirmation(method, role) is waits


@pytest.mark.parametrize(
    ("received_on", "issued_on", "released_on", "today", "counts_on"),
    [
        (JUNE, MAY, None, JULY, JUNE),  # old debt is paid when the money comes
        (MAY, JUNE, None, JULY, JUNE),  # money ahead waits for the bill
        (MAY, JUNE, JULY, JULY, JULY),  # money set against another line till July
        (MAY, JULY, None, JUNE, JUNE),  # a bill issued ahead is paid today
    ],
)
def test_a_payment_counts_once_it_is_there_asked_for_and_free(
    received_on: dt.date, issued_on: dt.date, released_on: dt.date | None, today: dt.date, counts_on: dt.date
) -> None:
    assert allocation_day(received_on, issued_on, released_on, today) == counts_on


@given(DAYS, DAYS, st.none() | DAYS, DAYS)
def test_a_payment_never_counts_before_it_is_received_nor_in_the_future(
    received_on: dt.date, issued_on: dt.date, released_on: dt.date | None, today: dt.date
) -> None:
    day = allocation_day(received_on, issued_on, released_on, today)
    assert received_on <= day <= max(today, received_on)


def test_months_are_counted_over_the_year_and_none_backwards() -> None:
    assert periods_between(dt.date(2026, 11, 20), dt.date(2027, 1, 2)) == [
        dt.date(2026, 11, 1),
        dt.date(2026, 12, 1),
        dt.date(2027, 1, 1),
    ]
    assert periods_between(JULY, dt.date(2026, 6, 30)) == []
    assert [month_after(dt.date(2026, 12, 31)), month_after(JUNE)] == [dt.date(2027, 1, 1), JULY]


@given(SUMS, SUMS, SUMS)
def test_setting_off_loses_no_money_and_leaves_one_side(owed: int, credit: int, held: int) -> None:
    refundable, still_owed = compute_settlement(owed, credit, held)
    assert min(refundable, still_owed) == 0
    assert refundable - still_owed == credit + held - owed
