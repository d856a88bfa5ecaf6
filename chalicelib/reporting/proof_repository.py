"""SQL that recomputes what the ledger must agree with, and finds where it does not.

Each function returns rows of (key, expected, found): two sums that must be equal for that key.
``compare_with_existing`` counts them and fetches the first that are not.
"""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from chalicelib.runtime.context import Context
from chalicelib.storage.tables.billing import invoice_lines
from chalicelib.storage.tables.leasing import deposit_entries
from chalicelib.storage.tables.ledger import journals, ledger_accounts, period_closes, postings
from chalicelib.storage.tables.payments import payments, refunds
from chalicelib.storage.types import Id

MAX_DIFFERENCES = 20
RECEIVED_STATES = ("matched", "unmatched")  # payments that count: confirmed, and not reversed since


class UnequalSums(NamedTuple):
    key: UUID | None
    expected: int
    found: int


def compare(db: Connection, rows: Select[Any]) -> tuple[int, list[UnequalSums]]:
    """Return how many rows there are, and the first whose two sums differ."""
    each = rows.subquery("sides")
    differs = each.c.expected != each.c.found
    count, wrong = db.execute(select(func.count(), func.sum(case((differs, 1), else_=0))).select_from(each)).one()
    if not wrong:
        return count, []
    query = select(each.c.key, each.c.expected, each.c.found).where(differs).order_by(each.c.key)
    found = db.execute(query.limit(MAX_DIFFERENCES))
    return count, [UnequalSums(key, int(expected), int(there)) for key, expected, there in found]


def pair_sums(expected: Select[Any], found: Select[Any]) -> Select[Any]:
    """Return the two sums of every key that either of two selects of (key, amount) has."""
    left, right = expected.subquery("left_side"), found.subquery("right_side")
    nothing = literal(0)
    both = union_all(
        select(left.c.key, left.c.amount.label("expected"), nothing.label("found")),
        select(right.c.key, nothing.label("expected"), right.c.amount.label("found")),
    ).subquery("both_sides")
    sums = (func.sum(both.c[name]).label(name) for name in ("expected", "found"))
    return select(both.c.key, *sums).group_by(both.c.key)


def sum_by_key(table: Any, key: ColumnElement[Any], amount: ColumnElement[int], organisation_id: UUID) -> Select[Any]:
    """Return the sum of ``amount`` for each ``key`` of one of the organisation's tables."""
    query = select(key.label("key"), func.sum(amount).label("amount"))
    return query.where(table.c.organisation_id == organisation_id).group_by(key)


def journals_balance(organisation_id: UUID) -> Select[Any]:
    total = func.coalesce(func.sum(postings.c.amount_cents), 0)
    return _per_journal(organisation_id, literal(0), total)


def journals_have_two_sides(organisation_id: UUID) -> Select[Any]:
    """Count each journal's postings up to two: each journal has at least a debit and a credit."""
    count = func.count(postings.c.journal_id)
    return _per_journal(organisation_id, literal(2), case((count > 2, 2), else_=count))


def postings_sum(organisation_id: UUID) -> Select[Any]:
    total = func.coalesce(func.sum(postings.c.amount_cents), 0)
    query = select(_key(organisation_id), literal(0).label("expected"), total.label("found"))
    return query.where(postings.c.organisation_id == organisation_id)


def receivable(organisation_id: UUID) -> Select[Any]:
    owed = sum_by_key(invoice_lines, invoice_lines.c.lease_id, invoice_lines.c.open_cents, organisation_id)
    return pair_sums(owed.where(invoice_lines.c.open_cents > 0), _posted(organisation_id, "receivable", 1))


def unallocated(organisation_id: UUID) -> Select[Any]:
    credit = (
        select(_key(organisation_id), func.coalesce(func.sum(payments.c.unallocated_cents), 0).label("amount"))
        .where(payments.c.organisation_id == organisation_id, payments.c.state.in_(RECEIVED_STATES))
    )  # fmt: skip
    posted = (
        select(_key(organisation_id), func.coalesce(-func.sum(postings.c.amount_cents), 0).label("amount"))
        .join(ledger_accounts, _account())
        .where(ledger_accounts.c.organisation_id == organisation_id, ledger_accounts.c.code == "unallocated")
    )
    return pair_sums(credit, posted)


