"""The money machine, whose tenants move, renew and call off besides, on terms that change behind the bills.

At the end what is told of each lease is compared: its statement, its final account, its arrears and the
rent roll are one story, also of days gone by.
"""

import datetime as dt
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule, run_state_machine_as_test

from chalicelib import lease_accounts, leasing, organisations
from chalicelib.billing.model import NewInvoice, NewInvoiceLine
from chalicelib.lease_accounts import lease_closing
from chalicelib.leasing.model import DatedRent, DepositRefund
from chalicelib.paging import MAX_PAGE_ITEMS, PageRequest
from chalicelib.reporting import statements
from chalicelib.runtime.resources import Resources
from tests.examples import examples
from tests.money import FIRST
from tests.service.test_money_machine import CENTS, PARTS, PICK, MoneyMachine, attempt, mostly, part_of, pick

EXAMPLES, STEPS = examples(15), 40
ALL = PageRequest(limit=MAX_PAGE_ITEMS)
DAYS = st.integers(-40, 40)


class MovingMachine(MoneyMachine):
    @rule(lease=PICK, days=DAYS, cents=CENTS)
    def transfer(self, lease: int, days: int, cents: int) -> None:
        lease_id = mostly(self.leases, lambda each: each not in self.ended, lease)
        starts_on = self.books.today + dt.timedelta(days=days)
        made = attempt(lambda: self.books.transfer(lease_id, starts_on, cents))
        if made is not None:
            self.ended.add(lease_id)
            self.leases.append(made)

    @rule(lease=PICK, days=st.integers(0, 40))
    def let_for_a_time_and_renew(self, lease: int, days: int) -> None:
        ends_on = self.books.today + dt.timedelta(days=days)
        first = self.books.let(9_000_00, self.books.today, ends_on=ends_on)
        self.books.deposit(first, 4_000_00)
        self.leases += [first, self.books.renew(first)]

    @rule(lease=PICK, days=DAYS, cents=CENTS)
    def change_rent(self, lease: int, days: int, cents: int) -> None:
        step = DatedRent(self.books.today + dt.timedelta(days=days), cents)
        lease_id = pick(self.leases, lease)
        attempt(
            lambda: self.books.do(
                lease_accounts.add_rent_change, lease_id, step, confirmed=True, today=self.books.today
            )
        )

    @rule(lease=PICK, cents=CENTS, renamed=st.booleans())
    def change_a_charge(self, lease: int, cents: int, renamed: bool) -> None:
        for charge in self.books.do(leasing.list_recurring_charges, pick(self.leases, lease), ALL).items:
            values: dict[str, Any] = {"description": f"Bins {cents}"} if renamed else {"amount_cents": cents}
            self.books.do(lease_accounts.change_recurring_charge, charge.id, None, values, confirmed=True)

    @rule(lease=PICK, place=PICK)
    def take_a_deposit_back(self, lease: int, place: int) -> None:
        entries = self.books.do(leasing.list_deposits, pick(self.leases, lease), ALL).items
        if entries:
            options = {"reason": "slip", "on": self.books.today, "now": self.books.now, "member_id": None}
            attempt(lambda: self.books.do(leasing.reverse_deposit_entry, pick(entries, place).id, **options))

    @precondition(lambda self: self.payments and self.channel_id)
    @rule(place=PICK, part=PARTS, days=st.integers(0, 40))
    def refund_on_a_day_gone_by(self, place: int, part: str, days: int) -> None:
        chosen = self.payment(place, lambda each: each.unallocated_cents and each.lease_id)
        values = {"channel_id": self.channel_id, "refunded_on": self.books.today - dt.timedelta(days=days)}
        attempt(lambda: self.books.refund(chosen.id, part_of(chosen.unallocated_cents, part), **values))

    @precondition(lambda self: self.channel_id)
    @rule(lease=PICK, part=PARTS, days=st.integers(0, 40))
    def refund_a_deposit_on_a_day_gone_by(self, lease: int, part: str, days: int) -> None:
        lease_id = mostly(self.leases, self.held, lease)
        on = self.books.today - dt.timedelta(days=days)
        assert self.channel_id is not None
        refund = DepositRefund("rent", part_of(self.held(lease_id).get("rent", 0), part), on, self.channel_id)
        attempt(lambda: self.books.do(leasing.refund_deposit, lease_id, refund, now=self.books.now, member_id=None))

    @rule(lease=PICK, cents=CENTS)
    def issue(self, lease: int, cents: int) -> None:
        new = NewInvoice(pick(self.leases, lease), [NewInvoiceLine("water", cents)], with_charges=True)
        self.books.do(lease_accounts.issue_invoice, new, **self.books.at())

    @rule(cents=st.sampled_from([0, 500_00]))
    def ask_a_late_fee(self, cents: int) -> None:
        policy = {"late_fee_kind": "fixed" if cents else "off", "late_fee_cents": cents}
        self.books.do(organisations.change_organisation, None, policy)

    def teardown(self) -> None:
        super().teardown()
        if hasattr(self, "books"):
            span = (self.books.today - FIRST).days
            for on in {FIRST + dt.timedelta(days=span * part // 3) for part in range(4)}:
                self.check_arrears(on)
            for lease_id in self.leases:
                self.tell_one_story(lease_id)

    def tell_one_story(self, lease_id: UUID) -> None:
        today = self.books.today
        told = self.books.do(statements.get_lease_statement, lease_id, None, today, today=today)
        account = self.books.do(lease_closing.get_final_account, lease_id, today=today)
        assert account.owed_cents - account.credit_cents == told.closing_cents


@pytest.mark.slow
def test_whoever_moves_the_books_are_right_and_tell_one_story(resources: Resources, database_kind: str) -> None:
    class Machine(MovingMachine):
        def __init__(self) -> None:
            super().__init__(resources)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES if database_kind == "sqlite" else EXAMPLES // 3,
            stateful_step_count=STEPS,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.reuse, Phase.generate),
        ),
    )
