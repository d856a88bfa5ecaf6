"""Invoices beside the run: issued, opening balances, void, and what each leaves in the ledger."""

import datetime as dt
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select

from chalicelib import billing, ledger
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.paging import PageRequest
from chalicelib.storage.tables.ledger import journals, ledger_accounts, postings
from tests import queries
from tests.contexts import context
from tests.service.billing.conftest import JUNE, Landlord, make_landlord

MAY, JULY = dt.date(2026, 5, 1), dt.date(2026, 7, 1)


def balances(landlord: Landlord, lease_id: UUID, *, until: dt.date = dt.date.max) -> dict[str, int]:
    """Return what stands on each account for the lease, in cents, where it is not nothing."""
    query = (
        select(ledger_accounts.c.code, func.sum(postings.c.amount_cents))
        .join(postings, postings.c.ledger_account_id == ledger_accounts.c.id)
        .join(journals, journals.c.id == postings.c.journal_id)
        .where(
            postings.c.organisation_id == landlord.organisation_id,
            postings.c.lease_id == lease_id,
            journals.c.effective_on <= until,
        )
        .group_by(ledger_accounts.c.code)
    )
    with landlord.resources.reading() as db:
        return {code: int(cents) for code, cents in db.execute(query) if cents}


def opening(landlord: Landlord, lease_id: UUID, cents: int, on: dt.date = MAY) -> UUID:
    org = landlord.organisation_id
    return landlord.resources.transact(
        lambda db: (
            billing.issue_opening_invoice(
                context(db, org, now=landlord.now, today=landlord.today), lease_id, cents, on
            ).id
        )
    )


def test_each_document_is_in_the_ledger_and_a_void_takes_it_out(landlord: Landlord) -> None:
    lease_id = landlord.let(30_000_00)
    opening(landlord, lease_id, 7_500_00)
    landlord.charge(lease_id, 1_440_00)
    landlord.bill(JUNE)
    billed = landlord.invoice(lease_id, JUNE)
    landlord.resources.transact(
        lambda db: billing.issue_credit_note(
            context(db, landlord.organisation_id, now=landlord.now),
            landlord.invoices()[0].id,
            [(landlord.invoices()[0].lines[0].id, 2_500_00)],
            reason="Agreed",
            on=JUNE,
        )
    )
    whole = {
        "receivable": 36_440_00,
        "opening": -5_000_00,
        "income.rent": -30_000_00,
        "income.water": -1_440_00,
    }
    assert balances(landlord, lease_id) == whole
    landlord.void(billed.id)
    assert balances(landlord, lease_id) == {"receivable": 5_000_00, "opening": -5_000_00}


def test_a_void_invoice_keeps_its_number_and_gives_back_its_month_and_its_charges(landlord: Landlord) -> None:
    lease_id = landlord.let()
    landlord.charge(lease_id, 1_440_00)
    landlord.bill(JUNE)
    void = landlord.void(landlord.invoice(lease_id, JUNE).id)
    assert (void.status, void.number, void.open_cents, void.voided_on) == ("void", 1, 0, JUNE)
    assert {line.open_cents for line in void.lines} == {0}
    with pytest.raises(Conflict):
        landlord.void(void.id)
    assert landlord.bill(JUNE) == 1
    anew = landlord.invoice(lease_id, JUNE)
    assert (anew.number, anew.total_cents) == (2, 31_440_00)
    assert landlord.bill(JUNE) == 0


def test_an_invoice_that_was_paid_on_is_not_voided(landlord: Landlord) -> None:
    issued = landlord.issue(landlord.let(), [("water", "", 10_00)])
    landlord.settle((issued.lines[0].id, 1))
    with pytest.raises(Conflict) as refused:
        landlord.void(issued.id)
    assert refused.value.facts["paid_cents"] == 1
    landlord.settle((issued.lines[0].id, -1))
    assert landlord.void(issued.id).status == "void"


def test_what_corrects_a_closed_month_lands_in_the_open_one(landlord: Landlord) -> None:
    lease_id = landlord.let()
    landlord.bill(MAY)
    landlord.today = JUNE
    landlord.resources.transact(
        lambda db: ledger.close_period(
            context(db, landlord.organisation_id, now=landlord.now, today=landlord.today, member_id=None), MAY
        )
    )
    before = balances(landlord, lease_id, until=dt.date(2026, 5, 31))
    landlord.void(landlord.invoice(lease_id, MAY).id)
    landlord.bill(MAY, issued_on=dt.date(2026, 5, 20))
    assert balances(landlord, lease_id, until=dt.date(2026, 5, 31)) == before
    assert balances(landlord, lease_id) == before
    assert landlord.invoice(lease_id, MAY).issued_on == dt.date(2026, 5, 20)


def test_an_opening_balance_is_recorded_once_and_anew_after_its_void(landlord: Landlord) -> None:
    lease_id = landlord.let()
    first = opening(landlord, lease_id, 7_500_00)
    with pytest.raises(Conflict):
        opening(landlord, lease_id, 1_00)
    landlord.void(first)
    opening(landlord, lease_id, 8_000_00)
    assert [(each.kind, each.status, each.total_cents) for each in landlord.invoices()] == [
        ("opening", "void", 7_500_00),
        ("opening", "open", 8_000_00),
    ]
    for cents, on in ((0, MAY), (-5, MAY), (5, dt.date(2026, 6, 2))):
        with pytest.raises(Invalid):
            opening(landlord, landlord.let(), cents, on)


