"""Tasks and jobs over HTTP: how far they are and what came of them."""

from uuid import UUID

from chalicelib.tasks import job_service, service
from chalicelib.tasks.job_model import JobState
from chalicelib.tasks.model import Task
from chalicelib.tasks.schemas import JOB, TASK, TASK_QUERY
from chalicelib.web.routing import ApiBlueprint, Call, Page

tasks = ApiBlueprint(__name__, tag="tasks")


@tasks.get("/tasks", may="see_tasks", query=TASK_QUERY, answer=TASK)
def list_tasks(call: Call) -> Page[Task]:
    """List tasks, newest first."""
    filters = {name: call.query[name] for name in ("status", "kind") if name in call.query}
    return service.list_tasks(call.ctx, call.asked, **filters)


@tasks.get("/tasks/{task_id}", may="see_tasks", answer=TASK)
def get_task(call: Call, task_id: UUID) -> Task:
    """Tell one task."""
    return service.get_task(call.ctx, task_id)


@tasks.get("/jobs", may="see_jobs", answer=JOB)
def list_jobs(call: Call) -> Page[JobState]:
    """List what is done by the clock, with its last and next runs and what it last did here."""
    return Page(job_service.list_jobs(call.ctx), None)
