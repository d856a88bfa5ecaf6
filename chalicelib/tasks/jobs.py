"""The schedule that works off tasks."""

import logging

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib import wiring
from chalicelib.tasks import service

log = logging.getLogger("plotihub.tasks")
task_jobs = Blueprint(__name__)


@task_jobs.schedule(Rate(1, unit=Rate.MINUTES), name="work_tasks")
def work_tasks(event: CloudWatchEvent) -> dict[str, int]:
    """Work the tasks that are queued, and those whose worker was killed."""
    worked = service.work_all(wiring.parts())
    log.info("tasks worked", extra={"count": worked})
    return {"worked": worked}
