"""Credit pays an invoice that a person issues as it pays a month's, and no late fee comes of the two."""

import datetime as dt
from typing import Any
from uuid import UUID

from chalicelib import lease_accounts, organisations
from chalicelib.billing.model import Invoice, NewInvoice, NewInvoiceLine
from tests.money import Money

JUNE, JULY = dt.date(2026, 6, 1), dt.date(2026, 7, 1)


def issue(books: Money, lease_id: UUID, cents: int, **values: Any) -> Invoice:
    new = NewInvoice(lease_id, [NewInvoiceLine("water", cents, "Tanker")])._replace(**values)
    return books.do(lease_accounts.issue_invoice, new, **books.at())


def test_credit_pays_an_invoice_at_once_and_the_rest_stays_credit(books: Money) -> None:
    lease_id = books.let(9_000_00)
    payment = books.pay(lease_id, 5_000_00)
    paid = issue(books, lease_id, 2_000_00)
    assert (paid.status, paid.paid_cents) == ("paid", 2_000_00)
    assert issue(books, lease_id, 4_000_00).open_cents == 1_000_00
    assert books.payment(payment.id).unallocated_cents == 0
    assert [row.allocated_on for row in books.allocations(payment.id)] == [JUNE, JUNE]


def test_who_has_paid_ahead_is_not_fined_for_an_invoice_between_the_months(books: Money) -> None:
    policy = {"late_fee_kind": "fixed", "late_fee_cents": 500_00}
    books.do(organisations.change_organisation, None, policy)
    lease_id = books.let(9_000_00)
    books.pay(lease_id, 20_000_00)
    issue(books, lease_id, 2_000_00)
    books.today = JULY
    books.bill(JULY)
    assert [line.charge_type for line in books.lines(lease_id)] == ["water", "rent"]


def test_credit_meets_a_balance_that_is_brought_forward_later(books: Money) -> None:
    lease_id = books.let(9_000_00)
    books.opening_credit(lease_id, 3_000_00)
    invoice = books.do(lease_accounts.record_opening_balance, lease_id, 4_000_00, JUNE, **books.at())
    assert (invoice.kind, invoice.open_cents) == ("opening", 1_000_00)
