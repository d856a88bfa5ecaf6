"""Payment calculations: how money is allocated to open lines and released from them.

Money is whole cents (100 cents = KES 1).
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from chalicelib.leasing.model import PayerLease
from chalicelib.payments.model import Payment

CARETAKER_DAYS = 7  # within which a caretaker may record a payment
MAX_AHEAD_DAYS = 365  # that a payment may precede the lease
MAX_HISTORY_DAYS = 3653  # ten years; anything older belongs in an opening balance


def reference_key(method: str, channel_id: UUID | None, reference: str | None) -> str | None:
    """Return what only one live payment of the organisation may have, or None if the reference may repeat.

    An M-Pesa code is given once, whichever channel it is recorded on; a bank's reference is unique on its account.
    Cheque numbers repeat: two banks number theirs alike, and a cheque is presented again after it bounced.
    """
    if not reference or method not in ("mpesa", "bank"):
        return None
    return f"mpesa:{reference}" if method == "mpesa" else f"{channel_id.hex if channel_id else ''}:{reference}"


def frees_reference(state: str, source: str = "typed") -> bool:
    """Return whether a payment in this state leaves its reference to other payments.

    Args:
        source: "typed" if a person entered the reference, who may have been wrong about the money; what a
            "provider" reported did come in, so its reference stays held.
    """
    return source == "typed" and state in ("rejected", "reversed")


def format_lookalike(payment: Payment) -> str:
    """Return the warning that a payment just recorded may be the same money as ``payment``."""
    shillings, cents = divmod(payment.amount_cents, 100)
    what = (
        f"Cheque {payment.provider_reference} was recorded before"
        if payment.method == "cheque"
        else "An equal cash payment of this lease and day was recorded before"
    )
    on = payment.received_on
    reversed_since = ", reversed since" if payment.state == "reversed" else ""
    return f"{what}: payment {payment.id} of {shillings:,}.{cents:02d} on {on.day} {on:%b %Y}{reversed_since}."


def payable_leases(lease: PayerLease, every: Sequence[PayerLease]) -> frozenset[UUID]:
    """Return the leases that money of ``lease`` pays for by itself, of ``every`` lease of its payer.

    Those are the lease, the leases that carry it on, and those whose properties have the same owner and channel: what
    one owner received is not another's.
    """
    following = {lease.id}
    for _ in every:
        following |= {each.id for each in every if each.previous_id in following}
    shared = (lease.tenant_id, lease.owner_id, lease.channel_id)
    return frozenset(
        following | {each.id for each in every if (each.tenant_id, each.owner_id, each.channel_id) == shared}
    )


class AllocatableLine(NamedTuple):
    """An invoice line and its open amount; lines of a lower ``place`` come first, whenever they are due."""

    id: UUID
    due_on: dt.date
    charge_type: str
    seq: int
    open_cents: int
    place: int = 0


def place_of(invoice_id: UUID, lease_id: UUID, named_invoice_id: UUID | None, named_lease_id: UUID | None) -> int:
    """Return the place of a line among those that a payment pays: its invoice, then its lease, then others.

    Args:
        invoice_id, lease_id: The line's.
        named_lease_id: None: a tenant and no lease was named, so all leases have the same place.
    """
    if invoice_id == named_invoice_id:
        return 0
    return 1 if named_lease_id in (None, lease_id) else 2


class Share(NamedTuple):
    """Part of a sum allocated to a line; negative when it is released."""

    line_id: UUID
    amount_cents: int


def allocate(
    amount_cents: int,
    lines: Iterable[AllocatableLine],
    order: Sequence[str],
    purpose: str | None = None,
) -> tuple[list[Share], int]:
    """Allocate a sum to open lines.

    Lines of the first place come first, in each place those of the purpose that the tenant named. Within each group
    the oldest due date comes first; on the same date lines follow ``order``, with charge types it does not name last,
    and ``seq`` and ``id`` break ties, so that the result never depends on the order in which the database returned
    the lines.

    Args:
        amount_cents: Sum to allocate; more than 0.
        lines: Each line once; one with nothing open gets nothing.
        order: The organisation's charge types, first to be paid first.
        purpose: A charge type, or None.

    Returns:
        The shares in the order of allocation, none of them zero, and the cents that
        remain; together they are ``amount_cents``.

    Raises:
        ValueError: ``amount_cents`` is not above 0, or a line's ``open_cents`` is below 0.
    """
    if amount_cents <= 0:
        raise ValueError("amount_cents must be above 0.")
    ranks = {charge_type: rank for rank, charge_type in enumerate(order)}
    unnamed = len(ranks)

    def sort_key(line: AllocatableLine) -> tuple[int, bool, dt.date, int, int, UUID]:
        rank = ranks.get(line.charge_type, unnamed)
        return line.place, line.charge_type != purpose, line.due_on, rank, line.seq, line.id

    shares = []
    left_cents = amount_cents
    for line in sorted(lines, key=sort_key):
        if line.open_cents < 0:
            raise ValueError("A line's open_cents must not be negative.")
        part_cents = min(left_cents, line.open_cents)
        if part_cents:
            shares.append(Share(line.id, part_cents))
            left_cents -= part_cents
    return shares, left_cents


def release_shares(shares: Sequence[Share], amount_cents: int) -> list[Share]:
    """Release shares, the latest first, as a credit note on a paid line does.

    Args:
        shares: Net shares, oldest first: each above 0, earlier releases already deducted.
        amount_cents: Most to release; more than 0.

    Returns:
        Negative shares. The first belongs to the last of ``shares``, the second to the one
        before it, and so on, so that a caller knows which payment each one credits.
        Together they are ``amount_cents``, or all of ``shares`` where that is less.

    Raises:
        ValueError: ``amount_cents`` or a share is not above 0.
    """
    if amount_cents <= 0:
        raise ValueError("amount_cents must be above 0.")
    if any(share.amount_cents <= 0 for share in shares):
        raise ValueError("Only shares above 0 can be taken back.")
    released: list[Share] = []
    left_cents = amount_cents
    for share in reversed(shares):
        if left_cents == 0:
            break
        part_cents = min(left_cents, share.amount_cents)
        released.append(Share(share.line_id, -part_cents))
        left_cents -= part_cents
    return released


def earliest_received_on(role: str, starts_on: dt.date | None, today: dt.date) -> dt.date:
    """Return the earliest day accepted as a payment's ``received_on``.

    A caretaker records recent payments (``CARETAKER_DAYS``), also before a tenant moves in; the office also records
    its history, up to ten years back and a year before the lease. An earlier day is a mistake, or made up.

    Args:
        role: Of the member who records the payment.
        starts_on: First day of the payment's lease; None if it names none.
    """
    if role == "caretaker":
        return today - dt.timedelta(days=CARETAKER_DAYS)
    ahead = dt.date.min if starts_on is None else starts_on - dt.timedelta(days=MAX_AHEAD_DAYS)
    return max(today - dt.timedelta(days=MAX_HISTORY_DAYS), ahead)


def needs_confirmation(method: str, role: str) -> bool:
    """Return whether a payment recorded by hand is pending until a manager confirms it.

    A caretaker's entry is, whatever the method. So is an M-Pesa code entered by hand, by any
    role: only the channel's own statement proves that the money arrived.
    """
    return role == "caretaker" or method == "mpesa"


def allocation_day(received_on: dt.date, issued_on: dt.date, released_on: dt.date | None, today: dt.date) -> dt.date:
    """Return the effective day of an allocation.

    Not before the money was received nor before the line was issued, so that past balances do not
    change; not before ``released_on``, the last day on which this money was released from a line or other
    money from this line, else in the days between the money would be allocated twice, or the line paid
    twice; and, for a line issued ahead, not after today.
    """
    return max(received_on, min(today, max(issued_on, released_on or issued_on)))
