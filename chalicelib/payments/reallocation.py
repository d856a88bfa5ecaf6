"""Allocate money again by the days on which it was received, after a fact has come late.

Only within open months: what took effect in a closed one stays. What people allocated by hand, and deposits, stay too.
A share that differs is released on the day that it counted from and allocated on its own day, so that past balances are
as if the fact had been known.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from uuid import UUID

from chalicelib import ledger, organisations
from chalicelib.leasing.model import PayerLease
from chalicelib.ledger.model import Entry
from chalicelib.payments import allocation_repository, late_fee_repository, payment_repository
from chalicelib.payments.allocation_entries import AllocationChange, write_allocations
from chalicelib.payments.allocation_repository import AllocatedPart
from chalicelib.payments.late_fee_repository import BilledLine
from chalicelib.payments.model import Payment
from chalicelib.payments.reallocation_rules import DatedShare, IssuedLine, ReceivedMoney, allocate_by_day
from chalicelib.payments.rules import payable_leases
from chalicelib.runtime.context import Context

Pair = tuple[UUID, UUID]  # payment, line


def reallocate(ctx: Context, group: Sequence[PayerLease]) -> list[Entry]:
    """Allocate the money of leases that pay for each other again, and return what to post; often nothing.

    The caller has locked the leases.
    """
    lease_ids = [lease.id for lease in group]
    moving = payment_repository.lock_automatic_payments(ctx, lease_ids)
    if not moving:
        return []
    lines = {line.id: line for line in late_fee_repository.list_billed_lines(ctx, lease_ids)}
    parts = allocation_repository.list_parts(ctx, lease_ids)
    first_open = ledger.get_first_open_day(ctx)
    known = {payment.id: payment for payment in moving}
    fixed = _fixed_cents(parts, known, first_open)
    movable = [part for part in parts if part.source_id in known and part.allocated_on >= first_open]
    shares = _wanted_shares(ctx, group, known, lines, fixed)
    changed = _changed_pairs(parts, known, fixed, shares)
    if not changed:
        return []
    released_on = _release_days(parts)
    changes = [
        *(
            _change(known, lines, pair, -cents, on)
            for pair in changed
            for on, cents in _standing(movable, pair, _net_cents(parts, pair) - fixed.get(pair, 0))
        ),
        *(
            _change(known, lines, pair, share.cents, max(share.on, first_open, *_days(released_on, pair)))
            for pair in changed
            for share in shares
            if (share.payment_id, share.line_id) == pair
        ),
    ]
    return write_allocations(ctx, changes)


def _wanted_shares(
    ctx: Context,
    group: Sequence[PayerLease],
    known: Mapping[UUID, Payment],
    lines: Mapping[UUID, BilledLine],
    fixed: Mapping[Pair, int],
) -> list[DatedShare]:
    of_line: defaultdict[UUID, int] = defaultdict(int)
    of_payment: defaultdict[UUID, int] = defaultdict(int)
    for (payment_id, line_id), cents in fixed.items():
        of_line[line_id] += cents
        of_payment[payment_id] += cents
    issued = [
        IssuedLine(
            line.id,
            line.invoice_id,
            line.lease_id,
            line.issued_on,
            line.due_on,
            line.charge_type,
            line.seq,
            0 if line.voided_on else line.amount_cents - line.credited_cents - of_line[line.id],
        )
        for line in lines.values()
    ]
    received = [
        ReceivedMoney(
            each.id,
            each.lease_id,
            each.received_on,
            each.amount_cents - each.refunded_cents - of_payment[each.id],
            each.purpose,
            each.invoice_id,
            bool(each.spread),
        )
        for each in known.values()
        if each.lease_id is not None
    ]
    payable = {lease.id: payable_leases(lease, group) for lease in group}
    order = organisations.get_organisation(ctx.db, ctx.organisation_id).allocation_order
    return allocate_by_day(issued, received, payable, order)


def _fixed_cents(parts: Iterable[AllocatedPart], known: Mapping[UUID, Payment], first_open: dt.date) -> dict[Pair, int]:
    """Return by pair what stays allocated: of payments that move, what took effect in closed months and still stands.

    A release takes what was allocated last, and so what can be moved, before that.
    """
    closed: defaultdict[Pair, int] = defaultdict(int)
    net: defaultdict[Pair, int] = defaultdict(int)
    for part in parts:
        pair = (part.source_id, part.line_id)
        net[pair] += part.cents
        if part.source_id not in known or part.allocated_on < first_open:
            closed[pair] += part.cents
    return {pair: min(cents, net[pair]) for pair, cents in closed.items()}


def _changed_pairs(
    parts: Iterable[AllocatedPart],
    known: Mapping[UUID, Payment],
    fixed: Mapping[Pair, int],
    shares: Iterable[DatedShare],
) -> list[Pair]:
    """Return the pairs of payments that move of which more or less stands than should."""
    net: defaultdict[Pair, int] = defaultdict(int)
    for part in parts:
        if part.source_id in known:
            net[part.source_id, part.line_id] -= part.cents
    for pair, cents in fixed.items():
        if pair in net:
            net[pair] += cents
    for share in shares:
        net[share.payment_id, share.line_id] += share.cents
    return sorted(pair for pair, cents in net.items() if cents)


def _net_cents(parts: Iterable[AllocatedPart], pair: Pair) -> int:
    return sum(part.cents for part in parts if (part.source_id, part.line_id) == pair)


def _standing(movable: Iterable[AllocatedPart], pair: Pair, left_cents: int) -> list[tuple[dt.date, int]]:
    """Return (day, cents) of the ``left_cents`` of the pair that stand and can be moved, the latest first."""
    found = []
    mine = [part for part in movable if (part.source_id, part.line_id) == pair]
    for part in sorted(mine, key=lambda each: each.allocated_on, reverse=True):
        cents = min(part.cents, left_cents)
        if cents > 0:
            found.append((part.allocated_on, cents))
            left_cents -= cents
    return found


def _release_days(parts: Iterable[AllocatedPart]) -> dict[UUID, dt.date]:
    """Return the last day on which something was released, by payment and by line."""
    last: dict[UUID, dt.date] = {}
    for part in parts:
        if part.cents < 0:
            for each in (part.source_id, part.line_id):
                last[each] = max(part.allocated_on, last.get(each, part.allocated_on))
    return last


def _days(released_on: Mapping[UUID, dt.date], pair: Pair) -> list[dt.date]:
    return [released_on[each] for each in pair if each in released_on]


def _change(
    known: Mapping[UUID, Payment], lines: Mapping[UUID, BilledLine], pair: Pair, cents: int, on: dt.date
) -> AllocationChange:
    payment, line = known[pair[0]], lines[pair[1]]
    return AllocationChange(
        "payment",
        payment.id,
        line.id,
        line.lease_id,
        line.property_id,
        line.charge_type,
        cents,
        on,
        payment.lease_id or line.lease_id,
        payment.property_id or line.property_id,
    )
