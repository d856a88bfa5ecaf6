"""How leases stand: what is open, what of it is late, what is in credit, what was billed last."""

import datetime as dt
from uuid import UUID

from chalicelib import billing, payments
from chalicelib.payments.model import LeaseBalance
from tests.money import FIRST, Money
from tests.queries import counted


def stands(books: Money, *leases: UUID) -> list[LeaseBalance]:
    found = books.do(payments.list_balances, leases, today=books.today)
    return [found[each] for each in leases]


def test_a_lease_that_was_never_billed_owes_nothing(books: Money) -> None:
    lease_id = books.let()
    assert stands(books, lease_id) == [LeaseBalance(lease_id, 0, 0, None, None, 0, None)]


def test_what_is_open_is_late_once_its_due_day_has_passed(books: Money) -> None:
    lease_id = books.let(10_000_00)
    books.bill(FIRST)
    [line] = books.lines(lease_id)
    [before] = stands(books, lease_id)
    assert before == LeaseBalance(lease_id, 10_000_00, 0, line.due_on, line.due_on, 0, FIRST)
    books.today = line.due_on
    assert stands(books, lease_id) == [before]
    books.today = line.due_on + dt.timedelta(days=1)
    assert stands(books, lease_id) == [before._replace(late_cents=10_000_00, next_due_on=None)]
    books.invoice(lease_id, ("water", 500_00), due_on=books.today + dt.timedelta(days=9))
    [both] = stands(books, lease_id)
    assert (both.owed_cents, both.late_cents) == (10_500_00, 10_000_00)
    assert (both.first_due_on, both.next_due_on) == (line.due_on, books.today + dt.timedelta(days=9))


def test_a_payment_is_counted_and_what_is_too_much_is_credit(books: Money) -> None:
    lease_id = books.let(10_000_00)
    books.bill(FIRST)
    books.pay(lease_id, 4_000_00)
    assert [(each.owed_cents, each.credit_cents) for each in stands(books, lease_id)] == [(6_000_00, 0)]
    books.pay(lease_id, 7_000_00)
    assert [(each.owed_cents, each.credit_cents) for each in stands(books, lease_id)] == [(0, 1_000_00)]
    pending = books.pay(lease_id, 9_000_00, who={"role": "caretaker"})
    assert pending.state == "pending"
    assert stands(books, lease_id)[0].credit_cents == 1_000_00


def test_many_leases_take_as_many_queries_as_one_and_none_is_mixed_up(books: Money) -> None:
    leases = [books.let(rent) for rent in (10_000_00, 20_000_00, 30_000_00)]
    books.bill(FIRST)
    books.pay(leases[1], 25_000_00)
    counts = []
    for asked in (leases[:1], leases):
        with counted(books.resources.writer) as statements:
            told = stands(books, *asked)
        counts.append(len(statements))
        assert [(each.owed_cents, each.credit_cents) for each in told] == [
            (10_000_00, 0),
            (0, 5_000_00),
            (30_000_00, 0),
        ][: len(asked)]
    assert counts == [3, 3]


def test_another_organisations_lease_owes_nothing_here(books: Money) -> None:
    other = Money.found(books.resources)
    lease_id = other.let(10_000_00)
    other.bill(FIRST)
    assert stands(books, lease_id) == [LeaseBalance(lease_id, 0, 0, None, None, 0, None)]


def test_the_last_receipt_is_the_last_that_is_not_void(books: Money) -> None:
    leases = [books.let(10_000_00) for _ in range(2)]
    books.bill(FIRST)
    assert books.do(billing.find_last_receipt, leases) is None
    books.pay(leases[0], 100)
    books.pay(leases[1], 200)
    last = books.pay(leases[0], 300)
    found = books.do(billing.find_last_receipt, leases)
    assert found is not None
    assert (found.lease_id, found.amount_cents, found.number) == (leases[0], 300, 3)
    books.reverse(last.id)
    found = books.do(billing.find_last_receipt, leases)
    assert found is not None
    assert (found.lease_id, found.amount_cents) == (leases[1], 200)
    theirs = Money.found(books.resources)
    assert theirs.do(billing.find_last_receipt, leases) is None
