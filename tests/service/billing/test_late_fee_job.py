"""Late fees by the clock: once for an invoice that became overdue, collected by the next bill."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest
from sqlalchemy import Connection, update

from chalicelib import billing, lease_accounts, leasing
from chalicelib.billing.model import Charge
from chalicelib.clock import ManualClock
from chalicelib.organisations.model import OrganisationChange
from chalicelib.paging import PageRequest
from chalicelib.payments import late_fee_repository
from chalicelib.payments import late_fees as fees
from chalicelib.payments.jobs import late_fees
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage.engines import make_engine
from chalicelib.storage.tables import tasks as tables
from chalicelib.tasks import job_runner
from chalicelib.tasks import task_runner as tasks
from chalicelib.tasks.task_queue import get_task
from local.runner import event_at
from tests.contexts import context
from tests.service.billing import racers
from tests.service.billing.conftest import JUNE, Landlord, make_landlord
from tests.service.billing.test_races import race

MAY, NINTH = dt.date(2026, 5, 1), dt.date(2026, 5, 9)
FIXED: OrganisationChange = {"late_fee_kind": "fixed", "late_fee_cents": 500_00}


@pytest.fixture
def alone(fresh_database: str, resources: Resources, clock: ManualClock) -> Iterator[Landlord]:
    """A landlord on a database of their own, since jobs look at all organisations."""
    clock.at = dt.datetime(2026, 5, 9, 0, 30, tzinfo=dt.UTC)
    engine = make_engine(fresh_database)
    with using(replace(resources, writer=engine, reader=engine)) as these:
        yield make_landlord(these)
    engine.dispose()


def charges(landlord: Landlord) -> list[Charge]:
    with landlord.resources.reading() as db:
        return billing.list_charges(context(db, landlord.organisation_id), PageRequest(limit=200)).items


def fire(landlord: Landlord) -> int:
    """Let the schedule's function run now, and the tasks that it queued; return how many it queued."""
    queued: int = late_fees(event_at(landlord.resources.clock.now(), "late_fees"), None)["count"]
    tasks.run_tasks(landlord.resources)
    return queued


def assess(landlord: Landlord, on: dt.date) -> int:
    def work(db: Connection) -> int:
        leases = [
            each.lease_id
            for each in billing.list_invoices(
                context(db, landlord.organisation_id, today=on), PageRequest(limit=200, sort="number")
            ).items
        ]
        leasing.lock_leases(context(db, landlord.organisation_id), leases)
        return fees.assess_late_fees(context(db, landlord.organisation_id, now=landlord.now), leases, on)

    return landlord.resources.transact(work)


def test_the_job_charges_what_became_overdue_once_and_the_bill_collects_it(alone: Landlord, clock: ManualClock) -> None:
    others = make_landlord(alone.resources)  # asked for no late fees
    others.let(due_day=5, grace_days=3)
    others.bill(MAY)
    lease_id = alone.let(due_day=5, grace_days=3)
    alone.set_late_fee(**FIXED)
    alone.bill(MAY)
    clock.at = dt.datetime(2026, 5, 8, 9, tzinfo=dt.UTC)
    assert fire(alone) == 1
    assert charges(alone) == []  # the grace ends on the 8th
    clock.at = dt.datetime(2026, 5, 8, 21, 10, tzinfo=dt.UTC)  # the 9th, in Nairobi
    assert [fire(alone), fire(alone)] == [1, 0]
    [fee] = charges(alone)
    assert (fee.status, fee.amount_cents, fee.charged_on) == ("pending", 500_00, NINTH)
    assert (fee.lease_id, fee.late_for_id, fee.description) == (
        lease_id, alone.invoices()[0].id, "Late fee on invoice 1"
    )  # fmt: skip
    clock.at += dt.timedelta(days=1)
    fire(alone)
    assert len(charges(alone)) == 1
    alone.bill(JUNE)
    assert [(line.charge_type, line.amount_cents) for line in alone.invoice(lease_id, JUNE).lines] == [
        ("rent", 30_000_00), ("late_fee", 500_00)
    ]  # fmt: skip
    assert (len(charges(alone)), charges(others)) == (1, [])


def test_a_missed_day_is_assessed_as_of_that_day_and_none_ahead(alone: Landlord, clock: ManualClock) -> None:
    alone.let(due_day=5, grace_days=3)
    alone.set_late_fee(**FIXED)
    alone.bill(MAY)
    clock.at = dt.datetime(2026, 5, 8, 9, tzinfo=dt.UTC)
    fire(alone)
    clock.at = dt.datetime(2026, 5, 10, 9, tzinfo=dt.UTC)
    assert fire(alone) == 2
    assert [fee.charged_on for fee in charges(alone)] == [NINTH]
    ahead = job_runner.run_job_by_hand(alone.resources, "late_fees", dt.date(2026, 7, 1), "Africa/Nairobi")
    assert sum(outcome.sets for _, outcome in ahead if outcome) == 0


