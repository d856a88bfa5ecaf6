"""A landlord's books for tests of money: one property, leases as wanted, and short ways to every use case.

Each way is a transaction of its own on the given parts, at the books' own day, and may be called from
several processes at once.
"""

import datetime as dt
import itertools
import uuid
from collections.abc import Callable
from typing import Any, Self, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from chalicelib import billing, lease_accounts, leasing, ledger, messaging, organisations, payments, portfolio
from chalicelib.billing.model import CreditNote, Invoice, InvoiceLine, Receipt
from chalicelib.lease_accounts import credit_notes, deposit_deductions, lease_closing
from chalicelib.lease_accounts.model import Deduction, FinalAccount, NewDeduction
from chalicelib.leasing.model import DepositEntry, NewDeposit, NewLease
from chalicelib.leasing.tenant_model import NewTenant
from chalicelib.ledger.model import ClosedPeriod
from chalicelib.paging import MAX_PAGE_ITEMS, PageRequest
from chalicelib.payments import allocation, reversal
from chalicelib.payments.model import Allocation, NewPayment, NewRefund, Payment, Refund
from chalicelib.portfolio.model import NewProperty, NewUnit
from chalicelib.runtime.resources import Resources
from tests import invariants
from tests.contexts import context, perform

Answer = TypeVar("Answer")
FIRST = dt.date(2026, 6, 1)
ALL = PageRequest(limit=MAX_PAGE_ITEMS)


