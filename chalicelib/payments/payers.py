"""Which leases a payment may pay for: its own, those that carry it on, and others of the same payer."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from chalicelib import leasing
from chalicelib.errors import Invalid
from chalicelib.leasing.model import PayerLease
from chalicelib.payments import rules
from chalicelib.runtime.context import Context

UNKNOWN_LEASE = "the organisation has no such lease"


class Payer(NamedTuple):
    """A payment's lease, and what its money may pay for.

    ``payable`` is what it pays for by itself, the lease included; a member may choose lines of ``all``.
    """

    lease: PayerLease
    payable: frozenset[UUID]
    all: Sequence[PayerLease]

    @property
    def leases(self) -> list[PayerLease]:
        """The payable leases."""
        return [lease for lease in self.all if lease.id in self.payable]


def find_payer(ctx: Context, lease_id: UUID) -> Payer:
    """Return what a payment on the lease may pay for, in the member's properties; one query, without a lock.

    Raises:
        Invalid: the organisation has no such lease, or it is outside the member's properties.
    """
    every = leasing.list_payer_leases(ctx, lease_id=lease_id)
    lease = next((each for each in every if each.id == lease_id), None)
    if lease is None:
        raise Invalid([("lease_id", UNKNOWN_LEASE)])  # one that the member may not see is as unknown as none
    return Payer(lease, rules.payable_leases(lease, every), every)


def lock_payer(ctx: Context, lease_id: UUID) -> Payer:
    """Lock the leases that a payment on the lease pays for by itself, and return them; two queries.

    Raises:
        Conflict: they were changed meanwhile.
        Invalid: as ``find_payer``.
    """
    payer = find_payer(ctx, lease_id)
    leasing.lock_payer_leases(ctx, payer.leases)
    return payer
