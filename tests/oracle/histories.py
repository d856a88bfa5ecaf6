"""Histories of a lease from a seed: what happens, when it is entered, and a player that enters it."""

import datetime as dt
from collections.abc import Callable
from random import Random
from typing import Any, NamedTuple
from uuid import UUID

from chalicelib import billing, lease_accounts, organisations, payments, portfolio
from chalicelib.errors import Conflict, Invalid
from chalicelib.leasing.model import DatedRent, NewRecurringCharge
from chalicelib.payments import late_fees
from chalicelib.periods import month_after
from chalicelib.portfolio.model import NewChannel
from tests.money import ALL, Money
from tests.oracle import calculator as oracle

FIRST, MONTHS, DUE_DAY = dt.date(2026, 6, 1), 5, 5
DAY = dt.timedelta(days=1)
RENTS = (10_000_00, 12_345_00, 20_000_00)


class Act(NamedTuple):
    """What is entered on a day, and the values that it takes."""

    on: dt.date
    name: str
    values: tuple[Any, ...]


class History(NamedTuple):
    seed: int
    rent_cents: int
    grace_days: int
    policy: dict[str, Any]
    acts: list[Act]


def make_history(seed: int) -> History:
    """Return the history of a seed: always the same."""
    chance = Random(seed)
    rent = chance.choice(RENTS)
    percent = chance.random() < 0.7
    policy = {"late_fee_kind": "percent", "late_fee_bps": 1000} if percent else {
        "late_fee_kind": "fixed", "late_fee_cents": 500_00
    }  # fmt: skip
    policy["late_fee_grace_days"] = chance.choice((0, 0, 5))
    acts: list[Act] = []
    for period in months():
        billed_on = period + DAY * chance.choice((0, 0, 0, 7, 20))
        if chance.random() < 0.85:  # now and then a month is forgotten
            acts.append(Act(billed_on, "bill", (period,)))
        acts += [Act(period + DAY * day, "fees", ()) for day in (9, 19)]
        for _ in range(chance.choice((0, 1, 1, 2))):
            received = period + DAY * chance.randrange(0, 27)
            cents = chance.choice((rent, rent, rent // 2, rent // 4, rent + 2_000_00)) // 100 * 100
            entered = received + DAY * chance.choice((0, 0, 1, 15, 40))
            acts.append(Act(entered, chance.choice(("cash", "cash", "cheque", "code")), (received, cents)))
    acts += _turns(chance, rent)
    return History(seed, rent, chance.choice((0, 3)), policy, sorted(acts, key=lambda act: act.on))


def months() -> list[dt.date]:
    found = [FIRST]
    while len(found) < MONTHS:
        found.append(month_after(found[-1]))
    return found


def last_day() -> dt.date:
    return month_after(months()[-1]) + DAY * 45


def _turns(chance: Random, rent: int) -> list[Act]:
    """Return what happens now and then: decisions, changes, ends."""

    def some_day() -> dt.date:
        return FIRST + DAY * chance.randrange(5, 30 * MONTHS)

    names = ("confirm", "reject", "reverse", "rent", "charge", "damage", "waive", "void", "close")
    turns = [Act(some_day(), name, (chance.randrange(1000),)) for name in names if chance.random() < 0.55]
    if chance.random() < 0.4:
        effective = some_day()
        turns.append(Act(effective + DAY * chance.choice((-10, 0, 12, 35)), "rent_from", (effective, rent + 3_000_00)))
    if chance.random() < 0.3:
        ends = FIRST + DAY * chance.randrange(60, 30 * MONTHS)
        turns.append(Act(ends + DAY * chance.choice((0, 5, 30)), "terminate", (ends,)))
    return turns


class Player:
    """Enters a history into books, and tells what the calculator needs to know of what came of it."""

    def __init__(self, books: Money, history: History) -> None:
        self.books, self.history = books, history
        books.today = FIRST
        books.do(organisations.change_organisation, None, history.policy)
        paybill = NewChannel("paybill", "Paybill", "20071271")
        self.paybill_id = books.do(portfolio.add_channel, paybill, **books.at()).id
        self.lease_id = books.let(history.rent_cents, FIRST, grace_days=history.grace_days, due_day=DUE_DAY)
        self.rents = [(FIRST, history.rent_cents)]
        self.charges: list[tuple[str, int, bool, dt.date, dt.date | None]] = []
        self.ends_on: dt.date | None = None
        self.paid: dict[UUID, oracle.Money] = {}
        self.waiting: list[UUID] = []
        self.settled: list[UUID] = []
        self.next_close = FIRST

    def play(self) -> None:
        for act in self.history.acts:
            self.books.today = max(self.books.today, act.on)
            getattr(self, f"_{act.name}")(*act.values)
        self.books.today = max(self.books.today, last_day())
        self._fees()

    def _bill(self, period: dt.date) -> None:
        self.books.bill(period, self.books.today)

    def _fees(self) -> None:
        on = self.books.today
        self.books.do(late_fees.assess_next, on, after=None, limit=500)

    def _cash(self, received: dt.date, cents: int, **values: Any) -> None:
        paid = self.books.pay(self.lease_id, cents, received_on=received, **values)
        self.paid[paid.id] = oracle.Money(received, cents)
        (self.waiting if paid.state == "pending" else self.settled).append(paid.id)

    def _cheque(self, received: dt.date, cents: int) -> None:
        self._cash(received, cents, method="cheque", provider_reference=f"{len(self.paid):06d}")

    def _code(self, received: dt.date, cents: int) -> None:
        reference = f"SLK4H7R{self.books.today.toordinal() % 1000:03d}"
        self._try(
            lambda: self._cash(
                received, cents, method="mpesa", provider_reference=reference, channel_id=self.paybill_id
            )
        )

    def _confirm(self, _: int) -> None:
        if self.waiting:
            payment_id = self.waiting.pop(0)
            self.books.confirm(payment_id)
            self.settled.append(payment_id)

    def _reject(self, _: int) -> None:
        if self.waiting:
            payment_id = self.waiting.pop(0)
            self.books.do(payments.reject_payment, payment_id, reason="no such money", **self.books.at())
            del self.paid[payment_id]

    def _reverse(self, place: int) -> None:
        if self.settled:
            payment_id = self.settled.pop(place % len(self.settled))
            self.books.reverse(payment_id)
            del self.paid[payment_id]

    def _rent(self, place: int) -> None:
        effective = self.books.today - DAY * (place % 40)
        self._rent_from(effective, RENTS[place % 3])

    def _rent_from(self, effective: dt.date, cents: int) -> None:
        effective = max(effective, FIRST)
        step = DatedRent(effective, cents)
        if self._try(lambda: self.books.do(lease_accounts.add_rent_change, self.lease_id, step, confirmed=True)):
            self.rents = sorted({**dict(self.rents), effective: cents}.items())

    def _charge(self, place: int) -> None:
        first = max(self.books.today - DAY * (place % 30), FIRST)
        new = NewRecurringCharge("garbage", 600_00, prorated=place % 2 == 0, starts_on=first)
        if self._try(lambda: self.books.do(lease_accounts.add_recurring_charge, self.lease_id, new, confirmed=True)):
            self.charges.append(("garbage", 600_00, new.prorated, first, None))

    def _damage(self, place: int) -> None:
        invoice = self.books.invoice(self.lease_id, ("damage", 3_000_00))
        if place % 2:
            kind = "never_owed" if place % 4 == 1 else "goodwill"
            shares = [(invoice.lines[0].id, 1_000_00)]
            self.books.do(lease_accounts.credit_invoice, invoice.id, shares, reason="agreed", kind=kind)

    def _waive(self, _: int) -> None:
        pending = self.books.do(billing.list_charges, ALL, lease_id=self.lease_id, status="pending").items
        if pending:
            self.books.do(billing.cancel_charge, pending[0].id)

    def _void(self, place: int) -> None:
        invoices = [each for each in self.books.invoices(self.lease_id) if each.status == "open"]
        months = [each for each in invoices if each.kind != "difference"]  # that a person decided against it stays so
        if months:
            self._try(lambda: self.books.void(months[place % len(months)].id))

    def _close(self, _: int) -> None:
        if self._try(lambda: self.books.close_month(self.next_close)):
            self.next_close = month_after(self.next_close)

    def _terminate(self, ends_on: dt.date) -> None:
        if self._try(lambda: self.books.terminate(self.lease_id, ends_on)):
            self.ends_on = ends_on

    def _try(self, work: Callable[[], object]) -> bool:
        try:
            work()
        except (Conflict, Invalid):
            return False
        return True

    # What the calculator is given

    @property
    def terms(self) -> oracle.Terms:
        return oracle.Terms(FIRST, self.ends_on, list(self.rents), list(self.charges))

    @property
    def policies(self) -> list[oracle.Policy]:
        asked = self.history.policy
        grace = asked["late_fee_grace_days"]
        return [
            oracle.Policy(FIRST, asked["late_fee_kind"], asked.get("late_fee_cents", 0),
                          asked.get("late_fee_bps", 0) // 100, grace)
        ]  # fmt: skip

    def documents(self) -> list[oracle.Document]:
        """Return what was issued and decided, without what the product derived from it."""
        notes = self.books.do(billing.list_credit_notes, ALL, lease_id=self.lease_id).items
        charges = self.books.do(billing.list_charges, ALL, lease_id=self.lease_id).items
        decided = {each.late_for_id for each in charges if each.status == "cancelled"}
        documents = []
        for invoice in self.books.invoices(self.lease_id):
            lines = []
            for line in invoice.lines:
                mine = [
                    (note, part.amount_cents)
                    for note in notes
                    for part in note.lines
                    if part.invoice_line_id == line.id
                ]
                never = sum(cents for note, cents in mine if note.kind == "never_owed")
                given_up = [(note.issued_on, cents) for note, cents in mine if note.kind != "never_owed"]
                from_rate = line.charge_id is None and invoice.kind in ("run", "final", "difference")
                lines.append(oracle.Line(line.charge_type, line.amount_cents, never, given_up, from_rate))
            documents.append(
                oracle.Document(
                    invoice.number, invoice.kind, invoice.period, invoice.issued_on, invoice.due_on,
                    invoice.overdue_on - DAY,
                    invoice.voided_on is not None, invoice.run_period is not None, lines, invoice.id in decided,
                    # A lease that has ended gets no further invoice that would bill a fee, so what became late by
                    # then is fined when it is closed, and nothing after.
                    self.ends_on is None or any(each.late_for_id == invoice.id for each in charges),
                )
            )  # fmt: skip
        return documents

    def fees(self) -> dict[int, int]:
        """Return by the number of the late invoice what stands charged for it, pending or invoiced less credited."""
        invoices = self.books.invoices(self.lease_id)
        numbers = {each.id: each.number for each in invoices}
        lines = {line.charge_id: line for each in invoices if each.voided_on is None for line in each.lines}
        found: dict[int, int] = {}
        for charge in self.books.do(billing.list_charges, ALL, lease_id=self.lease_id).items:
            if charge.late_for_id is None or charge.status in ("cancelled", "withdrawn"):
                continue
            line = lines.get(charge.id)
            standing = charge.amount_cents if line is None else line.amount_cents - line.credited_cents
            number = numbers[charge.late_for_id]
            found[number] = found.get(number, 0) + standing
        return {number: cents for number, cents in found.items() if cents}

    def owed_less_credit(self) -> int:
        account = self.books.do(lease_accounts.get_final_account, self.lease_id, today=self.books.today)
        return account.owed_cents - account.credit_cents
