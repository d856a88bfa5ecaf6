"""Collections of a month and income of several."""

import datetime as dt

import pytest

from chalicelib.errors import Invalid
from chalicelib.reporting import collections_report, income_report
from chalicelib.reporting.model import Collections, Income, PaymentSum
from tests.service.reporting.landlord import Landlord

JANUARY, FEBRUARY, MARCH = (dt.date(2026, month, 1) for month in (1, 2, 3))


def collections(landlord: Landlord, period: dt.date = JANUARY) -> Collections:
    return landlord.read(collections_report.get_collections, period)


def income(landlord: Landlord, first: dt.date, last: dt.date) -> Income:
    return landlord.read(income_report.get_income, first, last)


def test_money_is_told_by_channel_property_day_and_use(landlord: Landlord) -> None:
    other = landlord.add_property("Pendo Flats")
    first, second = landlord.let(), landlord.let(unit_id=landlord.add_unit(property_id=other))
    landlord.deposit(first, 20_000_00)
    landlord.issue(first, ("rent", 20_000_00), ("water", 500_00))
    landlord.pay(first, 20_300_00)
    landlord.today = dt.date(2026, 1, 15)
    ahead = landlord.pay(second, 4_000_00, method="cheque")
    landlord.refund(ahead.id, 1_000_00)
    landlord.pay(None, 600_00)
    landlord.pay(first, 250_00, method="cash", channel_id=None, role="caretaker")
    landlord.reverse(landlord.pay(first, 9_00).id)
    landlord.today = dt.date(2026, 2, 1)
    landlord.pay(first, 77_00)

    seen = collections(landlord)
    assert (seen.received, seen.pending, seen.reversed) == (
        PaymentSum(3, 24_900_00),
        PaymentSum(1, 250_00),
        PaymentSum(1, 9_00),
    )
    assert (seen.unallocated_cents, seen.refunded_cents) == (3_600_00, 1_000_00)
    assert seen.deposits_received_cents == 20_000_00
    by_method = {each.method: (each.channel_name, each.payments, each.amount_cents) for each in seen.by_channel}
    assert by_method == {"bank": ("Bank", 2, 20_900_00), "cheque": ("Bank", 1, 4_000_00)}
    by_property = {each.property_name: each.amount_cents for each in seen.by_property}
    assert by_property == {"": 600_00, "Mwangaza Court": 20_300_00, "Pendo Flats": 4_000_00}
    assert [(each.on.day, each.payments, each.amount_cents) for each in seen.by_day] == [
        (1, 1, 20_300_00),
        (15, 2, 4_600_00),
    ]
    allocated = {each.charge_type: each.amount_cents for each in seen.allocated}
    assert allocated == {"rent": 20_000_00, "water": 300_00}
    assert sum(allocated.values()) + seen.unallocated_cents + seen.refunded_cents == seen.received.amount_cents


def test_a_month_without_money_is_told_with_nothing_in_it(landlord: Landlord) -> None:
    seen = collections(landlord, MARCH)
    assert (seen.received, seen.pending, seen.reversed) == (PaymentSum(0, 0),) * 3
    assert (seen.by_channel, seen.by_property, seen.by_day, seen.allocated) == ([], [], [], [])


def test_income_is_what_was_billed_less_what_was_credited_in_its_month(landlord: Landlord) -> None:
    lease_id = landlord.let()
    invoice = landlord.issue(lease_id, ("rent", 20_000_00), ("water", 500_00))
    landlord.pay(lease_id, 20_500_00)  # money in is no income a second time
    landlord.today = FEBRUARY
    landlord.issue(lease_id, ("rent", 20_000_00))
    landlord.credit(invoice.id, (invoice.lines[0].id, 1_500_00))
    landlord.today = MARCH
    seen = income(landlord, JANUARY, FEBRUARY)
    assert [(item.charge_type, item.month, item.amount_cents) for item in seen.items] == [
        ("rent", "2026-01", 20_000_00),
        ("rent", "2026-02", 18_500_00),
        ("water", "2026-01", 500_00),
    ]
    assert {item.property_name for item in seen.items} == {"Mwangaza Court"}
    assert [tuple(each) for each in seen.by_charge_type] == [("rent", 38_500_00, 0), ("water", 500_00, 0)]
    assert seen.total_cents == 39_000_00
    assert income(landlord, FEBRUARY, FEBRUARY).total_cents == 18_500_00
    assert income(landlord, MARCH, MARCH).items == []


@pytest.mark.parametrize(("first", "last"), [(FEBRUARY, JANUARY), (dt.date(2020, 1, 1), FEBRUARY)])
def test_months_in_the_wrong_order_or_too_many_are_refused(landlord: Landlord, first: dt.date, last: dt.date) -> None:
    with pytest.raises(Invalid):
        income(landlord, first, last)
