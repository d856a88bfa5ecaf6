"""Derive again what follows from the money of leases, in the transaction in which a fact has come late."""

import datetime as dt
from collections.abc import Iterable
from uuid import UUID

from chalicelib import leasing
from chalicelib.ledger.model import Entry
from chalicelib.payments.late_fees import revise_late_fees
from chalicelib.payments.reallocation import reallocate
from chalicelib.runtime.context import Context


def revise(ctx: Context, lease_ids: Iterable[UUID], since: dt.date, because: str) -> list[Entry]:
    """Derive late fees and allocations of the leases again, and of all that share their money; return what to post.

    The one thing that an act calls which changes the money of a past day: a payment (late by nature where it comes by a
    callback), its confirmation, rejection, reversal or match, a credit note or void. Reminders need nothing: they are
    computed when they are sent. The caller has locked the leases and written the fact. Afterwards no money that
    allocates itself waits while a line is open.

    Args:
        since: First day whose picture the fact changes. From today on there is nothing to derive again; the caller then
            applies credit (``apply_lease_credits``).
        because: The fact, for people: "payment of 3 Nov entered on 30 Nov".
    """
    if since >= ctx.today:
        return []
    group = leasing.list_money_group(ctx, lease_ids)
    leasing.lock_leases(ctx, [lease.id for lease in group])
    return revise_late_fees(ctx, group, since, because) + reallocate(ctx, group)