def test_leases_are_assessed_set_by_set(landlord: Landlord) -> None:
    leases = sorted(landlord.let(due_day=5) for _ in range(5))
    landlord.set_late_fee(**FIXED)
    landlord.bill(MAY)
    after: UUID | None = None
    steps: list[tuple[UUID | None, int]] = []
    while not steps or after is not None:
        after, made = landlord.resources.transact(lambda db, at=after: assess_two(db, landlord, at))  # type: ignore[misc]
        steps.append((after, made))
    assert steps == [(leases[1], 2), (leases[3], 2), (None, 1)]
    assert sorted(fee.lease_id for fee in charges(landlord)) == leases


def assess_two(db: Connection, landlord: Landlord, after: UUID | None) -> tuple[UUID | None, int]:
    return fees.assess_next(context(db, landlord.organisation_id, now=landlord.now), NINTH, after=after, limit=2)


def test_a_task_goes_on_where_a_killed_worker_stopped(alone: Landlord) -> None:
    first, second = sorted(alone.let(due_day=5) for _ in range(2))
    alone.set_late_fee(**FIXED)
    alone.bill(MAY)
    org, now = alone.organisation_id, alone.resources.clock.now()
    task = alone.resources.transact(lambda db: fees.queue_late_fees(context(db, org, now=now), NINTH))
    stopped = update(tables.tasks).where(tables.tasks.c.id == task.id).values(cursor=f"{first.hex}:7")
    alone.resources.transact(lambda db: db.execute(stopped).close())
    assert tasks.run_tasks(alone.resources) == 1
    with alone.resources.reading() as db:
        assert get_task(context(db, org), task.id).result == {"on": "2026-05-09", "fees": 8}
    assert [fee.lease_id for fee in charges(alone)] == [second]


def test_an_invoice_that_is_voided_takes_the_fee_that_waits_with_it(landlord: Landlord) -> None:
    landlord.let(due_day=5)
    landlord.set_late_fee(**FIXED)
    landlord.bill(MAY)
    assert assess(landlord, NINTH) == 1
    org, voided = landlord.organisation_id, landlord.invoices()[0].id
    landlord.resources.transact(
        lambda db: lease_accounts.void_invoice(context(db, org, now=landlord.now, today=landlord.today), voided)
    )
    assert [fee.status for fee in charges(landlord)] == ["withdrawn"]
    landlord.bill(MAY)
    assert assess(landlord, NINTH) == 1  # the new invoice is another one
    assert sorted(fee.status for fee in charges(landlord)) == ["pending", "withdrawn"]


def test_a_lease_that_has_ended_is_charged_no_more(landlord: Landlord) -> None:
    landlord.let(due_day=5, ends_on=dt.date(2026, 5, 20))
    landlord.set_late_fee(**FIXED)
    landlord.bill(MAY)
    for on, expected in ((dt.date(2026, 5, 21), 0), (dt.date(2026, 5, 20), 1)):
        with landlord.resources.reading() as db:
            late = late_fee_repository.list_late_leases(
                context(db, landlord.organisation_id), on=on, due_through=on, due_since=on, after=None, limit=10
            )
        assert len(late) == expected


def test_a_fee_of_after_the_month_s_end_still_goes_on_a_month_that_is_billed_late(landlord: Landlord) -> None:
    lease_id = landlord.let(due_day=5)
    landlord.set_late_fee(**FIXED)
    landlord.bill(MAY)
    assert assess(landlord, dt.date(2026, 7, 3)) == 1
    landlord.bill(JUNE, issued_on=dt.date(2026, 7, 4))
    assert [line.charge_type for line in landlord.invoice(lease_id, JUNE).lines] == ["rent", "late_fee"]


@pytest.mark.slow
def test_the_job_and_bill_runs_that_race_charge_each_invoice_once(landlord: Landlord, database: str) -> None:
    leases = [landlord.let(due_day=5) for _ in range(30)]
    landlord.set_late_fee(**FIXED)
    landlord.bill(MAY)
    org = landlord.organisation_id
    race([(racers.assess_all, (database, org, NINTH)), (racers.bill_all, (database, org, JUNE))] * 2)
    assert sorted(fee.lease_id for fee in charges(landlord)) == sorted(leases)
    assert assess(landlord, NINTH) == 0
