"""A landlord whose books are kept through the services, day by day, and read by reports."""

import datetime as dt
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID, uuid4

from sqlalchemy import Connection

from chalicelib import billing, lease_accounts, leasing, ledger, organisations, payments, portfolio
from chalicelib.billing.model import CreditNote, Invoice
from chalicelib.lease_accounts import credit_notes, deposit_deductions
from chalicelib.lease_accounts.model import NewDeduction
from chalicelib.leasing.model import DepositEntry, NewDeposit, NewLease
from chalicelib.leasing.tenant_model import NewTenant
from chalicelib.paging import PageRequest
from chalicelib.payments import reversal
from chalicelib.payments.allocation import apply_and_post_lease_credits
from chalicelib.payments.model import NewPayment, NewRefund, Payment
from chalicelib.periods import month_after
from chalicelib.portfolio.model import NewChannel, NewProperty, NewUnit
from chalicelib.runtime.resources import Resources
from tests.contexts import context, perform

Answer = TypeVar("Answer")

FIRST_DAY = dt.date(2026, 1, 1)


@dataclass(slots=True)
class Landlord:
    """An organisation and short ways to its use cases, each in a transaction of its own, on the day ``today``."""

    resources: Resources
    organisation_id: UUID
    phone: str
    channel_id: UUID
    property_id: UUID
    today: dt.date = FIRST_DAY
    _numbers: "itertools.count[int]" = field(default_factory=lambda: itertools.count(1))
    invoices: list[Invoice] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)

    @property
    def now(self) -> dt.datetime:
        return dt.datetime.combine(self.today, dt.time(9), dt.UTC)

    @property
    def _when(self) -> dict[str, Any]:
        return {"now": self.now, "today": self.today}

    def write(self, work: Callable[[Connection], Answer]) -> Answer:
        return self.resources.transact(work)

    def read(self, work: Callable[..., Answer], *of: Any, **options: Any) -> Answer:
        """Return what a reporting service says of this organisation."""
        with self.resources.snapshot() as db:
            return perform(work, db, self.organisation_id, *of, moment=self._when, **options)

    def add_property(self, name: str) -> UUID:
        new = NewProperty(name, channel_id=self.channel_id)
        return self.write(lambda db: portfolio.add_property(context(db, self.organisation_id, **self._when), new).id)

    def add_unit(self, rent_cents: int = 20_000_00, property_id: UUID | None = None) -> UUID:
        new = NewUnit(property_id or self.property_id, f"A{next(self._numbers):04d}", "apartment", rent_cents)
        return self.write(lambda db: portfolio.add_unit(context(db, self.organisation_id, **self._when), new).id)

    def add_tenant(self, given_name: str = "Amina") -> UUID:
        phone = f"+2547{uuid4().int % 10**8:08d}"
        new = NewTenant(given_name, family_name="Odhiambo", phones=[phone])
        return self.write(
            lambda db: (
                leasing.add_tenant(context(db, self.organisation_id, **self._when), new, keys=self.resources.keys).id
            )
        )

    def let(
        self, rent_cents: int = 20_000_00, *, unit_id: UUID | None = None, tenant_id: UUID | None = None, **terms: Any
    ) -> UUID:
        """Let a unit, a new one unless it is given, from ``today`` on, and return the lease."""
        usual: dict[str, Any] = {
            "tenants": [tenant_id or self.add_tenant()],
            "starts_on": self.today,
            "due_day": 5,
            "grace_days": 0,
        }
        values = {**usual, **terms}
        values.setdefault("billed_from", values["starts_on"].replace(day=1))
        new = NewLease(unit_id or self.add_unit(rent_cents), rent_cents=rent_cents, **values)
        return self.write(lambda db: leasing.add_lease(context(db, self.organisation_id, **self._when), new).id)

    def bill(self, period: dt.date | None = None) -> int:
        """Bill the month of ``today``, set what credit there is against it, and return how many invoices were made."""
        month = period or self.today.replace(day=1)

        def work(db: Connection) -> int:
            return billing.bill_leases(
                context(db, self.organisation_id, **self._when),
                month,
                after=None,
                limit=500,
                issued_on=self.today,
                after_bill=apply_and_post_lease_credits,
            ).made

        return self.write(work)

    def issue(self, lease_id: UUID, *lines: tuple[str, int], due_on: dt.date | None = None) -> Invoice:
        given = [(charge_type, charge_type.capitalize(), cents) for charge_type, cents in lines]
        options: dict[str, Any] = {"kind": "single", "period": self.today.replace(day=1), "issued_on": self.today}
        return self.write(
            lambda db: billing.issue_invoice_of_kind(
                context(db, self.organisation_id, **self._when),
                lease_id,
                lines=given,
                due_on=due_on or self.today,
                **options,
            )
        )

    def void(self, invoice_id: UUID) -> Invoice:
        return self.write(
            lambda db: lease_accounts.void_invoice(context(db, self.organisation_id, **self._when), invoice_id)
        )

    def credit(self, invoice_id: UUID, *lines: tuple[UUID, int]) -> CreditNote:
        return self.write(
            lambda db: credit_notes.credit_invoice(
                context(db, self.organisation_id, **self._when), invoice_id, lines, reason="Agreed"
            )
        )

    def pay(self, lease_id: UUID | None, amount_cents: int, *, role: str = "owner", **values: Any) -> Payment:
        given = NewPayment(
            "bank",
            amount_cents,
            self.today,
            lease_id,
            channel_id=self.channel_id,
            provider_reference=f"REF{next(self._numbers)}",
        )._replace(**values)
        return self.write(
            lambda db: payments.record_payment(context(db, self.organisation_id, role=role, **self._when), given)
        )

    def match(self, payment_id: UUID, lease_id: UUID) -> Payment:
        return self.write(
            lambda db: payments.match_payment(context(db, self.organisation_id, **self._when), payment_id, lease_id)
        )

    def reverse(self, payment_id: UUID) -> Payment:
        return self.write(
            lambda db: reversal.reverse_payment(
                context(db, self.organisation_id, **self._when), payment_id, reason="Bounced"
            )
        )

    def refund(self, payment_id: UUID, amount_cents: int) -> None:
        values = NewRefund(amount_cents, "")
        self.write(
            lambda db: payments.refund_credit(context(db, self.organisation_id, **self._when), payment_id, values)
        )

    def deposit(self, lease_id: UUID, amount_cents: int, **values: Any) -> DepositEntry:
        usual = {"kind": "rent", "channel_id": self.channel_id, "entered_on": self.today}
        new = NewDeposit(amount_cents=amount_cents, **{**usual, **values})
        return self.write(
            lambda db: leasing.record_deposit(
                context(db, self.organisation_id, now=self.now, member_id=None), lease_id, new
            )
        )

    def deduct(self, lease_id: UUID, amount_cents: int) -> None:
        values = NewDeduction(amount_cents, "Broken door")
        self.write(
            lambda db: deposit_deductions.deduct_deposit(
                context(db, self.organisation_id, **self._when), lease_id, values
            )
        )

    def close_next(self) -> None:
        """Close the first month that is open."""
        with self.resources.snapshot() as db:
            closed = ledger.list_periods(context(db, self.organisation_id), PageRequest(limit=1)).items
        self.close(month_after(closed[0].period) if closed else FIRST_DAY.replace(day=1))

    def close(self, period: dt.date) -> None:
        self.write(
            lambda db: ledger.close_period(
                context(db, self.organisation_id, now=self.now, today=self.today, member_id=None), period
            )
        )


def found(resources: Resources, names: Sequence[str] = ("Mwangaza Court",)) -> Landlord:
    """Return a new landlord with a bank account and one property."""
    phone = f"+2547{uuid4().int % 10**8:08d}"
    now = dt.datetime.combine(FIRST_DAY, dt.time(8), dt.UTC)

    def work(db: Connection) -> tuple[UUID, UUID, UUID]:
        mine = organisations.found_organisation(db, phone, name="Acme Homes", person_name="Amina", now=now).id
        bank = portfolio.add_channel(context(db, mine, now=now), NewChannel("bank", "Bank", "0110")).id
        house = portfolio.add_property(context(db, mine, now=now), NewProperty(names[0], channel_id=bank)).id
        return mine, bank, house

    mine, bank, house = resources.transact(work)
    return Landlord(resources, mine, phone, bank, house)
