"""The nightly proof: recompute every organisation's books, and log an error where they do not add up."""

import datetime as dt
import logging
from collections.abc import Iterator
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from chalicelib import metrics, organisations, tasks
from chalicelib.organisations.model import Organisation
from chalicelib.reporting import books_proof
from chalicelib.runtime.context import Context
from chalicelib.runtime.resources import Resources
from chalicelib.tasks.job_model import Slot
from chalicelib.tasks.model import Task
from chalicelib.tasks.registry import JobStep
from chalicelib.tasks.scheduled_jobs import FunctionBlueprint, iterate_pages

FIRST_HOUR = 2  # local hour of the organisation: the previous day is complete

log = logging.getLogger("plotihub.reporting")
reporting_jobs = FunctionBlueprint()


@reporting_jobs.scheduled("prove_books", every=dt.timedelta(hours=1), catches_up=False)
def prove_books(resources: Resources, slot: Slot) -> Iterator[JobStep]:
    """Queue the proof of each organisation's books, once a night; the next proof covers a missed one."""
    for organisation in iterate_pages(resources, organisations.list_organisations):
        local = slot.at.astimezone(ZoneInfo(organisation.time_zone))
        if local.hour >= FIRST_HOUR:
            queue = partial(_queue_proof, organisation=organisation, now=resources.clock.now(), today=local.date())
            yield JobStep(organisation.id, queue, local.date().isoformat())


def _queue_proof(db: Connection, *, organisation: Organisation, now: dt.datetime, today: dt.date) -> int:
    books_proof.queue_proof(Context.for_system(db, organisation.id, now=now, today=today))
    return 1


@reporting_jobs.task_handler(books_proof.PROVE_BOOKS)
def run_proof(resources: Resources, task: Task) -> dict[str, Any]:
    """Prove the books as of one moment; fail the task, and log an error, where they do not add up."""

    def record_progress(done: int) -> None:
        resources.transact(lambda db: tasks.save_progress(db, task, done=done, total=books_proof.STEPS))

    with resources.snapshot() as db:
        proof = books_proof.compute_proof(
            organisations.system_context(db, task.organisation_id, resources.clock.now()), after_each=record_progress
        )
    if not proof.holds:
        failed = [finding.name for finding in proof.findings if not finding.holds]
        metrics.count({metrics.BOOKS_DO_NOT_BALANCE: 1})
        log.error(
            "books.proof.difference_found: the books do not balance",
            extra={"organisation_id": str(task.organisation_id), "checks": failed},
        )
    books_proof.raise_unless_holds(proof)
    checked = {finding.name: finding.checked for finding in proof.findings}
    return {"holds": True, "at": proof.at.isoformat(), "checked": checked}
