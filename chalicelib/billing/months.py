"""The months of leases: which are billed or excused, and what was billed for them by the terms."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from uuid import UUID

from chalicelib import leasing
from chalicelib.billing import invoice_repository, month_repository
from chalicelib.billing.model import ExcusedMonth, TermLine
from chalicelib.errors import Conflict, NotFound
from chalicelib.runtime.context import Context


def list_term_lines(ctx: Context, lease_ids: Collection[UUID], since: dt.date) -> list[TermLine]:
    """Return what bills the terms of the leases for the month ``since`` (its first day) and later ones."""
    return month_repository.list_term_lines(ctx, lease_ids, since)


def list_settled_periods(ctx: Context, lease_ids: Collection[UUID]) -> dict[UUID, set[dt.date]]:
    """Return by lease the months (first days) that no run has to bill: billed ones, and those it is excused from."""
    found: defaultdict[UUID, set[dt.date]] = defaultdict(set)
    for lease_id, period in month_repository.list_billed_periods(ctx, lease_ids):
        found[lease_id].add(period)
    for excused in month_repository.list_excused_months(ctx, lease_ids):
        found[excused.lease_id].add(excused.period)
    return found


def excuse_month(ctx: Context, lease_id: UUID, period: dt.date, *, reason: str) -> ExcusedMonth:
    """Decide that the lease is not billed for a month, and return that.

    Raises:
        Conflict: it is billed for the month (void or credit that), or excused from it already.
        NotFound: the organisation has no such lease.
    """
    leasing.lock_lease(ctx, lease_id)
    if invoice_repository.filter_billed_leases(ctx, period, [lease_id]):
        raise Conflict("The lease is billed for that month; void or credit the invoice.", period=f"{period:%Y-%m}")
    excused = ExcusedMonth(lease_id, period, reason, ctx.actor.member_id, ctx.now)
    if not month_repository.add_excused_month(ctx, excused):
        raise Conflict("The lease is excused from that month already.", period=f"{period:%Y-%m}")
    return excused


def remove_excused_month(ctx: Context, lease_id: UUID, period: dt.date) -> None:
    """Let the month be billed again.

    Raises:
        NotFound: the lease is not excused from it.
    """
    if not month_repository.remove_excused_month(ctx, lease_id, period):
        raise NotFound("The lease is not excused from that month.")


def list_excused_months(ctx: Context, lease_id: UUID) -> list[ExcusedMonth]:
    """Return the months that the lease is excused from, the earliest first."""
    leasing.get_lease(ctx, lease_id)
    return month_repository.list_excused_months(ctx, [lease_id])
