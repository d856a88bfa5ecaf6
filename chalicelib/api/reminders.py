"""Reminder policy, holidays, exclusions and promises to pay."""

from uuid import UUID

from chalicelib import reminders
from chalicelib.api.schemas import reminders as schemas
from chalicelib.reminders.model import Exclusion, Holiday, Promise, ReminderPolicy
from chalicelib.web.fields import Paging
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

routes = ApiBlueprint(__name__, tag="outreach")


@routes.get("/reminder-policy", may="see_messages", answer=schemas.ReminderPolicyView)
def get_reminder_policy(request: RequestContext) -> ReminderPolicy:
    """Get the reminder policy.

    Returns when tenants are reminded of open invoices; version 0 is the default, which reminds nobody. For owners,
    managers and accountants.
    """
    return reminders.get_policy(request.ctx)


@routes.patch(
    "/reminder-policy", may="change_messages", body=schemas.ReminderPolicyChange, answer=schemas.ReminderPolicyView
)
def change_reminder_policy(request: RequestContext) -> ReminderPolicy:
    """Change the reminder policy.

    Changes the days before and after the due day, the hour, the least amount, and whether weekends and holidays are
    skipped. For owners and managers, with If-Match.
    """
    return reminders.change_policy(request.ctx, request.if_match, request.body)


@routes.get("/holidays", may="see_messages", query=schemas.HolidayQuery, answer=schemas.HolidayView)
def list_holidays(request: RequestContext) -> Page[Holiday]:
    """List holidays.

    Returns the public holidays of a year (this one if absent) and your own, on one page. For owners, managers and
    accountants.
    """
    year = request.query.get("year", request.ctx.today.year)
    return Page(reminders.list_holidays(request.ctx, year), None)


@routes.post("/holidays", may="change_messages", body=schemas.NewHoliday, answer=schemas.HolidayView)
def add_holiday(request: RequestContext) -> Holiday:
    """Add a holiday.

    Adds a day of your own on which no reminders are sent; a second one on the same day is refused (409). For owners
    and managers.
    """
    return reminders.add_holiday(request.ctx, request.body["holiday_on"], request.body["name"])


@routes.delete("/holidays/{day}", may="change_messages", if_match=False)
def remove_holiday(request: RequestContext, day: str) -> None:
    """Remove a holiday.

    Removes a holiday of your own; public holidays cannot be removed (404). For owners and managers.
    """
    reminders.remove_holiday(request.ctx, day)


@routes.get("/reminder-exclusions", may="see_messages", query=Paging, answer=schemas.ExclusionView)
def list_reminder_exclusions(request: RequestContext) -> Page[Exclusion]:
    """List reminder exclusions.

    Returns the leases that are excluded from reminders, with reason and last day. For owners, managers and
    accountants.
    """
    return reminders.list_exclusions(request.ctx, request.page_request)


@routes.post(
    "/reminder-exclusions", may="change_messages", body=schemas.NewExclusion, answer=schemas.ExclusionView, status=200
)
def put_reminder_exclusion(request: RequestContext) -> Exclusion:
    """Exclude a lease from reminders.

    Excludes a lease from reminders until ``ends_on``, or until the exclusion is removed; an earlier exclusion of
    the lease is replaced. For owners and managers.
    """
    return reminders.put_exclusion(request.ctx, request.body)


@routes.delete("/reminder-exclusions/{lease_id}", may="change_messages", if_match=False)
def remove_reminder_exclusion(request: RequestContext, lease_id: UUID) -> None:
    """Remove a reminder exclusion.

    Lets the lease be reminded again. 404 if it is not excluded. For owners and managers.
    """
    reminders.remove_exclusion(request.ctx, lease_id)


@routes.get("/promises", may="keep_promises", query=schemas.PromiseQuery, answer=schemas.PromiseView)
def list_promises(request: RequestContext) -> Page[Promise]:
    """List promises to pay.

    Returns promises of tenants to pay, newest first; filter by lease and status. For owners, managers and
    accountants.
    """
    return reminders.list_promises(
        request.ctx,
        request.page_request,
        lease_id=request.query.get("lease_id"),
        status=request.query.get("status"),
    )


@routes.post(
    "/promises", may="keep_promises", body=schemas.NewPromise, answer=schemas.PromiseView, location="/v1/promises/{id}"
)
def add_promise(request: RequestContext) -> Promise:
    """Record a promise to pay.

    Records what a tenant promised to pay and by when; the lease is not reminded until that day is over. A second
    open promise of a lease is refused (409). For owners, managers and accountants.
    """
    return reminders.add_promise(request.ctx, request.body)


@routes.get("/promises/{promise_id}", may="keep_promises", answer=schemas.PromiseView)
def get_promise(request: RequestContext, promise_id: UUID) -> Promise:
    """Get a promise to pay.

    Returns one promise; it is settled as kept or broken once its day is over. For owners, managers and accountants.
    """
    return reminders.get_promise(request.ctx, promise_id)


@routes.post("/promises/{promise_id}/cancel", may="keep_promises", answer=schemas.PromiseView, status=200)
def cancel_promise(request: RequestContext, promise_id: UUID) -> Promise:
    """Cancel a promise to pay.

    Cancels an open promise, so that the lease is reminded again; any other status is refused (409). For owners,
    managers and accountants.
    """
    return reminders.cancel_promise(request.ctx, promise_id)
