"""A report takes the same number of queries whatever there is to report."""

import datetime as dt
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from chalicelib.paging import PageRequest
from chalicelib.reporting import (
    arrears_report,
    books_proof,
    collections_report,
    income_report,
    rent_roll_report,
    statements,
)
from tests.contexts import context
from tests.service.reporting.landlord import Landlord

JANUARY = dt.date(2026, 1, 1)


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that are sent until the block ends."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _all(rows: Callable[..., Any], *of: Any) -> Callable[..., Any]:
    return lambda db, mine, today: list(rows(context(db, mine, today=today), *of))


REPORTS: dict[str, Callable[..., Any]] = {
    "arrears today": lambda db, mine, today: arrears_report.get_arrears(
        context(db, mine, today=today), PageRequest(), None, None
    ),
    "arrears of a past day": lambda db, mine, today: arrears_report.get_arrears(
        context(db, mine, today=today), PageRequest(), JANUARY, None
    ),
    "arrears, whole": _all(arrears_report.iter_arrears, "-overdue", None, None),
    "rent roll": lambda db, mine, today: rent_roll_report.get_rent_roll(
        context(db, mine, today=today), PageRequest(), None, None
    ),
    "rent roll, whole": _all(rent_roll_report.iter_rent_roll, None, None),
    "occupancy": rent_roll_report.get_occupancy,
    "collections": lambda db, mine, _today: collections_report.get_collections(context(db, mine), JANUARY),
    "income": lambda db, mine, _today: income_report.get_income(context(db, mine), JANUARY, JANUARY),
    "proof": lambda db, mine, today: books_proof.compute_proof(
        context(db, mine, now=dt.datetime.combine(today, dt.time(), dt.UTC))
    ),
}


def grow(landlord: Landlord, leases: int) -> None:
    house = landlord.add_property(f"House {landlord.today}")
    for _ in range(leases):
        lease_id = landlord.let(unit_id=landlord.add_unit(property_id=house))
        landlord.issue(lease_id, ("rent", 20_000_00), ("water", 500_00))
        landlord.pay(lease_id, 20_100_00)


@pytest.mark.parametrize("name", REPORTS)
def test_more_leases_take_no_more_queries(landlord: Landlord, name: str) -> None:
    counts = []
    for leases in (1, 6):
        grow(landlord, leases)
        landlord.today += dt.timedelta(days=40)
        with counted(landlord.resources.reader) as sent:
            landlord.read(REPORTS[name], landlord.today)
        counts.append(len(sent))
    assert counts[0] == counts[1]
    assert counts[0] > 0


def test_more_history_takes_no_more_queries(landlord: Landlord) -> None:
    tenant_id = landlord.add_tenant()
    lease_id = landlord.let(tenant_id=tenant_id)
    counts = []
    for months in (1, 5):
        for _ in range(months):
            landlord.issue(lease_id, ("rent", 20_000_00))
            landlord.pay(lease_id, 19_000_00)
            landlord.today += dt.timedelta(days=30)
        with counted(landlord.resources.reader) as sent:
            for statement, of in (
                (statements.get_tenant_statement, tenant_id),
                (statements.get_lease_statement, lease_id),
            ):
                landlord.read(statement, of, dt.date(2026, 1, 20), None, today=landlord.today)
        counts.append(len(sent))
    assert counts[0] == counts[1]
