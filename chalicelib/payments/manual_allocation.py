"""Allocate a payment as a member chooses, or let it allocate itself again."""

from collections.abc import Collection, Sequence
from uuid import UUID

from chalicelib import billing, ledger
from chalicelib.errors import Conflict, Invalid
from chalicelib.payments import allocation_repository, payment_repository
from chalicelib.payments.allocation import apply_credits, choose_day
from chalicelib.payments.allocation_entries import (
    AllocationChange,
    allocation_from_payment,
    lock_payment,
    releases_of,
    write_allocations,
)
from chalicelib.payments.model import Payment
from chalicelib.payments.payers import find_payer
from chalicelib.payments.revision import revise
from chalicelib.periods import short_day
from chalicelib.runtime.context import Context


def allocate_payment(ctx: Context, payment_id: UUID, lines: Sequence[tuple[UUID, int]] | None) -> Payment:
    """Reallocate the payment: release its allocations, then allocate it to ``lines`` or, if that is None, to
    open lines, oldest first. What is left stays credit.

    Lines are those of any lease of its payer in the member's properties, and of the leases that it has paid.

    Args:
        lines: (invoice line, cents above 0), each line once; an empty list leaves all as credit.

    Raises:
        Conflict: the payment is not matched to a lease, or a line has less open.
        Invalid: a line is not the lease's or is named twice, or the sum exceeds the payment.
    """
    seen = payment_repository.find_payment(ctx, payment_id)
    payer = find_payer(ctx, seen.lease_id) if seen and seen.lease_id else None
    payment = lock_payment(ctx, payment_id, and_leases=[lease.id for lease in payer.all] if payer else ())
    if payment.state != "matched" or payment.lease_id is None or payer is None:
        raise Conflict("Only a confirmed payment that has a lease can be allocated.", state=payment.state)
    net_allocations = allocation_repository.net_allocations_of_source(ctx, payment_id)
    entries = write_allocations(ctx, releases_of(ctx, net_allocations, ctx.today))
    freed = payment_repository.lock_payments(ctx, [payment_id])
    paid_for = allocation_repository.list_leases_of_source(ctx, payment_id)
    if lines is None:
        entries += apply_credits(ctx, freed, {payment.lease_id: payer.payable | paid_for})
    else:
        choosable = paid_for | {lease.id for lease in payer.all}
        changes = _allocate_chosen_lines(ctx, freed[0], choosable, lines)
        entries += write_allocations(ctx, changes)
    payment_repository.mark_allocated(ctx, payment_id, by_hand=lines is not None)
    because = f"payment of {short_day(payment.received_on, ctx.today)} allocated on {short_day(ctx.today, ctx.today)}"
    entries += revise(ctx, payer.payable | paid_for, payment.received_on, because)
    ledger.post(ctx, entries)
    return payment_repository.lock_payments(ctx, [payment_id])[0]


def _allocate_chosen_lines(
    ctx: Context, payment: Payment, payable: Collection[UUID], lines: Sequence[tuple[UUID, int]]
) -> list[AllocationChange]:
    found = billing.list_open_lines(ctx, sorted(payable))
    open_lines = {line.id: line for group in found.values() for line in group}
    wrong = []
    for index, (line_id, amount_cents) in enumerate(lines):
        if line_id not in open_lines:
            wrong.append((f"lines.{index}.invoice_line_id", "the lease has no such open line"))
        elif amount_cents > open_lines[line_id].open_cents:
            wrong.append((f"lines.{index}.amount", "more than the open amount of the line"))
    if len({line_id for line_id, _ in lines}) != len(lines):
        wrong.append(("lines", "each line may be named once"))
    if sum(amount_cents for _, amount_cents in lines) > payment.unallocated_cents:
        wrong.append(("lines", "the total is more than the payment has"))
    if wrong:
        raise Invalid(wrong)
    freed = allocation_repository.last_release_days(ctx, [payment.id], [line_id for line_id, _ in lines])
    return [
        allocation_from_payment(line, payment, amount_cents, choose_day(payment, line, freed, ctx.today))
        for line, amount_cents in ((open_lines[line_id], cents) for line_id, cents in lines)
    ]
