"""A new organisation with one property and two units, and short ways to let them."""

import datetime as dt
import itertools
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from chalicelib import leasing, organisations, portfolio
from chalicelib.clock import ManualClock
from chalicelib.leasing.model import Lease, NewLease
from chalicelib.leasing.tenant_model import NewTenant, Tenant
from chalicelib.portfolio.model import NewChannel, NewProperty, NewUnit
from chalicelib.runtime.resources import Resources
from tests.contexts import context

TODAY = dt.date(2026, 11, 20)
NOON = dt.datetime(2026, 11, 20, 9, tzinfo=dt.UTC)
_numbers = itertools.count()


@dataclass(slots=True)
class Home:
    """What a test of leasing works on; its methods each take a transaction of their own."""

    resources: Resources
    phone: str  # the owner's
    organisation_id: UUID
    property_id: UUID
    unit_id: UUID
    other_unit_id: UUID
    channel_id: UUID

    @property
    def now(self) -> dt.datetime:
        return self.resources.clock.now()

    def tenant(self, given_name: str = "Imani", **values: Any) -> Tenant:
        new = NewTenant(given_name, **values)
        with self.resources.writing() as db:
            return leasing.add_tenant(context(db, self.organisation_id, now=self.now), new, keys=self.resources.keys)

    def let(self, **values: Any) -> Lease:
        """Let the first unit from 1 June 2026 for KES 30,000, unless ``values`` say otherwise."""
        usual = {"unit_id": self.unit_id, "starts_on": dt.date(2026, 6, 1), "rent_cents": 30_000_00}
        values = {**usual, **values}
        values.setdefault("billed_from", values["starts_on"].replace(day=1))
        if "tenants" not in values:
            values["tenants"] = [self.tenant().id]
        with self.resources.writing() as db:
            return leasing.add_lease(context(db, self.organisation_id, now=self.now, today=TODAY), NewLease(**values))

    def lease(self, lease_id: UUID, today: dt.date = TODAY) -> Lease:
        with self.resources.reading() as db:
            return leasing.get_lease(context(db, self.organisation_id, today=today), lease_id)


def make_home(resources: Resources) -> Home:
    """Found an organisation with a property, two units and a bank account."""
    now = resources.clock.now()
    with resources.writing() as db:
        phone = f"+25410{next(_numbers):07d}"  # 010: the API's tests, on the same database, take theirs from 07
        mine = organisations.found_organisation(db, phone, name="Acme Homes", person_name="Amina", now=now).id
        house = portfolio.add_property(context(db, mine, now=now), NewProperty("Mwangaza Court")).id
        first, second = (
            portfolio.add_unit(context(db, mine, now=now, today=TODAY), NewUnit(house, name, "apartment", 30_000_00)).id
            for name in ("A1", "A2")
        )
        bank = portfolio.add_channel(context(db, mine, now=now), NewChannel("bank", "Bank", "123")).id
    return Home(resources, phone, mine, house, first, second, bank)


@pytest.fixture
def home(resources: Resources, clock: ManualClock) -> Home:
    clock.at = NOON
    return make_home(resources)


@pytest.fixture
def elsewhere(resources: Resources, home: Home) -> Home:
    """Another organisation with the like."""
    return make_home(resources)
