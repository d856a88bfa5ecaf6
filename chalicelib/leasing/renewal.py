"""Leases that follow another: renewed on the same unit, or transferred to another one."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from chalicelib import config
from chalicelib.errors import Conflict, Invalid
from chalicelib.leasing import lease_repository, phone_place_repository
from chalicelib.leasing.deposits import carry_over_deposits
from chalicelib.leasing.leases import create_lease, get_lease
from chalicelib.leasing.locking import lock_lease_chains, lock_lease_terms, lock_named_unit, lock_tenants
from chalicelib.leasing.model import Lease, LeaseAgreement, LeaseTerms, NewRecurringCharge, Renewal, Transfer
from chalicelib.leasing.rules import phone_still_serves, renewal_starts_on, rent_on
from chalicelib.leasing.tenant_model import CONFIRMED, DENIED
from chalicelib.runtime.context import Context


def renew_lease(ctx: Context, lease_id: UUID, renewal: Renewal) -> Lease:
    """Renew the lease on the same unit from the day after it ends, and return the new lease.

    Recurring charges and deposits are carried over, and the terms that ``renewal`` does not name.

    Raises:
        Conflict: the lease is open, was terminated, or the unit is let to others from that day.
        Invalid: a tenant was erased since, or the terms are invalid.
        NotFound: the organisation has no such lease.
    """
    before, terms = _lock_for_successor(ctx, lease_id, None)
    if before.ends_on is None:
        raise Conflict("An open-ended lease continues by itself; change its rent instead.", lease_id=str(lease_id))
    carried = _carried_over_agreement(before, renewal_starts_on(before.ends_on), rent_on(terms.steps, before.ends_on))
    return _create_following_lease(ctx, before, terms, carried._replace(**renewal))


def create_successor(ctx: Context, lease_id: UUID, transfer: Transfer) -> Lease:
    """Transfer the tenants to another unit from a day on, and return the new lease.

    The lease ends the day before; recurring charges and deposits are carried over, and the terms that
    ``transfer`` does not name, but not the note. ``lease_accounts`` credits what the old lease was
    billed beyond its end.

    Raises:
        Conflict: the lease has ended or was terminated, or the unit is let on some of these days.
        Invalid: the unit is the same or not the organisation's, or the day does not fit the lease.
        NotFound: the organisation has no such lease.
    """
    before, terms = _lock_for_successor(ctx, lease_id, transfer["unit_id"])
    starts_on = transfer["starts_on"]
    if before.status == "ended":
        raise Conflict("The lease has ended.", lease_id=str(lease_id), lease_status=before.status)
    if transfer["unit_id"] == before.unit_id:
        raise Invalid([("unit_id", "the lease already has that unit")])
    if starts_on <= before.starts_on or (before.ends_on is not None and starts_on > before.ends_on):
        raise Invalid([("starts_on", "must be a day of the lease after its first")])
    last_day = starts_on - dt.timedelta(days=1)
    lease_repository.mark_terminated(ctx, lease_id, ends_on=last_day, terminated_on=ctx.today)
    carried = _carried_over_agreement(before, starts_on, transfer["rent_cents"])._replace(ends_on=before.ends_on)
    return _create_following_lease(ctx, before, terms, carried._replace(**transfer))


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


def _carried_over_agreement(before: Lease, starts_on: dt.date, rent_cents: int) -> LeaseAgreement:
    """Return an open lease that continues this one from ``starts_on`` on the same terms, without its charges."""
    return LeaseAgreement(
        unit_id=before.unit_id,
        tenants=[tenant.id for tenant in before.tenants],
        starts_on=starts_on,
        ends_on=None,
        rent_cents=rent_cents,
        due_day=before.due_day,
        grace_days=before.grace_days,
        notice_days=before.notice_days,
        deposits=before.deposits,
        previous_id=before.id,
        billed_from=before.billed_from,
    )


def _carried_over_charges(
    terms: LeaseTerms, starts_on: dt.date, ends_on: dt.date | None
) -> Iterator[NewRecurringCharge]:
    """Yield the recurring charges that have a day left in a lease of these days."""
    for charge in terms.recurring:
        first_day = max(charge.starts_on, starts_on)
        if (charge.ends_on is None or first_day <= charge.ends_on) and (ends_on is None or first_day <= ends_on):
            yield NewRecurringCharge(
                charge_type=charge.charge_type,
                amount_cents=charge.amount_cents,
                description=charge.description,
                prorated=charge.prorated,
                starts_on=first_day,
                ends_on=charge.ends_on,
            )


def _create_following_lease(ctx: Context, before: Lease, terms: LeaseTerms, agreed: LeaseAgreement) -> Lease:
    charges = list(_carried_over_charges(terms, agreed.starts_on, agreed.ends_on))
    lease_id = create_lease(ctx, agreed._replace(recurring_charges=charges))
    serving = phone_still_serves(before.status, before.ends_on, ctx.today, config.phone_serves_days_after_lease())
    kept_states = (CONFIRMED, DENIED) if serving else (DENIED,)  # a number confirmed long ago may have changed hands
    phone_place_repository.copy_places(ctx.db, ctx.organisation_id, before.id, lease_id, kept_states)
    lease = get_lease(ctx, lease_id)
    carry_over_deposits(ctx, (before.id, lease_id), (before.property_id, lease.property_id), on=ctx.today)
    return lease
