"""SQL that erases members' notes about leases."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import update

from chalicelib.runtime.context import Context
from chalicelib.storage.tables.outreach import promises, reminder_exclusions


def clear_notes(ctx: Context, lease_ids: Collection[UUID]) -> None:
    """Clear the notes on the leases' promises and the reasons for their exclusions."""
    of_leases = (promises.c.organisation_id == ctx.organisation_id) & promises.c.lease_id.in_(lease_ids)
    ctx.db.execute(update(promises).where(of_leases).values(note="", version=promises.c.version + 1))
    of_organisation = reminder_exclusions.c.organisation_id == ctx.organisation_id
    query = update(reminder_exclusions).where(of_organisation, reminder_exclusions.c.lease_id.in_(lease_ids))
    ctx.db.execute(query.values(reason=""))
