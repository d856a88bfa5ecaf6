"""Deposits held for tenants, by kind; the balance is the sum of entries that are never changed.

Every use case locks the lease before it sums the entries, so no two of them use the same deposit.
"""

import datetime as dt
from uuid import UUID

from chalicelib import ledger, portfolio
from chalicelib.errors import Conflict, Invalid, NotFound
from chalicelib.ids import new_id
from chalicelib.leasing import deposit_repository as repository
from chalicelib.leasing.locking import lock_lease_row
from chalicelib.leasing.model import DEPOSIT_KINDS, DepositEntry, DepositRefund, NewDeposit
from chalicelib.leasing.rents import check_lease_visible
from chalicelib.ledger.model import Entry, Leg
from chalicelib.money import format_cents, lowest_balance_from
from chalicelib.paging import Page, PageRequest
from chalicelib.runtime.context import Context

SOURCE_KIND = "deposit"  # the source_kind of our journals; the source_id is the entry's


def record_deposit(ctx: Context, lease_id: UUID, new: NewDeposit) -> DepositEntry:
    """Record a deposit received, post it to the ledger, and return the entry.

    Raises:
        Invalid: the channel is not the organisation's or is closed, or the amount or the day is wrong.
        NotFound: the organisation has no such lease.
    """
    _check_movement(new.amount_cents, new.entered_on, ctx.today)
    lease = lock_lease_row(ctx, lease_id, None)
    code, name = "opening", "opening"
    if new.channel_id is not None:
        code, name = _channel_code(ctx, new.channel_id), "received"
    entry = _new_entry(
        ctx,
        lease_id,
        new.kind,
        name,
        new.amount_cents,
        new.entered_on,
        new.reason,
        channel_id=new.channel_id,
        provider_reference=new.provider_reference,
    )
    repository.add_entries(ctx, [entry])
    _post_entry(ctx, lease.property_id, entry, code)
    return _get_entry(ctx, entry.id)


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
    entries = [_new_entry(ctx, lease_id, each, "deducted", -cents, on, reason) for each, cents in shares]
    repository.add_entries(ctx, entries)
    return [_get_entry(ctx, entry.id) for entry in entries]


def refund_deposit(ctx: Context, lease_id: UUID, refund: DepositRefund) -> DepositEntry:
    """Refund all or part of a deposit to the tenant, post it, and return the entry.

    Raises:
        Conflict: less is held of that kind, or was on that day or since.
        Invalid: as for ``record_deposit``.
        NotFound: the organisation has no such lease.
    """
    _check_movement(refund.amount_cents, refund.entered_on, ctx.today)
    lease = lock_lease_row(ctx, lease_id, None)
    code = _channel_code(ctx, refund.channel_id)
    held_cents = lowest_balance_from(refund.entered_on, repository.movements_of_kind(ctx, lease_id, refund.kind))
    _split_by_kind({refund.kind: held_cents}, refund.kind, refund.amount_cents)
    entry = _new_entry(
        ctx,
        lease_id,
        refund.kind,
        "refunded",
        -refund.amount_cents,
        refund.entered_on,
        refund.reason,
        channel_id=refund.channel_id,
        provider_reference=refund.provider_reference,
    )
    repository.add_entries(ctx, [entry])
    _post_entry(ctx, lease.property_id, entry, code)
    return _get_entry(ctx, entry.id)


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
    mirror = _new_entry(
        ctx,
        entry.lease_id,
        entry.kind,
        "reversed",
        -entry.amount_cents,
        on,
        reason,
        channel_id=entry.channel_id,
        reverses_id=entry_id,
    )
    repository.add_entries(ctx, [mirror])
    if not releasing:
        ledger.reverse(ctx, (SOURCE_KIND, entry_id), on=on)
    return _get_entry(ctx, mirror.id)


def carry_over_deposits(
    ctx: Context, lease_ids: tuple[UUID, UUID], property_ids: tuple[UUID, UUID], *, on: dt.date
) -> None:
    """Transfer all deposits of the first lease, which the caller has locked, to the second."""
    moved, journals = [], []
    for kind, cents in get_held_deposits(ctx, lease_ids[0]).items():
        out = _new_entry(ctx, lease_ids[0], kind, "carried_out", -cents, on)
        moved += [out, _new_entry(ctx, lease_ids[1], kind, "carried_in", cents, on)]
        legs = (
            Leg("deposits", cents, lease_ids[0], property_ids[0]),
            Leg("deposits", -cents, lease_ids[1], property_ids[1]),
        )
        journals.append(Entry("deposit_carried", on, f"deposit:{out.id}", SOURCE_KIND, out.id, legs))
    repository.add_entries(ctx, moved)
    ledger.post(ctx, journals)


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


def _new_entry(
    ctx: Context,
    lease_id: UUID,
    kind: str,
    entry: str,
    amount_cents: int,
    on: dt.date,
    reason: str = "",
    *,
    channel_id: UUID | None = None,
    provider_reference: str = "",
    reverses_id: UUID | None = None,
) -> DepositEntry:
    return DepositEntry(
        id=new_id(),
        lease_id=lease_id,
        kind=kind,
        entry=entry,
        amount_cents=amount_cents,
        entered_on=on,
        posted_on=ledger.posting_day(ctx, on),
        reason=reason,
        channel_id=channel_id,
        provider_reference=provider_reference,
        reverses_id=reverses_id,
        created_at=ctx.now,
    )


def _post_entry(ctx: Context, property_id: UUID, entry: DepositEntry, code: str) -> None:
    legs = (
        Leg(code, entry.amount_cents, entry.lease_id, property_id),
        Leg("deposits", -entry.amount_cents, entry.lease_id, property_id),
    )
    journal = Entry(f"deposit_{entry.entry}", entry.posted_on, f"deposit:{entry.id}", SOURCE_KIND, entry.id, legs)
    ledger.post(ctx, [journal])


def _get_entry(ctx: Context, entry_id: UUID) -> DepositEntry:
    found = repository.find_entry(ctx, entry_id)
    if found is None:
        raise NotFound("There is no such deposit entry.")
    return found
