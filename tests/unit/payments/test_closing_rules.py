import datetime as dt
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.lease_accounts.closing_rules import BilledLine, compute_settlement, shares_to_credit
from chalicelib.payments.rules import Share, allocation_day, needs_confirmation
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


def test_only_what_the_terms_asked_for_is_credited_and_only_down_to_what_is_owed() -> None:
    lines = [
        ("rent", "Rent for July 2026", 9_000_00),
        ("garbage", "Garbage", 300_00),
        ("garbage", "Garbage", 500_00),  # one-off, in the same words
        ("water", "Tanker", 700_00),
    ]
    billed = [BilledLine(UUID(int=place), *line, line[-1]) for place, line in enumerate(lines)]
    full_terms = [("rent", "Rent for July 2026", 9_000_00), ("garbage", "Garbage", 300_00)]
    owed = [("rent", "Rent for 1–10 July 2026", 3_000_00)]
    assert shares_to_credit(billed, owed, full_terms) == [Share(UUID(int=0), 6_000_00), Share(UUID(int=1), 300_00)]
    assert shares_to_credit(billed, [], []) == []


def test_what_was_credited_before_is_not_credited_again() -> None:
    billed = [BilledLine(UUID(int=1), "rent", "Rent for July 2026", 9_000_00, 2_500_00)]
    full_terms = [("rent", "Rent for July 2026", 9_000_00)]
    assert shares_to_credit(billed, [("rent", "Rent for 1–10 July 2026", 3_000_00)], full_terms) == []


@given(SUMS, SUMS, SUMS)
def test_a_line_is_credited_down_to_what_is_owed_and_never_by_more_than_stands(
    full_cents: int, owed_cents: int, uncredited_cents: int
) -> None:
    billed = [
        BilledLine(UUID(int=1), "rent", "Rent for July 2026", max(full_cents, uncredited_cents), uncredited_cents)
    ]
    owed = [("rent", "Rent for 1–10 July 2026", owed_cents)] if owed_cents else []
    shares = shares_to_credit(billed, owed, [("rent", "Rent for July 2026", full_cents)])
    assert all(cents > 0 for _, cents in shares)
    assert uncredited_cents - sum(cents for _, cents in shares) == min(uncredited_cents, owed_cents)


@pytest.mark.parametrize(
    ("once", "owed", "credited"),
    [
        (("service", "Lift", 600_00), ("service", "Lift", 200_00), 400_00),
        (("service", "Stairs", 600_00), ("service", "Stairs", 200_00), 400_00),  # renamed since
        (("service", "Lift", 300_00), ("service", "Lift", 100_00), 400_00),  # made cheaper since, and shared by days
        (("service", "Lift", 300_00), ("service", "Lift", 300_00), 0),  # made cheaper since, and not shared
        (("service", "Lift", 900_00), ("service", "Lift", 300_00), 300_00),  # made dearer since
        (("water", "Lift", 600_00), ("water", "Lift", 200_00), 0),
    ],
)
def test_a_charge_that_was_changed_since_is_credited_as_it_was_billed(
    once: tuple[str, str, int], owed: tuple[str, str, int], credited: int
) -> None:
    billed = [BilledLine(UUID(int=1), "service", "Lift", 600_00, 600_00)]
    assert sum(cents for _, cents in shares_to_credit(billed, [owed], [once])) == credited


def test_a_renamed_charge_takes_the_line_that_no_other_charge_has() -> None:
    words = ("Lift", "Stairs")
    billed = [BilledLine(UUID(int=place), "service", each, 600_00, 600_00) for place, each in enumerate(words)]
    full_terms = [("service", "Guard", 600_00), ("service", "Lift", 600_00)]
    owed = [("service", "Guard", 100_00), ("service", "Lift", 200_00)]
    assert shares_to_credit(billed, owed, full_terms) == [Share(UUID(int=0), 400_00), Share(UUID(int=1), 500_00)]


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
