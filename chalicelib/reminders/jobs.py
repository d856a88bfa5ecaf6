"""The reminders job, which queues each organisation's task of the day, and the task."""

import datetime as dt
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from chalicelib import tasks
from chalicelib.reminders import daily_run, policies, promises
from chalicelib.reminders.model import ReminderSchedule
from chalicelib.runtime.context import Context, in_context
from chalicelib.runtime.resources import Resources
from chalicelib.tasks.job_model import Slot
from chalicelib.tasks.model import Task
from chalicelib.tasks.registry import JobStep
from chalicelib.tasks.scheduled_jobs import FunctionBlueprint, iterate_pages

reminder_jobs = FunctionBlueprint()


@reminder_jobs.scheduled("rent_reminders", every=dt.timedelta(hours=1), catches_up=False)
def rent_reminders(resources: Resources, slot: Slot) -> Iterator[JobStep]:
    """Queue each organisation's reminders of its day, once its hour has come.

    A missed hour is caught up by the next, and a missed day by the reminder steps, which may be late.
    """
    now = resources.clock.now()
    for organisation in iterate_pages(resources, policies.list_reminder_schedules):
        on = _day_to_remind(organisation, slot.at, now)
        if on is not None:
            yield JobStep(
                organisation.id, partial(_queue_reminders, organisation=organisation, on=on, now=now), on.isoformat()
            )


def _day_to_remind(organisation: ReminderSchedule, at: dt.datetime, now: dt.datetime) -> dt.date | None:
    """Return the organisation's day at ``at``, or None before its hour.

    A past day's slot, run manually, reminds as of now: the texts are sent now, and must be true.
    """
    zone = ZoneInfo(organisation.time_zone)
    local = max(at.astimezone(zone), now.astimezone(zone), key=dt.datetime.date)
    return local.date() if local.hour >= organisation.send_hour else None


def _queue_reminders(db: Connection, *, organisation: ReminderSchedule, on: dt.date, now: dt.datetime) -> int:
    daily_run.queue_reminders(Context.for_system(db, organisation.id, now=now, today=on), on)
    return 1


@reminder_jobs.task_handler(daily_run.REMINDERS_TASK)
def remind(resources: Resources, task: Task) -> dict[str, Any]:
    """Resolve promises whose day is over, then remind in sets, one transaction each; resumes an interrupted run."""
    on = dt.date.fromisoformat(task.input["on"])

    def context(db: Connection) -> Context:
        return Context.for_system(db, task.organisation_id, now=resources.clock.now(), today=on)

    resolved = 0
    while count := resources.transact(in_context(context, promises.resolve_promises)):
        resolved += count
    done = tasks.parse_progress(task)
    with resources.reading() as db:
        plan = daily_run.plan_day(context(db))
        due = daily_run.list_due_tenants(context(db), plan, done.after) if plan else []
    total, waiting = done.seen + len(due), iter(due)
    while plan and (chosen := list(islice(waiting, daily_run.TENANTS_IN_A_SET))):
        step = partial(daily_run.queue_reminder_set, task=task, plan=plan, tenant_ids=chosen, before=done, total=total)
        done = resources.transact(in_context(context, step))
    return {"on": on.isoformat(), "tenants": done.seen, "messages": done.made, "promises_settled": resolved}
