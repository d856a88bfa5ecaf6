"""Reminder pauses: excluded leases, and promises to pay. Money is whole cents."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from chalicelib import leasing
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.ids import new_id
from chalicelib.paging import Page, PageRequest
from chalicelib.reminders import promise_repository as repository
from chalicelib.reminders.model import BROKEN, CANCELLED, KEPT, OPEN, Exclusion, NewExclusion, NewPromise, Promise
from chalicelib.runtime.context import Context

MAX_PROMISED_DAYS = 62  # a promise pauses reminders, so its day must be near
PROMISES_IN_A_SET = 500


def put_exclusion(ctx: Context, new: NewExclusion) -> Exclusion:
    """Exclude the lease from reminders, replacing any exclusion.

    Raises:
        Invalid: the organisation has no such lease, or the last day has passed.
    """
    if new.ends_on is not None and new.ends_on < ctx.today:
        raise Invalid([("ends_on", "expected today or a later day")])
    _lock_lease(ctx, new.lease_id)
    exclusion = Exclusion(new.lease_id, new.reason, new.ends_on, ctx.actor.member_id, ctx.now)
    repository.put_exclusion(ctx, exclusion)
    return exclusion


def list_exclusions(ctx: Context, page_request: PageRequest) -> Page[Exclusion]:
    return repository.list_exclusions(ctx, page_request)


def remove_exclusion(ctx: Context, lease_id: UUID) -> None:
    if not repository.remove_exclusion(ctx, lease_id):
        raise NotFound("That lease is not excluded from reminders.", lease_id=str(lease_id))


def add_promise(ctx: Context, new: NewPromise) -> Promise:
    """Record a tenant's promise to pay; reminders pause until that day is over.

    Raises:
        Conflict: another promise of the lease is open.
        Invalid: the organisation has no such lease, or the day has passed or is too far off.
    """
    if not ctx.today <= new.promised_on <= ctx.today + dt.timedelta(days=MAX_PROMISED_DAYS):
        raise Invalid([("promised_on", f"expected a day from today on, within {MAX_PROMISED_DAYS} days")])
    _lock_lease(ctx, new.lease_id)
    before = repository.find_open_promise(ctx, new.lease_id)
    if before is not None:
        raise Conflict("The lease already has an open promise; cancel that first.", promise_id=str(before))
    promise = Promise(
        new_id(),
        new.lease_id,
        new.amount_cents,
        new.promised_on,
        OPEN,
        new.note,
        1,
        ctx.actor.member_id,
        ctx.now,
    )
    repository.add_promise(ctx, promise)
    return promise


def get_promise(ctx: Context, promise_id: UUID) -> Promise:
    found = repository.find_promise(ctx, promise_id)
    if found is None:
        raise NotFound("There is no such promise.", promise_id=str(promise_id))
    return found


def list_promises(
    ctx: Context, page_request: PageRequest, *, lease_id: UUID | None = None, status: str | None = None
) -> Page[Promise]:
    """Return a page of promises, newest first."""
    return repository.list_promises(ctx, page_request, lease_id=lease_id, status=status)


def cancel_promise(ctx: Context, promise_id: UUID) -> Promise:
    """Cancel a promise, so that the tenant is reminded again.

    Raises:
        Conflict: it is no longer open.
    """
    if not repository.change_promise_status(ctx, [promise_id], CANCELLED):
        promise = get_promise(ctx, promise_id)
        raise Conflict("Only an open promise can be cancelled.", promise_id=str(promise.id), status=promise.status)
    return get_promise(ctx, promise_id)


def resolve_promises(ctx: Context) -> int:
    """Resolve a batch of promises whose day is over, and return how many.

    A promise is kept if nothing due by its day is open, or if at least the promised amount has been allocated to the
    lease's invoices since; else it is broken.
    """
    past = repository.list_past_promises(ctx, ctx.today, PROMISES_IN_A_SET)
    kept = {row.id for row in past if row.owed_cents == 0 or row.paid_cents >= row.amount_cents}
    broken = {row.id for row in past} - kept
    resolved = 0
    for status, ids in ((KEPT, kept), (BROKEN, broken)):
        if ids:
            resolved += repository.change_promise_status(ctx, ids, status)
    return resolved


def list_paused(ctx: Context, lease_ids: Collection[UUID]) -> dict[UUID, str]:
    """Return which of the leases are not reminded today, and why: "excluded" or "promised"; two queries."""
    if not lease_ids:
        return {}
    promised = repository.list_leases_with_promise(ctx, lease_ids, ctx.today)
    excluded = repository.list_excluded_leases(ctx, lease_ids, ctx.today)
    return dict.fromkeys(promised, "promised") | dict.fromkeys(excluded, "excluded")


def _lock_lease(ctx: Context, lease_id: UUID) -> None:
    """Lock the lease, so that concurrent changes are serialised."""
    try:
        leasing.lock_lease(ctx, lease_id)
    except NotFound as error:
        raise Invalid([("lease_id", "the organisation has no such lease")]) from error


def anonymise_leases(ctx: Context, lease_ids: Collection[UUID]) -> None:
    """Clear the notes on promises and exclusions of an erased tenant's leases.

    Amounts and dates of promises stay: without the tenant they identify nobody.
    """
    repository.clear_notes(ctx, lease_ids)
