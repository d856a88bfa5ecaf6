"""Notices to many tenants."""

from uuid import UUID

from chalicelib import notices
from chalicelib.api.schemas import notices as schemas
from chalicelib.api.schemas import tasks as task_schemas
from chalicelib.notices.model import Notice, NoticePreview
from chalicelib.tasks.model import Task
from chalicelib.web.fields import Paging
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

routes = ApiBlueprint(__name__, tag="outreach")


@routes.post(
    "/notices/preview",
    may="send_notice",
    body=schemas.NoticeAsked,
    answer=schemas.NoticePreviewView,
    status=200,
    idempotent=False,
)
def preview_notice(request: RequestContext) -> NoticePreview:
    """Preview a notice.

    Returns how many tenants a notice would reach, who is left out and why, the rendered texts and the price;
    nothing is stored. The text may contain {tenant}, {unit} and {property}; a tenant whose language has no text
    gets the other. For owners and managers, with the messaging grant.
    """
    notice = request.body
    return notices.preview_notice(request.ctx, notice)


@routes.post(
    "/notices",
    may="send_notice",
    body=schemas.NewNotice,
    answer=task_schemas.TaskView,
    status=202,
    location="/v1/tasks/{id}",
)
def send_notice(request: RequestContext) -> Task:
    """Send a notice.

    Queues a task that sends a notice to the tenants of a property, or of all. Refused if it would reach nobody or
    cost more than ``price_limit`` (409). For owners and managers, with the messaging grant (403).
    """
    return notices.add_notice(request.ctx, request.body.draft, request.body.limit_cents)


@routes.get("/notices", may="see_messages", query=Paging, answer=schemas.NoticeView)
def list_notices(request: RequestContext) -> Page[Notice]:
    """List notices.

    Returns notices, newest first, with the number of messages by status. For owners, managers and accountants.
    """
    return notices.list_notices(request.ctx, request.page_request)


@routes.get("/notices/{notice_id}", may="see_messages", answer=schemas.NoticeView)
def get_notice(request: RequestContext, notice_id: UUID) -> Notice:
    """Get a notice.

    Returns one notice with the number of its messages by status. For owners, managers and accountants.
    """
    return notices.get_notice(request.ctx, notice_id)
