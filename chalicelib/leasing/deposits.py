"""Deposits held for tenants, by kind; the balance is the sum of entries that are never changed.

Every use case locks the lease before it sums the entries, so no two of them use the same deposit.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from chalicelib import ledger, portfolio
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.ids import new_id
from chalicelib.leasing import deposit_repository as repository
from chalicelib.leasing.locking import lock_lease_row
from chalicelib.leasing.model import DEPOSIT_KINDS, DepositEntry
from chalicelib.leasing.rents import check_lease_visible
from chalicelib.ledger.model import Entry, Leg
from chalicelib.money import format_cents, lowest_balance_from
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context

SOURCE_KIND = "deposit"  # the source_kind of our journals; the source_id is the entry's


def record_deposit(
    ctx: Context,
    lease_id: UUID,
    *,
    kind: str,
    amount_cents: int,
    channel_id: UUID | None,
    entered_on: dt.date,
    reason: str,
    provider_reference: str = "",
) -> DepositEntry:
    """Record a deposit received, post it to the ledger, and return the entry.

    Args:
        channel_id: By which the money was received; None for a deposit from before the books began.

    Raises:
        Invalid: the channel is not the organisation's or is closed, or the amount or the day is wrong.
        NotFound: the organisation has no such lease.
    """
    _check_movement(amount_cents, entered_on, ctx.today)
    lease = lock_lease_row(ctx, lease_id, None)
    code, name = "opening", "opening"
    if channel_id is not None:
        code, name = _channel_code(ctx, channel_id), "received"
    entry = _entry_row(
        lease_id,
        kind,
        name,
        amount_cents,
        entered_on,
        reason,
        ctx.now,
        ctx.actor.member_id,
        channel_id,
        provider_reference,
    )
    repository.add_entries(ctx, [entry])
    _post_entry(ctx, lease.property_id, entry, code)
    return _get_entry(ctx, entry["id"])


def get_held_deposits(ctx: Context, lease_id: UUID) -> dict[str, int]:
    """Return the cents held by kind; kinds with nothing held are left out."""
    held = repository.sum_held(ctx, lease_id)
    return {kind: held[kind] for kind in DEPOSIT_KINDS if held.get(kind)}


def list_deposits(ctx: Context, lease_id: UUID, page_request: PageRequest) -> Page[DepositEntry]:
    check_lease_visible(ctx, lease_id)
    return repository.list_entries(ctx, lease_id, page_request)


def withdraw_deposit(
    ctx: Context, lease_id: UUID, *, kind: str | None, amount_cents: int, reason: str, on: dt.date
) -> list[DepositEntry]:
    """Withdraw ``amount_cents`` from the deposit of ``kind`` (None: of all kinds in order) and return the entries.

    Posts nothing: the caller allocates the amount to a line, and posts Dr deposits / Cr receivable with that.

    Raises:
        Conflict: less is held.
        NotFound: the organisation has no such lease.
    """
    _check_movement(amount_cents, on, ctx.today)
    lock_lease_row(ctx, lease_id, None)
    shares = _split_by_kind(get_held_deposits(ctx, lease_id), kind, amount_cents)
    rows = [
        _entry_row(lease_id, each, "deducted", -cents, on, reason, ctx.now, ctx.actor.member_id)
        for each, cents in shares
    ]
    repository.add_entries(ctx, rows)
    return [_get_entry(ctx, row["id"]) for row in rows]


def refund_deposit(
    ctx: Context,
    lease_id: UUID,
    *,
    kind: str,
    amount_cents: int,
    channel_id: UUID,
    entered_on: dt.date,
    reason: str,
    provider_reference: str = "",
) -> DepositEntry:
    """Refund all or part of a deposit to the tenant from ``channel_id``, post it, and return the entry.

    Raises:
        Conflict: less is held of that kind, or was on that day or since.
        Invalid: as for ``record_deposit``.
        NotFound: the organisation has no such lease.
    """
    _check_movement(amount_cents, entered_on, ctx.today)
    lease = lock_lease_row(ctx, lease_id, None)
    code = _channel_code(ctx, channel_id)
    held_cents = lowest_balance_from(entered_on, repository.movements_of_kind(ctx, lease_id, kind))
    _split_by_kind({kind: held_cents}, kind, amount_cents)
    entry = _entry_row(
        lease_id,
        kind,
        "refunded",
        -amount_cents,
        entered_on,
        reason,
        ctx.now,
        ctx.actor.member_id,
        channel_id,
        provider_reference,
    )
    repository.add_entries(ctx, [entry])
    _post_entry(ctx, lease.property_id, entry, code)
    return _get_entry(ctx, entry["id"])


def reverse_deposit_entry(
    ctx: Context, entry_id: UUID, *, reason: str, on: dt.date, releasing: bool = False
) -> DepositEntry:
    """Reverse an entry by a mirror entry, reverse its journal, and return the mirror.

    Args:
        releasing: The caller releases a deduction from the lines that it paid, and posts that itself;
            a deduction can only be reversed this way.

    Raises:
        Conflict: it was reversed before, cannot be, or the deposit that it added is no longer held.
        NotFound: the organisation has no such entry.
    """
    entry = _get_entry(ctx, entry_id)
    lock_lease_row(ctx, entry.lease_id, None)
    if repository.is_reversed(ctx, entry_id):
        raise Conflict("The entry has already been reversed.", deposit_entry_id=str(entry_id))
    if entry.entry not in (("deducted",) if releasing else ("opening", "received", "refunded")):
        raise Conflict(f"An entry of kind {entry.entry} cannot be reversed on its own.", entry=entry.entry)
    if entry.amount_cents > 0:
        _split_by_kind(get_held_deposits(ctx, entry.lease_id), entry.kind, entry.amount_cents)
    row = _entry_row(
        entry.lease_id,
        entry.kind,
        "reversed",
        -entry.amount_cents,
        on,
        reason,
        ctx.now,
        ctx.actor.member_id,
        entry.channel_id,
    )
    row["reverses_id"] = entry_id
    repository.add_entries(ctx, [row])
    if not releasing:
        ledger.reverse(ctx, (SOURCE_KIND, entry_id), on=on)
    return _get_entry(ctx, row["id"])


def carry_over_deposits(
    ctx: Context, lease_ids: tuple[UUID, UUID], property_ids: tuple[UUID, UUID], *, on: dt.date
) -> None:
    """Transfer all deposits of the first lease, which the caller has locked, to the second."""
    rows, entries = [], []
    for kind, cents in get_held_deposits(ctx, lease_ids[0]).items():
        out = _entry_row(lease_ids[0], kind, "carried_out", -cents, on, "", ctx.now, ctx.actor.member_id)
        rows += [out, _entry_row(lease_ids[1], kind, "carried_in", cents, on, "", ctx.now, ctx.actor.member_id)]
        legs = (
            Leg("deposits", cents, lease_ids[0], property_ids[0]),
            Leg("deposits", -cents, lease_ids[1], property_ids[1]),
        )
        entries.append(Entry("deposit_carried", on, f"deposit:{out['id']}", SOURCE_KIND, out["id"], legs))
    repository.add_entries(ctx, rows)
    ledger.post(ctx, entries)


def _check_movement(amount_cents: int, on: dt.date, today: dt.date) -> None:
    if amount_cents <= 0:
        raise Invalid([("amount", "expected an amount above zero")])
    if on > today:
        raise Invalid([("entered_on", "may not be in the future")])


def _channel_code(ctx: Context, channel_id: UUID) -> str:
    try:
        channel = portfolio.get_channel(ctx, channel_id)
    except NotFound as error:
        raise Invalid([("channel_id", "the organisation has no such channel")]) from error
    if not channel.active:
        raise Invalid([("channel_id", "the channel is closed")])
    return ledger.channel_code(channel_id)


def _split_by_kind(held: dict[str, int], kind: str | None, amount_cents: int) -> list[tuple[str, int]]:
    """Return (kind, cents) to withdraw, or raise Conflict if less is held."""
    available = held if kind is None else {kind: held.get(kind, 0)}
    if sum(available.values()) < amount_cents:
        raise Conflict(
            "The deposit held is less than this amount.",
            held={name: format_cents(cents) for name, cents in held.items()},
        )
    shares, left = [], amount_cents
    for each, cents in available.items():
        share = min(cents, left)
        if share:
            shares.append((each, share))
        left -= share
    return shares


def _entry_row(
    lease_id: UUID,
    kind: str,
    entry: str,
    amount_cents: int,
    on: dt.date,
    reason: str,
    now: dt.datetime,
    member_id: UUID | None,
    channel_id: UUID | None = None,
    provider_reference: str = "",
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "lease_id": lease_id,
        "kind": kind,
        "entry": entry,
        "amount_cents": amount_cents,
        "entered_on": on,
        "reason": reason,
        "channel_id": channel_id,
        "provider_reference": provider_reference,
        "reverses_id": None,
        "member_id": member_id,
        "created_at": now,
    }


def _post_entry(ctx: Context, property_id: UUID, row: dict[str, Any], code: str) -> None:
    cents, lease_id = row["amount_cents"], row["lease_id"]
    legs = (Leg(code, cents, lease_id, property_id), Leg("deposits", -cents, lease_id, property_id))
    entry = Entry(f"deposit_{row['entry']}", row["entered_on"], f"deposit:{row['id']}", SOURCE_KIND, row["id"], legs)
    ledger.post(ctx, [entry])


def _get_entry(ctx: Context, entry_id: UUID) -> DepositEntry:
    found = repository.find_entry(ctx, entry_id)
    if found is None:
        raise NotFound("There is no such deposit entry.")
    return found
