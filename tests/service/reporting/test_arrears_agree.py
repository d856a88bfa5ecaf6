"""Whatever happens: what is open today, and what is added up from all that happened, are the same."""

import datetime as dt
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.billing.model import Invoice
from chalicelib.errors import Conflict
from chalicelib.paging import PageRequest
from chalicelib.payments.model import Payment
from chalicelib.reporting import arrears_repository, books_proof, rent_roll_report, statements
from chalicelib.reporting.arrears_repository import Scope
from chalicelib.reporting.model import LeaseArrears, RentRollRow, Statement
from chalicelib.runtime.resources import Resources
from tests.service.reporting.landlord import FIRST_DAY, Landlord, found

STEPS = ("issue", "issue", "pay", "pay", "credit", "void", "reverse", "refund", "deposit", "deduct")
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
    day = data.draw(st.dates(FIRST_DAY, today))
    for on in (today, day):
        roll = _roll(landlord, on)
        owed = {item.lease_id: item.total_cents for item in _listed(landlord, on, today=False)}
        for lease_id in leases:
            told = _statement(landlord, lease_id, on)
            assert told.closing_cents == roll[lease_id].balance_cents
            if told.closing_cents > 0:
                assert owed[lease_id] >= told.closing_cents
    for lease_id in leases:
        whole = _statement(landlord, lease_id, today)
        later = _statement(landlord, lease_id, today, since=day)
        split = [entry for entry in whole.entries if entry.on >= day]
        assert (later.entries, later.closing_cents) == (split, whole.closing_cents)
    proof = landlord.read(books_proof.compute_proof, now=landlord.now)
    assert proof.holds, [finding for finding in proof.findings if not finding.holds]


def _take_if_allowed(landlord: Landlord, leases: list[UUID], step: tuple[str, int, int, int, int]) -> None:
    what, which, hundreds, days, choice = step
    try:
        _take(landlord, what, leases[which], hundreds * 100_00, choice)
    except Conflict:
        # Too late for it, or too much; what brings something new is never refused.
        assert what not in ("issue", "pay", "deposit")
    landlord.today += dt.timedelta(days=days)


def _take(landlord: Landlord, what: str, lease_id: UUID, cents: int, choice: int) -> None:
    if what == "issue":
        landlord.invoices.append(landlord.issue(lease_id, ("rent", cents), ("water", 5_00)))
    elif what == "pay":
        landlord.payments.append(landlord.pay(lease_id, cents))
    elif what == "deposit":
        landlord.deposit(lease_id, cents)
    elif what == "deduct":
        landlord.deduct(lease_id, cents)
    elif what in ("credit", "void") and landlord.invoices:
        _undo_invoice(landlord, what, landlord.invoices[choice % len(landlord.invoices)], cents)
    elif what in ("reverse", "refund") and landlord.payments:
        _undo_payment(landlord, what, landlord.payments[choice % len(landlord.payments)], cents)


def _undo_invoice(landlord: Landlord, what: str, invoice: Invoice, cents: int) -> None:
    if what == "void":
        landlord.void(invoice.id)
    else:
        landlord.credit(invoice.id, (invoice.lines[0].id, min(cents, invoice.lines[0].amount_cents)))


def _undo_payment(landlord: Landlord, what: str, payment: Payment, cents: int) -> None:
    if what == "reverse":
        landlord.reverse(payment.id)
    else:
        landlord.refund(payment.id, min(cents, payment.amount_cents))


def _listed(landlord: Landlord, on: dt.date, *, today: bool) -> list[LeaseArrears]:
    scope = Scope(landlord.organisation_id, on, today, None)
    with landlord.resources.snapshot() as db:
        return arrears_repository.list_arrears(db, scope, PageRequest()).items


def _roll(landlord: Landlord, on: dt.date) -> dict[UUID | None, RentRollRow]:
    page = landlord.read(rent_roll_report.get_rent_roll, PageRequest(), on, None, today=landlord.today)
    return {row.lease_id: row for row in page.items}


def _statement(landlord: Landlord, lease_id: UUID, until: dt.date, since: dt.date | None = None) -> Statement:
    return landlord.read(statements.get_lease_statement, lease_id, since, until, today=landlord.today)
