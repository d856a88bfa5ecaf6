"""Leases that follow another: renewed on the same unit, or transferred to another one."""

import datetime as dt
from typing import Any
from uuid import UUID

from chalicelib import config
from chalicelib.errors import Conflict, Invalid
from chalicelib.leasing import lease_repository, phone_place_repository
from chalicelib.leasing.deposits import carry_over_deposits
from chalicelib.leasing.leases import create_lease, get_lease
from chalicelib.leasing.locking import lock_lease_chains, lock_lease_terms, lock_named_unit, lock_tenants
from chalicelib.leasing.model import CONFIRMED, DENIED, Lease, LeaseTerms
from chalicelib.leasing.rules import phone_still_serves, renewal_starts_on, rent_on
from chalicelib.runtime.context import Context

_CARRIED_TERMS = ("due_day", "grace_days", "notice_days")


def renew_lease(ctx: Context, lease_id: UUID, values: dict[str, Any]) -> Lease:
    """Renew the lease on the same unit from the day after it ends, and return the new lease.

    Recurring charges and deposits are carried over. ``values`` may change ends_on (default: open),
    rent_cents, due_day, grace_days, notice_days, deposits and note.

    Raises:
        Conflict: the lease is open, was terminated, or the unit is let to others from that day.
        Invalid: a tenant was erased since, or the terms are invalid.
        NotFound: the organisation has no such lease.
    """
    before, terms = _lock_for_successor(ctx, lease_id, None)
    if before.ends_on is None:
        raise Conflict("An open-ended lease continues by itself; change its rent instead.", lease_id=str(lease_id))
    starts_on = renewal_starts_on(before.ends_on)
    rent_cents = values.get("rent_cents", rent_on(terms.steps, before.ends_on))
    following = {**_carried_over_terms(before, terms, starts_on), "rent_cents": rent_cents, **values}
    return _create_following_lease(ctx, before, following)


def create_successor(ctx: Context, lease_id: UUID, values: dict[str, Any]) -> Lease:
    """Transfer the tenants to another unit from ``values["starts_on"]``, and return the new lease.

    The lease ends the day before; recurring charges and deposits are carried over.
    ``values``: unit_id, starts_on, rent_cents; optionally ends_on, due_day, grace_days, notice_days,
    deposits and note (default: unchanged). ``payments`` credits what the old lease was billed beyond
    its end.

    Raises:
        Conflict: the lease has ended or was terminated, or the unit is let on some of these days.
        Invalid: the unit is the same or not the organisation's, or the day does not fit the lease.
        NotFound: the organisation has no such lease.
    """
    before, terms = _lock_for_successor(ctx, lease_id, values["unit_id"])
    starts_on = values["starts_on"]
    if before.status == "ended":
        raise Conflict("The lease has ended.", lease_id=str(lease_id), lease_status=before.status)
    if values["unit_id"] == before.unit_id:
        raise Invalid([("unit_id", "the lease already has that unit")])
    if starts_on <= before.starts_on or (before.ends_on is not None and starts_on > before.ends_on):
        raise Invalid([("starts_on", "must be a day of the lease after its first")])
    last_day = starts_on - dt.timedelta(days=1)
    lease_repository.mark_terminated(ctx, lease_id, ends_on=last_day, terminated_on=ctx.today)
    following = {**_carried_over_terms(before, terms, starts_on), "ends_on": before.ends_on, **values}
    return _create_following_lease(ctx, before, following)


def return_deposits(ctx: Context, lease: Lease) -> None:
    """Return the deposits of a lease that was called off to its predecessor; both are locked.

    There they can be deducted from what the tenants still owe, and the rest refunded.
    """
    if lease.previous_id is None or lease.ends_on is None or lease.ends_on >= lease.starts_on:
        return
    previous = get_lease(ctx, lease.previous_id)
    carry_over_deposits(ctx, (lease.id, previous.id), (lease.property_id, previous.property_id), on=ctx.today)


def _lock_for_successor(ctx: Context, lease_id: UUID, to_unit_id: UUID | None) -> tuple[Lease, LeaseTerms]:
    """Lock the lease's unit and the new one, its tenants, and its chain of leases; return the lease and its terms."""
    unit_id = get_lease(ctx, lease_id).unit_id
    for each in sorted({unit_id, to_unit_id or unit_id}):
        lock_named_unit(ctx, each)
    before = get_lease(ctx, lease_id)
    lock_tenants(ctx, [tenant.id for tenant in before.tenants])
    lock_lease_chains(ctx, [lease_id])  # a transfer applies credit, also that of the predecessors
    terms = lock_lease_terms(ctx, lease_id)
    # Read again: until the lease itself was locked, it could still be terminated.
    before = get_lease(ctx, lease_id)
    if before.terminated_on is not None:
        raise Conflict("The lease was terminated.", lease_id=str(lease_id), lease_status=before.status)
    return before, terms


def _carried_over_terms(before: Lease, terms: LeaseTerms, starts_on: dt.date) -> dict[str, Any]:
    """Return the values of a lease that continues this one from ``starts_on`` on the same terms."""
    charges = [
        {**charge._asdict(), "starts_on": max(charge.starts_on, starts_on)}
        for charge in terms.recurring
        if charge.ends_on is None or charge.ends_on >= max(charge.starts_on, starts_on)
    ]
    return {
        **{name: getattr(before, name) for name in _CARRIED_TERMS},
        "unit_id": before.unit_id,
        "tenants": [tenant.id for tenant in before.tenants],
        "starts_on": starts_on,
        "deposits": [term._asdict() for term in before.deposits],
        "recurring_charges": charges,
        "previous_id": before.id,
    }


def _create_following_lease(ctx: Context, before: Lease, values: dict[str, Any]) -> Lease:
    ends_on = values.get("ends_on")
    charges = [each for each in values["recurring_charges"] if ends_on is None or each["starts_on"] <= ends_on]
    lease_id = create_lease(ctx, {**values, "recurring_charges": charges})
    serving = phone_still_serves(before.status, before.ends_on, ctx.today, config.phone_serves_days_after_lease())
    kept_states = (CONFIRMED, DENIED) if serving else (DENIED,)  # a number confirmed long ago may have changed hands
    phone_place_repository.copy_places(ctx.db, ctx.organisation_id, before.id, lease_id, kept_states)
    lease = get_lease(ctx, lease_id)
    carry_over_deposits(ctx, (before.id, lease_id), (before.property_id, lease.property_id), on=ctx.today)
    return lease
