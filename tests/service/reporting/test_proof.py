"""The proof holds for books that the services kept, and fails in the one place where they were spoiled."""

import datetime as dt
from collections.abc import Callable
from uuid import uuid4

import pytest
from sqlalchemy import Connection

from chalicelib.reporting import books_proof
from chalicelib.reporting.proof_model import Proof
from tests.service.reporting import breaking
from tests.service.reporting.breaking import unguarded
from tests.service.reporting.landlord import Landlord, found

FEBRUARY = dt.date(2026, 2, 1)


@pytest.fixture
def kept(landlord: Landlord) -> Landlord:
    """Books in which everything happened that can: see that no check is left with nothing to look at."""
    first, second = landlord.let(), landlord.let()
    landlord.deposit(first, 20_000_00)
    invoice = landlord.issue(first, ("rent", 20_000_00), ("water", 900_00), ("garbage", 300_00))
    landlord.issue(first, ("service", 400_00), ("security", 600_00))
    landlord.void(landlord.issue(second, ("other", 50_00)).id)
    landlord.pay(first, 12_000_00)
    ahead = landlord.pay(second, 5_000_00)
    landlord.reverse(landlord.pay(first, 1_000_00).id)
    landlord.pay(second, 700_00, role="caretaker", method="cash", channel_id=None)
    landlord.pay(None, 123_00)
    landlord.refund(ahead.id, 2_000_00)
    landlord.deduct(first, 500_00)
    landlord.credit(invoice.id, (invoice.lines[0].id, 100_00))
    landlord.today = FEBRUARY
    landlord.close(dt.date(2026, 1, 1))
    landlord.bill()
    return landlord


def prove(landlord: Landlord) -> Proof:
    return landlord.read(books_proof.compute_proof, now=landlord.now)


def test_books_that_the_services_kept_hold_and_nothing_is_left_unchecked(kept: Landlord) -> None:
    proof = prove(kept)
    assert [finding for finding in proof.findings if not finding.holds] == []
    assert proof.holds
    assert [finding.name for finding in proof.findings if finding.checked == 0] == []
    assert len({finding.name for finding in proof.findings}) == len(proof.findings) == 20


def test_books_with_nothing_in_them_hold(landlord: Landlord) -> None:
    assert prove(landlord).holds


BREAKS: dict[str, Callable[[Connection, Landlord], None]] = {
    "journals_balance": breaking.post_two_lopsided,
    "journals_have_two_sides": breaking.post,
    "postings_sum": breaking.post_to_no_journal,
    "receivable": lambda db, of: breaking.post(
        db, of, ("receivable", 100), ("income.rent", -100), lease_id=uuid4()
    ),
    "unallocated": lambda db, of: breaking.post(db, of, ("unallocated", -100), ("income.rent", 100)),
    "deposits": lambda db, of: breaking.post(db, of, ("deposits", -100), ("opening", 100), lease_id=uuid4()),
    "channels": lambda db, of: breaking.post(db, of, (f"channel.{of.channel_id}", 100), ("opening", -100)),
    "line_paid": lambda db, of: breaking.allocate(db, of, ("deposit", uuid4(), 100)),
    "line_credited": breaking.credit_lines,
    "line_open": breaking.shift_open,
    "invoice_totals": lambda db, of: breaking.change_invoice(db, of, "total_cents", 100),
    "invoice_paid": lambda db, of: breaking.change_invoice(db, of, "paid_cents", 100),
    "invoice_credited": lambda db, of: breaking.change_invoice(db, of, "credited_cents", 100),
    "credit_note_totals": breaking.add_bare_note,
    "payment_allocated": lambda db, of: breaking.allocate(
        db, of, ("payment", breaking.payment_ids(db, of)[0], 100), ("deposit", uuid4(), -100)
    ),
    "payment_refunded": breaking.refund_one_for_another,
    "invoice_numbers": lambda db, of: breaking.change_invoice(db, of, "number", 7),
    "receipt_numbers": lambda db, of: breaking.skip_number(db, of, "receipt"),
    "credit_note_numbers": lambda db, of: breaking.skip_number(db, of, "credit_note"),
    "closed_periods": lambda db, of: breaking.post(
        db, of, ("income.rent", 100), ("income.water", -100), on=dt.date(2026, 1, 31),
        created_at=of.now + dt.timedelta(seconds=1),
    ),
}  # fmt: skip


def test_every_check_has_its_break(landlord: Landlord) -> None:
    assert [finding.name for finding in prove(landlord).findings] == list(BREAKS)


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_is_seen_and_nothing_else(kept: Landlord, database: str, name: str) -> None:
    with unguarded(database) as db:
        BREAKS[name](db, kept)
    proof = prove(kept)
    assert not proof.holds
    failed = [finding for finding in proof.findings if not finding.holds]
    assert [finding.name for finding in failed] == [name], failed
    assert failed[0].differences
    for difference in failed[0].differences:
        assert difference.expected != difference.found
        assert difference.id


def test_the_books_of_others_do_not_count(kept: Landlord, database: str) -> None:
    other = found(kept.resources)
    with unguarded(database) as db:
        breaking.post(db, other, ("receivable", 100), ("income.rent", -99))
    assert prove(kept).holds
    assert not prove(other).holds


def test_no_more_than_twenty_differences_are_told(kept: Landlord, database: str) -> None:
    with unguarded(database) as db:
        for _ in range(25):
            breaking.post(db, kept)
    (failed,) = (finding for finding in prove(kept).findings if not finding.holds)
    assert len(failed.differences) == 20