class Money:
    """An organisation's money on ``resources``; ``today`` is what the test sets it to."""

    def __init__(self, resources: Resources, organisation_id: UUID, property_id: UUID, today: dt.date = FIRST) -> None:
        self.resources = resources
        self.organisation_id = organisation_id
        self.property_id = property_id
        self.today = today
        self._ticks = itertools.count(1)

    @classmethod
    def found(cls, resources: Resources, today: dt.date = FIRST, *, granted: bool = True) -> Self:
        """Found an organisation of its own with one property; it may write in its own words."""
        now = dt.datetime.combine(today, dt.time(9), dt.UTC)

        def work(db: Connection) -> tuple[UUID, UUID]:
            phone = f"+2547{uuid.uuid4().int % 10**8:08d}"
            organisation = organisations.found_organisation(db, phone, name="Acme Homes", person_name="Amina", now=now)
            if granted:
                messaging.grant_messaging(context(db, organisation.id, now=now), by="tests")
            house = portfolio.add_property(context(db, organisation.id, now=now), NewProperty("Mwangaza Court"))
            return organisation.id, house.id

        return cls(resources, *resources.transact(work), today)

    @property
    def now(self) -> dt.datetime:
        """An instant of ``today``, later each time: what is posted after a close must be told from before."""
        return dt.datetime.combine(self.today, dt.time(9), dt.UTC) + dt.timedelta(microseconds=next(self._ticks))

    def do(self, use_case: Callable[..., Answer], *values: Any, **options: Any) -> Answer:
        """Run a use case in a transaction of its own."""
        return self.resources.transact(
            lambda db: perform(use_case, db, self.organisation_id, *values, moment=self.at(), **options)
        )

    def at(self) -> dict[str, Any]:
        return {"now": self.now, "today": self.today}

    def unit(self, rent_cents: int = 10_000_00) -> UUID:
        """Add a unit that nobody rents yet."""
        name = uuid.uuid4().hex[:8]
        new = NewUnit(self.property_id, name, "apartment", rent_cents)
        return self.do(portfolio.add_unit, new, **self.at()).id

    def let(self, rent_cents: int = 10_000_00, starts_on: dt.date = FIRST, **terms: Any) -> UUID:
        """Let a new unit to a new tenant, or to that of ``like``, and return the lease."""
        like = terms.pop("like", None)
        if like is None:
            tenant = NewTenant("Otieno", family_name=uuid.uuid4().hex[:8])
            tenant_id = self.do(leasing.add_tenant, tenant, keys=self.resources.keys, now=self.now).id
        else:
            tenant_id = self.do(leasing.get_lease, like).tenants[0].id
        terms = {"billed_from": starts_on.replace(day=1), **terms}
        new = NewLease(self.unit(rent_cents), [tenant_id], starts_on, rent_cents, **terms)
        return self.do(leasing.add_lease, new, **self.at()).id

    def renew(self, lease_id: UUID, **values: Any) -> UUID:
        """Renew the lease and return the one that follows it."""
        return self.do(leasing.renew_lease, lease_id, values, **self.at()).id

    def transfer(self, lease_id: UUID, starts_on: dt.date, rent_cents: int = 10_000_00) -> UUID:
        """Move the tenants to a new unit and return the lease that begins there."""
        values = {"unit_id": self.unit(rent_cents), "starts_on": starts_on, "rent_cents": rent_cents}
        return self.do(lease_closing.transfer_lease, lease_id, values, **self.at()).id

    def bill(self, period: dt.date, issued_on: dt.date | None = None) -> int:
        """Bill the month in one set, credit applied, and return how many invoices were made."""

        issued = issued_on or min(period, self.today)
        options = {
            "after": None,
            "limit": 500,
            "issued_on": issued,
            "now": self.now,
            "before_bill": payments.assess_late_fees,
            "after_bill": allocation.apply_and_post_lease_credits,
        }
        return self.do(billing.bill_leases, period, **options).made

    def invoice(self, lease_id: UUID, *lines: tuple[str, int], **options: Any) -> Invoice:
        """Issue a single invoice of (charge type, cents)."""
        with_descriptions = [(charge_type, "", cents) for charge_type, cents in lines]
        given = {"kind": "single", "period": self.today.replace(day=1), "issued_on": self.today, **options}
        return self.do(billing.issue_invoice_of_kind, lease_id, lines=with_descriptions, now=self.now, **given)

    def pay(self, lease_id: UUID | None, amount_cents: int, **values: Any) -> Payment:
        """Record a payment; ``who`` in ``values`` is given to the use case itself (role, within, …)."""
        who = values.pop("who", {})
        new = NewPayment("cash", amount_cents, self.today, lease_id)._replace(**values)
        return self.do(payments.record_payment, new, **self.at(), **who)

    def confirm(self, payment_id: UUID) -> Payment:
        return self.do(payments.confirm_payment, payment_id, **self.at())

    def reject(self, payment_id: UUID) -> Payment:
        return self.do(payments.reject_payment, payment_id, reason="no such money", now=self.now)

    def match(self, payment_id: UUID, lease_id: UUID) -> Payment:
        return self.do(payments.match_payment, payment_id, lease_id, **self.at())

    def allocate(self, payment_id: UUID, lines: list[tuple[UUID, int]] | None) -> Payment:
        return self.do(payments.allocate_payment, payment_id, lines, **self.at())

    def reverse(self, payment_id: UUID) -> Payment:
        return self.do(reversal.reverse_payment, payment_id, reason="bounced", **self.at())

    def move(self, payment_id: UUID, lease_id: UUID) -> Payment:
        return self.do(payments.move_payment, payment_id, lease_id, reason="wrong unit", **self.at())

    def refund(self, payment_id: UUID, amount_cents: int, **values: Any) -> Refund:
        new = NewRefund(amount_cents, "paid twice")._replace(**values)
        return self.do(payments.refund_credit, payment_id, new, **self.at())

    def undo_refund(self, refund: Refund) -> Refund:
        return self.do(payments.reverse_refund, refund.payment_id, refund.id, reason="never paid out", **self.at())

    def opening_credit(self, lease_id: UUID, amount_cents: int) -> Payment:
        return self.do(payments.record_opening_credit, lease_id, amount_cents, self.today, **self.at())

    def credit(self, invoice_id: UUID, *lines: tuple[UUID, int]) -> CreditNote:
        return self.do(credit_notes.credit_invoice, invoice_id, lines, reason="wrongly billed", **self.at())

    def void(self, invoice_id: UUID) -> Invoice:
        return self.do(lease_accounts.void_invoice, invoice_id, **self.at())

    def deposit(self, lease_id: UUID, amount_cents: int, kind: str = "rent", channel_id: UUID | None = None) -> None:
        new = NewDeposit(kind, amount_cents, self.today, channel_id)
        self.do(leasing.record_deposit, lease_id, new, now=self.now, member_id=None)

    def deduct(self, lease_id: UUID, amount_cents: int, **values: Any) -> Deduction:
        new = NewDeduction(amount_cents, "broken window")._replace(**values)
        return self.do(deposit_deductions.deduct_deposit, lease_id, new, **self.at())

    def undo_deduction(self, entry_id: UUID) -> DepositEntry:
        return self.do(deposit_deductions.reverse_deduction, entry_id, reason="not theirs", **self.at())

    def terminate(self, lease_id: UUID, ends_on: dt.date) -> FinalAccount:
        options = {"ends_on": ends_on, "given_on": self.today, "waive_notice": True}
        return self.do(lease_closing.terminate_lease, lease_id, None, **options, **self.at())

    def close_account(self, lease_id: UUID) -> FinalAccount:
        return self.do(lease_closing.close_account, lease_id, **self.at())

    def close_month(self, period: dt.date) -> ClosedPeriod:
        return self.do(ledger.close_period, period, member_id=None, **self.at())

    def payment(self, payment_id: UUID) -> Payment:
        return self.do(payments.get_payment, payment_id)

    def invoices(self, lease_id: UUID) -> list[Invoice]:
        """Return the lease's invoices, the oldest first, with their lines."""
        listed = self.do(billing.list_invoices, ALL._replace(sort="number"), today=self.today, lease_id=lease_id)
        return [self.do(billing.get_invoice, each.id) for each in listed.items]

    def lines(self, lease_id: UUID) -> list[InvoiceLine]:
        return [line for invoice in self.invoices(lease_id) for line in invoice.lines]

    def allocations(self, payment_id: UUID) -> list[Allocation]:
        return self.do(allocation.list_allocations, ALL, payment_id).items

    def receipts(self, lease_id: UUID) -> list[Receipt]:
        return self.do(billing.list_receipts, ALL._replace(sort="number"), lease_id=lease_id).items

    def broken(self) -> list[str]:
        return self.do(invariants.broken)
