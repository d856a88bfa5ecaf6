"""The task that queues a notice's messages."""

import datetime as dt
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.notices import notices
from chalicelib.runtime.context import Context, in_context
from chalicelib.runtime.resources import Resources
from chalicelib.tasks.model import Task
from chalicelib.tasks.scheduled_jobs import FunctionBlueprint

notice_jobs = FunctionBlueprint()


@notice_jobs.task_handler(notices.NOTICE_TASK)
def send_notice(resources: Resources, task: Task) -> dict[str, Any]:
    """Queue a notice's messages in sets, one transaction each; resumes an interrupted run."""
    on = dt.date.fromisoformat(task.input["on"])

    def context(db: Connection) -> Context:
        return Context.for_system(db, task.organisation_id, now=resources.clock.now(), today=on)

    seen, more = task.progress["done"] or 0, True
    last = UUID(task.cursor) if task.cursor else None
    while more:
        step = partial(notices.queue_notice_set, task=task, seen=seen, after=last)
        seen, last = resources.transact(in_context(context, step))
        more = last is not None
    return {"notice_id": task.input["notice_id"], "tenants": seen}
