"""Tenants with phones, in one organisation and in two, and what their phones are answered."""

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from chalicelib import leasing, maintenance, organisations, portfolio, self_service
from chalicelib.leasing.model import NewLease
from chalicelib.leasing.tenant_model import NewTenant
from chalicelib.maintenance.model import MaintenanceRequest
from chalicelib.organisations.model import PLATFORM
from chalicelib.paging import PageRequest
from chalicelib.portfolio.model import NewUnit
from chalicelib.runtime.resources import Resources
from chalicelib.self_service.phone_holders import find_holder
from chalicelib.storage.tables.messaging import messages
from tests.money import Money
from tests.outbox import opted_out

_numbers = itertools.count()


@dataclass(slots=True)
class House:
    """A landlord's books, and tenants in them who have phones."""

    books: Money
    names: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    @property
    def id(self) -> UUID:
        return self.books.organisation_id

    def tenant(self, phone: str, language: str = "en") -> UUID:
        new = NewTenant("Otieno", phones=[phone], language=language)
        return self.books.do(leasing.add_tenant, new, keys=self.books.resources.keys, now=self.books.now).id

    def let(
        self,
        *tenants: UUID,
        rent_cents: int = 10_000_00,
        unit_name: str = "",
        confirmed: bool = True,
        **terms: Any,
    ) -> UUID:
        """Let a new unit, A1 and so on, and return the lease; who holds the tenants' phones confirms it by USSD."""
        name = unit_name or f"A{next(self.names)}"
        unit = NewUnit(self.books.property_id, name, "apartment", rent_cents)
        unit_id = self.books.do(portfolio.add_unit, unit, **self.books.at()).id
        usual: dict[str, Any] = {"tenants": tenants, "starts_on": dt.date(2026, 1, 1), "rent_cents": rent_cents}
        values = {**usual, **terms}
        values.setdefault("billed_from", values["starts_on"].replace(day=1))
        lease = self.books.do(leasing.add_lease, NewLease(unit_id, **values), **self.books.at())
        if confirmed:
            for tenant_id in tenants:
                for number in self.books.do(leasing.get_tenant, tenant_id).phones:
                    Phone(self.books.resources, number, dt.datetime.combine(TODAY, dt.time(8), dt.UTC)).confirm(
                        self.id, name
                    )
        return lease.id

    def phone_state(self, tenant_id: UUID) -> str:
        """Return what the landlord sees of the tenant's first number."""
        return self.books.do(leasing.get_tenant, tenant_id).phone_states[0].state

    def requests(self) -> list[MaintenanceRequest]:
        return self.books.do(maintenance.list_requests, PageRequest(limit=200)).items

    def replies(self) -> list[Any]:
        """Return the replies in the outbox, in the order they were put there."""
        return replies_of(self.books.resources, self.id)

    def opted_out(self, phone: str) -> bool:
        return phone in self.books.do(opted_out, [phone])


def replies_of(resources: Resources, organisation_id: UUID, phone: str = "") -> list[Any]:
    mine = (messages.c.organisation_id == organisation_id) & (messages.c.kind == "reply")
    query = select(messages).where(mine).order_by(messages.c.id)
    with resources.reading() as db:
        return list(db.execute(query.where(messages.c.address == phone) if phone else query))


def found_house(resources: Resources, name: str, today: dt.date) -> House:
    books = Money.found(resources, today)
    books.do(organisations.change_organisation, None, {"name": name})
    return House(books)


@dataclass(slots=True)
class Phone:
    """A phone that texts and dials; its messages are numbered by the gateway."""

    resources: Resources
    number: str
    now: dt.datetime
    references: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))

    def text(self, text: str, reference: str = "") -> str:
        """Send an SMS and return the command that it was taken for."""
        named = reference or f"{self.number}-{next(self.references)}"
        return self.resources.transact(
            lambda db: self_service.handle_sms(
                db,
                gateway="africastalking",
                provider_reference=named,
                phone=self.number,
                text=text,
                received_at=self.now,
                now=self.now,
            )
        )

    def dial(self, text: str = "", session_id: str = "ATUid_1") -> str:
        """Send what was typed so far and return the screen, as the route does."""
        dialled = self_service.UssdRequest(session_id, self.number, text)
        with self.resources.reading() as db:
            screen = self_service.render_screen(db, dialled, now=self.now)
        if screen is None:
            return self.resources.transact(
                lambda db: self_service.apply_choice(db, dialled, now=self.now, keys=self.resources.keys)
            )
        return screen

    def confirm(self, organisation_id: UUID, unit_name: str) -> None:
        """Confirm by USSD the organisation's place with that unit, offered first or not."""
        with self.resources.reading() as db:
            holder = find_holder(db, self.number, now=self.now)
        for place, entry in enumerate(holder.unconfirmed):
            named = unit_name in [lease.unit_name for lease in entry.leases]
            if named and entry.tenant.organisation_id == organisation_id:
                begins = "5*" * bool(holder.tenants) + "9*" * (place // 4)
                screen = self.dial(f"{begins}{place % 4 + 1}*1*{unit_name}", f"confirm {next(_numbers)}")
                assert screen.startswith(("CON Confirmed.", "CON Imethibitishwa.")), screen

    def told(self) -> list[str]:
        """Return what the platform itself answered the phone."""
        return [each.text for each in replies_of(self.resources, PLATFORM, self.number)]


TODAY = dt.date(2026, 6, 10)


@pytest.fixture
def phone(resources: Resources) -> Phone:
    number = f"+25419{next(_numbers):07d}"  # 019: no other test's
    return Phone(resources, number, dt.datetime.combine(TODAY, dt.time(9), dt.UTC))


@pytest.fixture
def house(resources: Resources) -> House:
    return found_house(resources, "Acme Homes", TODAY)


@pytest.fixture
def other(resources: Resources) -> House:
    """Another landlord."""
    return found_house(resources, "Baraka Agencies", TODAY)


def texts(replies: Sequence[Any]) -> list[str]:
    return [each.text for each in replies]