def deposits(organisation_id: UUID) -> Select[Any]:
    held = sum_by_key(deposit_entries, deposit_entries.c.lease_id, deposit_entries.c.amount_cents, organisation_id)
    return pair_sums(held, _posted(organisation_id, "deposits", -1))


def channels(organisation_id: UUID) -> Select[Any]:
    """Compare for each channel what was received less refunds with the balance of its account."""
    paid = sum_by_key(payments, payments.c.channel_id, payments.c.amount_cents, organisation_id).where(
        payments.c.state.in_(RECEIVED_STATES), payments.c.method != "opening"
    )
    back = sum_by_key(refunds, refunds.c.channel_id, -refunds.c.amount_cents, organisation_id)
    moved = union_all(paid, back, _deposits_moved(organisation_id)).subquery("moved")
    expected = select(moved.c.key, func.sum(moved.c.amount).label("amount")).group_by(moved.c.key)
    found = (
        select(ledger_accounts.c.channel_id.label("key"), func.sum(postings.c.amount_cents).label("amount"))
        .join(postings, _account())
        .where(ledger_accounts.c.organisation_id == organisation_id, ledger_accounts.c.channel_id.is_not(None))
        .group_by(ledger_accounts.c.channel_id)
    )
    return pair_sums(expected, found)


def closed_periods(ctx: Context) -> Sequence[tuple[dt.date, dt.datetime]]:
    """Return every closed period and when it was closed, in order."""
    query = select(period_closes.c.period, period_closes.c.created_at).where(
        period_closes.c.organisation_id == ctx.organisation_id
    )
    return [(row.period, row.created_at) for row in ctx.db.execute(query.order_by(period_closes.c.period))]


def posted_when_closed(
    ctx: Context, closes: Sequence[tuple[dt.date, dt.datetime]]
) -> tuple[int, list[tuple[UUID, dt.date]]]:
    """Return how many journals lie in closed months, and the first that were created after the close.

    Args:
        closes: The last day covered by each close, and when it was closed.
    """
    if not closes:
        return 0, []
    mine = journals.c.organisation_id == ctx.organisation_id
    count = ctx.db.scalar(select(func.count()).where(mine, journals.c.effective_on <= closes[-1][0])) or 0
    late = or_(
        *(and_(journals.c.effective_on <= last, journals.c.created_at > instant) for last, instant in closes)
    )  # fmt: skip
    query = select(journals.c.id, journals.c.effective_on).where(mine, late).order_by(journals.c.id)
    return count, [(row.id, row.effective_on) for row in ctx.db.execute(query.limit(MAX_DIFFERENCES))]


def _per_journal(organisation_id: UUID, expected: Any, found: ColumnElement[Any]) -> Select[Any]:
    mine = and_(postings.c.organisation_id == journals.c.organisation_id, postings.c.journal_id == journals.c.id)
    return (
        select(journals.c.id.label("key"), expected.label("expected"), found.label("found"))
        .outerjoin(postings, mine)
        .where(journals.c.organisation_id == organisation_id)
        .group_by(journals.c.id)
    )


def _posted(organisation_id: UUID, code: str, sign: int) -> Select[Any]:
    """Select the balance of the account ``code`` by lease."""
    return (
        select(postings.c.lease_id.label("key"), (func.sum(postings.c.amount_cents) * sign).label("amount"))
        .join(ledger_accounts, _account())
        .where(ledger_accounts.c.organisation_id == organisation_id, ledger_accounts.c.code == code)
        .group_by(postings.c.lease_id)
    )


def _deposits_moved(organisation_id: UUID) -> Select[Any]:
    """Select what deposits added to each channel less what they took out; reversed entries cancel out."""
    first = deposit_entries.alias("first_entry")
    channel = func.coalesce(deposit_entries.c.channel_id, first.c.channel_id)
    undone = and_(
        first.c.organisation_id == deposit_entries.c.organisation_id, first.c.id == deposit_entries.c.reverses_id
    )
    query = sum_by_key(deposit_entries, channel, deposit_entries.c.amount_cents, organisation_id)
    return query.select_from(deposit_entries.outerjoin(first, undone)).where(channel.is_not(None))


def _account() -> ColumnElement[bool]:
    return and_(
        postings.c.organisation_id == ledger_accounts.c.organisation_id,
        postings.c.ledger_account_id == ledger_accounts.c.id,
    )


def _key(organisation_id: UUID) -> ColumnElement[Any]:
    return literal(organisation_id, Id).label("key")
