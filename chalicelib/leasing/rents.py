"""Dated rents and recurring charges of a lease. Changes do not affect what was billed before."""

import datetime as dt
from typing import Any
from uuid import UUID

from chalicelib.errors import STALE_VERSION, Conflict, Invalid, NotFound, PreconditionFailed
from chalicelib.ids import new_id
from chalicelib.leasing import lease_query_repository, lease_repository, rent_repository
from chalicelib.leasing.locking import NO_SUCH_LEASE, lock_lease_row
from chalicelib.leasing.model import DatedRent, NewRecurringCharge, RecurringCharge, RecurringChargeChange
from chalicelib.paging import Page, PageRequest
from chalicelib.periods import period_of
from chalicelib.runtime.context import Context

Span = tuple[dt.date, dt.date | None]  # first and last day; None: open


def record_rent_step(ctx: Context, lease_id: UUID, step: DatedRent) -> DatedRent:
    """Set the monthly rent from a day on, and return it; one that begins on that day is replaced.

    What was billed by the old one is the caller's (``lease_accounts.add_rent_change``).

    Raises:
        Conflict: the lease was terminated.
        Invalid: the day lies outside the lease.
        NotFound: the organisation has no such lease.
    """
    row = lock_lease_row(ctx, lease_id, None)
    if row.terminated_on is not None:
        raise Conflict("The lease has been ended; its rent can no longer change.", lease_id=str(lease_id))
    _check_within((row.starts_on, row.ends_on), step.starts_on)
    if rent_repository.find_rent(ctx, lease_id, step.starts_on) is None:
        rent_repository.add_rent(ctx, lease_id, step)
    else:
        rent_repository.change_rent(ctx, lease_id, step)
    lease_repository.change_lease(ctx, lease_id, {})
    return step


def list_rents(ctx: Context, lease_id: UUID, page_request: PageRequest) -> Page[DatedRent]:
    check_lease_visible(ctx, lease_id)
    return rent_repository.list_rents(ctx, lease_id, page_request)


def record_recurring_charge(ctx: Context, lease_id: UUID, new: NewRecurringCharge) -> RecurringCharge:
    """Add a recurring charge. Default start: today, or the lease's first day if that is later.

    Raises:
        Invalid: its days lie outside the lease.
        NotFound: the organisation has no such lease.
    """
    lease = lock_lease_row(ctx, lease_id, None)
    dated = new._replace(starts_on=new.starts_on or max(ctx.today, lease.starts_on))
    row = recurring_charge_row(lease_id, (lease.starts_on, lease.ends_on), dated, ctx.now)
    rent_repository.add_recurring_charges(ctx, [row])
    return get_recurring_charge(ctx, row["id"])


def get_recurring_charge(ctx: Context, charge_id: UUID) -> RecurringCharge:
    found = rent_repository.find_recurring_charge(ctx, charge_id)
    if found is None or not lease_query_repository.has_lease(ctx, found.lease_id, ctx.actor.properties):
        raise NotFound("There is no such recurring charge.")
    return found


def list_recurring_charges(ctx: Context, lease_id: UUID, page_request: PageRequest) -> Page[RecurringCharge]:
    check_lease_visible(ctx, lease_id)
    return rent_repository.list_recurring_charges(ctx, lease_id, page_request)


def update_recurring_charge(
    ctx: Context, charge_id: UUID, version: int | None, changes: RecurringChargeChange, *, from_day: dt.date
) -> RecurringCharge:
    """Change what ``changes`` names, and return the charge.

    ``ends_on`` is its last day; the day before its first cancels it. Another amount or proration counts from
    ``from_day``: what the charge was until then is kept as a charge of its own that ends the day before. What is not
    prorated is charged once a month, and so changes with the month of that day.

    Raises:
        Invalid: it would end earlier than that, or has ended by ``from_day``.
        PreconditionFailed: it is no longer at ``version``.
    """
    charge = get_recurring_charge(ctx, charge_id)
    lock_lease_row(ctx, charge.lease_id, None)
    ends_on = changes.get("ends_on")
    if ends_on is not None and ends_on < charge.starts_on - dt.timedelta(days=1):
        raise Invalid([("ends_on", "must not be before starts_on, except the day before it, which cancels the charge")])
    columns: dict[str, object] = dict(changes)
    before, after = (charge.amount_cents, charge.prorated), ("amount_cents", "prorated")
    if tuple(changes.get(name, now) for name, now in zip(after, before, strict=True)) != before:
        monthly = not (charge.prorated and changes.get("prorated", True))
        since = max(period_of(from_day), charge.starts_on) if monthly else from_day
        if charge.ends_on is not None and charge.ends_on < since:
            raise Invalid([("effective_on", "the charge has ended by then")])
        if since > charge.starts_on:
            until = charge._replace(id=new_id(), ends_on=since - dt.timedelta(days=1), version=1)
            rent_repository.add_recurring_charges(ctx, [until._asdict()])
            columns["starts_on"] = since
    if not rent_repository.change_recurring_charge(ctx, charge_id, version, columns):
        raise PreconditionFailed(STALE_VERSION)
    return get_recurring_charge(ctx, charge_id)


def recurring_charge_row(
    lease_id: UUID, span: Span, charge: NewRecurringCharge, now: dt.datetime, path: str = ""
) -> dict[str, Any]:
    """Return the row of a new recurring charge of a lease with ``span``. Default start: the lease's first day.

    Raises:
        Invalid: the charge's days do not fit; ``path`` is prefixed to field names.
    """
    starts_on = charge.starts_on or span[0]
    _check_within(span, starts_on, path)
    if charge.ends_on is not None and charge.ends_on < starts_on:
        raise Invalid([(f"{path}ends_on", "must not be before starts_on")])
    return {
        **charge._asdict(),
        "starts_on": starts_on,
        "id": new_id(),
        "lease_id": lease_id,
        "version": 1,
        "created_at": now,
    }


def check_lease_visible(ctx: Context, lease_id: UUID) -> None:
    """Raise NotFound unless the organisation has the lease, in a property that the caller may see."""
    if not lease_query_repository.has_lease(ctx, lease_id, ctx.actor.properties):
        raise NotFound(NO_SUCH_LEASE)


def _check_within(span: Span, day: dt.date, path: str = "") -> None:
    if day < span[0] or (span[1] is not None and day > span[1]):
        raise Invalid([(f"{path}starts_on", "must be a day of the lease")])
