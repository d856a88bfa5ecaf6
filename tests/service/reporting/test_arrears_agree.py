"""Whatever happens: what is open today, and what is added up from all that happened, are the same."""

import datetime as dt
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from chalicelib.billing.model import Invoice
from chalicelib.errors import Conflict
from chalicelib.paging import PageRequest
from chalicelib.payments.model import Payment
from chalicelib.periods import last_day, periods_between
from chalicelib.reporting import (
    arrears_repository,
    books_proof,
    collections_report,
    income_report,
    rent_roll_report,
    statements,
)
from chalicelib.reporting.arrears_repository import Scope
from chalicelib.reporting.model import AGES, Ages, LeaseArrears, RentRollRow, Statement
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables.ledger import journals, ledger_accounts, postings
from tests.service.reporting.landlord import FIRST_DAY, Landlord, found

STEPS = (
    "issue", "issue", "pay", "pay", "pay_late", "pay_unmatched", "match", "credit", "void", "reverse", "refund",
    "deposit", "deduct", "close",
)  # fmt: skip
PAYING = ("allocation", "release")
ONE_DAY = dt.timedelta(days=1)
step = st.tuples(
    st.sampled_from(STEPS),
    st.integers(0, 1),  # which lease
    st.integers(1, 30),  # hundreds of shillings
    st.integers(0, 40),  # days until the next step
    st.integers(0, 9),  # which of the documents there are
)


