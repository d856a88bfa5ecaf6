import datetime as dt
import random
from collections.abc import Sequence
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.organisations import DEFAULT_ALLOCATION_ORDER as ORDER
from chalicelib.payments.rules import AllocatableLine, Share, allocate, release_shares

JANUARY, FEBRUARY = dt.date(2026, 1, 5), dt.date(2026, 2, 5)
SUMS = st.integers(1, 100_000_00)
TYPES = (*ORDER, "parking", "internet")  # two that no order names
PURPOSES = st.none() | st.sampled_from(TYPES)
ORDERS = st.permutations(ORDER)
LINES = st.lists(
    st.builds(
        AllocatableLine,
        id=st.uuids(),
        due_on=st.dates(dt.date(2026, 1, 1), dt.date(2026, 1, 4)),  # few days, so that many lines tie
        charge_type=st.sampled_from(TYPES),
        seq=st.integers(1, 3),
        open_cents=st.integers(0, 50_000_00),
        place=st.integers(0, 2),
    ),
    unique_by=lambda line: line.id,
    max_size=12,
)


def line(number: int, due_on: dt.date, charge_type: str, open_cents: int, seq: int = 1) -> AllocatableLine:
    return AllocatableLine(UUID(int=number), due_on, charge_type, seq, open_cents)


def numbers(shares: Sequence[Share]) -> list[int]:
    return [share.line_id.int for share in shares]


def test_the_oldest_due_comes_first_and_the_last_line_gets_a_part() -> None:
    lines = [line(1, FEBRUARY, "rent", 15_000_00), line(2, JANUARY, "other", 4_000_00)]
    shares, remainder_cents = allocate(10_000_00, lines, ORDER)
    assert shares == [Share(UUID(int=2), 4_000_00), Share(UUID(int=1), 6_000_00)]
    assert remainder_cents == 0


def test_what_no_line_takes_remains_as_credit() -> None:
    assert allocate(500_00, [line(1, JANUARY, "rent", 300_00)], ORDER) == ([Share(UUID(int=1), 300_00)], 200_00)
    assert allocate(500_00, [], ORDER) == ([], 500_00)


def test_one_due_day_follows_the_default_order() -> None:
    lines = [line(number, JANUARY, charge_type, 1_00) for number, charge_type in enumerate(ORDER)]
    shares, _ = allocate(100_00, reversed(lines), ORDER)
    assert numbers(shares) == list(range(len(ORDER)))


def test_an_organisation_may_order_otherwise() -> None:
    lines = [
        line(1, JANUARY, "rent", 10_00),
        line(2, JANUARY, "water", 10_00),
        line(3, JANUARY, "garbage", 10_00),
    ]
    shares, _ = allocate(30_00, lines, order=("water", "rent"))
    assert numbers(shares) == [2, 1, 3]  # garbage is not named, so it comes last


def test_unknown_types_come_last_on_their_day_but_not_after_a_later_one() -> None:
    lines = [
        line(1, FEBRUARY, "rent", 1_00),
        line(2, JANUARY, "parking", 1_00),
        line(3, JANUARY, "other", 1_00),
    ]
    shares, _ = allocate(3_00, lines, ORDER)
    assert numbers(shares) == [3, 2, 1]


def test_seq_and_then_id_settle_what_is_left() -> None:
    lines = [
        line(3, JANUARY, "water", 1_00, seq=1),
        line(1, JANUARY, "water", 1_00, seq=2),
        line(2, JANUARY, "water", 1_00, seq=1),
    ]
    shares, _ = allocate(3_00, lines, ORDER)
    assert numbers(shares) == [2, 3, 1]


def test_the_named_purpose_comes_before_older_debt() -> None:
    lines = [
        line(1, JANUARY, "rent", 10_00),
        line(2, FEBRUARY, "water", 10_00),
        line(3, JANUARY, "water", 10_00),
    ]
    shares, remainder_cents = allocate(25_00, lines, ORDER, purpose="water")
    assert shares == [Share(UUID(int=3), 10_00), Share(UUID(int=2), 10_00), Share(UUID(int=1), 5_00)]
    assert remainder_cents == 0


def test_a_purpose_without_open_lines_changes_nothing() -> None:
    lines = [line(1, JANUARY, "rent", 10_00), line(2, FEBRUARY, "rent", 10_00)]
    assert allocate(15_00, lines, ORDER, purpose="water") == allocate(15_00, lines, ORDER)


def test_a_line_with_nothing_open_gets_no_share() -> None:
    shares, _ = allocate(10_00, [line(1, JANUARY, "rent", 0), line(2, FEBRUARY, "rent", 10_00)], ORDER)
    assert numbers(shares) == [2]


@pytest.mark.parametrize("amount_cents", [0, -1])
def test_only_a_sum_above_nothing_is_allocated(amount_cents: int) -> None:
    with pytest.raises(ValueError, match="amount_cents"):
        allocate(amount_cents, [], ORDER)


def test_a_line_open_below_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="open_cents"):
        allocate(10_00, [line(1, JANUARY, "rent", -1)], ORDER)


