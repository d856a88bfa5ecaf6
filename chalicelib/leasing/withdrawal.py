"""Take back the end of a lease while its last day is ahead: a notice withdrawn, a transfer called off."""

import datetime as dt
from typing import Any
from uuid import UUID

from chalicelib.errors import Conflict
from chalicelib.leasing import lease_repository
from chalicelib.leasing.leases import get_lease
from chalicelib.leasing.locking import lock_lease_chains, lock_lease_row, lock_leases, lock_named_unit
from chalicelib.leasing.model import Lease
from chalicelib.leasing.renewal import return_deposits
from chalicelib.runtime.context import Context


def continue_lease(ctx: Context, lease_id: UUID, version: int | None = None) -> Lease:
    """Withdraw the termination of a lease, which then runs to the end that was agreed before, and return it.

    What was credited or billed because of the end is the caller's (``lease_accounts.withdraw_termination``).

    Raises:
        Conflict: it was not terminated, its last day is over, deposit or credit was paid out since, its unit is let to
            others from then, or it was transferred (call that off).
        NotFound: the organisation has no such lease.
        PreconditionFailed: it is no longer at ``version``.
    """
    _lock(ctx, lease_id)
    row = lock_lease_row(ctx, lease_id, version)
    if _find_successor(ctx, lease_id) is not None:
        raise Conflict("Another lease follows this one; call the transfer off.", lease_id=str(lease_id))
    _check_may_continue(ctx, row, [lease_id])
    lease_repository.mark_continued(ctx, lease_id)
    return get_lease(ctx, lease_id)


def call_off_successor(ctx: Context, lease_id: UUID) -> Lease:
    """Call off the transfer of a lease: the lease of the other unit ends before its first day, its deposits come back,
    and this lease runs to the end that was agreed before; return it.

    Raises:
        Conflict: it was not transferred, the new lease has begun, or as ``continue_lease``.
        NotFound: the organisation has no such lease.
    """
    _lock(ctx, lease_id)
    successor_id = _find_successor(ctx, lease_id)
    if successor_id is None:
        raise Conflict("The lease was not transferred.", lease_id=str(lease_id))
    lock_leases(ctx, [lease_id, successor_id])
    row, successor = lock_lease_row(ctx, lease_id, None), lock_lease_row(ctx, successor_id, None)
    if successor.starts_on <= ctx.today:
        raise Conflict("The lease of the other unit has begun.", starts_on=successor.starts_on.isoformat())
    if successor.terminated_on is not None:
        raise Conflict("The lease of the other unit was terminated.", lease_id=str(successor_id))
    _check_may_continue(ctx, row, [lease_id, successor_id])
    before_first = successor.starts_on - dt.timedelta(days=1)
    lease_repository.mark_terminated(ctx, successor_id, ends_on=before_first, terminated_on=ctx.today)
    return_deposits(ctx, get_lease(ctx, successor_id))
    lease_repository.mark_continued(ctx, lease_id)
    return get_lease(ctx, lease_id)


def _lock(ctx: Context, lease_id: UUID) -> None:
    lock_named_unit(ctx, get_lease(ctx, lease_id).unit_id)
    lock_lease_chains(ctx, [lease_id])


def _find_successor(ctx: Context, lease_id: UUID) -> UUID | None:
    """Return the lease that follows this one and was not called off."""
    following = lease_repository.following_lease_ids(ctx, [lease_id])
    return next((each for each in sorted(following) if get_lease(ctx, each).status != "ended"), None)


def _check_may_continue(ctx: Context, row: Any, lease_ids: list[UUID]) -> None:
    if row.terminated_on is None or row.terminated_at is None:
        raise Conflict("The lease was not terminated.", lease_id=str(row.id))
    if row.ends_on < ctx.today:
        raise Conflict("The last day of the lease is over.", ends_on=row.ends_on.isoformat())
    if lease_repository.paid_out_since(ctx, lease_ids, row.terminated_at):
        raise Conflict("Deposit or credit was paid out since the lease was terminated.", lease_id=str(row.id))
    first = row.ends_on + dt.timedelta(days=1)
    other = lease_repository.find_overlapping(ctx, row.unit_id, first, row.agreed_ends_on, excluding=row.id)
    if other is not None:
        raise Conflict(
            "The unit is let to others from then.", lease_id=str(other.id), starts_on=other.starts_on.isoformat()
        )
