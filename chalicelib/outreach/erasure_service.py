"""Erase members' notes about a tenant."""

from collections.abc import Collection
from uuid import UUID

from chalicelib.outreach import erasure_repository as repository
from chalicelib.runtime.context import Context


def anonymise_leases(ctx: Context, lease_ids: Collection[UUID]) -> None:
    """Clear the notes on promises and exclusions of an erased tenant's leases.

    Amounts and dates of promises stay: without the tenant they identify nobody.
    """
    repository.clear_notes(ctx, lease_ids)
