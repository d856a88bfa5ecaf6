"""Balances of leases on a day. Deposits are not counted, since they do not pay rent."""

from collections.abc import Collection
from uuid import UUID

from chalicelib import billing
from chalicelib.payments import payment_repository
from chalicelib.payments.model import LeaseBalance
from chalicelib.runtime.context import Context


def list_balances(ctx: Context, lease_ids: Collection[UUID]) -> dict[UUID, LeaseBalance]:
    """Return the current balance of each of the leases, in three queries however many there are."""
    if not lease_ids:
        return {}
    lines = billing.list_open_lines(ctx, lease_ids)
    credits = payment_repository.list_credits(ctx, lease_ids)
    periods = billing.last_billed_periods(ctx, lease_ids)
    return {
        lease_id: LeaseBalance(
            lease_id=lease_id,
            owed_cents=sum(line.open_cents for line in mine),
            late_cents=sum(line.open_cents for line in mine if line.due_on < ctx.today),
            first_due_on=min((line.due_on for line in mine), default=None),
            next_due_on=min((line.due_on for line in mine if line.due_on >= ctx.today), default=None),
            credit_cents=credits.get(lease_id, 0),
            billed_through=periods.get(lease_id),
        )
        for lease_id, mine in ((each, lines.get(each, [])) for each in lease_ids)
    }


def get_credit(ctx: Context, lease_id: UUID) -> int:
    """Return the credit of the lease in cents: what its payments have left."""
    return payment_repository.list_credits(ctx, [lease_id]).get(lease_id, 0)
