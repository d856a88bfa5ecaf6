"""The bill run as a task, and the schedule that queues it."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from chalicelib import billing, organisations
from chalicelib.clock import ManualClock
from chalicelib.errors import Invalid
from chalicelib.lease_accounts import bill_run, jobs
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage.engines import make_engine
from chalicelib.tasks import job_runner
from chalicelib.tasks import task_runner as tasks
from chalicelib.tasks.model import Task
from chalicelib.tasks.task_queue import CLAIM_S, list_tasks
from local.runner import event_at
from tests.money import ALL, Money

JUNE, JULY = dt.date(2026, 6, 1), dt.date(2026, 7, 1)


@pytest.fixture
def own(fresh_database: str, resources: Resources, clock: ManualClock) -> Iterator[Money]:
    """Books on a database of their own, since workers take whatever task there is."""
    clock.at = dt.datetime(2026, 6, 1, 6, tzinfo=dt.UTC)
    engine = make_engine(fresh_database)
    made = Money.found(replace(resources, writer=engine, reader=engine))
    yield made
    assert made.broken() == []
    engine.dispose()


def queue(books: Money, period: dt.date, issued_on: dt.date | None = None) -> Task:
    return books.do(bill_run.queue_bill_run, period, issued_on=issued_on, member_id=None, **books.at())


def tasks_of(books: Money) -> list[Task]:
    return books.do(list_tasks, ALL).items


def test_a_run_bills_every_lease_once_and_applies_credit_in_the_same_go(own: Money) -> None:
    leases = [own.let(10_000_00) for _ in range(3)]
    paid = own.pay(leases[1], 4_000_00)
    assert paid.unallocated_cents == 4_000_00
    queue(own, JUNE)
    queue(own, JUNE)
    assert tasks.run_tasks(own.resources) == 2
    second, first = tasks_of(own)
    assert first.result == {"period": "2026-06", "leases": 3, "invoices": 3}
    assert second.result == {"period": "2026-06", "leases": 0, "invoices": 0}
    assert [own.lines(lease)[0].open_cents for lease in leases] == [10_000_00, 6_000_00, 10_000_00]


class Killed(BaseException):
    """The worker's process ends here."""


@dataclass(slots=True)
class FailingClock:
    """A clock that tells the time so many times, and then ends whoever asks."""

    at: dt.datetime
    left: int

    def now(self) -> dt.datetime:
        self.left -= 1
        if self.left < 0:
            raise Killed
        return self.at


@pytest.mark.parametrize("asked", [1, 2, 3])
def test_a_run_that_was_killed_is_taken_over_and_counts_all_that_was_done(
    own: Money, clock: ManualClock, asked: int
) -> None:
    for _ in range(5):
        own.let(10_000_00)
    queue(own, JUNE)
    # The clock is asked for the claim, for the set, within the set, and for the next set: it ends the
    # worker before the set, in the midst of it, or once it stands.
    with pytest.raises(Killed):
        tasks.run_next_task(replace(own.resources, clock=FailingClock(clock.at, asked)))
    billed = 5 if asked == 3 else 0
    assert len(own.do(billing.list_invoices, ALL, today=JUNE).items) == billed
    assert tasks.run_next_task(own.resources) is False  # the claim stands
    clock.at += dt.timedelta(seconds=CLAIM_S + 1)
    assert tasks.run_next_task(own.resources) is True
    assert tasks_of(own)[0].result == {"period": "2026-06", "leases": 5, "invoices": 5}
    assert len(own.do(billing.list_invoices, ALL, today=JUNE).items) == 5


def test_a_run_is_not_asked_for_beyond_the_next_month_nor_dated_ahead(own: Money) -> None:
    assert queue(own, JULY).kind == "bill_run"
    for period, issued_on in ((dt.date(2026, 8, 1), None), (JUNE, dt.date(2026, 6, 2))):
        with pytest.raises(Invalid):
            queue(own, period, issued_on)


def bill_due(books: Money) -> int:
    """Fire the schedule now; return how many runs it queued."""
    with using(books.resources):
        queued: int = jobs.bill_due(event_at(books.resources.clock.now(), "bill_due"), None)["count"]
    return queued


def test_a_day_that_was_missed_is_billed_as_of_that_day_and_none_ahead(own: Money, clock: ManualClock) -> None:
    own.do(organisations.change_organisation, None, {"bill_by_itself": True})
    lease_id = own.let(10_000_00)
    assert bill_due(own) == 1  # on 1 June
    tasks.run_tasks(own.resources)
    late = own.let(30_000_00, starts_on=dt.date(2026, 6, 2))
    clock.at = dt.datetime(2026, 6, 3, 9, tzinfo=dt.UTC)
    assert bill_due(own) == 2  # the 2nd, when nothing ran, and the 3rd
    assert sorted(task.input["issued_on"] for task in tasks_of(own))[1:] == ["2026-06-02", "2026-06-03"]
    tasks.run_tasks(own.resources)
    assert invoice_days(own, late) == [dt.date(2026, 6, 2)]
    assert len(own.lines(lease_id)) == 1
    outcomes = job_runner.run_job_by_hand(own.resources, "bill_due", dt.date(2026, 6, 4), "Africa/Nairobi")
    assert [outcome.counted for _, outcome in outcomes if outcome] == [0] * 24


def test_the_schedule_queues_a_run_once_a_day_for_those_who_asked(own: Money, clock: ManualClock) -> None:
    others = Money.found(own.resources)  # did not ask
    own.do(organisations.change_organisation, None, {"bill_by_itself": True})
    lease_id = own.let(10_000_00)
    assert [bill_due(own), bill_due(own)] == [1, 0]
    tasks.run_tasks(own.resources)
    assert [line.amount_cents for line in own.lines(lease_id)] == [10_000_00]
    clock.at = dt.datetime(2026, 6, 1, 21, 30, tzinfo=dt.UTC)  # half past midnight on the 2nd, in Nairobi
    late = own.let(30_000_00, starts_on=dt.date(2026, 6, 2))
    assert bill_due(own) == 1
    tasks.run_tasks(own.resources)
    assert [line.amount_cents for line in own.lines(late)] == [29_000_00]
    assert len(own.lines(lease_id)) == 1
    assert tasks_of(others) == []
    assert invoice_days(own, late) == [dt.date(2026, 6, 2)]


def invoice_days(books: Money, lease_id: UUID) -> list[dt.date]:
    return [invoice.issued_on for invoice in books.invoices(lease_id)]
