"""Lists and the step after a bill take a constant number of queries; and the proof is able to fail."""

import datetime as dt
from collections.abc import Callable
from uuid import UUID

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from chalicelib import payments
from chalicelib.paging import PageRequest
from chalicelib.payments import allocation
from tests import invariants
from tests.money import FIRST, Money
from tests.queries import counted


def queries(books: Money, work: Callable[[], object]) -> int:
    with counted(books.resources.writer) as statements:
        work()
    return len(statements)


def test_a_list_takes_one_query_whatever_it_holds(books: Money) -> None:
    lease_id = books.let()
    first = books.pay(lease_id, 100)

    def lists() -> int:
        return queries(
            books,
            lambda: (
                books.do(payments.list_payments, PageRequest(), lease_id=lease_id, state="matched"),
                books.do(allocation.list_allocations, PageRequest(), first.id),
            ),
        )

    short = lists()
    for _ in range(10):
        books.pay(lease_id, 100)
    books.invoice(lease_id, ("water", 100))
    assert lists() == short == 2


def test_the_step_after_a_bill_asks_twice_without_credit_and_as_often_for_many_as_for_one(books: Money) -> None:
    leases = [books.let(10_000_00) for _ in range(6)]
    books.bill(FIRST)

    def step(of: list[UUID]) -> int:
        return queries(books, lambda: books.do(allocation.apply_and_post_lease_credits, of))

    assert step(leases) == 2
    books.today = FIRST + dt.timedelta(days=1)
    paid = [books.pay(lease_id, 3_000_00) for lease_id in leases]
    for payment in paid:
        books.allocate(payment.id, [])
    one = step(leases[:1])
    assert step(leases[1:]) == one
    assert [line.open_cents for lease_id in leases for line in books.lines(lease_id)] == [7_000_00] * 6


@pytest.mark.parametrize(
    ("statement", "found_by"),
    [
        ("UPDATE invoice_line SET paid_cents = paid_cents - 1, open_cents = open_cents + 1", "lines_add_up"),
        (
            "UPDATE payment SET unallocated_cents = unallocated_cents - 1 WHERE unallocated_cents > 0",
            "unallocated_is_credit",
        ),
        ("UPDATE receipt SET number = number + 1", "numbers_have_no_gaps"),
        ("UPDATE receipt SET status = 'void'", "receipts_follow_payments"),
        ("UPDATE invoice SET total_cents = total_cents + 1", "invoices_are_their_lines"),
        ("UPDATE ledger_account SET code = 'receivable' WHERE code = 'deposits'", "receivable_is_what_is_open"),
        ("UPDATE ledger_account SET code = 'income.water' WHERE code = 'income.rent'", "income_is_what_was_billed"),
        ("UPDATE payment SET state = 'reversed'", "channels_hold_what_came_in"),
    ],
)
def test_the_proof_finds_what_is_broken_on_purpose(books: Money, statement: str, found_by: str) -> None:
    lease_id = books.let(10_000_00)
    books.bill(FIRST)
    books.deposit(lease_id, 500_00)
    books.pay(lease_id, 12_000_00)
    where = " AND " if "WHERE" in statement else " WHERE "

    class Undo(Exception):
        """Takes the damage back."""

    def damage(db: Connection) -> None:
        if "'receivable'" in statement:
            mine = {"me": books.organisation_id.bytes}
            db.execute(
                text("UPDATE ledger_account SET code = 'x' WHERE code = 'receivable' AND organisation_id = :me"), mine
            )
        db.execute(text(f"{statement}{where}organisation_id = :me"), {"me": books.organisation_id.bytes})
        found = invariants.broken(db, books.organisation_id)
        assert any(each.startswith(f"{found_by}:") for each in found), found
        raise Undo

    with pytest.raises(Undo):
        books.resources.transact(damage)


@pytest.mark.parametrize("table", ["allocation", "refund"])
def test_what_was_allocated_or_refunded_is_never_rewritten(books: Money, table: str) -> None:
    lease_id = books.let(10_000_00)
    books.bill(FIRST)
    books.refund(books.pay(lease_id, 12_000_00).id, 1_00)
    for statement in (f"UPDATE {table} SET amount_cents = amount_cents + 1", f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="append-only"):
            books.resources.transact(lambda db, sql=statement: db.execute(text(sql)))  # type: ignore[misc]
