"""A machine that does to a landlord's books whatever may be done, in any order, and proves them after each step.

Where it can be told beforehand whether a step is allowed, the machine tells it and holds the use case
to that; elsewhere a refusal (Conflict, Invalid) is as good as success, so long as nothing was written.
"""

import datetime as dt
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from chalicelib import billing, leasing, reporting
from chalicelib.billing.model import NewCharge
from chalicelib.errors import Conflict, Invalid
from chalicelib.leasing.model import DepositRefund, NewRecurringCharge
from chalicelib.paging import PageRequest
from chalicelib.payments.model import Payment, Refund
from chalicelib.reporting import books_proof
from chalicelib.runtime.resources import Resources
from tests.examples import examples
from tests.money import FIRST, Money

Thing = TypeVar("Thing")

PICK = st.integers(0, 10_000)
CENTS = st.sampled_from([1, 99_50, 500_00, 3_000_00, 9_999_99, 10_000_00, 12_345_67, 40_000_00])
TYPES = st.sampled_from(["water", "damage", "late_fee", "other", "rent"])
PARTS = st.sampled_from(["all", "all", "a third", "too much"])  # of what there is
MONTHS = st.integers(-1, 1)
MAX_LEASES = 4
EXAMPLES, STEPS = examples(25), 40  # on SQLite; MariaDB does half of the examples in twice the time


