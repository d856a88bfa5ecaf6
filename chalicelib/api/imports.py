"""Imports of rent rolls."""

from uuid import UUID

from chalicelib import imports
from chalicelib.api.schemas import imports as schemas
from chalicelib.api.schemas import tasks as task_schemas
from chalicelib.imports.model import Import
from chalicelib.rent_roll.model import Problem
from chalicelib.tasks.model import Task
from chalicelib.web.fields import Paging
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SHEETS = ("text/csv", XLSX, "application/octet-stream")
TASK_PATH = "/v1/tasks/{id}"
routes = ApiBlueprint(__name__, tag="onboarding")


@routes.post(
    "/imports",
    may="import_sheet",
    query=schemas.NewImport,
    request_types=SHEETS,
    answer=schemas.ImportView,
    status=202,
    location="/v1/tasks/{task_id}",
)
def add_import(request: RequestContext) -> Import:
    """Upload a rent roll.

    Stores a CSV or XLSX file encrypted and queues its preview; nothing else is written before the commit. The
    import is ``reading`` until the task in ``task_id`` is done; a file that cannot be read is reported among its
    problems. For owners and managers; at most 5 files wait at a time (429).
    """
    return imports.add_import(
        request.ctx,
        request.raw_body,
        filename=request.query["filename"],
        property_name=request.query["property_name"],
        due_day=request.query.get("due_day"),
        keys=request.resources.keys,
    )


@routes.get("/imports", may="import_sheet", query=Paging, answer=schemas.ImportView)
def list_imports(request: RequestContext) -> Page[Import]:
    """List imports.

    Returns imports, newest first, each with the summary of its sheet. For owners and managers.
    """
    return imports.list_imports(request.ctx, request.page_request)


@routes.get("/imports/{import_id}", may="import_sheet", answer=schemas.ImportView)
def get_import(request: RequestContext, import_id: UUID) -> Import:
    """Get an import.

    Returns one import with its status and, once the sheet has been read, counts and sums of what it would create.
    Its ETag names the preview for the commit. For owners and managers.
    """
    return imports.get_import(request.ctx, import_id)


@routes.get(
    "/imports/{import_id}/problems", may="import_sheet", query=schemas.ProblemsQuery, answer=schemas.ImportProblemView
)
def list_import_problems(request: RequestContext, import_id: UUID) -> Page[Problem]:
    """List the problems of an import.

    Returns the errors and notices of the sheet by row, each with what was expected; an error prevents the commit.
    Empty until the sheet has been read. The values may be personal data. For owners and managers.
    """
    return imports.list_problems(
        request.ctx,
        import_id,
        request.page_request,
        keys=request.resources.keys,
        severity=request.query.get("severity"),
    )


@routes.post(
    "/imports/{import_id}/commit",
    may="import_sheet",
    body=schemas.NewCommit,
    answer=task_schemas.TaskView,
    status=202,
    location=TASK_PATH,
    if_match=True,
)
def commit_import(request: RequestContext, import_id: UUID) -> Task:
    """Commit an import.

    Queues a task that creates everything that was previewed, or nothing; opening balances, credits and deposits are
    dated ``opening_on`` (today if absent). If-Match names the preview that is agreed to. Refused unless the import
    is previewed without errors (409). For owners and managers.
    """
    return imports.queue_commit(request.ctx, import_id, request.if_match, opening_on=request.body.get("opening_on"))


@routes.post(
    "/imports/{import_id}/undo", may="import_sheet", answer=task_schemas.TaskView, status=202, location=TASK_PATH
)
def undo_import(request: RequestContext, import_id: UUID) -> Task:
    """Undo an import.

    Queues a task that removes what the import created: documents are voided or reversed, leases, tenants, units and
    properties are deleted. Refused once other records depend on them (409; ``built`` counts these). For owners and
    managers.
    """
    return imports.queue_undo(request.ctx, import_id)
