"""Imports over HTTP: a landlord's own spreadsheet in, previewed, committed, and taken back; and a tenant forgotten."""

from uuid import UUID

from chalicelib.leasing.model import Tenant
from chalicelib.leasing.schemas import TENANT
from chalicelib.onboarding import service
from chalicelib.onboarding.import_model import Import
from chalicelib.onboarding.model import Problem
from chalicelib.onboarding.schemas import IMPORT, IMPORT_PROBLEM, NEW_COMMIT, NEW_IMPORT, PAGING, PROBLEMS_QUERY
from chalicelib.tasks.model import Task
from chalicelib.tasks.schemas import TASK
from chalicelib.web import idempotency
from chalicelib.web.routing import ApiBlueprint, Call, Page

onboarding = ApiBlueprint(__name__, tag="onboarding")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# API Gateway passes text on as UTF-8: a CSV in another encoding comes whole only as an octet stream.
SHEETS = ("text/csv", XLSX, "application/octet-stream")
TASK_PATH = "/v1/tasks/{id}"


@onboarding.post(
    "/imports",
    may="import_sheet",
    query=NEW_IMPORT,
    reads=SHEETS,
    answer=IMPORT,
    status=202,
    location="/v1/tasks/{task_id}",
)
def add_import(call: Call) -> Import:
    """Upload a rent roll, CSV or XLSX, and have it previewed.

    The import is "reading" until the task that ``task_id`` names has read it; what cannot be read, or takes
    too long, is told among its problems. Nothing of the sheet is written before it is committed.
    """
    return service.add_import(
        call.ctx,
        call.raw,
        filename=call.query["filename"],
        property_name=call.query["property_name"],
        due_day=call.query.get("due_day"),
        keys=call.parts.keys,
    )


@onboarding.get("/imports", may="import_sheet", query=PAGING, answer=IMPORT)
def list_imports(call: Call) -> Page[Import]:
    """List imports, newest first."""
    return service.list_imports(call.ctx, call.asked)


@onboarding.get("/imports/{import_id}", may="import_sheet", answer=IMPORT)
def get_import(call: Call, import_id: UUID) -> Import:
    """Tell one import, with what its sheet comes to."""
    return service.get_import(call.ctx, import_id)


@onboarding.get("/imports/{import_id}/problems", may="import_sheet", query=PROBLEMS_QUERY, answer=IMPORT_PROBLEM)
def list_import_problems(call: Call, import_id: UUID) -> Page[Problem]:
    """List what is wrong with the sheet, by row, and what was expected."""
    return service.list_problems(
        call.ctx, import_id, call.asked, keys=call.parts.keys, severity=call.query.get("severity")
    )


@onboarding.post(
    "/imports/{import_id}/commit",
    may="import_sheet",
    body=NEW_COMMIT,
    answer=TASK,
    status=202,
    location=TASK_PATH,
    if_match=True,
)
def commit_import(call: Call, import_id: UUID) -> Task:
    """Write all that was previewed, or nothing; If-Match names the preview that is agreed to. The answer is a task."""
    return service.queue_commit(call.ctx, import_id, call.if_match, opening_on=call.body.get("opening_on"))


@onboarding.post("/imports/{import_id}/undo", may="import_sheet", answer=TASK, status=202, location=TASK_PATH)
def undo_import(call: Call, import_id: UUID) -> Task:
    """Take back all that the import made, while nothing has been built on it. The answer is a task."""
    return service.queue_undo(call.ctx, import_id)


@onboarding.post("/tenants/{tenant_id}/erase", may="erase_tenant", answer=TENANT, status=200, fresh=True)
def erase_tenant(call: Call, tenant_id: UUID) -> Tenant:
    """Forget who a tenant without a running lease is; what was billed and paid stays. It cannot be undone."""
    erased = service.erase_tenant(call.ctx, tenant_id)
    idempotency.erase_answers(call.ctx)  # last: it waits for requests that may tell of them
    return erased