@given(st.lists(step, min_size=4, max_size=10), st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_reports_of_one_day_agree_however_they_are_read(
    resources: Resources, steps: list[tuple[str, int, int, int, int]], data: st.DataObject
) -> None:
    landlord = found(resources)
    leases = [landlord.let(), landlord.let()]
    for each in steps:
        _take_if_allowed(landlord, leases, each)
    today = landlord.today
    assert _listed(landlord, today, today=True) == _listed(landlord, today, today=False)
    moved = {entry.on for lease_id in leases for entry in _statement(landlord, lease_id, today).entries}
    for on in sorted({today, FIRST_DAY, *moved, *(each - ONE_DAY for each in moved if each > FIRST_DAY)}):
        _check_day(landlord, leases, on)
    for period in periods_between(FIRST_DAY, today):
        _check_month(landlord, period)
    _check_income(landlord)
    day = data.draw(st.dates(FIRST_DAY, today))
    for lease_id in leases:
        whole = _statement(landlord, lease_id, today)
        later = _statement(landlord, lease_id, today, since=day)
        split = [entry for entry in whole.entries if entry.on >= day]
        assert (later.entries, later.closing_cents) == (split, whole.closing_cents)
    proof = landlord.read(books_proof.compute_proof, now=landlord.now)
    assert proof.holds, [finding for finding in proof.findings if not finding.holds]


def _check_day(landlord: Landlord, leases: list[UUID], on: dt.date) -> None:
    """Arrears less credit, the statement, the rent roll and the ledger say the same of the day."""
    roll, posted = _roll(landlord, on), _posted(landlord, on)
    listed = {item.lease_id: item for item in _listed(landlord, on, today=False)}
    balances = {lease_id: _statement(landlord, lease_id, on).closing_cents for lease_id in leases}
    for lease_id, balance in balances.items():
        assert balance == roll[lease_id].balance_cents == posted.get(lease_id, 0)
        if balance <= 0:
            assert lease_id not in listed
        else:
            item = listed[lease_id]
            assert item.total_cents - item.credit_cents == balance
            assert sum(getattr(item, name) for name in AGES) == item.total_cents
    totals, count = _totals(landlord, on)
    assert (totals.total_cents - totals.credit_cents, count) == (sum(balances.values()), len(listed))
    assert totals.credit_cents == -sum(balance for balance in balances.values() if balance < 0)


def _check_month(landlord: Landlord, period: dt.date) -> None:
    """Collections are what the month's journals posted to channels, receivables and unallocated money."""
    seen = landlord.read(collections_report.get_collections, period)
    posted = _posted_by_account(landlord, period)
    on_channels = sum(cents for (code, _), cents in posted.items() if code.startswith("channel."))
    deposits_cents = seen.deposits_received_cents - seen.deposits_refunded_cents
    assert seen.received.amount_cents - seen.refunded_cents + deposits_cents == on_channels
    from_payments = sum(cents for (code, kind), cents in posted.items() if code == "receivable" and kind in PAYING)
    assert sum(each.amount_cents for each in seen.allocated) == -from_payments
    assert seen.unallocated_cents == -sum(cents for (code, _), cents in posted.items() if code == "unallocated")
    for parts in (seen.by_channel, seen.by_property, seen.by_day):
        assert sum(each.amount_cents for each in parts) == seen.received.amount_cents
        assert sum(each.payments for each in parts) == seen.received.payments


def _check_income(landlord: Landlord) -> None:
    """Whichever month it is told by, income is what was posted to its accounts."""
    first, last = FIRST_DAY, landlord.today.replace(day=1)
    by_journal, by_period = (
        landlord.read(income_report.get_income, first, last, by=by).by_charge_type for by in ("journal", "period")
    )
    whole = {each.charge_type: each.amount_cents for each in by_journal if each.amount_cents}
    parts = {each.charge_type: each.amount_cents + each.added_later_cents for each in by_period}
    assert whole == {charge_type: cents for charge_type, cents in parts.items() if cents}
    posted = -sum(
        cents
        for period in periods_between(first, last)
        for (code, _), cents in _posted_by_account(landlord, period).items()
        if code.startswith("income.")
    )
    assert sum(whole.values()) == posted


def _posted_by_account(landlord: Landlord, period: dt.date) -> dict[tuple[str, str], int]:
    """Return what the journals of the month posted, by account and kind of journal."""
    query = (
        select(ledger_accounts.c.code, journals.c.kind, func.sum(postings.c.amount_cents))
        .join(journals, journals.c.id == postings.c.journal_id)
        .join(ledger_accounts, ledger_accounts.c.id == postings.c.ledger_account_id)
        .where(postings.c.organisation_id == landlord.organisation_id)
        .where(journals.c.effective_on.between(period, last_day(period)))
        .group_by(ledger_accounts.c.code, journals.c.kind)
    )
    with landlord.resources.snapshot() as db:
        return {(code, kind): int(cents) for code, kind, cents in db.execute(query)}


def _posted(landlord: Landlord, on: dt.date) -> dict[UUID, int]:
    """Return what is posted to each lease's receivable and unallocated money by journals until the day."""
    query = (
        select(postings.c.lease_id, func.sum(postings.c.amount_cents))
        .join(journals, journals.c.id == postings.c.journal_id)
        .join(ledger_accounts, ledger_accounts.c.id == postings.c.ledger_account_id)
        .where(postings.c.organisation_id == landlord.organisation_id, journals.c.effective_on <= on)
        .where(ledger_accounts.c.code.in_(("receivable", "unallocated")), postings.c.lease_id.is_not(None))
        .group_by(postings.c.lease_id)
    )
    with landlord.resources.snapshot() as db:
        return {lease_id: int(cents) for lease_id, cents in db.execute(query)}


def _take_if_allowed(landlord: Landlord, leases: list[UUID], step: tuple[str, int, int, int, int]) -> None:
    what, which, hundreds, days, choice = step
    try:
        _take(landlord, what, leases[which], hundreds * 100_00, choice)
    except Conflict:
        # Too late for it, or too much; what brings something new is never refused.
        assert what not in ("issue", "pay", "pay_late", "pay_unmatched", "deposit")
    landlord.today += dt.timedelta(days=days)


def _take(landlord: Landlord, what: str, lease_id: UUID, cents: int, choice: int) -> None:
    if what == "issue":
        landlord.invoices.append(landlord.issue(lease_id, ("rent", cents), ("water", 5_00)))
    elif what.startswith("pay"):
        days = choice * 7 if what == "pay_late" else 0
        received_on = max(FIRST_DAY, landlord.today - dt.timedelta(days=days))
        whose = None if what == "pay_unmatched" else lease_id
        landlord.payments.append(landlord.pay(whose, cents, received_on=received_on))
    elif what == "close":
        landlord.close_next()
    elif what == "deposit":
        landlord.deposit(lease_id, cents)
    elif what == "deduct":
        landlord.deduct(lease_id, cents)
    elif what in ("credit", "void") and landlord.invoices:
        _undo_invoice(landlord, what, landlord.invoices[choice % len(landlord.invoices)], cents)
    elif what in ("match", "reverse", "refund") and landlord.payments:
        _change_payment(landlord, what, landlord.payments[choice % len(landlord.payments)], lease_id, cents)


def _undo_invoice(landlord: Landlord, what: str, invoice: Invoice, cents: int) -> None:
    if what == "void":
        landlord.void(invoice.id)
    else:
        landlord.credit(invoice.id, (invoice.lines[0].id, min(cents, invoice.lines[0].amount_cents)))


def _change_payment(landlord: Landlord, what: str, payment: Payment, lease_id: UUID, cents: int) -> None:
    if what == "match":
        landlord.match(payment.id, lease_id)
    elif what == "reverse":
        landlord.reverse(payment.id)
    else:
        landlord.refund(payment.id, min(cents, payment.amount_cents))


def _listed(landlord: Landlord, on: dt.date, *, today: bool) -> list[LeaseArrears]:
    scope = Scope(landlord.organisation_id, on, today, None)
    with landlord.resources.snapshot() as db:
        return arrears_repository.list_arrears(db, scope, PageRequest()).items


def _totals(landlord: Landlord, on: dt.date) -> tuple[Ages, int]:
    with landlord.resources.snapshot() as db:
        return arrears_repository.total_arrears(db, Scope(landlord.organisation_id, on, False, None))


def _roll(landlord: Landlord, on: dt.date) -> dict[UUID | None, RentRollRow]:
    page = landlord.read(rent_roll_report.get_rent_roll, PageRequest(), on, None, today=landlord.today)
    return {row.lease_id: row for row in page.items}


def _statement(landlord: Landlord, lease_id: UUID, until: dt.date, since: dt.date | None = None) -> Statement:
    return landlord.read(statements.get_lease_statement, lease_id, since, until, today=landlord.today)
