"""Credit follows the tenant: what lies on a lease pays for the one that renews it or carries it on."""

import datetime as dt
from uuid import UUID

import pytest

from chalicelib import lease_accounts, leasing, organisations, portfolio
from chalicelib.billing.model import NewInvoice, NewInvoiceLine
from chalicelib.errors import Invalid
from chalicelib.lease_accounts import lease_closing
from chalicelib.lease_accounts.model import FinalAccount
from chalicelib.paging import PageRequest
from chalicelib.payments import allocation
from chalicelib.portfolio.model import NewOwner, NewProperty
from chalicelib.reporting import arrears_report, books_proof, rent_roll_report, statements
from chalicelib.reporting.model import Statement
from tests.money import ALL, Money

JUNE, JULY, AUGUST = dt.date(2026, 6, 1), dt.date(2026, 7, 1), dt.date(2026, 8, 1)
LAST_OF_JUNE, LAST_OF_JULY = dt.date(2026, 6, 30), dt.date(2026, 7, 31)
RENT = 9_000_00


def told(books: Money, lease_id: UUID) -> Statement:
    return books.do(statements.get_lease_statement, lease_id, None, None, today=books.today)


def moves(statement: Statement) -> list[tuple[str, int, int, int]]:
    return [(each.kind, each.charged_cents, each.credited_cents, each.balance_cents) for each in statement.entries]


def account(books: Money, lease_id: UUID) -> FinalAccount:
    return books.do(lease_closing.get_final_account, lease_id, today=books.today)


def open_cents(books: Money, lease_id: UUID) -> list[int]:
    return [line.open_cents for line in books.lines(lease_id)]


def agree(books: Money, *leases: UUID) -> None:
    """Statement, final account, arrears and rent roll are one story, and the application proves its books."""
    arrears = books.do(arrears_report.get_arrears, ALL, books.today, None, today=books.today).items
    owed = {each.lease_id: each.total_cents for each in arrears}
    roll = books.do(rent_roll_report.get_rent_roll, ALL, books.today, None, today=books.today).items
    balances = {each.lease_id: each.balance_cents for each in roll}
    for lease_id in leases:
        mine = account(books, lease_id)
        closing_cents = told(books, lease_id).closing_cents
        assert (mine.owed_cents, mine.owed_cents - mine.credit_cents) == (owed.get(lease_id, 0), closing_cents)
        assert balances.get(lease_id, closing_cents) == closing_cents
    proof = books.do(books_proof.compute_proof, now=books.now)
    assert proof.holds, [each for each in proof.findings if not each.holds]


def paid_ahead(books: Money, cents: int, ends_on: dt.date = LAST_OF_JUNE) -> tuple[UUID, UUID]:
    """Return a lease whose June is billed and paid with ``cents``, and the payment."""
    lease_id = books.let(RENT, ends_on=ends_on)
    books.bill(JUNE)
    return lease_id, books.pay(lease_id, cents).id


def test_credit_of_a_lease_pays_the_first_bill_of_the_one_that_renews_it(books: Money) -> None:
    books.do(organisations.change_organisation, None, {"late_fee_kind": "fixed", "late_fee_cents": 500_00})
    old, payment_id = paid_ahead(books, 30_000_00)
    new = books.renew(old)
    for books.today in (JULY, AUGUST):
        books.bill(books.today)
    assert [(line.charge_type, line.open_cents) for line in books.lines(new)] == [("rent", 0), ("rent", 0)]
    assert books.payment(payment_id).unallocated_cents == 3_000_00
    assert [row.lease_id for row in books.allocations(payment_id)] == [old, new, new]
    assert moves(told(books, old)) == [
        ("invoice", RENT, 0, RENT),
        ("payment", 0, 30_000_00, -21_000_00),
        ("credit_carried", RENT, 0, -12_000_00),
        ("credit_carried", RENT, 0, -3_000_00),
    ]
    assert moves(told(books, new)) == [
        ("invoice", RENT, 0, RENT),
        ("credit_carried", 0, RENT, 0),
        ("invoice", RENT, 0, RENT),
        ("credit_carried", 0, RENT, 0),
    ]
    assert (account(books, old).credit_cents, account(books, new).owed_cents) == (3_000_00, 0)
    agree(books, old, new)


def test_a_tenants_statement_tells_both_sides_and_comes_to_the_same(books: Money) -> None:
    old, _ = paid_ahead(books, 12_000_00)
    new = books.renew(old)
    books.today = JULY
    books.bill(JULY)
    tenant_id = books.do(leasing.get_lease, new, today=books.today).tenants[0].id
    whole = books.do(statements.get_tenant_statement, tenant_id, None, None, today=books.today)
    carried = [each for each in whole.entries if each.kind == "credit_carried"]
    assert {each.lease_id: each.charged_cents - each.credited_cents for each in carried} == {
        old: 3_000_00,
        new: -3_000_00,
    }
    assert (whole.closing_cents, whole.entries[-1].balance_cents) == (6_000_00, 6_000_00)
    later = books.do(statements.get_tenant_statement, tenant_id, JULY, None, today=books.today)
    assert (later.opening_cents, later.closing_cents) == (-3_000_00, 6_000_00)


