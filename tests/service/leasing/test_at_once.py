"""What two requests do to one unit, tenant or deposit at the same moment."""

import datetime as dt
import multiprocessing
import threading
from collections import Counter
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, func, select

from chalicelib import leasing, portfolio
from chalicelib.errors import Conflict
from chalicelib.leasing.model import DepositRefund, NewLease, Transfer
from chalicelib.portfolio.model import NewUnit
from chalicelib.storage.tables.leasing import leases
from tests.contexts import context
from tests.service.leasing import racing
from tests.service.leasing.conftest import TODAY, Home
from tests.service.leasing.test_deposits import held, received

PROCESSES, UNITS = 4, 5


@pytest.mark.slow
def test_processes_that_race_for_a_unit_let_it_once(home: Home) -> None:
    with home.resources.writing() as db:
        units = [
            portfolio.add_unit(
                context(db, home.organisation_id, now=home.now, today=TODAY),
                NewUnit(home.property_id, f"R{n}", "shop", 1_00),
            ).id
            for n in range(UNITS)
        ]
    tenant_id = home.tenant().id
    spawn = multiprocessing.get_context("spawn")
    barrier, told = spawn.Barrier(PROCESSES), spawn.Queue()
    url = home.resources.writer.url.render_as_string(hide_password=False)
    racers = [
        spawn.Process(target=racing.let_all, args=(url, home.phone, units, tenant_id, barrier, told))
        for _ in range(PROCESSES)
    ]
    for racer in racers:
        racer.start()
    outcomes = Counter(told.get(timeout=racing.WAIT_S) for _ in range(PROCESSES * UNITS))
    for racer in racers:
        racer.join(racing.WAIT_S)
    assert [racer.exitcode for racer in racers] == [0] * PROCESSES
    assert outcomes == Counter(
        {(unit_id, word): count for unit_id in units for word, count in (("let", 1), ("conflict", PROCESSES - 1))}
    )
    query = (
        select(func.count())
        .where(leases.c.organisation_id == home.organisation_id, leases.c.unit_id.in_(units))
        .group_by(leases.c.unit_id)
    )
    with home.resources.reading() as db:
        assert list(db.scalars(query)) == [1] * UNITS


def in_thread(home: Home, work: Callable[[Connection], object], told: list[object]) -> threading.Thread:
    def run() -> None:
        try:
            told.append(home.resources.transact(work))
        except Conflict as error:
            told.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_a_tenant_who_is_being_let_to_is_not_erased_meanwhile(home: Home) -> None:
    tenant, told = home.tenant(), list[object]()
    values = NewLease(home.unit_id, [tenant.id], TODAY, 1_00)
    with home.resources.writing() as db:
        leasing.add_lease(context(db, home.organisation_id, now=home.now, today=TODAY), values)
        eraser = in_thread(
            home,
            lambda db: leasing.anonymise_tenant(
                context(db, home.organisation_id, now=home.now, today=TODAY), tenant.id
            ),
            told,
        )
        eraser.join(0.3)
        assert told == []  # it waits for the lease to be there or not
    eraser.join(20)
    assert [type(each) for each in told] == [Conflict]


def test_one_deposit_is_not_refunded_twice_at_once(home: Home) -> None:
    lease, told = home.let(), list[object]()
    received(home, lease, 10_000_00)

    def refund(db: Connection) -> object:
        return leasing.refund_deposit(
            context(db, home.organisation_id, now=home.now, member_id=None),
            lease.id,
            DepositRefund("rent", 6_000_00, TODAY, home.channel_id),
        )

    threads = [in_thread(home, refund, told) for _ in range(3)]
    for thread in threads:
        thread.join(30)
    assert Counter(type(each).__name__ for each in told) == {"DepositEntry": 1, "Conflict": 2}
    assert held(home, lease.id) == {"rent": 4_000_00}


def test_of_two_transfers_at_once_one_goes(home: Home) -> None:
    lease, told = home.let(), list[object]()
    values: Transfer = {"unit_id": home.other_unit_id, "starts_on": dt.date(2026, 12, 1), "rent_cents": 1_00}

    def transfer(db: Connection) -> object:
        return leasing.create_successor(context(db, home.organisation_id, now=home.now, today=TODAY), lease.id, values)

    threads = [in_thread(home, transfer, told) for _ in range(2)]
    for thread in threads:
        thread.join(30)
    assert Counter(type(each).__name__ for each in told) == {"Lease": 1, "Conflict": 1}
