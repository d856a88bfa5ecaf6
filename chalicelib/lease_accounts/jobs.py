"""The bill run as a task, and the schedule that queues it for organisations with automatic billing."""

import datetime as dt
from collections.abc import Iterator
from functools import partial
from typing import Any

from sqlalchemy import Connection

from chalicelib import organisations, tasks
from chalicelib.clock import day_of
from chalicelib.lease_accounts import bill_run
from chalicelib.organisations.model import Organisation
from chalicelib.runtime.context import Context, in_context
from chalicelib.runtime.resources import Resources
from chalicelib.tasks.job_model import Slot
from chalicelib.tasks.model import Task
from chalicelib.tasks.registry import JobStep
from chalicelib.tasks.scheduled_jobs import FunctionBlueprint, iterate_pages

lease_account_jobs = FunctionBlueprint()


@lease_account_jobs.scheduled("bill_due", every=dt.timedelta(hours=1))
def bill_due(resources: Resources, slot: Slot) -> Iterator[JobStep]:
    """Queue each organisation's bill run of the current month, once on each of its local days.

    Every hour, because days begin at different hours in different time zones; every day, because a lease
    that begins in mid-month is billed on that day. A missed day is billed as of that day.
    """
    for organisation in iterate_pages(resources, organisations.list_organisations):
        on = day_of(slot.at, organisation.time_zone)
        to_come = on > day_of(resources.clock.now(), organisation.time_zone)  # a manual run must not bill ahead
        if organisation.bill_by_itself and not to_come:
            queue = partial(_queue_bill_run, organisation=organisation, on=on, now=resources.clock.now())
            yield JobStep(organisation.id, queue, on.isoformat())


def _queue_bill_run(db: Connection, *, organisation: Organisation, on: dt.date, now: dt.datetime) -> int:
    ctx = Context.for_system(db, organisation.id, now=now, today=on)
    bill_run.queue_bill_run(ctx, on.replace(day=1), issued_on=on)
    return 1


@lease_account_jobs.task_handler(bill_run.BILL_RUN)
def run_bill_run(resources: Resources, task: Task) -> dict[str, Any]:
    """Bill set by set, each in its own transaction with its credit applied; resume where a killed run stopped."""
    with resources.reading() as db:
        time_zone = organisations.get_organisation(db, task.organisation_id).time_zone

    def context(db: Connection) -> Context:
        now = resources.clock.now()
        today = day_of(now, time_zone)
        return Context.for_system(db, task.organisation_id, now=now, today=today, member_id=task.created_by)

    done, ended = tasks.parse_progress(task), False
    while not ended:
        done, ended = resources.transact(in_context(context, partial(bill_run.bill_set, task=task, before=done)))
    return {"period": task.input["period"][:7], "leases": done.seen, "invoices": done.made}
