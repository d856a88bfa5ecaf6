"""A landlord with one property, and leases on it as a test wants them, made through the services."""

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Unpack
from uuid import UUID

import pytest
from sqlalchemy import Connection

from chalicelib import billing, leasing, organisations, payments, portfolio
from chalicelib.billing.model import BilledSet, Invoice, NewCharge
from chalicelib.leasing.model import NewLease
from chalicelib.leasing.tenant_model import NewTenant
from chalicelib.organisations.model import OrganisationChange
from chalicelib.paging import PageRequest
from chalicelib.payments.model import NewPayment
from chalicelib.portfolio.model import NewProperty, NewUnit
from chalicelib.runtime.resources import Resources
from tests.contexts import context

JUNE = dt.date(2026, 6, 1)
_phones = itertools.count(1)


@dataclass(slots=True)
class Landlord:
    """An organisation and short ways to its use cases, each in a transaction of its own."""

    resources: Resources
    organisation_id: UUID
    property_id: UUID
    today: dt.date = JUNE
    _units: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def now(self) -> dt.datetime:
        return dt.datetime.combine(self.today, dt.time(9), dt.UTC)

    def let(self, rent_cents: int = 30_000_00, starts_on: dt.date = dt.date(2026, 1, 1), **terms: Any) -> UUID:
        """Let a new unit to a new tenant and return the lease."""

        def work(db: Connection) -> UUID:
            unit = NewUnit(self.property_id, f"A{next(self._units)}", "apartment", rent_cents)
            made = portfolio.add_unit(context(db, self.organisation_id, now=self.now, today=self.today), unit)
            tenant = NewTenant("Amina", family_name="Odhiambo", phones=[f"+25411{next(_phones):07d}"])
            who = leasing.add_tenant(context(db, self.organisation_id, now=self.now), tenant, keys=self.resources.keys)
            dated = {"billed_from": starts_on.replace(day=1), **terms}
            new = NewLease(made.id, [who.id], starts_on, rent_cents, **dated)
            return leasing.add_lease(context(db, self.organisation_id, now=self.now, today=self.today), new).id

        return self.resources.transact(work)

    def bill(self, period: dt.date, *, limit: int = 500, **options: Any) -> int:
        """Bill every lease for the month, set by set, and return how many invoices were made."""
        made, after = 0, None
        while True:
            billed = self.bill_set(period, after=after, limit=limit, **options)
            made += billed.made
            if billed.last_id is None:
                return made
            after = billed.last_id

    def bill_set(self, period: dt.date, *, after: UUID | None = None, limit: int = 500, **options: Any) -> BilledSet:
        options = {"issued_on": period, "before_bill": payments.assess_late_fees, **options}
        return self.resources.transact(
            lambda db: billing.bill_leases(
                context(db, self.organisation_id, now=self.now), period, after=after, limit=limit, **options
            )
        )

    def issue(self, lease_id: UUID, lines: Sequence[tuple[str, str, int]], **options: Any) -> Invoice:
        given = {"kind": "single", "period": self.today.replace(day=1), "issued_on": self.today, **options}
        return self.resources.transact(
            lambda db: billing.issue_invoice_of_kind(
                context(db, self.organisation_id, now=self.now), lease_id, lines=lines, **given
            )
        )

    def void(self, invoice_id: UUID) -> Invoice:
        return self.resources.transact(
            lambda db: billing.record_void(
                context(db, self.organisation_id, today=self.today, now=self.now), invoice_id
            )
        )

    def settle(self, *changes: tuple[UUID, int]) -> None:
        self.resources.transact(lambda db: billing.apply_paid(context(db, self.organisation_id), changes))

    def pay(self, lease_id: UUID, amount_cents: int, received_on: dt.date) -> None:
        new = NewPayment("cash", amount_cents, received_on, lease_id)
        self.resources.transact(
            lambda db: payments.record_payment(
                context(db, self.organisation_id, today=max(received_on, self.today), now=self.now), new
            )
        )

    def charge(self, lease_id: UUID, amount_cents: int, charge_type: str = "water", **values: Any) -> UUID:
        given = NewCharge(lease_id, charge_type, amount_cents)._replace(**values)
        return self.resources.transact(
            lambda db: billing.add_charge(context(db, self.organisation_id, now=self.now, today=self.today), given).id
        )

    def invoices(self, **filters: Any) -> list[Invoice]:
        """Return up to 200 invoices with their lines, the first number first."""
        with self.resources.reading() as db:
            page = billing.list_invoices(
                context(db, self.organisation_id, today=self.today), PageRequest(limit=200, sort="number"), **filters
            )
            return [billing.get_invoice(context(db, self.organisation_id), each.id) for each in page.items]

    def invoice(self, lease_id: UUID, period: dt.date) -> Invoice:
        """Return the lease's only invoice for the month that is not void."""
        [found] = [each for each in self.invoices(lease_id=lease_id, period=period) if each.status != "void"]
        return found

    def set_late_fee(self, **changes: Unpack[OrganisationChange]) -> None:
        self.resources.transact(
            lambda db: organisations.change_organisation(context(db, self.organisation_id), None, changes)
        )


def make_landlord(resources: Resources) -> Landlord:
    now = dt.datetime(2026, 1, 1, 9, tzinfo=dt.UTC)

    def work(db: Connection) -> Landlord:
        phone = f"+25411{next(_phones):07d}"
        made = organisations.found_organisation(db, phone, name="Mwangaza Homes", person_name="Amina", now=now)
        house = portfolio.add_property(context(db, made.id, now=now), NewProperty("Mwangaza Court"))
        return Landlord(resources, made.id, house.id)

    return resources.transact(work)


@pytest.fixture
def landlord(resources: Resources) -> Landlord:
    return make_landlord(resources)
