"""The bill run: what is on an invoice, and that a month is billed once."""

import datetime as dt

from tests.service.billing.conftest import JUNE, Landlord


def test_a_months_rent_is_billed_and_a_second_run_makes_nothing(landlord: Landlord) -> None:
    lease_id = landlord.let(30_000_00, due_day=5, grace_days=3)
    assert landlord.bill(JUNE) == 1
    assert landlord.bill(JUNE) == 0
    invoice = landlord.invoice(lease_id, JUNE)
    assert (invoice.number, invoice.kind, invoice.status) == (1, "run", "open")
    assert (invoice.due_on, invoice.overdue_on) == (dt.date(2026, 6, 5), dt.date(2026, 6, 9))
    assert [(line.charge_type, line.description, line.open_cents) for line in invoice.lines] == [
        ("rent", "Rent for June 2026", 30_000_00)
    ]