class MoneyMachine(RuleBasedStateMachine):
    def __init__(self, resources: Resources) -> None:
        super().__init__()
        self.resources = resources

    @initialize()
    def found(self) -> None:
        self.books = Money.found(self.resources)
        self.leases: list[UUID] = [self.books.let(10_000_00)]
        self.ended: set[UUID] = set()
        self.payments: list[UUID] = []
        self.deductions: list[UUID] = []
        self.refunds: list[Refund] = []
        self.channel_id: UUID | None = None
        self.next_close = FIRST

    # What the landlord does

    @rule(days=st.integers(1, 40))
    def time_passes(self, days: int) -> None:
        self.books.today += dt.timedelta(days=days)

    @precondition(lambda self: len(self.leases) < MAX_LEASES)
    @rule(rent_cents=CENTS, days=st.integers(-40, 20), prorated=st.booleans(), like=st.none() | PICK)
    def let(self, rent_cents: int, days: int, prorated: bool, like: int | None) -> None:
        garbage = NewRecurringCharge("garbage", 300_00, prorated=prorated)
        starts_on = self.books.today + dt.timedelta(days=days)
        terms = {} if like is None else {"like": pick(self.leases, like)}
        self.leases.append(self.books.let(rent_cents, starts_on, recurring_charges=[garbage], **terms))

    @rule(months=MONTHS)
    def bill(self, months: int) -> None:
        first = self.books.today.replace(day=1)
        period = (first + dt.timedelta(days=31 * months)).replace(day=1)
        self.books.bill(period)
        assert self.books.bill(period) == 0

    @rule(lease=PICK, charge_type=TYPES, cents=CENTS)
    def invoice(self, lease: int, charge_type: str, cents: int) -> None:
        self.books.invoice(pick(self.leases, lease), (charge_type, cents), ("water", 1_00))

    @rule(lease=PICK, cents=CENTS)
    def charge(self, lease: int, cents: int) -> None:
        new = NewCharge(pick(self.leases, lease), "damage", cents, "Window", self.books.today)
        self.books.do(billing.add_charge, new, **self.books.at())

    @rule(lease=PICK, cents=CENTS)
    def opening_balance(self, lease: int, cents: int) -> None:
        lease_id, today = pick(self.leases, lease), self.books.today
        attempt(lambda: self.books.do(billing.issue_opening_invoice, lease_id, cents, today, now=self.books.now))

    @rule(lease=PICK, place=PICK)
    def void(self, lease: int, place: int) -> None:
        invoices = self.books.invoices(pick(self.leases, lease))
        if invoices:
            chosen = mostly(invoices, lambda each: each.status == "open", place)
            clean = not chosen.paid_cents and not chosen.credited_cents and chosen.voided_on is None
            clean &= chosen.lines[0].charge_type != "refund_recovery"
            expect(clean, lambda: self.books.void(chosen.id))

    @rule(lease=PICK, place=PICK, part=PARTS)
    def credit(self, lease: int, place: int, part: str) -> None:
        lines = self.books.lines(pick(self.leases, lease))
        if lines:
            chosen = mostly(lines, lambda each: each.paid_cents, place)
            cents = part_of(chosen.paid_cents + chosen.open_cents, part)
            attempt(lambda: self.books.credit(chosen.invoice_id, (chosen.id, cents)))

    # Money comes in

    @rule(lease=PICK, cents=CENTS, purpose=st.none() | TYPES, days=st.integers(0, 45))
    def pay(self, lease: int, cents: int, purpose: str | None, days: int) -> None:
        received_on = self.books.today - dt.timedelta(days=days)
        paid = self.books.pay(pick(self.leases, lease), cents, purpose=purpose, received_on=received_on)
        self.payments.append(paid.id)
        self.channel_id = paid.channel_id

    @rule(cents=CENTS)
    def pay_unmatched(self, cents: int) -> None:
        self.payments.append(self.books.pay(None, cents).id)

    @rule(lease=PICK, cents=CENTS)
    def pay_a_caretaker(self, lease: int, cents: int) -> None:
        who = {"role": "caretaker", "within": frozenset({self.books.property_id})}
        self.payments.append(self.books.pay(pick(self.leases, lease), cents, who=who).id)

    @rule(lease=PICK, cents=CENTS)
    def opening_credit(self, lease: int, cents: int) -> None:
        self.payments.append(self.books.opening_credit(pick(self.leases, lease), cents).id)

    # What is made of it

    @precondition(lambda self: self.payments)
    @rule(place=PICK, reject=st.booleans())
    def decide(self, place: int, reject: bool) -> None:
        chosen = self.payment(place, lambda each: each.state == "pending")
        use_case: Callable[[UUID], Payment] = self.books.reject if reject else self.books.confirm
        expect(chosen.state == "pending", lambda: use_case(chosen.id))

    @precondition(lambda self: self.payments)
    @rule(place=PICK, lease=PICK)
    def match(self, place: int, lease: int) -> None:
        chosen = self.payment(place, lambda each: each.state == "unmatched")
        expect(chosen.state == "unmatched", lambda: self.books.match(chosen.id, pick(self.leases, lease)))

    @precondition(lambda self: self.payments)
    @rule(place=PICK, line=PICK, cents=CENTS, choose=st.booleans())
    def allocate(self, place: int, line: int, cents: int, choose: bool) -> None:
        chosen = self.payment(place, lambda each: each.state == "matched")
        lines = self.books.lines(chosen.lease_id) if choose and chosen.lease_id else []
        open_lines = [each for each in lines if each.open_cents or each.paid_cents]
        shares = [(pick(open_lines, line).id, cents)] if open_lines else ([] if choose else None)
        if shares:
            attempt(lambda: self.books.allocate(chosen.id, shares))
        else:
            expect(chosen.state == "matched", lambda: self.books.allocate(chosen.id, shares))

    @precondition(lambda self: self.payments)
    @rule(place=PICK)
    def reverse(self, place: int) -> None:
        chosen = self.payment(place, lambda each: each.state == "matched")
        expect(chosen.state in ("matched", "unmatched"), lambda: self.books.reverse(chosen.id))

    @precondition(lambda self: self.payments)
    @rule(place=PICK, lease=PICK)
    def move(self, place: int, lease: int) -> None:
        chosen = self.payment(place, lambda each: each.state == "matched" and not each.refunded_cents)
        lease_id = mostly(self.leases, lambda each: each != chosen.lease_id, lease)
        allowed = chosen.state == "matched" and chosen.method != "opening" and not chosen.refunded_cents
        made = expect(allowed and lease_id != chosen.lease_id, lambda: self.books.move(chosen.id, lease_id))
        self.payments += [made.id] if made else []

    @precondition(lambda self: self.payments and self.channel_id)
    @rule(place=PICK, part=PARTS)
    def refund(self, place: int, part: str) -> None:
        chosen = self.payment(place, lambda each: each.unallocated_cents and each.lease_id)
        cents = part_of(chosen.unallocated_cents, part)
        allowed = chosen.state == "matched" and cents <= chosen.unallocated_cents
        made = expect(allowed, lambda: self.books.refund(chosen.id, cents, channel_id=self.channel_id))
        self.refunds += [made] if made else []

    @precondition(lambda self: self.refunds)
    @rule(place=PICK)
    def take_a_refund_back(self, place: int) -> None:
        chosen = pick(self.refunds, place)
        if attempt(lambda: self.books.undo_refund(chosen)):  # refused where a deposit paid what is to be returned
            self.refunds.remove(chosen)
            expect(False, lambda: self.books.undo_refund(chosen))

    # Deposits

    @rule(lease=PICK, cents=CENTS, kind=st.sampled_from(["rent", "rent", "water"]))
    def take_deposit(self, lease: int, cents: int, kind: str) -> None:
        self.books.deposit(pick(self.leases, lease), cents, kind, self.channel_id)

    @rule(lease=PICK, part=PARTS)
    def deduct(self, lease: int, part: str) -> None:
        lease_id = mostly(self.leases, lambda each: self.held(each) and self.owed(each), lease)
        if not self.held(lease_id):
            self.books.deposit(lease_id, 5_000_00)
        most = min(sum(self.held(lease_id).values()), self.owed(lease_id))
        cents = part_of(most, part)
        made = expect(cents <= most, lambda: self.books.deduct(lease_id, cents))
        self.deductions += made.entries if made else []

    @precondition(lambda self: self.deductions)
    @rule(place=PICK)
    def take_a_deduction_back(self, place: int) -> None:
        chosen = pick(self.deductions, place)
        self.books.undo_deduction(chosen)
        self.deductions.remove(chosen)

    @precondition(lambda self: self.channel_id)
    @rule(lease=PICK, part=PARTS)
    def refund_deposit(self, lease: int, part: str) -> None:
        lease_id, on = mostly(self.leases, self.held, lease), self.books.today
        held = self.held(lease_id)
        cents = part_of(held.get("rent", 0), part)
        assert self.channel_id is not None
        refund = DepositRefund("rent", cents, on, self.channel_id)
        options = {"now": self.books.now, "member_id": None}
        allowed = cents <= held.get("rent", 0)
        expect(allowed, lambda: self.books.do(leasing.refund_deposit, lease_id, refund, **options))

    # Ends

    @rule(lease=PICK, days=st.integers(-20, 40))
    def terminate(self, lease: int, days: int) -> None:
        ends_on = self.books.today + dt.timedelta(days=days)
        lease_id = mostly(self.leases, lambda each: each not in self.ended, lease)
        if attempt(lambda: self.books.terminate(lease_id, ends_on)):
            self.ended.add(lease_id)

    @rule(lease=PICK)
    def close_account(self, lease: int) -> None:
        lease_id = mostly(self.leases, lambda each: each in self.ended, lease)
        account = attempt(lambda: self.books.close_account(lease_id))
        if account is not None:
            assert self.books.close_account(lease_id) == account

    @rule(days=st.integers(0, 20))
    def close_month(self, days: int) -> None:
        following = (self.next_close + dt.timedelta(days=31)).replace(day=1)
        self.books.today = max(self.books.today, following + dt.timedelta(days=days))
        if attempt(lambda: self.books.close_month(self.next_close)):
            self.next_close = following

    # What must hold

    @invariant()
    def nothing_is_broken(self) -> None:
        if hasattr(self, "books"):
            found = self.books.broken()
            assert found == [], found

    def teardown(self) -> None:
        """The application's own proof must agree with ours, and arrears with statements on any day."""
        if hasattr(self, "books"):
            for days in (0, 1, 20, 50):
                self.check_arrears(self.books.today - dt.timedelta(days=days))
            proof = self.books.do(books_proof.compute_proof, now=self.books.now)
            assert proof.holds, [each for each in proof.findings if not each.holds]

    def check_arrears(self, on: dt.date) -> None:
        at = {"today": self.books.today, "now": self.books.now}
        balances = {
            each: self.books.do(reporting.get_lease_statement, each, None, on, **at).closing_cents
            for each in self.leases
        }
        arrears = self.books.do(reporting.get_arrears, PageRequest(limit=100), on, None, **at)
        owed = {item.lease_id: item.total_cents - item.credit_cents for item in arrears.items}
        assert owed == {each: cents for each, cents in balances.items() if cents > 0}
        assert arrears.totals.credit_cents == -sum(cents for cents in balances.values() if cents < 0)

    def payment(self, place: int, fits: Callable[[Payment], object]) -> Payment:
        return mostly([self.books.payment(each) for each in self.payments], fits, place)

    def held(self, lease_id: UUID) -> dict[str, int]:
        return self.books.do(leasing.get_held_deposits, lease_id)

    def owed(self, lease_id: UUID) -> int:
        return sum(line.open_cents for line in self.books.lines(lease_id))


