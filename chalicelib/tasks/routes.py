"""Tasks over HTTP: how far they are and what came of them."""

from uuid import UUID

from chalicelib.tasks import service
from chalicelib.tasks.model import Task
from chalicelib.tasks.schemas import TASK, TASK_QUERY
from chalicelib.web.routing import ApiBlueprint, Call, Page

tasks = ApiBlueprint(__name__, tag="tasks")


@tasks.get("/tasks", may="see_tasks", query=TASK_QUERY, answer=TASK)
def list_tasks(call: Call) -> Page[Task]:
    """List tasks, newest first."""
    filters = {name: call.query[name] for name in ("status", "kind") if name in call.query}
    return service.list_tasks(call.db, call.organisation_id, call.asked, **filters)


@tasks.get("/tasks/{task_id}", may="see_tasks", answer=TASK)
def get_task(call: Call, task_id: UUID) -> Task:
    """Tell one task."""
    return service.get_task(call.db, call.organisation_id, task_id)
