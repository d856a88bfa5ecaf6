"""Allocating anew, reversing, refunding, crediting what was paid, deducting deposits."""

import datetime as dt
from uuid import UUID

import pytest

from chalicelib import leasing, ledger
from chalicelib.errors import Conflict, Invalid, NotFound
from tests.money import ALL, Money

JUNE, JULY, AUGUST = dt.date(2026, 6, 1), dt.date(2026, 7, 1), dt.date(2026, 8, 1)


def open_cents(books: Money, lease_id: UUID) -> list[int]:
    return [line.open_cents for line in books.lines(lease_id)]


def moved(books: Money, payment_id: UUID) -> list[tuple[int, dt.date]]:
    return [(row.amount_cents, row.allocated_on) for row in books.allocations(payment_id)]


def test_a_payment_is_allocated_anew_by_rows_that_take_the_old_ones_back(books: Money) -> None:
    lease_id = books.let(10_000_00)
    books.bill(JUNE)
    water = books.invoice(lease_id, ("water", 800_00)).lines[0]
    rent = books.lines(lease_id)[0]
    payment = books.pay(lease_id, 1_000_00, purpose="rent")
    books.today = JULY
    changed = books.allocate(payment.id, [(water.id, 800_00), (rent.id, 50_00)])
    assert changed.unallocated_cents == 150_00
    assert open_cents(books, lease_id) == [9_950_00, 0]
    # On the days before, the money stood against the rent: it counts for the water from today.
    assert moved(books, payment.id) == [(1_000_00, JUNE), (-1_000_00, JULY), (800_00, JULY), (50_00, JULY)]
    assert books.allocate(payment.id, []).unallocated_cents == 1_000_00
    assert books.allocate(payment.id, None).unallocated_cents == 0
    assert open_cents(books, lease_id) == [9_000_00, 800_00]


def test_chosen_lines_must_be_the_leases_open_and_within_the_payment(books: Money) -> None:
    lease_id, other = books.let(10_000_00), books.let(10_000_00)
    books.bill(JUNE)
    mine, theirs = books.lines(lease_id)[0], books.lines(other)[0]
    payment = books.pay(lease_id, 1_000_00)
    for lines in (
        [(theirs.id, 100)],
        [(mine.id, 10_000_01)],
        [(mine.id, 1_000_01)],
        [(mine.id, 100), (mine.id, 100)],
    ):
        with pytest.raises(Invalid):
            books.allocate(payment.id, lines)
    assert open_cents(books, lease_id) == [9_000_00]
    with pytest.raises(Conflict):
        books.allocate(books.pay(None, 100).id, None)


def test_a_reversal_reopens_the_lines_and_voids_the_receipt(books: Money) -> None:
    lease_id = books.let(10_000_00)
    books.bill(JUNE)
    payment = books.pay(lease_id, 12_000_00, method="cheque", provider_reference="000123")
    books.today = JULY
    reversed_ = books.reverse(payment.id)
    assert (reversed_.state, reversed_.unallocated_cents, reversed_.reversed_on) == ("reversed", 0, JULY)
    assert open_cents(books, lease_id) == [10_000_00]
    assert [receipt.status for receipt in books.receipts(lease_id)] == ["void"]
    assert moved(books, payment.id) == [(10_000_00, JUNE), (-10_000_00, JULY)]
    kinds = sorted(each.kind for each in books.do(ledger.list_journals, ALL, source_id=payment.id).items)
    assert kinds == ["allocation", "payment", "release", "reversal"]
    for refused in (books.reverse, lambda each: books.allocate(each, None), lambda each: books.refund(each, 100)):
        with pytest.raises(Conflict):
            refused(payment.id)


def test_other_credit_of_the_lease_covers_what_a_reversal_reopens(books: Money) -> None:
    lease_id = books.let(10_000_00)
    books.bill(JUNE)
    bounced = books.pay(lease_id, 10_000_00, method="cheque")
    cash = books.pay(lease_id, 4_000_00)
    books.reverse(bounced.id)
    assert open_cents(books, lease_id) == [6_000_00]
    assert books.payment(cash.id).unallocated_cents == 0


def test_an_unmatched_payment_can_be_reversed(books: Money) -> None:
    payment = books.pay(None, 500_00)
    assert books.reverse(payment.id).state == "reversed"


def test_credit_is_refunded_up_to_what_there_is_and_owed_again_once_the_payment_is_reversed(books: Money) -> None:
    lease_id = books.let(10_000_00)
    books.bill(JUNE)
    payment = books.pay(lease_id, 12_000_00)
    with pytest.raises(Conflict) as error:
        books.refund(payment.id, 2_000_01)
    assert error.value.facts["credit_cents"] == 2_000_00
    assert books.refund(payment.id, 1_500_00).channel_id == payment.channel_id
    with pytest.raises(Conflict):
        books.refund(payment.id, 500_01)
    after = books.payment(payment.id)
    assert (after.unallocated_cents, after.refunded_cents, after.allocated_cents) == (500_00, 1_500_00, 10_000_00)
    books.reverse(payment.id)
    assert open_cents(books, lease_id) == [10_000_00, 1_500_00]


def test_a_refund_is_of_a_day_between_the_payment_and_today(books: Money) -> None:
    books.today = JULY
    payment = books.pay(books.let(starts_on=JULY), 500_00)
    for day in (JUNE, AUGUST):
        with pytest.raises(Invalid):
            books.refund(payment.id, 100, refunded_on=day)
    with pytest.raises(Conflict):
        books.refund(books.pay(None, 500_00).id, 100)
    opening = books.opening_credit(books.let(starts_on=JULY), 500_00)
    with pytest.raises(Invalid):
        books.refund(opening.id, 100)
    assert books.refund(opening.id, 100, channel_id=payment.channel_id).amount_cents == 100