def mostly(things: list[Thing], fits: Callable[[Thing], object], place: int) -> Thing:
    """Pick one that fits, four times out of five and where there is one; else any, to see it refused."""
    fitting = [each for each in things if fits(each)] if place % 5 else []
    return pick(fitting or things, place)


def pick(things: list[Thing], place: int) -> Thing:
    return things[place % len(things)]


def part_of(cents: int, part: str) -> int:
    """Return a part of ``cents``, above 0."""
    return max(1, {"all": cents, "a third": cents // 3, "too much": cents + 1}[part])


def attempt(work: Callable[[], Thing]) -> Thing | None:
    """Return what ``work`` does, or None where it was refused."""
    try:
        return work()
    except (Conflict, Invalid):
        return None


def expect(allowed: bool, work: Callable[[], Thing]) -> Thing | None:
    """Do what is allowed, and see refused what is not."""
    if allowed:
        return work()
    with pytest.raises((Conflict, Invalid)):
        work()
    return None


@pytest.mark.slow
def test_whatever_is_done_the_books_are_right(resources: Resources, database_kind: str) -> None:
    class Machine(MoneyMachine):
        def __init__(self) -> None:
            super().__init__(resources)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=EXAMPLES if database_kind == "sqlite" else EXAMPLES // 2,
            stateful_step_count=STEPS,
            suppress_health_check=list(HealthCheck),
            phases=(Phase.explicit, Phase.reuse, Phase.generate),  # to shrink thirty steps takes many minutes
        ),
    )
