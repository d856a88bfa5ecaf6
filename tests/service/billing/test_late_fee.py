"""Late fees: off unless asked for, once for an overdue invoice, never on a late fee."""

import datetime as dt

import pytest

from chalicelib import billing
from chalicelib.paging import PageRequest
from tests.contexts import context
from tests.service.billing.conftest import JUNE, Landlord

MAY, JULY, AUGUST = dt.date(2026, 5, 1), dt.date(2026, 7, 1), dt.date(2026, 8, 1)


def fees(landlord: Landlord, period: dt.date) -> list[tuple[str, int]]:
    [invoice] = [each for each in landlord.invoices(period=period) if each.status != "void"]
    return [(line.description, line.amount_cents) for line in invoice.lines if line.charge_type == "late_fee"]


def test_nothing_is_charged_for_being_late_unless_the_landlord_asked_for_it(landlord: Landlord) -> None:
    landlord.let()
    landlord.bill(MAY)
    landlord.bill(JUNE)
    assert fees(landlord, JUNE) == []


def test_an_overdue_invoice_has_one_fee_on_the_next_and_fees_earn_none(landlord: Landlord) -> None:
    landlord.let(30_000_00, due_day=5)
    landlord.set_late_fee(late_fee_kind="percent", late_fee_bps=500)
    landlord.bill(MAY)
    landlord.bill(JUNE)
    landlord.bill(JULY)
    assert fees(landlord, JUNE) == [("Late fee on invoice 1", 1_500_00)]
    assert fees(landlord, JULY) == [("Late fee on invoice 2", 1_500_00)]  # 5 % of June's rent, not of its late fee


@pytest.mark.parametrize(
    ("grace_days", "issued_on", "charged"),
    [
        (0, dt.date(2026, 5, 8), 0),  # the lease's own grace ends on the 8th
        (0, dt.date(2026, 5, 9), 1),
        (20, dt.date(2026, 5, 25), 0),
        (20, dt.date(2026, 5, 26), 1),
    ],
)
def test_a_fee_waits_for_the_longer_grace(
    landlord: Landlord, grace_days: int, issued_on: dt.date, charged: int
) -> None:
    landlord.let(due_day=5, grace_days=3)
    landlord.set_late_fee(late_fee_kind="fixed", late_fee_cents=500_00, late_fee_grace_days=grace_days)
    landlord.bill(MAY)
    landlord.bill(JUNE, issued_on=issued_on)
    assert len(fees(landlord, JUNE)) == charged


def test_a_fee_is_of_what_is_open_and_stops_at_the_cap(landlord: Landlord) -> None:
    paid = landlord.let(30_000_00)
    landlord.let(90_000_00)
    landlord.set_late_fee(late_fee_kind="percent", late_fee_bps=1_000, late_fee_cap_cents=5_000_00)
    landlord.bill(MAY)
    landlord.pay(paid, 20_000_00, MAY)
    landlord.bill(JUNE)
    charged = [line.amount_cents for each in landlord.invoices(period=JUNE) for line in each.lines[1:]]
    assert charged == [1_000_00, 5_000_00]


def test_what_is_paid_or_was_owed_before_the_books_earns_no_fee(landlord: Landlord) -> None:
    lease_id = landlord.let()
    landlord.set_late_fee(late_fee_kind="fixed", late_fee_cents=500_00)
    landlord.resources.transact(
        lambda db: billing.issue_opening_invoice(
            context(db, landlord.organisation_id, now=landlord.now), lease_id, 9_00, MAY
        )
    )
    landlord.bill(MAY)
    landlord.pay(lease_id, 30_009_00, MAY)
    landlord.bill(JUNE)
    assert fees(landlord, JUNE) == []


def test_a_fee_whose_invoice_is_voided_waits_for_the_next_and_a_cancelled_one_does_not_come_back(
    landlord: Landlord,
) -> None:
    lease_id = landlord.let(0)
    landlord.issue(lease_id, [("water", "", 1_000_00)], issued_on=MAY, period=MAY)
    landlord.set_late_fee(late_fee_kind="fixed", late_fee_cents=500_00)
    assert landlord.bill(JUNE) == 1  # no rent: the fee alone
    landlord.void(landlord.invoice(lease_id, JUNE).id)
    assert landlord.bill(JUNE) == 1
    assert fees(landlord, JUNE) == [("Late fee on invoice 1", 500_00)]
    landlord.void(landlord.invoice(lease_id, JUNE).id)
    org = landlord.organisation_id
    with landlord.resources.reading() as db:
        [charge] = billing.list_charges(context(db, org), PageRequest(), lease_id=lease_id).items
    assert (charge.status, charge.charge_type, charge.late_for_id) == ("pending", "late_fee", landlord.invoices()[0].id)
    landlord.resources.transact(lambda db: billing.cancel_charge(context(db, org), charge.id))
    assert landlord.bill(JUNE) == 0