def test_many_opening_balances_are_one_posting(landlord: Landlord) -> None:
    leases = [landlord.let() for _ in range(4)]
    org = landlord.organisation_id
    made = landlord.resources.transact(
        lambda db: billing.issue_opening_invoices(
            context(db, org, now=landlord.now), [(lease_id, 1_00 + place) for place, lease_id in enumerate(leases)], MAY
        )
    )
    assert [(each.id, each.lease_id, each.total_cents) for each in landlord.invoices()] == [
        (made[place], lease_id, 1_00 + place) for place, lease_id in enumerate(leases)
    ]
    with pytest.raises(Conflict):
        opening(landlord, leases[2], 5)
    with pytest.raises(ValueError), landlord.resources.writing() as db:
        billing.issue_opening_invoices(context(db, org, now=landlord.now), [(leases[0], 5), (leases[0], 6)], MAY)


def test_waiting_charges_go_on_an_invoice_that_asks_for_them(landlord: Landlord) -> None:
    lease_id = landlord.let()
    landlord.charge(lease_id, 1_440_00, charged_on=JULY)
    landlord.charge(landlord.let(), 9_00)
    invoice = landlord.issue(lease_id, [("damage", "Window", 2_000_00)], with_charges=True, due_on=JULY)
    assert [line.amount_cents for line in invoice.lines] == [2_000_00, 1_440_00]
    assert (invoice.due_on, invoice.run_period) == (JULY, None)
    with pytest.raises(Invalid):
        landlord.issue(lease_id, [], with_charges=True)


@pytest.mark.parametrize(
    ("lines", "options", "field"),
    [
        ([], {}, "lines"),
        ([("rent", "", 0)], {}, "lines.0.amount"),
        ([("rent", "", 5), ("rent", "", -5)], {}, "lines.1.amount"),
        ([("deposit", "", 5)], {}, "lines.0.charge_type"),
        ([("opening_balance", "", 5)], {}, "lines.0.charge_type"),
        ([("rent", "", 5)], {"due_on": dt.date(2026, 5, 31)}, "due_on"),
    ],
)
def test_a_wrong_invoice_is_refused_and_takes_no_number(
    landlord: Landlord, lines: list[tuple[str, str, int]], options: dict[str, dt.date], field: str
) -> None:
    lease_id = landlord.let()
    with pytest.raises(Invalid) as refused:
        landlord.issue(lease_id, lines, **options)
    assert [each["field"] for each in refused.value.facts["errors"]] == [field]
    assert landlord.issue(lease_id, [("rent", "", 5)]).number == 1


def test_another_organisations_things_are_not_found(landlord: Landlord) -> None:
    theirs = make_landlord(landlord.resources)
    lease_id = theirs.let()
    issued, charge_id = theirs.issue(lease_id, [("rent", "", 5_00)]), theirs.charge(lease_id, 5_00)
    org, now = landlord.organisation_id, landlord.now
    note = [(issued.lines[0].id, 1)]
    for work in (
        lambda db: billing.get_invoice(context(db, org), issued.id),
        lambda db: billing.record_void(context(db, org, today=JUNE, now=now), issued.id),
        lambda db: billing.issue_credit_note(context(db, org, now=now), issued.id, note, reason="", on=JUNE),
        lambda db: billing.get_charge(context(db, org), charge_id),
        lambda db: billing.cancel_charge(context(db, org), charge_id),
        lambda db: billing.issue_opening_invoice(context(db, org, now=now), lease_id, 5, MAY),
        lambda db: billing.get_receipt(context(db, org), uuid4()),
        lambda db: billing.get_credit_note(context(db, org), uuid4()),
    ):
        with pytest.raises(NotFound):
            landlord.resources.transact(work)
    for refused in (lambda: landlord.issue(lease_id, [("rent", "", 5)]), lambda: landlord.charge(lease_id, 5)):
        with pytest.raises(NotFound):
            refused()
    assert landlord.invoices() == []
    assert theirs.invoices()[0].status == "open"


def test_invoices_are_listed_by_what_they_are(landlord: Landlord) -> None:
    first, second = landlord.let(due_day=5), landlord.let(due_day=20)
    landlord.bill(MAY)
    landlord.bill(JUNE)
    landlord.today = dt.date(2026, 6, 10)
    [may_first, may_second] = landlord.invoices(period=MAY)
    landlord.settle((may_first.lines[0].id, may_first.total_cents))
    landlord.void(may_second.id)
    june = landlord.invoices(period=JUNE)
    assert [each.id for each in landlord.invoices(status="paid")] == [may_first.id]
    assert [each.id for each in landlord.invoices(status="void")] == [may_second.id]
    assert landlord.invoices(status="open") == june
    assert [each.lease_id for each in landlord.invoices(status="overdue")] == [first]
    assert {each.lease_id for each in landlord.invoices(lease_id=second)} == {second}
    assert len(landlord.invoices(property_id=landlord.property_id)) == 4
    assert landlord.invoices(property_id=uuid4()) == []


def test_lists_take_the_same_number_of_queries_whatever_they_hold(landlord: Landlord) -> None:
    org, counts = landlord.organisation_id, []
    for more in (1, 10):
        for _ in range(more):
            issued = landlord.issue(landlord.let(), [("water", "", 5_00)])
            with landlord.resources.writing() as db:
                credited = [(issued.lines[0].id, 1_00)]
                billing.issue_credit_note(context(db, org, now=landlord.now), issued.id, credited, reason="", on=JUNE)
        with queries.counted(landlord.resources.reader) as ran, landlord.resources.reading() as db:
            listed = billing.list_invoices(context(db, org, today=JUNE), PageRequest()).items
            notes = billing.list_credit_notes(context(db, org), PageRequest()).items
        assert [each.number for each in listed] == sorted((each.number for each in listed), reverse=True)
        assert all(len(each.lines) == 1 for each in notes)
        counts.append(len(ran))
    assert counts[0] == counts[1]
