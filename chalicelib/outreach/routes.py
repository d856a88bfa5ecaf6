"""Reminders and notices over HTTP: when and whom to remind, what was promised, and telling many at once."""

from uuid import UUID

from chalicelib.messaging.model import Message
from chalicelib.messaging.schemas import MESSAGE
from chalicelib.outreach import service
from chalicelib.outreach.model import Exclusion, Holiday, Notice, NoticePreview, Promise, ReminderPolicy
from chalicelib.outreach.schemas import (
    EXCLUSION,
    HOLIDAY,
    HOLIDAY_QUERY,
    NEW_EXCLUSION,
    NEW_HOLIDAY,
    NEW_NOTICE,
    NEW_PROMISE,
    NOTICE,
    NOTICE_PREVIEW,
    NOTICE_PREVIEW_REQUEST,
    PAGING,
    POLICY,
    POLICY_CHANGE,
    PROMISE,
    PROMISE_QUERY,
    STATEMENT_EMAIL_REQUEST,
)
from chalicelib.tasks.model import Task
from chalicelib.tasks.schemas import TASK
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

outreach = ApiBlueprint(__name__, tag="outreach")


@outreach.get("/reminder-policy", may="see_messages", answer=POLICY)
def get_reminder_policy(request: RequestContext) -> ReminderPolicy:
    """Get the reminder policy.

    Returns when tenants are reminded of open invoices; version 0 is the default, which reminds nobody. For owners,
    managers and accountants.
    """
    return service.get_policy(request.ctx)


@outreach.patch("/reminder-policy", may="change_messages", body=POLICY_CHANGE, answer=POLICY)
def change_reminder_policy(request: RequestContext) -> ReminderPolicy:
    """Change the reminder policy.

    Changes the days before and after the due day, the hour, the least amount, and whether weekends and holidays are
    skipped. For owners and managers, with If-Match.
    """
    return service.change_policy(request.ctx, request.if_match, request.body)


@outreach.get("/holidays", may="see_messages", query=HOLIDAY_QUERY, answer=HOLIDAY)
def list_holidays(request: RequestContext) -> Page[Holiday]:
    """List holidays.

    Returns the public holidays of a year (this one if absent) and your own, on one page. For owners, managers and
    accountants.
    """
    year = request.query.get("year", request.ctx.today.year)
    return Page(service.list_holidays(request.ctx, year), None)


@outreach.post("/holidays", may="change_messages", body=NEW_HOLIDAY, answer=HOLIDAY)
def add_holiday(request: RequestContext) -> Holiday:
    """Add a holiday.

    Adds a day of your own on which no reminders are sent; a second one on the same day is refused (409). For owners
    and managers.
    """
    return service.add_holiday(request.ctx, request.body["holiday_on"], request.body["name"])


@outreach.delete("/holidays/{day}", may="change_messages", if_match=False)
def remove_holiday(request: RequestContext, day: str) -> None:
    """Remove a holiday.

    Removes a holiday of your own; public holidays cannot be removed (404). For owners and managers.
    """
    service.remove_holiday(request.ctx, day)


@outreach.get("/reminder-exclusions", may="see_messages", query=PAGING, answer=EXCLUSION)
def list_reminder_exclusions(request: RequestContext) -> Page[Exclusion]:
    """List reminder exclusions.

    Returns the leases that are excluded from reminders, with reason and last day. For owners, managers and
    accountants.
    """
    return service.list_exclusions(request.ctx, request.page_request)


@outreach.post("/reminder-exclusions", may="change_messages", body=NEW_EXCLUSION, answer=EXCLUSION, status=200)
def put_reminder_exclusion(request: RequestContext) -> Exclusion:
    """Exclude a lease from reminders.

    Excludes a lease from reminders until ``ends_on``, or until the exclusion is removed; an earlier exclusion of
    the lease is replaced. For owners and managers.
    """
    return service.put_exclusion(request.ctx, request.body)


@outreach.delete("/reminder-exclusions/{lease_id}", may="change_messages", if_match=False)
def remove_reminder_exclusion(request: RequestContext, lease_id: UUID) -> None:
    """Remove a reminder exclusion.

    Lets the lease be reminded again. 404 if it is not excluded. For owners and managers.
    """
    service.remove_exclusion(request.ctx, lease_id)