def test_credit_that_a_move_sets_free_pays_the_new_units_bill(books: Money) -> None:
    old = books.let(9_300_00)
    for period in (JUNE, JULY):
        books.bill(period)
    books.pay(old, 18_600_00)
    books.today = dt.date(2026, 7, 10)
    new = books.transfer(old, dt.date(2026, 7, 11), 6_200_00)
    assert account(books, old).credit_cents == 6_300_00
    books.bill(JULY)
    assert open_cents(books, new) == [0]
    assert account(books, old).credit_cents == 2_100_00
    agree(books, old, new)


def test_credit_goes_down_a_chain_of_three_and_pays_what_a_person_issues(books: Money) -> None:
    first, payment_id = paid_ahead(books, 20_000_00)
    second = books.renew(first, ends_on=LAST_OF_JULY)
    third = books.renew(second)
    own = books.pay(third, 1_000_00).id
    new = NewInvoice(third, [NewInvoiceLine("water", 4_000_00, "Tanker")])
    assert books.do(lease_accounts.issue_invoice, new, **books.at()).status == "paid"
    left = [books.payment(each).unallocated_cents for each in (payment_id, own)]
    assert sum(left) == 8_000_00
    books.today = JULY
    books.bill(JULY)
    assert open_cents(books, second) == [1_000_00 + books.payment(own).unallocated_cents]
    agree(books, first, second, third)


def test_a_payment_that_bounces_reopens_what_it_paid_on_the_lease_after(books: Money) -> None:
    old, payment_id = paid_ahead(books, 18_000_00)
    new = books.renew(old)
    books.today = JULY
    books.bill(JULY)
    other = books.pay(old, 10_000_00).id
    books.today = JULY + dt.timedelta(days=2)
    books.reverse(payment_id)
    assert (open_cents(books, old), open_cents(books, new)) == ([0], [8_000_00])
    assert books.payment(other).unallocated_cents == 0
    kinds = [(kind, charged, credited) for kind, charged, credited, _ in moves(told(books, new))]
    assert kinds == [("invoice", RENT, 0), ("credit_carried", 0, RENT), *kinds[2:]]
    assert sorted(kinds[2:]) == [("credit_carried", 0, 1_000_00), ("credit_carried", RENT, 0)]
    agree(books, old, new)


def test_what_is_credited_on_the_new_lease_gives_the_credit_back_to_the_old(books: Money) -> None:
    old, payment_id = paid_ahead(books, 18_000_00)
    new = books.renew(old)
    books.today = JULY
    books.bill(JULY)
    invoice = books.invoices(new)[0]
    books.credit(invoice.id, (invoice.lines[0].id, 2_000_00))
    assert books.payment(payment_id).unallocated_cents == 2_000_00
    assert account(books, old).credit_cents == 2_000_00
    assert moves(told(books, old))[-1] == ("credit_carried", 7_000_00, 0, -2_000_00)
    agree(books, old, new)


def test_a_payment_may_be_allocated_anew_to_the_lines_of_the_lease_after(books: Money) -> None:
    old, payment_id = paid_ahead(books, 18_000_00)
    new, stranger = books.renew(old), books.let(RENT)
    books.today = JULY
    books.bill(JULY)
    [line], [foreign] = books.lines(new), books.lines(stranger)
    assert books.allocate(payment_id, [(line.id, 4_000_00)]).unallocated_cents == 14_000_00
    with pytest.raises(Invalid):
        books.allocate(payment_id, [(foreign.id, 1)])
    assert books.allocate(payment_id, None).unallocated_cents == 0
    assert (open_cents(books, old), open_cents(books, new)) == ([0], [0])
    agree(books, old, new)


def test_credit_pays_for_a_lease_before_it_of_the_same_owner_and_channel_only(books: Money) -> None:
    old = books.let(RENT, ends_on=LAST_OF_JUNE)
    new = books.renew(old)
    books.pay(new, 20_000_00)
    books.bill(JUNE)
    books.today = JULY
    books.bill(JULY)
    assert (open_cents(books, old), open_cents(books, new)) == ([0], [0])
    agree(books, old, new)
    older = books.let(RENT)
    owner_id = books.do(portfolio.add_owner, NewOwner("Achieng"), now=books.now).id
    house = NewProperty("Upepo Flats", owner_id=owner_id)
    books.property_id = books.do(portfolio.add_property, house, now=books.now).id
    books.today = dt.date(2026, 7, 20)
    newer = books.transfer(older, dt.date(2026, 7, 21))
    books.pay(newer, 20_000_00)
    books.bill(JUNE)
    assert open_cents(books, older) == [RENT, 5_806_00]  # both billed when it ended
    agree(books, older, newer)


def test_a_caretaker_is_not_told_what_a_payment_pays_in_another_property(books: Money) -> None:
    old, payment_id = paid_ahead(books, 18_000_00)
    mine = books.property_id
    books.property_id = books.do(portfolio.add_property, NewProperty("Upepo Flats"), now=books.now).id
    books.today = dt.date(2026, 6, 20)
    new = books.transfer(old, dt.date(2026, 6, 21), RENT)
    books.bill(JUNE)
    assert new in {row.lease_id for row in books.allocations(payment_id)}
    options = {"within": frozenset({mine})}
    seen = books.do(allocation.list_allocations, PageRequest(), payment_id, **options).items
    assert {row.lease_id for row in seen} == {old}
    agree(books, old, new)
