"""A lease runs longer only where a bill will reach the days that are added to it."""

import datetime as dt
from uuid import UUID

import pytest

from chalicelib import lease_accounts
from chalicelib.errors import PreconditionFailed
from chalicelib.leasing.model import Lease, LeaseChange
from tests.contexts import context
from tests.service.billing.conftest import JUNE, Landlord

JULY, YEAR_END = dt.date(2026, 7, 1), dt.date(2026, 12, 31)
TWENTIETH, LAST = dt.date(2026, 6, 20), dt.date(2026, 6, 30)


def lengthen(landlord: Landlord, lease_id: UUID, version: int | None = None) -> Lease:
    values: LeaseChange = {"ends_on": YEAR_END}
    return landlord.resources.transact(
        lambda db: lease_accounts.change_lease(
            context(db, landlord.organisation_id, today=landlord.today), lease_id, version, values
        )
    )


def test_days_added_to_a_last_month_that_is_billed_are_billed_at_once(landlord: Landlord) -> None:
    lease_id = landlord.let(30_000_00, ends_on=TWENTIETH)
    landlord.bill(JUNE)
    lengthen(landlord, lease_id)
    billed = [(each.kind, each.total_cents, each.due_on) for each in landlord.invoices()]
    assert billed == [("run", 20_000_00, dt.date(2026, 6, 5)), ("difference", 10_000_00, landlord.today)]


def test_a_void_invoice_a_whole_month_and_one_not_billed_yet_do_not_stand_in_the_way(landlord: Landlord) -> None:
    billed, whole = (landlord.let(30_000_00, ends_on=day) for day in (TWENTIETH, LAST))
    landlord.bill(JUNE)
    fresh = landlord.let(30_000_00, ends_on=TWENTIETH)
    for invoice in landlord.invoices():
        if invoice.lease_id != whole:
            landlord.void(invoice.id)
    for lease_id in (billed, whole, fresh):
        assert lengthen(landlord, lease_id).ends_on == YEAR_END
    landlord.bill(JUNE)
    landlord.bill(JULY)
    standing = [each.total_cents for each in landlord.invoices() if each.status != "void"]
    assert standing == [30_000_00] * 6


def test_only_what_was_looked_at_is_changed(landlord: Landlord) -> None:
    lease_id = landlord.let(30_000_00, ends_on=TWENTIETH)
    with pytest.raises(PreconditionFailed):
        lengthen(landlord, lease_id, 7)
