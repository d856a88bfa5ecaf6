"""Setting money against invoice lines and taking it back.

Every movement of an allocation goes through ``write_moves``: the rows, what the lines show as paid,
the payments' credit and the ledger's entries come from the same list, so they cannot disagree.
The leases concerned are locked before anything is read here, then the payments by id; the entries
are handed back, because the ledger's book is locked last of all.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.billing import service as billing
from chalicelib.billing.model import OpenLine
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.identity import service as identity
from chalicelib.ids import new_id
from chalicelib.leasing import service as leasing
from chalicelib.ledger import service as ledger
from chalicelib.ledger.model import Entry, Leg
from chalicelib.pages import Asked, Page
from chalicelib.payments import allocation_repository, repository, rules
from chalicelib.payments.model import Allocation, Payment

RACED = "It has just been changed by somebody else; read it again and repeat."


class Move(NamedTuple):
    """A part of a source set against a line, or taken back where ``amount_cents`` is below 0."""

    source_kind: str  # payment, deposit
    source_id: UUID
    line_id: UUID
    lease_id: UUID
    property_id: UUID
    charge_type: str
    amount_cents: int
    on: dt.date


def hold_payment(db: Connection, organisation_id: UUID, payment_id: UUID) -> Payment:
    """Lock the payment's lease, if it has one, then the payment, and return it as it then stands.

    Raises:
        Conflict: it was matched to a lease in the meantime.
        NotFound: the organisation has no such payment.
    """
    seen = repository.find_payment(db, organisation_id, payment_id)
    if seen is None:
        raise NotFound("There is no such payment.")
    if seen.lease_id is not None:
        leasing.lock_lease(db, organisation_id, seen.lease_id)
    held = repository.find_payment(db, organisation_id, payment_id, lock=True)
    if held is None or held.lease_id != seen.lease_id:
        raise Conflict(RACED, payment_id=str(payment_id))
    return held


def write_moves(db: Connection, organisation_id: UUID, moves: Sequence[Move], *, now: dt.datetime) -> list[Entry]:
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
            created_at=now,
        )
        for move in moves
    ]
    allocation_repository.add_allocations(db, organisation_id, rows)
    paid: defaultdict[UUID, int] = defaultdict(int)
    credit: defaultdict[UUID, int] = defaultdict(int)
    for move in moves:
        paid[move.line_id] += move.amount_cents
        if move.source_kind == "payment":
            credit[move.source_id] -= move.amount_cents
    billing.settle(db, organisation_id, [change for change in sorted(paid.items()) if change[1]])
    if not repository.move_credit(db, organisation_id, [change for change in sorted(credit.items()) if change[1]]):
        raise Conflict(RACED)
    return _entries(moves, rows)


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
        Leg(code, total_cents, first.lease_id, first.property_id),
        *(Leg("receivable", -move.amount_cents, move.lease_id, move.property_id, move.charge_type) for move in moves),
    )


def spend(
    db: Connection, organisation_id: UUID, payments: Iterable[Payment], *, now: dt.datetime, today: dt.date
) -> list[Entry]:
    """Set the credit of the payments, held by the caller with their leases, against what these leases owe.

    Returns what is to be posted. What nothing takes stays credit.
    """
    with_credit = [each for each in payments if each.lease_id and each.unallocated_cents]
    paying = sorted(with_credit, key=lambda each: (each.received_on, each.id))
    if not paying:
        return []
    lines = billing.open_lines(db, organisation_id, sorted({each.lease_id for each in paying if each.lease_id}))
    if not any(lines.values()):
        return []
    order = identity.get_organisation(db, organisation_id).allocation_order
    left = {line.id: line.open_cents for group in lines.values() for line in group}
    freed = allocation_repository.last_releases(db, organisation_id, [each.id for each in paying], left)
    moves = []
    for payment in paying:
        here = {line.id: line for line in lines.get(payment.lease_id or payment.id, [])}
        offered = [offer(line, left[line.id]) for line in here.values()]
        shares, _ = rules.allocate(payment.unallocated_cents, offered, order, payment.purpose)
        for line_id, amount_cents in shares:
            left[line_id] -= amount_cents
            day = _counts_on(payment, here[line_id], freed, today)
            moves.append(move_to(here[line_id], "payment", payment.id, amount_cents, day))
    return write_moves(db, organisation_id, moves, now=now)


def move_to(line: OpenLine, source_kind: str, source_id: UUID, amount_cents: int, on: dt.date) -> Move:
    return Move(source_kind, source_id, line.id, line.lease_id, line.property_id, line.charge_type, amount_cents, on)


def offer(line: OpenLine, open_cents: int | None = None) -> rules.OpenLine:
    """Return the line as the sums take it; ``open_cents`` where less is open by now than was read."""
    left_cents = line.open_cents if open_cents is None else open_cents
    return rules.OpenLine(line.id, line.due_on, line.charge_type, line.seq, left_cents)


def apply_credit(
    db: Connection,
    organisation_id: UUID,
    lease_ids: Sequence[UUID],
    on: dt.date,
    now: dt.datetime,
    member_id: UUID | None = None,
) -> None:
    """Set what the leases, held by the caller, have in credit against what they owe; the step after a bill.

    One query where nobody has credit; a constant number otherwise.
    """
    entries = spend_credit(db, organisation_id, lease_ids, now=now, today=on)
    ledger.post(db, organisation_id, entries, now=now, member_id=member_id)


def spend_credit(
    db: Connection, organisation_id: UUID, lease_ids: Collection[UUID], *, now: dt.datetime, today: dt.date
) -> list[Entry]:
    """Set what the leases have in credit against what they owe, and return what is to be posted."""
    found = repository.credit_ids(db, organisation_id, lease_ids) if lease_ids else []
    if not found:
        return []
    held = repository.lock_payments(db, organisation_id, found)
    return spend(db, organisation_id, held, now=now, today=today)


def release_moves(
    db: Connection, organisation_id: UUID, standing: Sequence[allocation_repository.Standing], on: dt.date
) -> list[Move]:
    """Return the moves that take back what stands."""
    lines = {
        line.id: line for line in billing.get_lines(db, organisation_id, [each.invoice_line_id for each in standing])
    }
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
        )
        for each in standing
    ]


def allocate_payment(
    db: Connection,
    organisation_id: UUID,
    payment_id: UUID,
    lines: Sequence[tuple[UUID, int]] | None,
    *,
    now: dt.datetime,
    today: dt.date,
    member_id: UUID | None = None,
) -> Payment:
    """Allocate the payment anew: what stands is released, then it is set against ``lines`` or, where
    that is None, against what is open, oldest first. What is left stays credit.

    Args:
        lines: (invoice line, cents above 0), each line once; an empty list leaves all as credit.

    Raises:
        Conflict: the payment is not matched to a lease, or a line has not as much open.
        Invalid: a line is not the lease's, is named twice, or together they pass what the payment has.
    """
    payment = hold_payment(db, organisation_id, payment_id)
    if payment.state != "matched":
        raise Conflict("Only a confirmed payment that has a lease can be allocated.", state=payment.state)
    standing = allocation_repository.standing_of_source(db, organisation_id, payment_id)
    entries = write_moves(db, organisation_id, release_moves(db, organisation_id, standing, today), now=now)
    freed = repository.lock_payments(db, organisation_id, [payment_id])
    if lines is None:
        entries += spend(db, organisation_id, freed, now=now, today=today)
    else:
        moves = _chosen(db, organisation_id, freed[0], lines, today)
        entries += write_moves(db, organisation_id, moves, now=now)
    ledger.post(db, organisation_id, entries, now=now, member_id=member_id)
    return repository.lock_payments(db, organisation_id, [payment_id])[0]


def _chosen(
    db: Connection, organisation_id: UUID, payment: Payment, lines: Sequence[tuple[UUID, int]], today: dt.date
) -> list[Move]:
    assert payment.lease_id is not None  # noqa: S101 - the caller saw it matched
    open_lines = {
        line.id: line for line in billing.open_lines(db, organisation_id, [payment.lease_id]).get(payment.lease_id, [])
    }
    wrong = []
    for place, (line_id, amount_cents) in enumerate(lines):
        if line_id not in open_lines:
            wrong.append((f"lines.{place}.invoice_line_id", "the lease has no such open line"))
        elif amount_cents > open_lines[line_id].open_cents:
            wrong.append((f"lines.{place}.amount", "more than is open of the line"))
    if len({line_id for line_id, _ in lines}) != len(lines):
        wrong.append(("lines", "each line may be named once"))
    if sum(amount_cents for _, amount_cents in lines) > payment.unallocated_cents:
        wrong.append(("lines", "together more than the payment has"))
    if wrong:
        raise Invalid(wrong)
    freed = allocation_repository.last_releases(db, organisation_id, [payment.id], [line_id for line_id, _ in lines])
    return [
        move_to(line, "payment", payment.id, amount_cents, _counts_on(payment, line, freed, today))
        for line, amount_cents in ((open_lines[line_id], cents) for line_id, cents in lines)
    ]


def _counts_on(payment: Payment, line: OpenLine, freed: dict[UUID, dt.date], today: dt.date) -> dt.date:
    days = [freed[each] for each in (payment.id, line.id) if each in freed]
    return rules.allocation_day(payment.received_on, line.issued_on, max(days, default=None), today)


def list_allocations(db: Connection, organisation_id: UUID, asked: Asked, source_id: UUID) -> Page[Allocation]:
    return allocation_repository.list_allocations(db, organisation_id, asked, source_id)