@given(SUMS, LINES, ORDERS, PURPOSES)
def test_no_cent_is_lost_or_made(
    amount: int, lines: list[AllocatableLine], order: list[str], purpose: str | None
) -> None:
    shares, remainder_cents = allocate(amount, lines, order, purpose)
    open_cents = {each.id: each.open_cents for each in lines}
    assert sum(share.amount_cents for share in shares) + remainder_cents == amount
    assert all(0 < share.amount_cents <= open_cents[share.line_id] for share in shares)
    assert len({share.line_id for share in shares}) == len(shares)
    assert remainder_cents == max(0, amount - sum(open_cents.values()))  # credit only once all is paid


@given(SUMS, LINES, ORDERS, PURPOSES)
def test_a_line_gets_money_only_once_those_before_it_are_paid(
    amount: int, lines: list[AllocatableLine], order: list[str], purpose: str | None
) -> None:
    shares, _ = allocate(amount, lines, order, purpose)
    paid_cents = {share.line_id: share.amount_cents for share in shares}

    def comes_first(one: AllocatableLine, other: AllocatableLine) -> bool:
        """Reckon the order in words, apart from the sort key of the code."""
        served = [(each.place, each.charge_type != purpose) for each in (one, other)]
        if served[0] != served[1]:
            return served[0] < served[1]
        if one.due_on != other.due_on:
            return one.due_on < other.due_on
        named = [each for each in order if each in (one.charge_type, other.charge_type)]
        if named and one.charge_type != other.charge_type:
            return named[0] == one.charge_type
        return (one.seq, one.id) < (other.seq, other.id)

    for one in lines:
        for other in lines:
            if one is not other and other.id in paid_cents and comes_first(one, other):
                assert paid_cents.get(one.id, 0) == one.open_cents


@given(SUMS, LINES, PURPOSES, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_does_not_matter(
    amount: int, lines: list[AllocatableLine], purpose: str | None, shuffler: random.Random
) -> None:
    shuffled = list(lines)
    shuffler.shuffle(shuffled)
    assert allocate(amount, shuffled, ORDER, purpose=purpose) == allocate(amount, lines, ORDER, purpose=purpose)


@given(SUMS, SUMS, LINES)
def test_two_payments_do_what_their_sum_would(first: int, second: int, lines: list[AllocatableLine]) -> None:
    first_shares, first_left = allocate(first, lines, ORDER)
    paid_cents = {share.line_id: share.amount_cents for share in first_shares}
    left_open = [each._replace(open_cents=each.open_cents - paid_cents.get(each.id, 0)) for each in lines]
    second_shares, second_left = allocate(second, left_open, ORDER)
    for share in second_shares:
        paid_cents[share.line_id] = paid_cents.get(share.line_id, 0) + share.amount_cents
    shares, left = allocate(first + second, lines, ORDER)
    assert paid_cents == {share.line_id: share.amount_cents for share in shares}
    assert first_left + second_left == left


STANDING = [Share(UUID(int=1), 5_00), Share(UUID(int=2), 3_00), Share(UUID(int=1), 2_00)]


@pytest.mark.parametrize(
    ("amount_cents", "released"),
    [
        (1_00, [Share(UUID(int=1), -1_00)]),
        (2_00, [Share(UUID(int=1), -2_00)]),
        (4_00, [Share(UUID(int=1), -2_00), Share(UUID(int=2), -2_00)]),
        (99_00, [Share(UUID(int=1), -2_00), Share(UUID(int=2), -3_00), Share(UUID(int=1), -5_00)]),
    ],
)
def test_the_latest_share_is_taken_back_first(amount_cents: int, released: list[Share]) -> None:
    assert release_shares(STANDING, amount_cents) == released


def test_without_shares_there_is_nothing_to_take_back() -> None:
    assert release_shares([], 1_00) == []


@pytest.mark.parametrize("amount_cents", [0, -1])
def test_only_a_sum_above_nothing_is_taken_back(amount_cents: int) -> None:
    with pytest.raises(ValueError, match="amount_cents"):
        release_shares(STANDING, amount_cents)


@pytest.mark.parametrize("share_cents", [0, -1])
def test_a_release_is_not_released_again(share_cents: int) -> None:
    with pytest.raises(ValueError, match="above 0"):
        release_shares([*STANDING, Share(UUID(int=3), share_cents)], 1_00)


@given(st.lists(st.builds(Share, line_id=st.uuids(), amount_cents=SUMS), max_size=8), SUMS)
def test_a_release_matches_what_stood_from_the_end(shares: list[Share], amount: int) -> None:
    released = release_shares(shares, amount)
    assert -sum(share.amount_cents for share in released) == min(amount, sum(share.amount_cents for share in shares))
    for number, (taken, stood) in enumerate(zip(released, reversed(shares), strict=False), start=1):
        assert taken.line_id == stood.line_id
        assert 0 < -taken.amount_cents <= stood.amount_cents
        assert number == len(released) or -taken.amount_cents == stood.amount_cents  # only the last is a part
