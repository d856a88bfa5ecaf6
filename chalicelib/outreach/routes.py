"""Reminders and notices over HTTP: when and whom to remind, what was promised, and telling many at once."""

from uuid import UUID

from chalicelib.messaging.model import Message
from chalicelib.messaging.schemas import MESSAGE
from chalicelib.outreach import service
from chalicelib.outreach.model import Exclusion, Holiday, Notice, NoticePreview, Policy, Promise
from chalicelib.outreach.schemas import (
    EXCLUSION,
    HOLIDAY,
    HOLIDAY_QUERY,
    NEW_EXCLUSION,
    NEW_HOLIDAY,
    NEW_NOTICE,
    NEW_PROMISE,
    NOTICE,
    NOTICE_ASKED,
    NOTICE_PREVIEW,
    PAGING,
    POLICY,
    POLICY_CHANGE,
    PROMISE,
    PROMISE_QUERY,
    STATEMENT_ASKED,
)
from chalicelib.tasks.model import Task
from chalicelib.tasks.schemas import TASK
from chalicelib.web.routing import ApiBlueprint, Call, Page

outreach = ApiBlueprint(__name__, tag="outreach")


@outreach.get("/reminder-policy", may="see_messages", answer=POLICY)
def get_reminder_policy(call: Call) -> Policy:
    """Tell when tenants are reminded."""
    return service.get_policy(call.ctx)


@outreach.patch("/reminder-policy", may="change_messages", body=POLICY_CHANGE, answer=POLICY)
def change_reminder_policy(call: Call) -> Policy:
    """Change when tenants are reminded: days before and after the due day, the hour, the least that is asked for."""
    return service.change_policy(call.ctx, call.if_match, call.body)


@outreach.get("/holidays", may="see_messages", query=HOLIDAY_QUERY, answer=HOLIDAY)
def list_holidays(call: Call) -> Page[Holiday]:
    """List the public holidays of a year, this one unless it is said, and your own; all on one page."""
    year = call.query.get("year", call.ctx.today.year)
    return Page(service.list_holidays(call.ctx, year), None)


@outreach.post("/holidays", may="change_messages", body=NEW_HOLIDAY, answer=HOLIDAY)
def add_holiday(call: Call) -> Holiday:
    """Add a day of your own on which nobody is reminded."""
    return service.add_holiday(call.ctx, call.body["holiday_on"], call.body["name"])


@outreach.delete("/holidays/{day}", may="change_messages", if_match=False)
def remove_holiday(call: Call, day: str) -> None:
    """Remove a holiday of your own; a public one stays."""
    service.remove_holiday(call.ctx, day)


@outreach.get("/reminder-exclusions", may="see_messages", query=PAGING, answer=EXCLUSION)
def list_reminder_exclusions(call: Call) -> Page[Exclusion]:
    """List the leases whose tenants are not reminded."""
    return service.list_exclusions(call.ctx, call.asked)


@outreach.post("/reminder-exclusions", may="change_messages", body=NEW_EXCLUSION, answer=EXCLUSION, status=200)
def put_reminder_exclusion(call: Call) -> Exclusion:
    """Leave a lease out of reminders, until a day or until it is taken back; what was said of it before is replaced."""
    return service.put_exclusion(call.ctx, call.body)


@outreach.delete("/reminder-exclusions/{lease_id}", may="change_messages", if_match=False)
def remove_reminder_exclusion(call: Call, lease_id: UUID) -> None:
    """Remind the tenant of a lease again."""
    service.remove_exclusion(call.ctx, lease_id)


@outreach.get("/promises", may="keep_promises", query=PROMISE_QUERY, answer=PROMISE)
def list_promises(call: Call) -> Page[Promise]:
    """List what tenants promised to pay, newest first."""
    filters = {name: call.query[name] for name in ("lease_id", "status") if name in call.query}
    return service.list_promises(call.ctx, call.asked, **filters)


@outreach.post("/promises", may="keep_promises", body=NEW_PROMISE, answer=PROMISE, location="/v1/promises/{id}")
def add_promise(call: Call) -> Promise:
    """Keep what a tenant promised to pay; they are not reminded until that day is over."""
    return service.add_promise(call.ctx, call.body)


@outreach.get("/promises/{promise_id}", may="keep_promises", answer=PROMISE)
def get_promise(call: Call, promise_id: UUID) -> Promise:
    """Tell one promise."""
    return service.get_promise(call.ctx, promise_id)


@outreach.post("/promises/{promise_id}/cancel", may="keep_promises", answer=PROMISE, status=200)
def cancel_promise(call: Call, promise_id: UUID) -> Promise:
    """Take back an open promise: the tenant is reminded again."""
    return service.cancel_promise(call.ctx, promise_id)


@outreach.post(
    "/notices/preview", may="send_notice", body=NOTICE_ASKED, answer=NOTICE_PREVIEW, status=200, idempotent=False
)
def preview_notice(call: Call) -> NoticePreview:
    """Tell whom a notice would reach and what it would cost; nothing is kept.

    In the text stand {tenant}, {unit} and {property}. A tenant whose language has no text is told in the other.
    """
    notice = service.values_of(call.body)
    return service.preview_notice(call.ctx, notice)


@outreach.post("/notices", may="send_notice", body=NEW_NOTICE, answer=TASK, status=202, location="/v1/tasks/{id}")
def send_notice(call: Call) -> Task:
    """Tell the tenants of a property, or all, for at most ``price_limit``. The answer is a task; its input names it."""
    return service.add_notice(call.ctx, service.values_of(call.body), call.body["limit_cents"])


@outreach.get("/notices", may="see_messages", query=PAGING, answer=NOTICE)
def list_notices(call: Call) -> Page[Notice]:
    """List notices, newest first, with how many of their messages have got how far."""
    return service.list_notices(call.ctx, call.asked)


@outreach.get("/notices/{notice_id}", may="see_messages", answer=NOTICE)
def get_notice(call: Call, notice_id: UUID) -> Notice:
    """Tell one notice, with how many of its messages have got how far."""
    return service.get_notice(call.ctx, notice_id)


@outreach.post(
    "/leases/{lease_id}/statement/email",
    may="send_statement",
    body=STATEMENT_ASKED,
    answer=MESSAGE,
    status=202,
    location="/v1/messages/{id}",
)
def email_statement(call: Call, lease_id: UUID) -> Message:
    """Send a lease's statement to the tenant's e-mail address, or to that of the property's owner."""
    return service.email_statement(
        call.ctx, lease_id, call.body.get("since"), call.body.get("until"), to=call.body["to"]
    )
