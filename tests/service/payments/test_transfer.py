"""A move to another unit settles the old lease's bills by its last day; one that is called off leaves no trace."""

import datetime as dt

import pytest

from chalicelib import leasing
from chalicelib.errors import Conflict
from chalicelib.lease_accounts import lease_closing
from chalicelib.lease_accounts.model import FinalAccount
from tests.money import Money

JUNE, JULY = dt.date(2026, 6, 1), dt.date(2026, 7, 1)
ELEVENTH = dt.date(2026, 7, 11)


def account(books: Money, lease_id: object) -> FinalAccount:
    return books.do(lease_closing.get_final_account, lease_id, today=books.today)


def test_days_billed_beyond_the_move_are_credited_and_the_new_lease_is_billed_for_them(books: Money) -> None:
    old = books.let(9_300_00)
    books.bill(JUNE)
    books.pay(old, 9_300_00)
    books.bill(JULY)
    books.today = dt.date(2026, 7, 10)
    new = books.transfer(old, ELEVENTH, 6_200_00)
    assert [(line.amount_cents, line.open_cents) for line in books.lines(old)] == [(9_300_00, 0), (9_300_00, 3_000_00)]
    assert account(books, old).owed_cents == 3_000_00
    books.bill(JULY)
    assert [line.amount_cents for line in books.lines(new)] == [4_200_00]
    assert len(books.invoices(old)) == 2


def test_days_not_billed_before_the_move_are_billed_with_it(books: Money) -> None:
    old = books.let(9_300_00)
    books.bill(JUNE)
    books.today = dt.date(2026, 7, 12)
    books.transfer(old, ELEVENTH)
    assert [line.amount_cents for line in books.lines(old)] == [9_300_00, 3_000_00]
    assert books.bill(JULY) == 1  # the new lease alone


def test_a_move_to_come_leaves_its_month_to_the_run(books: Money) -> None:
    old = books.let(9_300_00)
    books.bill(JUNE)
    new = books.transfer(old, ELEVENTH)
    assert len(books.invoices(old)) == 1
    books.today = JULY
    books.bill(JULY)
    assert [books.lines(each)[-1].amount_cents for each in (old, new)] == [3_000_00, 6_774_00]


def test_a_move_that_is_refused_settles_nothing(books: Money) -> None:
    old, other = books.let(9_300_00), books.let(9_300_00)
    books.bill(JUNE)
    taken = books.do(leasing.get_lease, other, today=books.today).unit_id
    values = {"unit_id": taken, "starts_on": dt.date(2026, 6, 11), "rent_cents": 100}
    with pytest.raises(Conflict):
        books.do(lease_closing.transfer_lease, old, values, **books.at())
    assert [line.credited_cents for line in books.lines(old)] == [0]
    assert books.do(leasing.get_lease, old, today=books.today).ends_on is None


@pytest.mark.parametrize("moves", [False, True])
def test_deposits_go_back_where_what_was_to_follow_is_called_off(books: Money, moves: bool) -> None:
    old = books.let(9_000_00, ends_on=dt.date(2026, 6, 30))
    books.deposit(old, 5_000_00)
    books.deposit(old, 1_000_00, kind="water")
    books.bill(JUNE)
    new = books.transfer(old, dt.date(2026, 6, 20)) if moves else books.renew(old)
    assert (account(books, old).held_cents, account(books, new).held_cents) == (0, 6_000_00)
    books.terminate(new, dt.date(2026, 6, 2))
    assert (account(books, old).held_cents, account(books, new).held_cents) == (6_000_00, 0)
    assert books.do(leasing.get_held_deposits, old) == {"rent": 5_000_00, "water": 1_000_00}
    if not moves:
        again = books.renew(old)
        assert account(books, again).held_cents == 6_000_00


def test_deposits_of_a_renewal_that_has_begun_stay_with_it(books: Money) -> None:
    old = books.let(9_000_00, ends_on=dt.date(2026, 6, 30))
    books.deposit(old, 5_000_00)
    new = books.renew(old)
    books.today = JULY
    books.terminate(new, dt.date(2026, 7, 31))
    assert account(books, new).held_cents == 5_000_00
