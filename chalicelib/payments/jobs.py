"""The bill run as a task, and the schedule that queues it for those who asked to be billed by themselves."""

import logging
from functools import partial
from typing import Any

from chalice.app import Blueprint, CloudWatchEvent, Rate
from sqlalchemy import Connection

from chalicelib import wiring
from chalicelib.clock import day_of
from chalicelib.identity import service as identity
from chalicelib.identity.model import Organisation
from chalicelib.payments import run_service
from chalicelib.tasks import service as tasks
from chalicelib.tasks import slots
from chalicelib.tasks.model import Task

ORGANISATIONS_AT_ONCE = 100
JOB = "bill_due"

log = logging.getLogger("plotihub.payments")
payment_jobs = Blueprint(__name__)


@payment_jobs.schedule(Rate(1, unit=Rate.HOURS), name="bill_due")
def bill_due(event: CloudWatchEvent) -> dict[str, int]:
    """Queue each organisation's bill run of the running month, once on each of its own days.

    Every hour, because days begin at another hour in another time zone and a missed hour is made up
    by the next; every day, because a lease that begins in mid-month is then billed on that day.
    """
    return {"queued": queue_due(wiring.parts())}


def queue_due(parts: wiring.Parts) -> int:
    """Queue the runs that no one has queued today, and return how many."""
    queued, after = 0, None
    while True:
        with parts.reading() as db:
            found = identity.list_billing_organisations(db, after=after, limit=ORGANISATIONS_AT_ONCE)
        for organisation in found:
            queued += parts.transact(partial(_queue_once, parts=parts, organisation=organisation))
        if len(found) < ORGANISATIONS_AT_ONCE:
            break
        after = found[-1].id
    log.info("bill runs queued", extra={"count": queued})
    return queued


def _queue_once(db: Connection, *, parts: wiring.Parts, organisation: Organisation) -> int:
    """Queue the organisation's run unless its day was claimed before; the claim and the task stand or fall together."""
    now = parts.clock.now()
    today = day_of(now, organisation.time_zone)
    if not slots.claim(db, JOB, today.isoformat(), organisation.id, now):
        return 0
    run_service.queue_bill_run(
        db, organisation.id, today.replace(day=1), issued_on=None, now=now, today=today, member_id=None
    )
    return 1


@tasks.handles(run_service.BILL_RUN)
def run_bills(parts: wiring.Parts, task: Task) -> dict[str, Any]:
    """Bill set by set, each in its own transaction with the credit that meets it; go on where a killed run stopped."""
    with parts.reading() as db:
        time_zone = identity.get_organisation(db, task.organisation_id).time_zone
    done = run_service.progress_of(task)
    while not done.ended:
        now = parts.clock.now()
        step = partial(run_service.bill_set, task=task, before=done, now=now, today=day_of(now, time_zone))
        done = parts.transact(step)
    return {"period": task.input["period"][:7], "leases": done.seen, "invoices": done.made}
