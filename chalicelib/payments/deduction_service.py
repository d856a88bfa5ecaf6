"""Deduct what a lease owes from its deposit, and reverse that."""

from typing import Any
from uuid import UUID

from chalicelib.billing import service as billing
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.identity import service as identity
from chalicelib.leasing import service as leasing
from chalicelib.leasing.model import DepositEntry
from chalicelib.ledger import service as ledger
from chalicelib.pages import PageRequest
from chalicelib.payments import allocation_repository, rules
from chalicelib.payments.allocation_service import apply_lease_credits, as_allocatable
from chalicelib.payments.model import Allocation, Deduction
from chalicelib.payments.move_service import AllocationChange, allocation_from_deposit, releases_of, write_allocations
from chalicelib.runtime.context import Context

MAX_SHOWN = 200


def deduct_deposit(ctx: Context, lease_id: UUID, values: dict[str, Any]) -> Deduction:
    """Deduct a sum from a lease's deposit and allocate it to open lines, oldest first.

    ``values``: amount_cents, reason (the evidence), and optionally kind (of deposit; else each in turn)
    and invoice_id (only its lines).

    Raises:
        Conflict: the deposit or the amount owed is less.
        Invalid: the invoice is not the lease's, or nothing of it is open.
        NotFound: the organisation has no such lease.
    """
    leasing.lock_lease(ctx, lease_id)
    lines = billing.list_open_lines(ctx, [lease_id]).get(lease_id, [])
    if values.get("invoice_id"):
        lines = [line for line in lines if line.invoice_id == values["invoice_id"]]
        if not lines:
            raise Invalid([("invoice_id", "the lease has no such open invoice")])
    order = identity.get_organisation(ctx.db, ctx.organisation_id).allocation_order
    shares, rest_cents = rules.allocate(values["amount_cents"], [as_allocatable(line) for line in lines], order)
    if rest_cents:
        raise Conflict("The lease owes less than this amount.", owed_cents=values["amount_cents"] - rest_cents)
    entries = leasing.withdraw_deposit(
        ctx,
        lease_id,
        kind=values.get("kind"),
        amount_cents=values["amount_cents"],
        reason=values["reason"],
        on=ctx.today,
    )
    known = {line.id: line for line in lines}
    changes = [
        allocation_from_deposit(known[line_id], entry_id, amount_cents, ctx.today)
        for entry_id, line_id, amount_cents in _split_over_entries(entries, shares)
    ]
    posted = write_allocations(ctx, changes)
    ledger.post(ctx, posted)
    return Deduction(
        lease_id,
        values["amount_cents"],
        [entry.id for entry in entries],
        [row for entry in entries for row in _allocations_of(ctx, entry.id)],
    )


def reverse_deduction(ctx: Context, entry_id: UUID, *, reason: str) -> DepositEntry:
    """Release a deduction from the lines that it paid, back into the deposit. Return the mirror entry.

    Raises:
        Conflict: it was reversed before.
        NotFound: the organisation has no such deduction.
    """
    rows = _allocations_of(ctx, entry_id)
    if not rows or rows[0].source_kind != "deposit":
        raise NotFound("There is no such deduction.")
    lease_id = rows[0].lease_id
    leasing.lock_lease_chains(ctx, [lease_id])
    changes: list[AllocationChange] = releases_of(
        ctx, allocation_repository.net_allocations_of_source(ctx, entry_id), ctx.today
    )
    posted = write_allocations(ctx, changes)
    mirror = leasing.reverse_deposit_entry(ctx, entry_id, reason=reason, on=ctx.today, releasing=True)
    posted += apply_lease_credits(ctx, {lease_id})
    ledger.post(ctx, posted)
    return mirror


def _allocations_of(ctx: Context, entry_id: UUID) -> list[Allocation]:
    asked = PageRequest(limit=MAX_SHOWN)
    return allocation_repository.list_allocations(ctx, asked, entry_id, None).items


def _split_over_entries(entries: list[DepositEntry], shares: list[rules.Share]) -> list[tuple[UUID, UUID, int]]:
    """Return (entry id, line id, cents): the shares in order, each covered by the entries in order."""
    spread = []
    left = {entry.id: -entry.amount_cents for entry in entries}
    for share in shares:
        wanted_cents = share.amount_cents
        for entry_id, available_cents in left.items():
            part_cents = min(wanted_cents, available_cents)
            if part_cents:
                spread.append((entry_id, share.line_id, part_cents))
                left[entry_id] -= part_cents
                wanted_cents -= part_cents
    return spread