@outreach.get("/promises", may="keep_promises", query=PROMISE_QUERY, answer=PROMISE)
def list_promises(request: RequestContext) -> Page[Promise]:
    """List promises to pay.

    Returns promises of tenants to pay, newest first; filter by lease and status. For owners, managers and
    accountants.
    """
    filters = {name: request.query[name] for name in ("lease_id", "status") if name in request.query}
    return service.list_promises(request.ctx, request.page_request, **filters)


@outreach.post("/promises", may="keep_promises", body=NEW_PROMISE, answer=PROMISE, location="/v1/promises/{id}")
def add_promise(request: RequestContext) -> Promise:
    """Record a promise to pay.

    Records what a tenant promised to pay and by when; the lease is not reminded until that day is over. A second
    open promise of a lease is refused (409). For owners, managers and accountants.
    """
    return service.add_promise(request.ctx, request.body)


@outreach.get("/promises/{promise_id}", may="keep_promises", answer=PROMISE)
def get_promise(request: RequestContext, promise_id: UUID) -> Promise:
    """Get a promise to pay.

    Returns one promise; it is settled as kept or broken once its day is over. For owners, managers and accountants.
    """
    return service.get_promise(request.ctx, promise_id)


@outreach.post("/promises/{promise_id}/cancel", may="keep_promises", answer=PROMISE, status=200)
def cancel_promise(request: RequestContext, promise_id: UUID) -> Promise:
    """Cancel a promise to pay.

    Cancels an open promise, so that the lease is reminded again; any other status is refused (409). For owners,
    managers and accountants.
    """
    return service.cancel_promise(request.ctx, promise_id)


@outreach.post(
    "/notices/preview",
    may="send_notice",
    body=NOTICE_PREVIEW_REQUEST,
    answer=NOTICE_PREVIEW,
    status=200,
    idempotent=False,
)
def preview_notice(request: RequestContext) -> NoticePreview:
    """Preview a notice.

    Returns how many tenants a notice would reach, who is left out and why, the rendered texts and the price;
    nothing is stored. The text may contain {tenant}, {unit} and {property}; a tenant whose language has no text
    gets the other. For owners and managers, with the messaging grant.
    """
    notice = service.parse_notice(request.body)
    return service.preview_notice(request.ctx, notice)


@outreach.post("/notices", may="send_notice", body=NEW_NOTICE, answer=TASK, status=202, location="/v1/tasks/{id}")
def send_notice(request: RequestContext) -> Task:
    """Send a notice.

    Queues a task that sends a notice to the tenants of a property, or of all. Refused if it would reach nobody or
    cost more than ``price_limit`` (409). For owners and managers, with the messaging grant (403).
    """
    return service.add_notice(request.ctx, service.parse_notice(request.body), request.body["limit_cents"])


@outreach.get("/notices", may="see_messages", query=PAGING, answer=NOTICE)
def list_notices(request: RequestContext) -> Page[Notice]:
    """List notices.

    Returns notices, newest first, with the number of messages by status. For owners, managers and accountants.
    """
    return service.list_notices(request.ctx, request.page_request)


@outreach.get("/notices/{notice_id}", may="see_messages", answer=NOTICE)
def get_notice(request: RequestContext, notice_id: UUID) -> Notice:
    """Get a notice.

    Returns one notice with the number of its messages by status. For owners, managers and accountants.
    """
    return service.get_notice(request.ctx, notice_id)


@outreach.post(
    "/leases/{lease_id}/statement/email",
    may="send_statement",
    body=STATEMENT_EMAIL_REQUEST,
    answer=MESSAGE,
    status=202,
    location="/v1/messages/{id}",
)
def email_statement(request: RequestContext, lease_id: UUID) -> Message:
    """E-mail a lease's statement.

    Queues the statement of a lease, as it stands now, by e-mail to the tenant or to the owner of the property, and
    returns the message. Refused if they have no e-mail address (409). For owners, managers and accountants.
    """
    return service.email_statement(
        request.ctx, lease_id, request.body.get("since"), request.body.get("until"), to=request.body["to"]
    )
