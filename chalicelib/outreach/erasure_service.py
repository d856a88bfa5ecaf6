"""Forgetting what was written of a tenant beside their promises."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.outreach import erasure_repository as repository


def forget_leases(db: Connection, organisation_id: UUID, lease_ids: Collection[UUID]) -> None:
    """Forget what members wrote on promises and exclusions of an erased tenant's leases.

    That something was promised, how much and by when, stays: it says nothing without the tenant.
    """
    repository.forget_words(db, organisation_id, lease_ids)
