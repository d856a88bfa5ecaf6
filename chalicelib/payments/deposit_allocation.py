"""Allocate what is deducted from deposits to open lines, and release it."""

from collections.abc import Sequence
from uuid import UUID

from chalicelib import organisations
from chalicelib.billing.model import OpenLine
from chalicelib.ledger.model import Entry
from chalicelib.payments import allocation_repository, rules
from chalicelib.payments.allocation import as_allocatable
from chalicelib.payments.allocation_entries import allocation_from_deposit, releases_of, write_allocations
from chalicelib.runtime.context import Context


def choose_lines(ctx: Context, lines: Sequence[OpenLine], amount_cents: int) -> tuple[list[rules.Share], int]:
    """Return how the sum is allocated to the lines in the organisation's order, and the cents that remain."""
    order = organisations.get_organisation(ctx.db, ctx.organisation_id).allocation_order
    return rules.allocate(amount_cents, [as_allocatable(line) for line in lines], order)


def allocate_deposit(
    ctx: Context, lines: Sequence[OpenLine], shares: Sequence[rules.Share], deducted: Sequence[tuple[UUID, int]]
) -> list[Entry]:
    """Allocate deductions (deposit entry, cents above 0) to the ``lines`` by their ``shares``; return what to post.

    The caller has locked the lease. The shares are covered by the deductions in order.

    Raises:
        Conflict: a line has less open.
    """
    known = {line.id: line for line in lines}
    return write_allocations(
        ctx,
        [
            allocation_from_deposit(known[line_id], entry_id, amount_cents, ctx.today)
            for entry_id, line_id, amount_cents in _split_over_entries(deducted, shares)
        ],
    )


def release_deposit(ctx: Context, entry_id: UUID) -> list[Entry]:
    """Release a deduction from the lines that it paid and return what to post; the caller has locked the leases."""
    net_allocations = allocation_repository.net_allocations_of_source(ctx, entry_id)
    return write_allocations(ctx, releases_of(ctx, net_allocations, ctx.today))


def _split_over_entries(
    deducted: Sequence[tuple[UUID, int]], shares: Sequence[rules.Share]
) -> list[tuple[UUID, UUID, int]]:
    """Return (entry id, line id, cents): the shares in order, each covered by the deductions in order."""
    spread = []
    left = dict(deducted)
    for share in shares:
        wanted_cents = share.amount_cents
        for entry_id, available_cents in left.items():
            part_cents = min(wanted_cents, available_cents)
            if part_cents:
                spread.append((entry_id, share.line_id, part_cents))
                left[entry_id] -= part_cents
                wanted_cents -= part_cents
    return spread