def test_money_is_not_given_back_on_a_day_on_which_it_stood_against_a_line(books: Money) -> None:
    lease_id = books.let(10_000_00)
    books.bill(JUNE)
    payment = books.pay(lease_id, 10_500_00)
    books.today = JULY
    invoice = books.invoices(lease_id)[0]
    books.credit(invoice.id, (invoice.lines[0].id, 4_000_00))
    with pytest.raises(Conflict) as refused:
        books.refund(payment.id, 500_01, refunded_on=dt.date(2026, 6, 20))
    assert refused.value.facts["credit_cents"] == 500_00
    books.refund(payment.id, 4_000_00)
    assert books.refund(payment.id, 500_00, refunded_on=dt.date(2026, 6, 20)).amount_cents == 500_00


def test_crediting_a_paid_line_frees_the_latest_payments_first(books: Money) -> None:
    lease_id = books.let(10_000_00)
    books.bill(JUNE)
    invoice = books.invoices(lease_id)[0]
    first = books.pay(lease_id, 6_000_00)
    second = books.pay(lease_id, 3_000_00)
    books.today = JULY
    note = books.credit(invoice.id, (invoice.lines[0].id, 5_000_00))  # 1,000 is open, 4,000 must be freed
    assert (note.number, note.total_cents) == (1, 5_000_00)
    assert books.payment(second.id).unallocated_cents == 3_000_00
    assert books.payment(first.id).unallocated_cents == 1_000_00
    line = books.lines(lease_id)[0]
    assert (line.paid_cents, line.credited_cents, line.open_cents) == (5_000_00, 5_000_00, 0)
    books.bill(JULY)
    assert open_cents(books, lease_id) == [0, 6_000_00]
    # July's line was asked for on the day the money was free again.
    assert moved(books, second.id)[-1] == (3_000_00, JULY)


def test_freed_money_is_set_at_once_against_what_else_is_owed_but_not_before_it_was_free(books: Money) -> None:
    lease_id = books.let(10_000_00)
    books.bill(JUNE)
    payment = books.pay(lease_id, 10_000_00)
    books.invoice(lease_id, ("water", 700_00))
    books.today = JULY
    invoice = books.invoices(lease_id)[0]
    books.credit(invoice.id, (invoice.lines[0].id, 2_000_00))
    assert open_cents(books, lease_id) == [0, 0]
    assert books.payment(payment.id).unallocated_cents == 1_300_00
    assert moved(books, payment.id) == [(10_000_00, JUNE), (-2_000_00, JULY), (700_00, JULY)]


def test_no_more_is_credited_than_was_billed(books: Money) -> None:
    lease_id = books.let(10_000_00)
    books.bill(JUNE)
    invoice = books.invoices(lease_id)[0]
    books.pay(lease_id, 10_000_00)
    with pytest.raises(Conflict):
        books.credit(invoice.id, (invoice.lines[0].id, 10_000_01))
    with pytest.raises(Invalid):
        books.credit(invoice.id)
    other = books.invoice(lease_id, ("water", 100_00))
    with pytest.raises(Invalid):
        books.credit(invoice.id, (other.lines[0].id, 100))
    assert books.lines(lease_id)[0].paid_cents == 10_000_00


def test_a_deposit_is_set_against_what_is_owed_and_comes_back_when_that_is_undone(books: Money) -> None:
    lease_id = books.let(10_000_00)
    books.deposit(lease_id, 5_000_00)
    books.deposit(lease_id, 2_000_00, kind="water")
    books.bill(JUNE)
    with pytest.raises(Conflict):
        books.deduct(lease_id, 7_000_01)
    deduction = books.deduct(lease_id, 6_000_00)
    assert [row.amount_cents for row in deduction.allocations] == [5_000_00, 1_000_00]
    assert books.do(leasing.get_held_deposits, lease_id) == {"water": 1_000_00}
    assert open_cents(books, lease_id) == [4_000_00]
    invoice = books.invoices(lease_id)[0]
    with pytest.raises(Conflict):  # what a deposit paid is no tenant's credit
        books.credit(invoice.id, (invoice.lines[0].id, 4_000_01))
    books.today = JULY
    books.undo_deduction(deduction.entries[0])
    assert books.do(leasing.get_held_deposits, lease_id) == {"rent": 5_000_00, "water": 1_000_00}
    assert open_cents(books, lease_id) == [9_000_00]
    with pytest.raises(Conflict):
        books.undo_deduction(deduction.entries[0])


def test_a_deduction_takes_no_more_than_is_owed_and_names_its_own_lease(books: Money) -> None:
    lease_id, other = books.let(10_000_00), books.let(10_000_00)
    books.deposit(lease_id, 50_000_00)
    with pytest.raises(Conflict):
        books.deduct(lease_id, 100)
    books.bill(JUNE)
    with pytest.raises(Conflict):
        books.deduct(lease_id, 10_000_01)
    with pytest.raises(Invalid):
        books.deduct(lease_id, 100, invoice_id=books.invoices(other)[0].id)
    payment = books.pay(lease_id, 100)
    with pytest.raises(NotFound):
        books.undo_deduction(payment.id)
    assert books.do(leasing.get_held_deposits, lease_id) == {"rent": 50_000_00}
