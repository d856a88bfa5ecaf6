"""Payments that wait for their confirmation: a tenant whose code is typed in is not asked for that money again."""

from collections.abc import Collection
from uuid import UUID

from chalicelib.reminders import reminder_repository as repository
from chalicelib.reminders import rules
from chalicelib.runtime.context import Context


def list_covered_cents(ctx: Context, lease_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return by invoice what such payments would pay of it; one query if the leases have none, else two."""
    waiting = repository.list_waiting_payments(ctx, lease_ids)
    return rules.covered_cents(repository.list_owed_by_invoice(ctx, waiting), waiting) if waiting else {}
