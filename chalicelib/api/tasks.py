"""Tasks and scheduled jobs."""

from uuid import UUID

from chalicelib import tasks
from chalicelib.api.schemas import tasks as schemas
from chalicelib.tasks.job_model import JobState
from chalicelib.tasks.model import Task
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

routes = ApiBlueprint(__name__, tag="tasks")


@routes.get("/tasks", may="see_tasks", query=schemas.TaskQuery, answer=schemas.TaskView)
def list_tasks(request: RequestContext) -> Page[Task]:
    """List tasks.

    Returns background tasks, newest first; filter by status and kind. For owners, managers and accountants.
    """
    return tasks.list_tasks(
        request.ctx, request.page_request, status=request.query.get("status"), kind=request.query.get("kind")
    )


@routes.get("/tasks/{task_id}", may="see_tasks", answer=schemas.TaskView)
def get_task(request: RequestContext, task_id: UUID) -> Task:
    """Get a task.

    Returns one task with progress, result, and if it failed the problem document. Poll it after an operation
    answered 202. For owners, managers and accountants.
    """
    return tasks.get_task(request.ctx, task_id)


@routes.get("/jobs", may="see_jobs", answer=schemas.JobView)
def list_jobs(request: RequestContext) -> Page[JobState]:
    """List scheduled jobs.

    Returns every scheduled job with its last and next run, and when it last did something for this organisation.
    For owners, managers and accountants.
    """
    return Page(tasks.list_jobs(request.ctx), None)
