"""Create, list, change and terminate leases.

Every use case that occupies days of a unit locks the unit first, and then checks for overlapping
leases.
"""

import datetime as dt
from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

from chalicelib import organisations
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.ids import new_id
from chalicelib.leasing import lease_query_repository, lease_repository, phone_place_repository, rent_repository
from chalicelib.leasing.locking import NO_SUCH_LEASE, lock_lease_row, lock_named_unit, lock_tenants
from chalicelib.leasing.model import AgreedDeposit, DatedRent, Lease, LeaseAgreement, LeaseChange, NewLease
from chalicelib.leasing.rents import recurring_charge_row
from chalicelib.leasing.rules import Terms, earliest_end, lease_status, term_problems
from chalicelib.paging import Page, PageRequest
from chalicelib.periods import period_of
from chalicelib.runtime.context import Context


def add_lease(ctx: Context, new: NewLease) -> Lease:
    """Create a lease of a unit and return it.

    Raises:
        Conflict: it overlaps another lease of the unit.
        Invalid: the unit or a tenant is not the organisation's, or the terms are invalid; or it began before this
            month, and nobody said from which month it is billed.
    """
    if new.billed_from is None and period_of(new.starts_on) < period_of(ctx.today):
        why = "expected the first month to bill, since the lease began before this month; what it owed by then is its"
        raise Invalid([("billed_from", f"{why} opening balance")])
    defaults = organisations.get_organisation(ctx.db, ctx.organisation_id)
    agreement = LeaseAgreement(
        unit_id=new.unit_id,
        tenants=new.tenants,
        starts_on=new.starts_on,
        ends_on=new.ends_on,
        rent_cents=new.rent_cents,
        due_day=defaults.due_day if new.due_day is None else new.due_day,
        grace_days=defaults.grace_days if new.grace_days is None else new.grace_days,
        notice_days=new.notice_days,
        deposits=new.deposits,
        recurring_charges=new.recurring_charges,
        note=new.note,
        billed_from=new.billed_from,
    )
    lease_id = create_lease(ctx, agreement)
    return get_lease(ctx, lease_id)


def create_lease(ctx: Context, agreed: LeaseAgreement) -> UUID:
    """Lock the unit and the tenants, check and add the lease as in ``add_lease``, and return its id."""
    _check_terms(Terms(agreed.starts_on, agreed.ends_on, agreed.due_day, agreed.grace_days, agreed.notice_days))
    property_id = lock_named_unit(ctx, agreed.unit_id)
    lock_tenants(ctx, agreed.tenants)
    _check_unit_free(ctx, agreed.unit_id, agreed.starts_on, agreed.ends_on)
    lease_id = new_id()
    row = {
        "id": lease_id,
        "unit_id": agreed.unit_id,
        "property_id": property_id,
        "tenant_id": agreed.tenants[0],
        "starts_on": agreed.starts_on,
        "ends_on": agreed.ends_on,
        "due_day": agreed.due_day,
        "grace_days": agreed.grace_days,
        "notice_days": agreed.notice_days,
        "previous_id": agreed.previous_id,
        "billed_from": max(agreed.billed_from or agreed.starts_on, agreed.starts_on).replace(day=1),
        "terminated_on": None,
        "note": agreed.note,
        "version": 1,
        "created_at": ctx.now,
    }
    span = (agreed.starts_on, agreed.ends_on)
    charges = [
        recurring_charge_row(lease_id, span, charge, ctx.now, f"recurring_charges.{index}.")
        for index, charge in enumerate(agreed.recurring_charges)
    ]
    _check_deposits(agreed.deposits)
    lease_repository.add_lease(ctx, row)
    lease_repository.replace_tenants(ctx, lease_id, agreed.tenants)
    lease_repository.replace_deposit_terms(ctx, lease_id, agreed.deposits)
    rent_repository.add_rent(ctx, lease_id, DatedRent(agreed.starts_on, agreed.rent_cents))
    rent_repository.add_recurring_charges(ctx, charges)
    return lease_id


def get_lease(ctx: Context, lease_id: UUID) -> Lease:
    found = lease_query_repository.find_lease(ctx, lease_id, ctx.today, ctx.actor.properties)
    if found is None:
        raise NotFound(NO_SUCH_LEASE)
    return found


def list_leases(
    ctx: Context,
    page_request: PageRequest,
    *,
    unit_id: UUID | None = None,
    property_id: UUID | None = None,
    tenant_id: UUID | None = None,
    status: str | None = None,
) -> Page[Lease]:
    return lease_query_repository.list_leases(
        ctx,
        page_request,
        today=ctx.today,
        within=ctx.actor.properties,
        unit_id=unit_id,
        property_id=property_id,
        tenant_id=tenant_id,
        status=status,
    )


