"""The bill run: what is on an invoice, and that a month is billed once, whatever happens between its sets."""

import datetime as dt

import pytest

from chalicelib import billing, leasing
from chalicelib.errors import Conflict
from chalicelib.leasing.model import DatedRent, NewRecurringCharge
from tests import queries
from tests.contexts import context
from tests.service.billing.conftest import JUNE, Landlord, make_landlord

MAY, JULY = dt.date(2026, 5, 1), dt.date(2026, 7, 1)


def lines_of(landlord: Landlord, period: dt.date) -> list[tuple[str, str, int]]:
    """Return (type, words, cents) of the only invoice of the month."""
    [invoice] = landlord.invoices(period=period)
    return [(line.charge_type, line.description, line.amount_cents) for line in invoice.lines]


def test_a_months_rent_is_billed_and_a_second_run_makes_nothing(landlord: Landlord) -> None:
    lease_id = landlord.let(30_000_00, due_day=5, grace_days=3)
    assert landlord.bill(JUNE) == 1
    assert landlord.bill(JUNE) == 0
    invoice = landlord.invoice(lease_id, JUNE)
    assert (invoice.number, invoice.kind, invoice.status, invoice.total_cents) == (1, "run", "open", 30_000_00)
    assert (invoice.due_on, invoice.overdue_on) == (dt.date(2026, 6, 5), dt.date(2026, 6, 9))
    assert (invoice.property_name, invoice.unit_name, invoice.tenant_name) == ("Mwangaza Court", "A1", "Amina Odhiambo")
    assert lines_of(landlord, JUNE) == [("rent", "Rent for June 2026", 30_000_00)]


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "words", "owed_cents", "due_on"),
    [
        (dt.date(2026, 6, 16), None, "Rent for 16–30 June 2026", 15_000_00, dt.date(2026, 6, 16)),
        (dt.date(2026, 1, 1), dt.date(2026, 6, 10), "Rent for 1–10 June 2026", 10_000_00, dt.date(2026, 6, 5)),
        (dt.date(2026, 6, 30), dt.date(2027, 6, 29), "Rent for 30 June 2026", 1_000_00, dt.date(2026, 6, 30)),
        (dt.date(2026, 6, 1), dt.date(2026, 6, 30), "Rent for June 2026", 30_000_00, dt.date(2026, 6, 5)),
    ],
)
def test_a_part_of_a_month_owes_its_days(
    landlord: Landlord, starts_on: dt.date, ends_on: dt.date | None, words: str, owed_cents: int, due_on: dt.date
) -> None:
    lease_id = landlord.let(30_000_00, starts_on, ends_on=ends_on, due_day=5)
    landlord.bill(JUNE)
    assert lines_of(landlord, JUNE) == [("rent", words, owed_cents)]
    assert landlord.invoice(lease_id, JUNE).due_on == due_on


def test_a_lease_without_a_day_in_the_month_is_not_billed(landlord: Landlord) -> None:
    landlord.let(starts_on=JULY)
    landlord.let(ends_on=dt.date(2026, 5, 31))
    landlord.let(rent_cents=0)
    assert landlord.bill(JUNE) == 0
    assert landlord.bill(JULY) == 1
    assert [invoice.number for invoice in landlord.invoices()] == [1]


def test_rent_changes_on_its_day(landlord: Landlord) -> None:
    lease_id = landlord.let(30_000_00)
    landlord.resources.transact(
        lambda db: leasing.record_rent_step(
            context(db, landlord.organisation_id, today=MAY),
            lease_id,
            DatedRent(dt.date(2026, 6, 21), 36_000_00),
        )
    )
    for period in (MAY, JUNE, JULY):
        landlord.bill(period)
    # 20 days of 1,000 and 10 of 1,200
    assert [invoice.total_cents for invoice in landlord.invoices()] == [30_000_00, 32_000_00, 36_000_00]


def test_recurring_charges_hold_from_their_first_to_their_last_day(landlord: Landlord) -> None:
    days = dt.date(2026, 5, 22), dt.date(2026, 6, 10)
    service_charge = NewRecurringCharge("service", 3_000_00, "Lift and guards", True, *days)
    garbage = NewRecurringCharge("garbage", 500_00, starts_on=dt.date(2026, 6, 30))
    landlord.let(0, recurring_charges=[service_charge, garbage])
    for period in (MAY, JUNE, JULY):
        landlord.bill(period)
    assert lines_of(landlord, MAY) == [("service", "Lift and guards", 968_00)]  # 10 of 31 days, to whole shillings
    assert lines_of(landlord, JUNE) == [("service", "Lift and guards", 1_000_00), ("garbage", "Garbage", 500_00)]
    assert lines_of(landlord, JULY) == [("garbage", "Garbage", 500_00)]


