"""Statements: every kind of entry, in order, with the balance behind it."""

import datetime as dt
from uuid import UUID, uuid4

import pytest

from chalicelib.errors import Invalid, NotFound
from chalicelib.reporting import statements
from chalicelib.reporting.model import Statement
from tests.service.reporting.landlord import Landlord


def of_lease(
    landlord: Landlord, lease_id: UUID, since: dt.date | None = None, until: dt.date | None = None
) -> Statement:
    return landlord.read(statements.get_lease_statement, lease_id, since, until, today=landlord.today)


def of_tenant(landlord: Landlord, tenant_id: UUID) -> Statement:
    return landlord.read(statements.get_tenant_statement, tenant_id, None, None, today=landlord.today)


@pytest.fixture
def lease_id(landlord: Landlord) -> UUID:
    """A lease to which everything happens that a statement tells, a day each."""
    lease_id = landlord.let()
    landlord.deposit(lease_id, 10_000_00)  # held, not owed: no entry
    invoice = landlord.issue(lease_id, ("rent", 20_000_00), ("water", 500_00))
    landlord.today = dt.date(2026, 1, 2)
    mistaken = landlord.issue(lease_id, ("other", 99_00))
    landlord.today = dt.date(2026, 1, 3)
    landlord.void(mistaken.id)
    bounced = landlord.pay(lease_id, 4_000_00, provider_reference="CHQ1")
    landlord.pay(lease_id, 1_000_00, method="cash", channel_id=None, role="caretaker")  # pending: no entry
    landlord.today = dt.date(2026, 1, 4)
    landlord.reverse(bounced.id)
    landlord.today = dt.date(2026, 1, 5)
    paid = landlord.pay(lease_id, 30_000_00, provider_reference="CHQ2")
    landlord.today = dt.date(2026, 1, 6)
    landlord.refund(paid.id, 9_000_00)
    landlord.today = dt.date(2026, 1, 7)
    landlord.credit(invoice.id, (invoice.lines[1].id, 200_00))
    landlord.today = dt.date(2026, 1, 8)
    landlord.issue(lease_id, ("damage", 3_000_00))
    landlord.today = dt.date(2026, 1, 9)
    landlord.deduct(lease_id, 1_000_00)
    landlord.today = dt.date(2026, 1, 20)
    return lease_id


def test_everything_that_changed_what_is_owed_is_told(landlord: Landlord, lease_id: UUID) -> None:
    statement = of_lease(landlord, lease_id)
    told = [
        (entry.on.day, entry.kind, entry.number, entry.charged_cents, entry.credited_cents, entry.balance_cents)
        for entry in statement.entries
    ]
    assert told == [
        (1, "invoice", 1, 20_500_00, 0, 20_500_00),
        (2, "invoice", 2, 99_00, 0, 20_599_00),
        (3, "void", 2, 0, 99_00, 20_500_00),
        (3, "payment", 1, 0, 4_000_00, 16_500_00),
        (4, "reversal", 1, 4_000_00, 0, 20_500_00),
        (5, "payment", 2, 0, 30_000_00, -9_500_00),
        (6, "refund", None, 9_000_00, 0, -500_00),
        (7, "credit_note", 1, 0, 200_00, -700_00),
        (8, "invoice", 3, 3_000_00, 0, 2_300_00),
        (9, "deposit_deduction", None, 0, 1_000_00, 1_300_00),
    ]
    assert (statement.opening_cents, statement.closing_cents) == (0, 1_300_00)
    assert statement.entries[3].reference == "CHQ1"
    assert statement.entries[7].reference == "Agreed"


def test_a_part_begins_with_what_was_before_it(landlord: Landlord, lease_id: UUID) -> None:
    part = of_lease(landlord, lease_id, dt.date(2026, 1, 4), dt.date(2026, 1, 7))
    assert (part.opening_cents, part.closing_cents) == (16_500_00, -700_00)
    assert [entry.kind for entry in part.entries] == ["reversal", "payment", "refund", "credit_note"]
    quiet = of_lease(landlord, lease_id, dt.date(2026, 1, 15))
    assert (quiet.opening_cents, quiet.entries, quiet.closing_cents) == (1_300_00, [], 1_300_00)


def test_a_tenants_statement_holds_all_their_leases_and_money_that_nobody_matched(landlord: Landlord) -> None:
    tenant_id = landlord.add_tenant()
    leases = [landlord.let(tenant_id=tenant_id), landlord.let(tenant_id=tenant_id)]
    for lease_id in leases:
        landlord.issue(lease_id, ("rent", 20_000_00))
    landlord.issue(landlord.let(), ("rent", 7_00))  # somebody else's
    landlord.pay(leases[0], 5_000_00)
    statement = of_tenant(landlord, tenant_id)
    assert {entry.lease_id for entry in statement.entries} == set(leases)
    assert statement.closing_cents == 35_000_00
    assert of_tenant(landlord, landlord.add_tenant()) == Statement(None, landlord.today, 0, [], 0)


def test_what_is_not_the_organisations_is_not_there(landlord: Landlord, lease_id: UUID) -> None:
    with pytest.raises(NotFound):
        of_lease(landlord, uuid4())
    with pytest.raises(NotFound):
        of_tenant(landlord, lease_id)


def test_days_in_the_wrong_order_are_refused(landlord: Landlord, lease_id: UUID) -> None:
    with pytest.raises(Invalid):
        of_lease(landlord, lease_id, dt.date(2026, 1, 4), dt.date(2026, 1, 3))