def update_terms(ctx: Context, lease_id: UUID, version: int | None, changes: LeaseChange) -> Lease:
    """Change what ``changes`` names, and return the lease. ``ends_on`` may only become later.

    What was billed does not change. A lease is shortened by terminating it.

    Raises:
        Conflict: it has ended, or its longer span overlaps another lease of the unit.
        Invalid: a tenant is not the organisation's, or the terms are invalid.
        PreconditionFailed: it is no longer at ``version``.
    """
    before = get_lease(ctx, lease_id)
    lock_named_unit(ctx, before.unit_id)
    lock_tenants(ctx, changes.get("tenants", [before.tenant_id]))
    row = lock_lease_row(ctx, lease_id, version)
    _refuse_ended(row, ctx.today)
    ends_on = changes.get("ends_on", row.ends_on)
    if ends_on != row.ends_on:
        _check_extension(row, ends_on)
        _check_unit_free(ctx, row.unit_id, row.starts_on, ends_on, excluding=lease_id)
    terms = Terms(
        row.starts_on,
        ends_on,
        changes.get("due_day", row.due_day),
        changes.get("grace_days", row.grace_days),
        changes.get("notice_days", row.notice_days),
    )
    _check_terms(terms)
    columns: dict[str, object] = {
        "due_day": terms.due_day,
        "grace_days": terms.grace_days,
        "notice_days": terms.notice_days,
        "ends_on": ends_on,
        "note": changes.get("note", row.note),
        "billed_from": max(changes.get("billed_from", row.billed_from), period_of(row.starts_on)),
    }
    if "tenants" in changes:
        columns["tenant_id"] = changes["tenants"][0]
        lease_repository.replace_tenants(ctx, lease_id, changes["tenants"])
        phone_place_repository.delete_unclaimed_places(ctx.db, ctx.organisation_id, lease_id=lease_id)
    if "deposits" in changes:
        _check_deposits(changes["deposits"])
        lease_repository.replace_deposit_terms(ctx, lease_id, changes["deposits"])
    lease_repository.change_lease(ctx, lease_id, columns)
    return get_lease(ctx, lease_id)


def bill_from(ctx: Context, lease_ids: Collection[UUID], period: dt.date) -> None:
    """Bill the leases from the month at the earliest: what they owed for months before is an opening balance."""
    lease_repository.raise_billed_from(ctx, lease_ids, period)


def record_termination(
    ctx: Context,
    lease_id: UUID,
    version: int | None,
    *,
    ends_on: dt.date,
    given_on: dt.date,
    waive_notice: bool = False,
) -> Lease:
    """Terminate the lease on its last day ``ends_on``, by a notice given on ``given_on``, and return it.

    An ``ends_on`` before the first day calls the lease off; it then has no days.
    Expiry on the agreed last day needs no notice.

    Raises:
        Conflict: it has ended, or was terminated before.
        Invalid: the notice is too short and not waived, or the days do not fit the lease.
        PreconditionFailed: it is no longer at ``version``.
    """
    row = lock_lease_row(ctx, lease_id, version)
    _refuse_ended(row, ctx.today)
    last_day = ends_on
    if ends_on < row.starts_on:
        if row.starts_on <= ctx.today:
            raise Invalid([("ends_on", "must not be before starts_on")])
        last_day = row.starts_on - dt.timedelta(days=1)
    if row.ends_on is not None and ends_on > row.ends_on:
        raise Invalid([("ends_on", f"the lease ends on {row.ends_on}; renew it instead")])
    if given_on > ctx.today:
        raise Invalid([("given_on", "a notice cannot be given in the future")])
    if not waive_notice:
        _check_notice(row, ends_on, given_on)
    lease_repository.mark_terminated(ctx, lease_id, ends_on=last_day, terminated_on=given_on)
    return get_lease(ctx, lease_id)


def _check_terms(terms: Terms) -> None:
    wrong = term_problems(terms)
    if wrong:
        raise Invalid([(problem.field, problem.why) for problem in wrong])


def _check_unit_free(
    ctx: Context, unit_id: UUID, starts_on: dt.date, ends_on: dt.date | None, *, excluding: UUID | None = None
) -> None:
    other = lease_repository.find_overlapping(ctx, unit_id, starts_on, ends_on, excluding=excluding)
    if other is not None:
        raise Conflict(
            "Another lease of the unit covers some of these days.",
            lease_id=str(other.id),
            starts_on=other.starts_on.isoformat(),
            ends_on=other.ends_on and other.ends_on.isoformat(),
        )


def _refuse_ended(row: Any, today: dt.date) -> None:
    status = lease_status(row.starts_on, row.ends_on, row.terminated_on is not None, today)
    if status == "ended" or row.terminated_on is not None:
        raise Conflict("The lease has ended, or its end is already fixed.", lease_id=str(row.id), lease_status=status)


def _check_extension(row: Any, ends_on: dt.date | None) -> None:
    if ends_on is not None and (row.ends_on is None or ends_on < row.ends_on):
        raise Invalid([("ends_on", "terminate the lease to shorten it")])


def _check_notice(row: Any, ends_on: dt.date, given_on: dt.date) -> None:
    if ends_on == row.ends_on:
        return
    earliest = earliest_end(given_on, row.notice_days)
    if ends_on < earliest:
        why = f"with {row.notice_days} days' notice it can end on {earliest} at the earliest; or waive the notice"
        raise Invalid([("ends_on", why)])


def _check_deposits(deposits: Sequence[AgreedDeposit]) -> None:
    if len({each.kind for each in deposits}) != len(deposits):
        raise Invalid([("deposits", "expected each kind once")])
