"""Sixteen processes at once on the same few leases: nothing is lost, nothing counts twice, no number is missing."""

import datetime as dt
import multiprocessing
from collections import Counter
from uuid import UUID

import pytest

from chalicelib import payments
from chalicelib.runtime.resources import Resources
from tests.money import ALL, Money
from tests.service.money_racers import race

PROCESSES, STEPS, LEASES = 16, 12, 3
JULY = dt.date(2026, 7, 5)


@pytest.mark.slow
@pytest.mark.mariadb
@pytest.mark.parametrize("carried_on", [False, True])
@pytest.mark.parametrize("database_kind", ["mariadb"], indirect=True)
def test_sixteen_processes_leave_the_books_right(resources: Resources, database: str, carried_on: bool) -> None:
    books = Money.found(resources)
    leases = _chain(books) if carried_on else [books.let(10_000_00) for _ in range(LEASES)]
    books.today = JULY
    context = multiprocessing.get_context("spawn")
    start, told = context.Barrier(PROCESSES), context.Queue()
    shared = (database, books.organisation_id, books.property_id, leases, JULY)
    racers = [
        context.Process(target=race, args=(*shared, number, STEPS, start, told), daemon=True)
        for number in range(PROCESSES)
    ]
    for racer in racers:
        racer.start()
    reports = [told.get(timeout=120) for _ in racers]
    for racer in racers:
        racer.join(30)
    assert [trouble for _, _, _, trouble in reports if trouble] == []
    assert [racer.exitcode for racer in racers] == [0] * PROCESSES
    seen = sum((each for _, each, _, _ in reports), Counter[str]())
    print(dict(sorted(seen.items())))
    assert sum(seen.values()) == PROCESSES * STEPS
    assert [name for name in seen if "given up" in name] == []
    assert books.broken() == []
    # No update was lost: what the processes were told they took in is what is there.
    there = books.do(payments.list_payments, ALL, state="matched").items
    assert sum(payment.amount_cents for payment in there) == sum(received for _, _, received, _ in reports)
    assert len(there) < ALL.limit
    references = [payment.provider_reference for payment in there if payment.provider_reference]
    assert len(references) == len(set(references))
    months = [(invoice.lease_id, invoice.run_period) for lease in leases for invoice in books.invoices(lease)]
    billed = [month for month in months if month[1]]
    assert len(billed) == len(set(billed))


def _chain(books: Money) -> list[UUID]:
    """Return leases of which each renews the one before, so that all spend the first one's credit."""
    leases = [books.let(10_000_00, ends_on=dt.date(2026, 6, 20))]
    leases.append(books.renew(leases[0], ends_on=dt.date(2026, 7, 4)))
    return [*leases, books.renew(leases[1])]
