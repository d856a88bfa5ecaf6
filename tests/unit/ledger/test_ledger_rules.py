import datetime as dt
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.ledger.rules import (
    CHARGE_TYPES,
    CHART,
    INCOME_NAMES,
    NOT_INCOME,
    Posting,
    balanced,
    channel_account,
    effective_day,
    income_code,
    next_period,
    reversed_postings,
)
from chalicelib.organisations import DEFAULT_ALLOCATION_ORDER
from chalicelib.payments.model import PURPOSES
from chalicelib.periods import last_day

DAYS = st.dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31))
POSTINGS = st.lists(
    st.builds(
        Posting,
        ledger_account_id=st.uuids(),
        amount_cents=st.integers(-(10**12), 10**12).filter(bool),
        lease_id=st.none() | st.uuids(),
        property_id=st.none() | st.uuids(),
        charge_type=st.none() | st.sampled_from(CHARGE_TYPES),
    )
)


def test_the_chart_names_each_account_once() -> None:
    types = {account.code: account.type for account in CHART}
    assert len(types) == len(CHART)
    income = {code for code, kind in types.items() if kind == "income"}
    assert income == {income_code(charge_type) for charge_type in INCOME_NAMES}
    assert {code: kind for code, kind in types.items() if code not in income} == {
        "receivable": "asset",
        "deposits": "liability",
        "unallocated": "liability",
        "opening": "equity",
        "written_off": "expense",
    }


def test_every_type_of_charge_may_be_named_and_has_a_place_in_the_order_that_organisations_begin_with() -> None:
    assert sorted(CHARGE_TYPES) == sorted(PURPOSES)
    assert sorted(DEFAULT_ALLOCATION_ORDER) == sorted({*CHARGE_TYPES} - {"deposit"}), "a deposit is no invoice line"


def test_income_is_kept_by_type_of_charge() -> None:
    assert income_code("rent") == "income.rent"
    assert income_code("late_fee") == "income.late_fee"


@pytest.mark.parametrize("charge_type", [*NOT_INCOME, "parking", ""])
def test_what_is_not_earned_has_no_income_account(charge_type: str) -> None:
    with pytest.raises(ValueError, match="no income account"):
        income_code(charge_type)


def test_each_channel_has_an_account_of_its_own() -> None:
    one, other = (channel_account(UUID(int=number), "Paybill") for number in (1, 2))
    assert one == ("channel.00000000-0000-0000-0000-000000000001", "Paybill", "asset")
    assert one.code != other.code
    assert one.code not in {account.code for account in CHART}


def test_every_code_and_name_fits_its_column() -> None:
    for account in (*CHART, channel_account(UUID(int=2**128 - 1), "Paybill")):
        assert len(account.code) <= 60
        assert len(account.name) <= 120
    assert max(map(len, CHARGE_TYPES)) <= 16


@pytest.mark.parametrize(
    ("amounts", "holds"),
    [([100, -100], True), ([100, -60, -40], True), ([100, -99], False), ([1], False), ([], True)],
)
def test_debits_equal_credits(amounts: list[int], holds: bool) -> None:
    assert balanced(amounts) is holds


@given(POSTINGS)
def test_a_mirror_undoes_each_posting_in_its_place(postings: list[Posting]) -> None:
    mirrored = reversed_postings(postings)
    assert reversed_postings(mirrored) == postings
    assert balanced(posting.amount_cents for posting in (*postings, *mirrored))
    for before, after in zip(postings, mirrored, strict=True):
        assert after.amount_cents == -before.amount_cents
        assert after._replace(amount_cents=before.amount_cents) == before


@pytest.mark.parametrize(
    ("effective_on", "lands_on"),
    [
        (dt.date(2026, 5, 17), dt.date(2026, 7, 1)),
        (dt.date(2026, 6, 30), dt.date(2026, 7, 1)),  # the last closed day
        (dt.date(2026, 7, 1), dt.date(2026, 7, 1)),
        (dt.date(2026, 9, 9), dt.date(2026, 9, 9)),
    ],
)
def test_a_journal_lands_outside_closed_time(effective_on: dt.date, lands_on: dt.date) -> None:
    assert effective_day(effective_on, dt.date(2026, 6, 30)) == lands_on


@given(DAYS, st.none() | DAYS)
def test_the_landing_day_is_the_nearest_open_one(effective_on: dt.date, closed_through: dt.date | None) -> None:
    lands_on = effective_day(effective_on, closed_through)
    assert lands_on >= effective_on
    assert closed_through is None or lands_on > closed_through
    assert lands_on == effective_on or effective_day(lands_on, closed_through) == lands_on
    assert effective_day(effective_on, None) == effective_on


def test_the_calendar_ends_in_an_ordinary_error() -> None:
    with pytest.raises(ValueError, match="out of range"):
        effective_day(dt.date(2026, 6, 30), dt.date.max)


@pytest.mark.parametrize(
    ("day", "last", "following"),
    [
        (dt.date(2026, 11, 1), dt.date(2026, 11, 30), dt.date(2026, 12, 1)),
        (dt.date(2026, 12, 31), dt.date(2026, 12, 31), dt.date(2027, 1, 1)),
        (dt.date(2028, 2, 10), dt.date(2028, 2, 29), dt.date(2028, 3, 1)),
    ],
)
def test_the_month_to_close_next_follows_the_closed_one_or_is_the_first_journal_s(
    day: dt.date, last: dt.date, following: dt.date
) -> None:
    assert last_day(day) == last
    assert next_period(last, closed=True) == following
    assert next_period(day, closed=False) == day.replace(day=1)
