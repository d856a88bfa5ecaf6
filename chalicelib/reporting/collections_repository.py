"""SQL of collections of a month, by the days of journals."""

import datetime as dt
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy import Integer as Whole

from chalicelib.reporting.model import ByChannel, ByChargeType, ByDay, ByProperty, PaymentSum
from chalicelib.storage.tables.leasing import deposit_entries
from chalicelib.storage.tables.ledger import journals, ledger_accounts, postings
from chalicelib.storage.tables.payments import payments, refunds
from chalicelib.storage.tables.portfolio import channels, properties

# An opening credit is from before the books began; no money moved.
_MONEY = payments.c.method != "opening"


class DateRange(NamedTuple):
    """An organisation, and the first and last day, both included."""

    organisation_id: UUID
    first: dt.date
    last: dt.date


def sum_pending(db: Connection, days: DateRange) -> PaymentSum:
    """Return what waits for confirmation, by the day received: no journal has dated it yet."""
    return _sum_payments(db, days, payments.c.received_on, payments.c.state == "pending")


def sum_reversed(db: Connection, days: DateRange) -> PaymentSum:
    return _sum_payments(db, days, payments.c.reversed_on)


def sum_refunded(db: Connection, days: DateRange) -> int:
    query = (
        select(_sum(refunds.c.amount_cents))
        .join(payments, and_(_same_organisation_as_payment(refunds), payments.c.id == refunds.c.payment_id))
        .where(refunds.c.organisation_id == days.organisation_id, _MONEY)
        .where(refunds.c.posted_on.between(days.first, days.last))
    )
    return int(db.scalar(query) or 0)


def by_channel(db: Connection, days: DateRange) -> list[ByChannel]:
    moved = _moved(days)
    columns = (moved.c.channel_id, channels.c.name, moved.c.method)
    query = (
        _sum_moved(moved, *columns)
        .join(channels, _same_row(channels, days, moved.c.channel_id))
        .order_by(channels.c.name, moved.c.channel_id, moved.c.method)
    )
    return [ByChannel(row[0], row[1], row[2], int(row[3]), int(row[4])) for row in db.execute(query)]


def by_property(db: Connection, days: DateRange) -> list[ByProperty]:
    """Return what was received for each property; unmatched money is under None."""
    moved = _moved(days)
    query = (
        _sum_moved(moved, moved.c.property_id, properties.c.name)
        .outerjoin(properties, _same_row(properties, days, moved.c.property_id))
        .order_by(properties.c.name, moved.c.property_id)
    )
    return [ByProperty(row[0], row[1] or "", int(row[2]), int(row[3])) for row in db.execute(query)]


def by_day(db: Connection, days: DateRange) -> list[ByDay]:
    moved = _moved(days)
    rows = db.execute(_sum_moved(moved, moved.c.moved_on).order_by(moved.c.moved_on))
    return [ByDay(row[0], int(row[1]), int(row[2])) for row in rows]


def by_charge_type(db: Connection, days: DateRange) -> list[ByChargeType]:
    """Return what was allocated of payments less what was released in those days, as the ledger has it."""
    total = -func.sum(postings.c.amount_cents)
    query = (
        select(postings.c.charge_type, total)
        .select_from(journals)
        .join(postings, and_(_same_organisation(postings, journals), postings.c.journal_id == journals.c.id))
        .join(payments, and_(_same_organisation(payments, journals), payments.c.id == journals.c.source_id))
        .where(*_posted_in(days), journals.c.kind.in_(("allocation", "release")), _MONEY)
        .where(postings.c.charge_type.is_not(None))  # the other leg has none
        .group_by(postings.c.charge_type)
        .having(total != 0)
        .order_by(postings.c.charge_type)
    )
    return [ByChargeType(row[0], int(row[1])) for row in db.execute(query)]


def sum_recoveries(db: Connection, days: DateRange) -> int:
    """Return the cents billed to recover refunds of payments that were reversed, less what of it was credited."""
    query = (
        select(-_sum(postings.c.amount_cents))
        .select_from(journals)
        .join(postings, and_(_same_organisation(postings, journals), postings.c.journal_id == journals.c.id))
        .join(
            ledger_accounts,
            and_(_same_organisation(ledger_accounts, journals), ledger_accounts.c.id == postings.c.ledger_account_id),
        )
        .where(*_posted_in(days), postings.c.charge_type == "refund_recovery", ledger_accounts.c.code == "unallocated")
    )
    return int(db.scalar(query) or 0)


def sum_deposits(db: Connection, days: DateRange) -> tuple[int, int]:
    """Return the cents received as deposits, and refunded of them, in those days, less what was reversed in them."""
    first = deposit_entries.alias("first_entry")
    entry = func.coalesce(first.c.entry, deposit_entries.c.entry)  # what a reversal reverses
    cents = deposit_entries.c.amount_cents
    query = (
        select(
            *(_sum(case((entry == name, sign * cents), else_=0)) for name, sign in (("received", 1), ("refunded", -1)))
        )
        .outerjoin(
            first,
            and_(
                first.c.organisation_id == deposit_entries.c.organisation_id,
                first.c.id == deposit_entries.c.reverses_id,
            ),
        )
        .where(
            deposit_entries.c.organisation_id == days.organisation_id,
            deposit_entries.c.posted_on.between(days.first, days.last),
        )
    )
    received, refunded = db.execute(query).one()
    return int(received), int(refunded)


def _sum_payments(
    db: Connection, days: DateRange, on: ColumnElement[Any], *conditions: ColumnElement[bool]
) -> PaymentSum:
    query = select(func.count(), _sum(payments.c.amount_cents)).where(*_payments_in(days, on), *conditions)
    count, cents = db.execute(query).one()
    return PaymentSum(count, int(cents))


def _moved(days: DateRange) -> Subquery:
    """Select the payments of those days, each on the day of its journal, and once more, below 0, on that of its
    reversal."""
    columns = (payments.c.channel_id, payments.c.method, payments.c.property_id)

    def part(on: ColumnElement[Any], sign: int) -> Select[Any]:
        counted, amount = literal(sign, Whole).label("payments"), (sign * payments.c.amount_cents).label("amount_cents")
        return select(*columns, on.label("moved_on"), counted, amount).where(*_payments_in(days, on))

    return union_all(part(payments.c.posted_on, 1), part(payments.c.reversed_on, -1)).subquery("moved")


def _sum_moved(moved: Subquery, *columns: Any) -> Select[Any]:
    sums = (func.sum(moved.c.payments), func.sum(moved.c.amount_cents))
    return select(*columns, *sums).select_from(moved).group_by(*columns)


def _payments_in(days: DateRange, on: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    return [payments.c.organisation_id == days.organisation_id, on.between(days.first, days.last), _MONEY]


def _posted_in(days: DateRange) -> list[ColumnElement[bool]]:
    return [
        journals.c.organisation_id == days.organisation_id,
        journals.c.effective_on.between(days.first, days.last),
    ]


def _sum(column: ColumnElement[int]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(column), 0)


def _same_row(table: Any, days: DateRange, key: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(table.c.organisation_id == days.organisation_id, table.c.id == key)


def _same_organisation_as_payment(table: Any) -> ColumnElement[bool]:
    return _same_organisation(table, payments)


def _same_organisation(one: Any, other: Any) -> ColumnElement[bool]:
    same: ColumnElement[bool] = one.c.organisation_id == other.c.organisation_id
    return same