def test_a_one_off_charge_is_billed_once_by_the_end_of_its_month(landlord: Landlord) -> None:
    lease_id = landlord.let(30_000_00)
    water = landlord.charge(lease_id, 1_440_00, description="12 m³", charged_on=dt.date(2026, 6, 30))
    landlord.charge(lease_id, 999_00, "damage", charged_on=JULY)
    cancelled = landlord.charge(lease_id, 50_00)
    org = landlord.organisation_id
    landlord.resources.transact(lambda db: billing.cancel_charge(context(db, org), cancelled))
    landlord.bill(JUNE)
    landlord.bill(JULY)
    assert lines_of(landlord, JUNE)[1:] == [("water", "12 m³", 1_440_00)]
    assert lines_of(landlord, JULY)[1:] == [("damage", "Damage", 999_00)]
    with landlord.resources.reading() as db:
        charge = billing.get_charge(context(db, org), water)
    assert (charge.status, charge.invoice_id) == ("invoiced", landlord.invoice(lease_id, JUNE).id)
    for charge_id in (water, cancelled):
        with pytest.raises(Conflict), landlord.resources.writing() as db:
            billing.cancel_charge(context(db, org), charge_id)


def test_a_run_that_is_killed_goes_on_where_it_stopped(landlord: Landlord) -> None:
    leases = sorted(landlord.let() for _ in range(5))

    class Killed(Exception):
        pass

    def die(*_: object) -> None:
        raise Killed

    first = landlord.bill_set(JUNE, limit=2)
    assert (first.made, first.seen, first.last_id) == (2, 2, leases[1])
    with pytest.raises(Killed):
        landlord.bill_set(JUNE, after=first.last_id, limit=2, after_bill=die)
    assert landlord.bill(JUNE, limit=2) == 3  # from the beginning: those billed are passed over
    assert [(each.number, each.lease_id) for each in landlord.invoices()] == list(enumerate(leases, 1))
    assert landlord.bill_set(JUNE).last_id is None


def test_what_follows_the_bill_is_told_whom_and_belongs_to_the_same_transaction(landlord: Landlord) -> None:
    leases = [landlord.let(), landlord.let()]
    idle = landlord.let(rent_cents=0)
    told = []
    landlord.bill(JUNE, after_bill=lambda ctx, ids: told.append((ctx.organisation_id, ids)), issued_on=MAY)
    assert told == [(landlord.organisation_id, sorted(leases))]
    assert idle not in told[0][1]
    assert {invoice.issued_on for invoice in landlord.invoices()} == {MAY}


def test_only_ones_own_leases_are_billed(landlord: Landlord) -> None:
    neighbour = make_landlord(landlord.resources)
    landlord.let()
    neighbour.let()
    assert landlord.bill(JUNE) == 1
    assert neighbour.invoices() == []
    assert neighbour.bill(JUNE) == 1
    assert [invoice.number for invoice in neighbour.invoices()] == [1]


def test_a_final_invoice_takes_its_month_from_the_run(landlord: Landlord) -> None:
    lease_id = landlord.let()
    final = landlord.issue(lease_id, [("rent", "Ten days", 10_000_00)], kind="final", period=JUNE)
    assert final.run_period == JUNE
    assert landlord.bill(JUNE) == 0
    again = landlord.issue(lease_id, [("damage", "Door", 2_000_00)], kind="final", period=JUNE)
    assert again.run_period is None


def test_a_set_takes_the_same_number_of_queries_whatever_it_holds(landlord: Landlord) -> None:
    landlord.set_late_fee(late_fee_kind="fixed", late_fee_cents=500_00)
    counts = []
    for leases in (1, 1, 12):  # the first opens the accounts
        for lease_id in [landlord.let() for _ in range(leases)]:
            landlord.issue(lease_id, [("water", "", 1_00)], issued_on=dt.date(2026, 3, 1))
            landlord.charge(lease_id, 5_00)
        with queries.counted(landlord.resources.writer) as ran:
            landlord.bill_set(JUNE)
        counts.append(len(ran))
    assert counts[1] == counts[2]
