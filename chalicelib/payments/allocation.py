"""Allocate credit to open lines, oldest first, and release it for a credit note."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from chalicelib import billing, leasing, ledger, organisations
from chalicelib.billing.model import Invoice, OpenLine
from chalicelib.errors import Conflict
from chalicelib.ledger.model import Entry
from chalicelib.paging import Page, PageRequest
from chalicelib.payments import allocation_repository, payment_repository, rules
from chalicelib.payments.allocation_entries import (
    allocation_from_payment,
    releases_of,
    write_allocations,
)
from chalicelib.payments.model import Allocation, Payment
from chalicelib.runtime.context import Context


def apply_and_post_lease_credits(ctx: Context, lease_ids: Sequence[UUID]) -> None:
    """Apply the credit of leases, which the caller has locked, to their open lines, and post it; runs after billing.

    Two queries if no lease has credit or a predecessor; otherwise a constant number, plus one for each generation of
    leases.
    """
    entries = apply_lease_credits(ctx, lease_ids, by_hand=True)
    ledger.post(ctx, entries)


def apply_lease_credits(ctx: Context, lease_ids: Collection[UUID], *, by_hand: bool = False) -> list[Entry]:
    """Apply the credit of leases, of their predecessors and of their payers' other leases with the same owner and
    channel to the leases' open lines; return the entries to post.

    The caller has locked the leases that owe. A use case of one lease also locks its predecessors
    (``leasing.lock_lease_chains``); a bill run does not, and relies on the lock on each payment.

    Args:
        by_hand: Also credit that a person left when they allocated a payment: for new bills, not for what they left.
    """
    chains = leasing.get_predecessors(ctx, lease_ids)
    predecessors = {each for chain in chains.values() for each in chain}
    found = payment_repository.list_payable_credit(ctx, lease_ids, predecessors, by_hand=by_hand) if lease_ids else []
    if not found:
        return []
    payable: dict[UUID, set[UUID]] = {}
    for lease_id in lease_ids:
        for payer_id in (lease_id, *chains.get(lease_id, ())):
            payable.setdefault(payer_id, set()).add(lease_id)
    for _, payer_id, lease_id in found:
        if lease_id in payable:  # else a predecessor's own, which is not locked
            payable.setdefault(payer_id, set()).add(lease_id)
    held = payment_repository.lock_payments(ctx, [payment_id for payment_id, _, _ in found])
    return apply_credits(ctx, held, payable)


def apply_credits(ctx: Context, payments: Iterable[Payment], payable: Mapping[UUID, Collection[UUID]]) -> list[Entry]:
    """Apply the credit of payments, which the caller has locked, to open lines, and return the entries to post.

    What is not allocated stays credit.

    Args:
        payable: For each payment's lease, the leases that it may pay for, locked by the caller.
    """
    with_credit = [each for each in payments if each.lease_id and each.unallocated_cents]
    paying = sorted(with_credit, key=lambda each: (each.received_on, each.id))
    if not paying:
        return []
    owing = {lease_id for each in paying for lease_id in payable[each.lease_id or each.id]}
    lines = billing.list_open_lines(ctx, sorted(owing))
    if not any(lines.values()):
        return []
    order = organisations.get_organisation(ctx.db, ctx.organisation_id).allocation_order
    left = {line.id: line.open_cents for group in lines.values() for line in group}
    freed = allocation_repository.last_release_days(ctx, [each.id for each in paying], left)
    changes = []
    for payment in paying:
        mine = sorted(payable[payment.lease_id or payment.id])
        here = {line.id: line for lease_id in mine for line in lines.get(lease_id, [])}
        allocatable = [
            as_allocatable(line, left[line.id])._replace(place=_place(line, payment)) for line in here.values()
        ]
        shares, _ = rules.allocate(payment.unallocated_cents, allocatable, order, payment.purpose)
        for line_id, amount_cents in shares:
            left[line_id] -= amount_cents
            day = choose_day(payment, here[line_id], freed, ctx.today)
            changes.append(allocation_from_payment(here[line_id], payment, amount_cents, day))
    return write_allocations(ctx, changes)


def _place(line: OpenLine, payment: Payment) -> int:
    named_lease_id = None if payment.spread else payment.lease_id
    return rules.place_of(line.invoice_id, line.lease_id, payment.invoice_id, named_lease_id)


def as_allocatable(line: OpenLine, open_cents: int | None = None) -> rules.AllocatableLine:
    """Return the line as input to ``rules.allocate``; ``open_cents`` replaces the amount that was read."""
    left_cents = line.open_cents if open_cents is None else open_cents
    return rules.AllocatableLine(line.id, line.due_on, line.charge_type, line.seq, left_cents)


def choose_day(payment: Payment, line: OpenLine, freed: dict[UUID, dt.date], today: dt.date) -> dt.date:
    """Return the day of an allocation; ``freed`` is the day of the last release by payment and by line."""
    days = [freed[each] for each in (payment.id, line.id) if each in freed]
    return rules.allocation_day(payment.received_on, line.issued_on, max(days, default=None), today)


def list_allocations(ctx: Context, page_request: PageRequest, source_id: UUID) -> Page[Allocation]:
    """Return a page of the source's allocations.

    A caretaker does not see those to leases in other properties, to which a tenant may have moved with credit.
    """
    return allocation_repository.list_allocations(ctx, page_request, source_id, ctx.actor.properties)


def release_for_credit(ctx: Context, invoice: Invoice, lines: Sequence[tuple[UUID, int]]) -> list[Entry]:
    """Release as much of the invoice's lines (line, cents) as a credit note needs open; return the entries to post.

    The latest allocation of a line is released first. The caller has locked the lease.

    Raises:
        Conflict: what a deposit paid of a line would have to be released.
    """
    open_cents = {line.id: line.open_cents for line in invoice.lines}
    needed = {
        line_id: amount_cents - open_cents[line_id]
        for line_id, amount_cents in lines
        if line_id in open_cents and amount_cents > open_cents[line_id]
    }
    if not needed or invoice.voided_on is not None:
        return []  # billing raises for whatever is wrong with the lines
    net_allocations = [
        each for each in allocation_repository.net_allocations_on_lines(ctx, needed) if each.source_kind == "payment"
    ]
    payment_repository.lock_payments(ctx, {each.source_id for each in net_allocations})
    released = []
    for line_id, amount_cents in needed.items():
        mine = [each for each in net_allocations if each.invoice_line_id == line_id]
        shares = rules.release_shares([rules.Share(line_id, each.amount_cents) for each in mine], amount_cents)
        if -sum(share.amount_cents for share in shares) < amount_cents:
            raise Conflict(
                "More than the rest of the line; reverse the deposit deduction to return what the deposit paid.",
                line_id=str(line_id),
                open_cents=open_cents[line_id],
            )
        freed = zip(reversed(mine), shares, strict=False)  # the latest first, only as many as needed
        released += [each._replace(amount_cents=-share.amount_cents) for each, share in freed]
    return write_allocations(ctx, releases_of(ctx, released, ctx.today))
