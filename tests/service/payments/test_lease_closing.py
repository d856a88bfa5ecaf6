"""The end of a lease: what was billed too far, what was not billed, and the account."""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest

from chalicelib import billing, lease_accounts, leasing
from chalicelib.billing.model import NewCharge
from chalicelib.errors import Conflict, Invalid
from chalicelib.lease_accounts import lease_closing
from chalicelib.leasing.model import NewRecurringCharge
from tests.money import ALL, Money

JUNE, JULY, AUGUST = dt.date(2026, 6, 1), dt.date(2026, 7, 1), dt.date(2026, 8, 1)
GARBAGE = NewRecurringCharge("garbage", 300_00)
SERVICE = NewRecurringCharge("service", 600_00, "Lift", prorated=True)


def test_days_billed_beyond_the_end_are_credited_and_what_was_paid_for_them_is_credit(books: Money) -> None:
    lease_id = books.let(9_000_00, recurring_charges=[GARBAGE, SERVICE])
    books.bill(JUNE)
    books.pay(lease_id, 9_900_00)
    books.today = dt.date(2026, 6, 10)
    account = books.terminate(lease_id, dt.date(2026, 6, 10))
    # A third of June: 3,000 of rent, 200 of the lift, the whole garbage, which is not shared by days.
    assert [line.credited_cents for line in books.lines(lease_id)] == [6_000_00, 0, 400_00]
    assert (account.owed_cents, account.credit_cents, account.refundable_cents) == (0, 6_400_00, 6_400_00)
    again = books.close_account(lease_id)
    assert (again.owed_cents, again.credit_cents) == (0, 6_400_00)


def test_unbilled_days_and_waiting_charges_are_billed_and_the_run_does_not_bill_them_again(books: Money) -> None:
    lease_id = books.let(9_300_00)
    books.bill(JUNE)
    books.pay(lease_id, 9_300_00)
    books.deposit(lease_id, 10_000_00)
    books.today = dt.date(2026, 7, 10)
    damage = NewCharge(lease_id, "damage", 2_000_00, "Window", books.today)
    books.do(billing.add_charge, damage, **books.at())
    account = books.terminate(lease_id, books.today)
    final = books.invoices(lease_id)[-1]
    assert (final.kind, final.period) == ("final", JULY)
    assert [(line.charge_type, line.amount_cents) for line in final.lines] == [("rent", 3_000_00), ("damage", 2_000_00)]
    assert (account.owed_cents, account.held_cents) == (5_000_00, 10_000_00)
    assert (account.refundable_cents, account.still_owed_cents) == (5_000_00, 0)
    books.bill(JULY)
    assert books.close_account(lease_id) == account
    assert len(books.invoices(lease_id)) == 2


def test_a_month_billed_ahead_is_credited_whole(books: Money) -> None:
    lease_id = books.let(9_000_00)
    books.bill(JUNE)
    books.bill(JULY)
    account = books.terminate(lease_id, dt.date(2026, 6, 30))
    assert [invoice.status for invoice in books.invoices(lease_id)] == ["open", "credited"]
    assert account.owed_cents == 9_000_00


def test_an_end_in_a_month_to_come_is_left_to_the_monthly_run(books: Money) -> None:
    lease_id = books.let(9_300_00)
    books.bill(JUNE)
    books.terminate(lease_id, dt.date(2026, 7, 10))
    assert len(books.invoices(lease_id)) == 1
    books.today = JULY
    books.bill(JULY)
    assert [line.amount_cents for line in books.lines(lease_id)] == [9_300_00, 3_000_00]


def test_credit_is_used_on_the_final_bill(books: Money) -> None:
    lease_id = books.let(9_000_00)
    books.pay(lease_id, 5_000_00)
    account = books.terminate(lease_id, dt.date(2026, 6, 20))
    assert (account.owed_cents, account.credit_cents) == (1_000_00, 0)
    assert (account.refundable_cents, account.still_owed_cents) == (0, 1_000_00)


def test_a_lease_entered_late_is_not_billed_for_the_time_before(books: Money) -> None:
    lease_id = books.let(9_000_00, starts_on=dt.date(2024, 1, 1), billed_from=JUNE)
    books.terminate(lease_id, dt.date(2026, 6, 30))
    assert [line.amount_cents for line in books.lines(lease_id)] == [9_000_00]


def test_who_enters_a_lease_that_began_before_this_month_is_asked_from_when_it_is_billed(books: Money) -> None:
    with pytest.raises(Invalid) as refused:
        books.let(9_000_00, starts_on=dt.date(2024, 1, 1), billed_from=None)
    assert [each["field"] for each in refused.value.facts["errors"]] == ["billed_from"]


def changed(books: Money, lease_id: UUID, **values: Any) -> None:
    """Change the lease's only recurring charge for the bills to come."""
    [charge] = books.do(leasing.list_recurring_charges, lease_id, ALL).items
    books.do(lease_accounts.change_recurring_charge, charge.id, charge.version, values)


def test_a_month_that_was_held_whole_stays_as_it_was_billed(books: Money) -> None:
    lease_id = books.let(9_000_00, recurring_charges=[GARBAGE])
    books.bill(JUNE)
    changed(books, lease_id, amount_cents=200_00)
    books.terminate(lease_id, dt.date(2026, 6, 30))
    assert [line.credited_cents for line in books.lines(lease_id)] == [0, 0]


def test_a_charge_that_was_renamed_or_made_cheaper_since_is_credited_by_what_was_billed(books: Money) -> None:
    lease_id = books.let(9_000_00, recurring_charges=[SERVICE])
    one_off = NewCharge(lease_id, "service", 150_00, "Lift")
    books.do(billing.add_charge, one_off, **books.at())
    books.bill(JUNE)
    changed(books, lease_id, description="Lift and stairs", amount_cents=300_00)
    books.terminate(lease_id, dt.date(2026, 6, 10))
    assert [(line.amount_cents, line.credited_cents) for line in books.lines(lease_id)] == [
        (9_000_00, 6_000_00),
        (600_00, 400_00),
        (150_00, 0),
    ]


def test_a_lease_that_runs_on_has_no_account_to_close(books: Money) -> None:
    lease_id = books.let()
    with pytest.raises(Conflict):
        books.close_account(lease_id)
    books.terminate(lease_id, JUNE)
    books.today = AUGUST
    with pytest.raises(Conflict):
        books.terminate(lease_id, JULY)
    assert books.do(lease_closing.get_final_account, lease_id, today=AUGUST).ends_on == JUNE
