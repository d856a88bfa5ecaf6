"""Processes that bill, number, pay and void at the same time."""

import multiprocessing
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from tests.service.billing import racers
from tests.service.billing.conftest import JUNE, Landlord

pytestmark = pytest.mark.slow
_spawn = multiprocessing.get_context("spawn")


def race(runners: Sequence[tuple[Callable[..., None], Sequence[Any]]]) -> None:
    """Run each (function, arguments) in a process of its own, all begun at once, and see all of them end well."""
    start = _spawn.Barrier(len(runners))
    processes = [_spawn.Process(target=run, args=(*arguments, start)) for run, arguments in runners]
    for process in processes:
        process.start()
    for process in processes:
        process.join(2 * racers.TIMEOUT_S)
    codes = [process.exitcode for process in processes]
    for process in processes:
        if process.is_alive():
            process.kill()
    assert codes == [0] * len(runners)


def test_numbers_have_no_gap_when_requests_race_and_some_roll_back(landlord: Landlord, database: str) -> None:
    leases = [landlord.let() for _ in range(4)]
    org = landlord.organisation_id
    race([(racers.issue_some, (database, org, lease_id, 10)) for lease_id in leases])
    assert [each.number for each in landlord.invoices()] == list(range(1, 41))


def test_runs_that_race_bill_each_lease_once(landlord: Landlord, database: str) -> None:
    leases = {landlord.let() for _ in range(40)}
    for lease_id in leases:
        landlord.charge(lease_id, 5_00)
    race([(racers.bill_all, (database, landlord.organisation_id, JUNE))] * 3)
    invoices = landlord.invoices()
    assert {each.lease_id for each in invoices} == leases
    assert [each.number for each in invoices] == list(range(1, 41))
    assert {each.total_cents for each in invoices} == {30_005_00}


def test_an_invoice_is_paid_on_or_void_and_never_both(landlord: Landlord, database: str) -> None:
    lease_id = landlord.let()
    issued = [landlord.issue(lease_id, [("water", "", 1_00)]) for _ in range(25)]
    work = [(each.id, each.lines[0].id) for each in issued]
    org = landlord.organisation_id
    race(
        [
            (racers.settle_or_void, (database, org, work, True)),
            (racers.settle_or_void, (database, org, work[::-1], False)),
        ]
    )
    for invoice in landlord.invoices():
        paid = sum(line.paid_cents for line in invoice.lines)
        assert (invoice.status, paid, invoice.paid_cents) in (("void", 0, 0), ("part_paid", 1, 1))
