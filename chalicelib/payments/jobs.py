"""Scheduled late fees: a task for each organisation with a late fee policy, once on each of its local days."""

import datetime as dt
from collections.abc import Iterator
from functools import partial
from typing import Any

from sqlalchemy import Connection

from chalicelib import organisations, tasks
from chalicelib.clock import day_of
from chalicelib.organisations.model import Organisation
from chalicelib.payments import late_fees as fees
from chalicelib.runtime.context import Context, in_context
from chalicelib.runtime.resources import Resources
from chalicelib.tasks.job_model import Slot
from chalicelib.tasks.model import Task
from chalicelib.tasks.registry import JobStep
from chalicelib.tasks.scheduled_jobs import FunctionBlueprint, iterate_pages

payment_jobs = FunctionBlueprint()


@payment_jobs.scheduled("late_fees", every=dt.timedelta(hours=1))
def late_fees(resources: Resources, slot: Slot) -> Iterator[JobStep]:
    """Queue the assessment of late fees as of the organisation's local day; the next bill includes them."""
    for organisation in iterate_pages(resources, organisations.list_organisations):
        on = day_of(slot.at, organisation.time_zone)
        to_come = on > day_of(
            resources.clock.now(), organisation.time_zone
        )  # a manual run must not charge ahead of time
        if organisation.late_fee_kind != "off" and not to_come:
            queue = partial(_queue_late_fees, organisation=organisation, on=on, now=resources.clock.now())
            yield JobStep(organisation.id, queue, on.isoformat())


def _queue_late_fees(db: Connection, *, organisation: Organisation, on: dt.date, now: dt.datetime) -> int:
    fees.queue_late_fees(Context.for_system(db, organisation.id, now=now, today=on), on)
    return 1


@payment_jobs.task_handler(fees.LATE_FEES)
def run_late_fees(resources: Resources, task: Task) -> dict[str, Any]:
    """Assess set by set, each in its own transaction; resume where a killed worker stopped."""
    on = dt.date.fromisoformat(task.input["on"])

    def context(db: Connection) -> Context:
        return Context.for_system(db, task.organisation_id, now=resources.clock.now(), today=on)

    done = tasks.parse_progress(task)
    while True:
        step = partial(fees.assess_set, task=task, before=done)
        done = resources.transact(in_context(context, step))
        if done.after is None:
            return {"on": task.input["on"], "fees": done.made}
