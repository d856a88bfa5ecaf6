"""The leases that one tenant pays for: which of them share their money."""

from collections.abc import Iterable
from uuid import UUID

from chalicelib.errors import Conflict
from chalicelib.leasing import lease_repository, payer_repository
from chalicelib.leasing.locking import get_chain
from chalicelib.leasing.model import PayerLease
from chalicelib.runtime.context import Context


def list_payer_leases(ctx: Context, *, lease_id: UUID | None = None, tenant_id: UUID | None = None) -> list[PayerLease]:
    """Return the leases of the tenant, or of the tenant who pays for the lease, in the member's properties, by id.

    One query, without a lock; empty if there is no such lease or tenant.
    """
    found = payer_repository.list_payer_leases(ctx, lease_id=lease_id, tenant_id=tenant_id)
    return [lease for lease in found if ctx.may_touch(lease.property_id)]


def list_money_group(ctx: Context, lease_ids: Iterable[UUID]) -> list[PayerLease]:
    """Return all leases whose money may pay for the leases, or that theirs may pay for, by id; nothing is locked.

    Those are the leases that they follow and that follow them, and those of the same payers whose properties have the
    same owner and channel. Of all properties: what was derived does not depend on who looks at it.
    """
    group: dict[UUID, PayerLease] = {}
    unread = set(lease_ids)
    while unread:
        chain = get_chain(ctx, unread)
        listed = {lease.id: lease for lease in payer_repository.list_leases_of_payers(ctx, chain)}
        shared = {_receiver(listed[each]) for each in chain if each in listed}
        found = {each: lease for each, lease in listed.items() if each in chain or _receiver(lease) in shared}
        unread = set(found) - set(group) - chain
        group |= found
    return [group[each] for each in sorted(group)]


def _receiver(lease: PayerLease) -> tuple[UUID, UUID | None, UUID | None]:
    return lease.tenant_id, lease.owner_id, lease.channel_id


def lock_payer_leases(ctx: Context, leases: Iterable[PayerLease]) -> None:
    """Lock the leases, in the order of their ids.

    Raises:
        Conflict: one of them changed its payer or property since it was read.
    """
    seen = {lease.id: (lease.property_id, lease.tenant_id) for lease in leases}
    locked = {row.id: (row.property_id, row.tenant_id) for row in lease_repository.lock_leases(ctx, seen)}
    if locked != seen:
        raise Conflict("It has just been changed by somebody else; read it again and retry.")
