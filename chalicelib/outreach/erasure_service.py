"""Forgetting what was written of a tenant beside their promises."""

from collections.abc import Collection
from uuid import UUID

from chalicelib.outreach import erasure_repository as repository
from chalicelib.runtime.context import Context


def anonymise_leases(ctx: Context, lease_ids: Collection[UUID]) -> None:
    """Forget what members wrote on promises and exclusions of an erased tenant's leases.

    That something was promised, how much and by when, stays: it says nothing without the tenant.
    """
    repository.clear_notes(ctx, lease_ids)
