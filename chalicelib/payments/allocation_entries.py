"""Write allocations to invoice lines, and releases.

Every change of an allocation goes through ``write_allocations``: the rows, the paid amounts of the lines,
the payments' credit and the ledger's entries come from the same list, so they cannot disagree.
The leases concerned are locked before anything is read here, then the payments by id; the entries
are returned to the caller to post, because the ledger's book is locked last of all.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple
from uuid import UUID

from chalicelib import billing, leasing, ledger
from chalicelib.billing.model import OpenLine
from chalicelib.errors import Conflict, NotFound
from chalicelib.ids import new_id
from chalicelib.ledger.model import Entry, Leg
from chalicelib.payments import allocation_repository, payment_repository
from chalicelib.payments.model import Allocation, Payment
from chalicelib.runtime.context import Context

CHANGED_MEANWHILE = "It has just been changed by somebody else; read it again and retry."


class AllocationChange(NamedTuple):
    """An allocation of part of a source to a line, or a release if ``amount_cents`` is below 0.

    ``payer_lease_id`` and ``payer_property_id`` are the source's, the others the line's: a payment
    also pays for the leases that follow its own.
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


def lock_payment(ctx: Context, payment_id: UUID, *, and_leases: Collection[UUID] = ()) -> Payment:
    """Lock the payment's lease, if it has one, and those that it has paid for, then the payment, and return it.

    Args:
        and_leases: Leases to lock together with these, because leases are locked in the order of their ids.

    Raises:
        Conflict: it was matched to a lease, or allocated to another one, in the meantime.
        NotFound: the organisation has no such payment.
    """
    seen = payment_repository.find_payment(ctx, payment_id)
    if seen is None:
        raise NotFound("There is no such payment.")
    paid_for = set()
    if seen.lease_id is not None:
        paid_for = allocation_repository.list_leases_of_source(ctx, payment_id)
        leasing.lock_lease_chains(ctx, {seen.lease_id, *paid_for, *and_leases})
    locked = payment_repository.find_payment(ctx, payment_id, lock=True)
    if locked is None or locked.lease_id != seen.lease_id:
        raise Conflict(CHANGED_MEANWHILE, payment_id=str(payment_id))
    # Billing a following lease locks the payment, but not its lease.
    if locked.lease_id and allocation_repository.list_leases_of_source(ctx, payment_id) - paid_for:
        raise Conflict(CHANGED_MEANWHILE, payment_id=str(payment_id))
    return locked


def write_allocations(ctx: Context, changes: Sequence[AllocationChange]) -> list[Entry]:
    """Write the changes and return the entries to post for them.

    A change of a closed month takes effect on the first open day (``ledger.posting_day``).

    Raises:
        Conflict: a line has less open, or a payment less credit.
    """
    posting_days = ledger.posting_days(ctx, {change.on for change in changes})
    changes = [change._replace(on=posting_days[change.on]) for change in changes]
    rows = [
        Allocation(
            id=new_id(),
            source_kind=change.source_kind,
            source_id=change.source_id,
            invoice_line_id=change.line_id,
            lease_id=change.lease_id,
            amount_cents=change.amount_cents,
            allocated_on=change.on,
            created_at=ctx.now,
            payer_lease_id=None if change.payer_lease_id == change.lease_id else change.payer_lease_id,
        )
        for change in changes
    ]
    allocation_repository.add_allocations(ctx, rows)
    paid: defaultdict[UUID, int] = defaultdict(int)
    credit: defaultdict[UUID, int] = defaultdict(int)
    for change in changes:
        paid[change.line_id] += change.amount_cents
        if change.source_kind == "payment":
            credit[change.source_id] -= change.amount_cents
    billing.apply_paid(ctx, [change for change in sorted(paid.items()) if change[1]])
    if not payment_repository.change_credits(ctx, [change for change in sorted(credit.items()) if change[1]]):
        raise Conflict(CHANGED_MEANWHILE)
    return _journal_entries(changes, rows)


def allocation_from_payment(line: OpenLine, payment: Payment, amount_cents: int, on: dt.date) -> AllocationChange:
    """Return the change that allocates credit of the payment, which has a lease, to the line."""
    change = allocation_from_deposit(line, payment.id, amount_cents, on)
    return change._replace(
        source_kind="payment",
        payer_lease_id=payment.lease_id or line.lease_id,
        payer_property_id=payment.property_id or line.property_id,
    )


def allocation_from_deposit(line: OpenLine, entry_id: UUID, amount_cents: int, on: dt.date) -> AllocationChange:
    """Return the change that allocates part of a deposit's deduction to the line; both are of one lease."""
    return AllocationChange(
        "deposit", entry_id, line.id, line.lease_id, line.property_id, line.charge_type, amount_cents, on,
        line.lease_id, line.property_id,
    )  # fmt: skip


def releases_of(
    ctx: Context, net_allocations: Sequence[allocation_repository.NetAllocation], on: dt.date
) -> list[AllocationChange]:
    """Return the changes that release the net allocations as of ``on``."""
    lines = {line.id: line for line in billing.get_lines(ctx, [each.invoice_line_id for each in net_allocations])}
    return [
        AllocationChange(
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
        for each in net_allocations
    ]


def _journal_entries(changes: Sequence[AllocationChange], rows: Sequence[Allocation]) -> list[Entry]:
    """Return one entry for each (source, day, direction) of the changes."""
    grouped: dict[tuple[str, UUID, dt.date, bool], list[tuple[AllocationChange, Allocation]]] = {}
    for change, row in zip(changes, rows, strict=True):
        key = (change.source_kind, change.source_id, change.on, change.amount_cents > 0)
        grouped.setdefault(key, []).append((change, row))
    return [
        Entry(
            kind=_entry_kind(source_kind, forward),
            effective_on=on,
            idempotency_key=f"allocation:{group[0][1].id}",
            source_kind=source_kind,
            source_id=source_id,
            postings=_legs(source_kind, [change for change, _ in group]),
        )
        for (source_kind, source_id, on, forward), group in grouped.items()
    ]


def _entry_kind(source_kind: str, forward: bool) -> str:
    if source_kind == "deposit":
        return "deposit_deduction" if forward else "deposit_release"
    return "allocation" if forward else "release"


def _legs(source_kind: str, changes: Sequence[AllocationChange]) -> tuple[Leg, ...]:
    first = changes[0]
    total_cents = sum(change.amount_cents for change in changes)
    code = "deposits" if source_kind == "deposit" else "unallocated"
    return (
        Leg(code, total_cents, first.payer_lease_id, first.payer_property_id),
        *(
            Leg("receivable", -change.amount_cents, change.lease_id, change.property_id, change.charge_type)
            for change in changes
        ),
    )
