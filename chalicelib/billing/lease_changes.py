"""Change a lease, within the limits of what was already billed."""

from uuid import UUID

from chalicelib import leasing
from chalicelib.billing import invoice_repository
from chalicelib.errors import Conflict
from chalicelib.leasing.model import Lease, LeaseChange
from chalicelib.periods import last_day, period_of
from chalicelib.runtime.context import Context


def change_lease(ctx: Context, lease_id: UUID, version: int | None, changes: LeaseChange) -> Lease:
    """Change a lease as in ``leasing.update_terms``, and return it.

    It cannot be extended once its last month was billed up to its last day: that month has its
    invoice, so no run would ever bill the added days.

    Raises:
        Conflict: that, or as ``leasing.update_terms``.
        Invalid, NotFound, PreconditionFailed: as there.
    """
    before = leasing.get_lease(ctx, lease_id)
    seen_version = before.version if version is None else version  # change only what was checked
    changed = leasing.update_terms(ctx, lease_id, seen_version, changes)
    if before.ends_on is None or changed.ends_on == before.ends_on:
        return changed
    period = period_of(before.ends_on)
    if before.ends_on < last_day(period) and invoice_repository.filter_billed_leases(ctx, period, [lease_id]):
        raise Conflict(
            "The lease's last month is already billed up to that day; renew the lease, or void that invoice first.",
            lease_id=str(lease_id),
            ends_on=before.ends_on.isoformat(),
        )
    return changed
