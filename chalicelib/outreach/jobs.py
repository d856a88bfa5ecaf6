"""The reminders job, which queues each organisation's task of the day; the reminder and the notice task."""

import datetime as dt
from collections.abc import Iterator
from functools import partial
from itertools import islice
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from chalicelib.messaging import service as messaging
from chalicelib.outreach import notice_service, pause_service, policy_service, reminder_service, rendering_service
from chalicelib.outreach.model import REMINDER_KINDS, ReminderSchedule
from chalicelib.runtime.context import Context, in_context
from chalicelib.runtime.resources import Resources
from chalicelib.tasks import service as tasks
from chalicelib.tasks.model import Task
from chalicelib.tasks.scheduling import FunctionBlueprint, JobStep, Slot, iterate_pages, scheduled

outreach_jobs = FunctionBlueprint()
messaging.register_renderer(*REMINDER_KINDS)(rendering_service.render_reminders)  # the dispatcher imports this module


@scheduled(outreach_jobs, "rent_reminders", every=dt.timedelta(hours=1), catches_up=False)
def rent_reminders(resources: Resources, slot: Slot) -> Iterator[JobStep]:
    """Queue each organisation's reminders of its day, once its hour has come.

    A missed hour is caught up by the next, and a missed day by the reminder steps, which may be late.
    """
    now = resources.clock.now()
    for organisation in iterate_pages(resources, policy_service.list_reminder_schedules):
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
    reminder_service.queue_reminders(Context.for_system(db, organisation.id, now=now, today=on), on)
    return 1


@tasks.task_handler(reminder_service.REMINDERS_TASK)
def remind(resources: Resources, task: Task) -> dict[str, Any]:
    """Resolve promises whose day is over, then remind in sets, one transaction each; resumes an interrupted run."""
    on = dt.date.fromisoformat(task.input["on"])

    def context(db: Connection) -> Context:
        return Context.for_system(db, task.organisation_id, now=resources.clock.now(), today=on)

    resolved = 0
    while count := resources.transact(in_context(context, pause_service.resolve_promises)):
        resolved += count
    done = reminder_service.parse_progress(task)
    with resources.reading() as db:
        plan = reminder_service.plan_day(context(db))
        due = reminder_service.list_due_tenants(context(db), plan, done.after) if plan else []
    total, waiting = done.seen + len(due), iter(due)
    while plan and (chosen := list(islice(waiting, reminder_service.TENANTS_IN_A_SET))):
        step = partial(
            reminder_service.queue_reminder_set, task=task, plan=plan, tenant_ids=chosen, before=done, total=total
        )
        done = resources.transact(in_context(context, step))
    return {"on": on.isoformat(), "tenants": done.seen, "messages": done.made, "promises_settled": resolved}


@tasks.task_handler(notice_service.NOTICE_TASK)
def send_notice(resources: Resources, task: Task) -> dict[str, Any]:
    """Queue a notice's messages in sets, one transaction each; resumes an interrupted run."""
    on = dt.date.fromisoformat(task.input["on"])

    def context(db: Connection) -> Context:
        return Context.for_system(db, task.organisation_id, now=resources.clock.now(), today=on)

    seen, more = task.progress["done"] or 0, True
    last = UUID(task.cursor) if task.cursor else None
    while more:
        step = partial(notice_service.queue_notice_set, task=task, seen=seen, after=last)
        seen, last = resources.transact(in_context(context, step))
        more = last is not None
    return {"notice_id": task.input["notice_id"], "tenants": seen}
