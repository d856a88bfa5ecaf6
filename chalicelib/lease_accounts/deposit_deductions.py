"""Deduct what a lease owes from its deposit, and reverse that."""

from uuid import UUID

from chalicelib import billing, leasing, ledger, payments
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.lease_accounts.model import Deduction, NewDeduction
from chalicelib.leasing.model import DepositEntry
from chalicelib.paging import PageRequest
from chalicelib.payments.model import Allocation
from chalicelib.runtime.context import Context

MAX_SHOWN = 200


def deduct_deposit(ctx: Context, lease_id: UUID, new: NewDeduction) -> Deduction:
    """Deduct a sum from a lease's deposit and allocate it to open lines, oldest first.

    Raises:
        Conflict: the deposit or the amount owed is less.
        Invalid: the invoice is not the lease's, or nothing of it is open.
        NotFound: the organisation has no such lease.
    """
    leasing.lock_lease(ctx, lease_id)
    lines = billing.list_open_lines(ctx, [lease_id]).get(lease_id, [])
    if new.invoice_id:
        lines = [line for line in lines if line.invoice_id == new.invoice_id]
        if not lines:
            raise Invalid([("invoice_id", "the lease has no such open invoice")])
    shares, rest_cents = payments.choose_lines(ctx, lines, new.amount_cents)
    if rest_cents:
        raise Conflict("The lease owes less than this amount.", owed_cents=new.amount_cents - rest_cents)
    entries = leasing.withdraw_deposit(
        ctx,
        lease_id,
        kind=new.kind,
        amount_cents=new.amount_cents,
        reason=new.reason,
        on=ctx.today,
    )
    posted = payments.allocate_deposit(ctx, lines, shares, [(entry.id, -entry.amount_cents) for entry in entries])
    ledger.post(ctx, posted)
    return Deduction(
        lease_id,
        new.amount_cents,
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
    posted = payments.release_deposit(ctx, entry_id)
    mirror = leasing.reverse_deposit_entry(ctx, entry_id, reason=reason, on=ctx.today, releasing=True)
    posted += payments.apply_lease_credits(ctx, {lease_id})
    ledger.post(ctx, posted)
    return mirror


def _allocations_of(ctx: Context, entry_id: UUID) -> list[Allocation]:
    return payments.list_allocations(ctx, PageRequest(limit=MAX_SHOWN), entry_id).items
