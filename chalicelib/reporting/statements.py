"""Statements: changes of what a tenant owes, day by day, and the balance after each."""

import datetime as dt
from uuid import UUID

from chalicelib.errors import Invalid, NotFound
from chalicelib.reporting import statement_repository as repository
from chalicelib.reporting.model import Movement, Statement, StatementEntry
from chalicelib.reporting.rules import running_balances
from chalicelib.runtime.context import Context


def get_tenant_statement(ctx: Context, tenant_id: UUID, from_on: dt.date | None, to_on: dt.date | None) -> Statement:
    """Return the statement of all leases that the tenant is or was on, and of their unmatched payments.

    Raises:
        NotFound: the organisation has no such tenant.
        Invalid: the days are in the wrong order.
    """
    lease_ids = repository.list_leases_of_tenant(ctx, tenant_id)
    if lease_ids is None:
        raise NotFound("There is no such tenant.", tenant_id=str(tenant_id))
    return _statement(ctx, lease_ids, tenant_id, from_on, to_on or ctx.today)


def get_lease_statement(ctx: Context, lease_id: UUID, from_on: dt.date | None, to_on: dt.date | None) -> Statement:
    """Return the statement of one lease.

    Raises:
        NotFound: the organisation has no such lease.
        Invalid: the days are in the wrong order.
    """
    if not repository.has_lease(ctx, lease_id):
        raise NotFound("There is no such lease.", lease_id=str(lease_id))
    return _statement(ctx, [lease_id], None, from_on, to_on or ctx.today)


def _statement(
    ctx: Context, lease_ids: list[UUID], tenant_id: UUID | None, from_on: dt.date | None, to_on: dt.date
) -> Statement:
    if from_on is not None and from_on > to_on:
        raise Invalid([("from", f"expected a day until {to_on}, the last of the statement")])
    opening_cents = 0
    if from_on is not None:
        opening_cents = repository.balance_before(ctx, lease_ids, tenant_id, from_on)
    movements = repository.list_movements(ctx, lease_ids, tenant_id, from_on, to_on)
    balances = running_balances(opening_cents, (movement.amount_cents for movement in movements))
    entries = [_entry(*pair) for pair in zip(movements, balances, strict=True)]
    return Statement(from_on, to_on, opening_cents, entries, balances[-1] if balances else opening_cents)


def _entry(movement: Movement, balance_cents: int) -> StatementEntry:
    return StatementEntry(
        on=movement.on,
        kind=movement.kind,
        lease_id=movement.lease_id,
        document_id=movement.document_id,
        number=movement.number,
        reference=movement.reference,
        charged_cents=max(movement.amount_cents, 0),
        credited_cents=max(-movement.amount_cents, 0),
        balance_cents=balance_cents,
    )
