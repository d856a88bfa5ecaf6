"""Moving money to invoice lines and back.

Every movement of an allocation goes through ``write_moves``: the rows, what the lines show as paid,
the payments' credit and the ledger's entries come from the same list, so they cannot disagree.
The leases concerned are locked before anything is read here, then the payments by id; the entries
are handed back, because the ledger's book is locked last of all.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from chalicelib.billing import service as billing
from chalicelib.billing.model import OpenLine
from chalicelib.errors import Conflict, NotFound
from chalicelib.ids import new_id
from chalicelib.leasing import service as leasing
from chalicelib.ledger.model import Entry, Leg
from chalicelib.payments import allocation_repository, repository
from chalicelib.payments.model import Allocation, Payment
from chalicelib.runtime.context import Context

RACED = "It has just been changed by somebody else; read it again and repeat."


class Move(NamedTuple):
    """A part of a source set against a line, or taken back where ``amount_cents`` is below 0.

    ``payer_lease_id`` and ``payer_property_id`` are the source's, the others the line's: a payment
    also pays for the leases that carry its own on.
    """

    source_kind: str  # payment, deposit
    source_id: UUID
    line_id: UUID
    lease_id: UUID
    property_id: UUID
    charge_type: str
    amount_cents: int
    on: dt.date
    payer_lease_id: UUID
    payer_property_id: UUID


def hold_payment(ctx: Context, payment_id: UUID) -> Payment:
    """Lock the payment's lease, if it has one, and those that it has paid for, then the payment; return it as it is.

    Raises:
        Conflict: it was matched to a lease, or spent on another one, in the meantime.
        NotFound: the organisation has no such payment.
    """
    seen = repository.find_payment(ctx, payment_id)
    if seen is None:
        raise NotFound("There is no such payment.")
    paid_for = set()
    if seen.lease_id is not None:
        paid_for = allocation_repository.leases_of_source(ctx, payment_id)
        leasing.lock_accounts(ctx, {seen.lease_id, *paid_for})
    held = repository.find_payment(ctx, payment_id, lock=True)
    if held is None or held.lease_id != seen.lease_id:
        raise Conflict(RACED, payment_id=str(payment_id))
    # The bill of a lease that follows holds the payment and not its lease.
    if held.lease_id and allocation_repository.leases_of_source(ctx, payment_id) - paid_for:
        raise Conflict(RACED, payment_id=str(payment_id))
    return held


def write_moves(ctx: Context, moves: Sequence[Move]) -> list[Entry]:
    """Carry out the moves and return what is to be posted for them.

    Raises:
        Conflict: a line has not as much open, or a payment not as much credit.
    """
    rows = [
        Allocation(
            id=new_id(),
            source_kind=move.source_kind,
            source_id=move.source_id,
            invoice_line_id=move.line_id,
            lease_id=move.lease_id,
            amount_cents=move.amount_cents,
            allocated_on=move.on,
            created_at=ctx.now,
            payer_lease_id=None if move.payer_lease_id == move.lease_id else move.payer_lease_id,
        )
        for move in moves
    ]
    allocation_repository.add_allocations(ctx, rows)
    paid: defaultdict[UUID, int] = defaultdict(int)
    credit: defaultdict[UUID, int] = defaultdict(int)
    for move in moves:
        paid[move.line_id] += move.amount_cents
        if move.source_kind == "payment":
            credit[move.source_id] -= move.amount_cents
    billing.settle(ctx, [change for change in sorted(paid.items()) if change[1]])
    if not repository.move_credit(ctx, [change for change in sorted(credit.items()) if change[1]]):
        raise Conflict(RACED)
    return _entries(moves, rows)


def pay_line(line: OpenLine, payment: Payment, amount_cents: int, on: dt.date) -> Move:
    """Return the move that sets credit of the payment, which has a lease, against the line."""
    move = deduct_for(line, payment.id, amount_cents, on)
    return move._replace(
        source_kind="payment",
        payer_lease_id=payment.lease_id or line.lease_id,
        payer_property_id=payment.property_id or line.property_id,
    )


def deduct_for(line: OpenLine, entry_id: UUID, amount_cents: int, on: dt.date) -> Move:
    """Return the move that sets a part of a deposit's deduction against the line; both are of one lease."""
    return Move(
        "deposit", entry_id, line.id, line.lease_id, line.property_id, line.charge_type, amount_cents, on,
        line.lease_id, line.property_id,
    )  # fmt: skip


def release_moves(ctx: Context, standing: Sequence[allocation_repository.Standing], on: dt.date) -> list[Move]:
    """Return the moves that take back what stands."""
    lines = {line.id: line for line in billing.get_lines(ctx, [each.invoice_line_id for each in standing])}
    return [
        Move(
            each.source_kind,
            each.source_id,
            each.invoice_line_id,
            lines[each.invoice_line_id].lease_id,
            lines[each.invoice_line_id].property_id,
            lines[each.invoice_line_id].charge_type,
            -each.amount_cents,
            on,
            each.payer_lease_id or lines[each.invoice_line_id].lease_id,
            each.payer_property_id or lines[each.invoice_line_id].property_id,
        )
        for each in standing
    ]


def _entries(moves: Sequence[Move], rows: Sequence[Allocation]) -> list[Entry]:
    """Return an entry for each (source, day, direction) among the moves."""
    grouped: dict[tuple[str, UUID, dt.date, bool], list[tuple[Move, Allocation]]] = {}
    for move, row in zip(moves, rows, strict=True):
        key = (move.source_kind, move.source_id, move.on, move.amount_cents > 0)
        grouped.setdefault(key, []).append((move, row))
    return [
        Entry(
            kind=_kind(source_kind, forward),
            effective_on=on,
            idempotency_key=f"allocation:{group[0][1].id}",
            source_kind=source_kind,
            source_id=source_id,
            postings=_legs(source_kind, [move for move, _ in group]),
        )
        for (source_kind, source_id, on, forward), group in grouped.items()
    ]


def _kind(source_kind: str, forward: bool) -> str:
    if source_kind == "deposit":
        return "deposit_deduction" if forward else "deposit_release"
    return "allocation" if forward else "release"


def _legs(source_kind: str, moves: Sequence[Move]) -> tuple[Leg, ...]:
    first = moves[0]
    total_cents = sum(move.amount_cents for move in moves)
    code = "deposits" if source_kind == "deposit" else "unallocated"
    return (
        Leg(code, total_cents, first.payer_lease_id, first.payer_property_id),
        *(Leg("receivable", -move.amount_cents, move.lease_id, move.property_id, move.charge_type) for move in moves),
    )
