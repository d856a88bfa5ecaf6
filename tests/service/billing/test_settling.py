"""What is paid and credited of lines: within their bounds, and never by halves."""

import datetime as dt
from uuid import UUID, uuid4

import pytest

from chalicelib import billing
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.paging import PageRequest
from tests.contexts import context
from tests.service.billing.conftest import Landlord, make_landlord

TWO_LINES = [("rent", "June", 30_000_00), ("water", "12 m³", 1_440_00)]


def test_what_is_settled_counts_on_the_line_and_on_its_invoice(landlord: Landlord) -> None:
    lease_id = landlord.let()
    issued = landlord.issue(lease_id, TWO_LINES)
    rent, water = issued.lines
    landlord.settle((rent.id, 10_000_00), (water.id, 1_440_00), (rent.id, 5_000_00))
    after = landlord.invoices()[0]
    assert [(line.paid_cents, line.open_cents) for line in after.lines] == [(15_000_00, 15_000_00), (1_440_00, 0)]
    assert (after.paid_cents, after.open_cents, after.status) == (16_440_00, 15_000_00, "part_paid")
    assert after.version > issued.version
    with landlord.resources.reading() as db:
        assert [
            line.id for line in billing.list_open_lines(context(db, landlord.organisation_id), [lease_id])[lease_id]
        ] == [rent.id]
    landlord.settle((rent.id, -15_000_00), (water.id, -1_440_00))
    assert landlord.invoices()[0].status == "open"
    landlord.settle((rent.id, 30_000_00), (water.id, 1_440_00))
    assert landlord.invoices()[0].status == "paid"


@pytest.mark.parametrize("delta", [30_000_01, -1])
def test_a_line_is_paid_by_no_more_than_it_owes_and_no_less_than_nothing(landlord: Landlord, delta: int) -> None:
    rent, water = landlord.issue(landlord.let(), TWO_LINES).lines
    with pytest.raises(Conflict):
        landlord.settle((water.id, 1_00), (rent.id, delta))
    assert [line.paid_cents for line in landlord.invoices()[0].lines] == [0, 0]


def test_a_line_that_is_not_ours_or_is_void_cannot_be_settled(landlord: Landlord) -> None:
    theirs = make_landlord(landlord.resources)
    foreign = theirs.issue(theirs.let(), TWO_LINES).lines[0]
    ours = landlord.issue(landlord.let(), TWO_LINES)
    landlord.void(ours.id)
    for line_id in (foreign.id, uuid4(), ours.lines[0].id):
        with pytest.raises(Conflict):
            landlord.settle((line_id, 1_00))
    with landlord.resources.reading() as db, pytest.raises(NotFound):
        billing.get_lines(context(db, landlord.organisation_id), [foreign.id])
    assert theirs.invoices()[0].paid_cents == 0


def test_many_lines_of_many_invoices_are_settled_at_once(landlord: Landlord) -> None:
    lease_id = landlord.let()
    lines = [line for _ in range(13) for line in landlord.issue(lease_id, [("water", "", 1_00)] * 50).lines]
    landlord.settle(*((line.id, number % 100 + 1) for number, line in enumerate(lines)))
    assert sum(each.paid_cents for each in landlord.invoices()) == sum(n % 100 + 1 for n in range(650))
    assert {each.paid_cents for each in landlord.invoices()} == {sum(range(1, 51)), sum(range(51, 101))}


def test_a_credit_note_takes_back_up_to_what_is_open(landlord: Landlord) -> None:
    issued = landlord.issue(landlord.let(), TWO_LINES)
    rent, water = issued.lines
    landlord.settle((rent.id, 29_000_00))
    org = landlord.organisation_id
    now, today = landlord.now, landlord.today

    def credit(*lines: tuple[UUID, int]) -> int:
        return landlord.resources.transact(
            lambda db: (
                billing.issue_credit_note(context(db, org, now=now), issued.id, lines, reason="Leak", on=today).number
            )
        )

    with pytest.raises(Conflict):
        credit((water.id, 40_00), (rent.id, 1_000_01))
    wrongs: list[list[tuple[UUID, int]]] = [
        [],
        [(rent.id, 0)],
        [(rent.id, -5)],
        [(uuid4(), 5)],
        [(rent.id, 5), (rent.id, 5)],
    ]
    for wrong in wrongs:
        with pytest.raises(Invalid):
            credit(*wrong)
    assert credit((rent.id, 1_000_00), (water.id, 440_00)) == 1
    assert credit((water.id, 1_000_00)) == 2
    after = landlord.invoices()[0]
    assert [(line.credited_cents, line.open_cents) for line in after.lines] == [(1_000_00, 0), (1_440_00, 0)]
    assert (after.credited_cents, after.status) == (2_440_00, "paid")
    with landlord.resources.reading() as db:
        listed = billing.list_credit_notes(context(db, org), PageRequest(sort="number"), invoice_id=issued.id).items
        assert [(note.number, note.total_cents, len(note.lines)) for note in listed] == [
            (1, 1_440_00, 2),
            (2, 1_000_00, 1),
        ]
        assert billing.get_credit_note(context(db, org), listed[0].id) == listed[0]


def test_a_wholly_credited_invoice_says_so_and_cannot_be_voided(landlord: Landlord) -> None:
    issued = landlord.issue(landlord.let(), [("garbage", "", 500_00)])
    landlord.resources.transact(
        lambda db: billing.issue_credit_note(
            context(db, landlord.organisation_id, now=landlord.now),
            issued.id,
            [(issued.lines[0].id, 500_00)],
            reason="Not collected",
            on=landlord.today,
        )
    )
    assert landlord.invoices()[0].status == "credited"
    with pytest.raises(Conflict):
        landlord.void(issued.id)


def test_receipts_are_numbered_and_keep_their_number_once_void(landlord: Landlord) -> None:
    org, lease_id, payment_id, tenant_id = landlord.organisation_id, landlord.let(), uuid4(), uuid4()

    def receipt(for_id: UUID) -> int:
        return landlord.resources.transact(
            lambda db: (
                billing.issue_receipt(
                    context(db, org, now=landlord.now),
                    payment_id=for_id,
                    lease_id=lease_id,
                    tenant_id=tenant_id,
                    amount_cents=5_00,
                    on=dt.date(2026, 6, 1),
                ).number
            )
        )

    assert [receipt(payment_id), receipt(uuid4())] == [1, 2]
    assert landlord.resources.transact(lambda db: billing.void_receipt(context(db, org), payment_id))
    assert not landlord.resources.transact(lambda db: billing.void_receipt(context(db, org), payment_id))
    assert receipt(payment_id) == 3
    with landlord.resources.reading() as db:
        listed = billing.list_receipts(context(db, org), PageRequest(sort="-number"), payment_id=payment_id).items
        assert [(each.number, each.status) for each in listed] == [(3, "issued"), (1, "void")]
        assert billing.get_receipt(context(db, org), listed[1].id) == listed[1]
