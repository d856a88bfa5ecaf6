"""SQL of the credit of leases."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import func, select

from chalicelib.runtime.context import Context
from chalicelib.storage.tables.payments import payments


def list_credits(ctx: Context, lease_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the credit of each lease in cents; a lease with none is left out."""
    query = (
        select(payments.c.lease_id, func.sum(payments.c.unallocated_cents))
        .where(
            payments.c.organisation_id == ctx.organisation_id,
            payments.c.lease_id.in_(lease_ids),
            payments.c.unallocated_cents > 0,
            payments.c.state == "matched",
        )
        .group_by(payments.c.lease_id)
    )
    return {row[0]: int(row[1]) for row in ctx.db.execute(query)}
