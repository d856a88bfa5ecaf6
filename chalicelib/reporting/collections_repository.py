"""SQL of collections of a month and income of several."""

import datetime as dt
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, cast, extract, func, select
from sqlalchemy import Integer as Whole

from chalicelib.reporting.model import ByChannel, ByChargeType, ByDay, ByProperty, IncomeRow, PaymentSum
from chalicelib.storage.tables.billing import invoice_lines
from chalicelib.storage.tables.leasing import deposit_entries
from chalicelib.storage.tables.ledger import journals, ledger_accounts, postings
from chalicelib.storage.tables.payments import allocations, payments
from chalicelib.storage.tables.portfolio import channels, properties

RECEIVED_STATES = ("matched", "unmatched")  # confirmed, and not reversed since


class DateRange(NamedTuple):
    """An organisation, and the first and last day, both included."""

    organisation_id: UUID
    first: dt.date
    last: dt.date


def by_state(db: Connection, days: DateRange) -> dict[str, tuple[PaymentSum, int, int]]:
    """Return by payment state what was received, and the cents of it unallocated and refunded."""
    query = _select_received(
        days, payments.c.state, _sum(payments.c.unallocated_cents), _sum(payments.c.refunded_cents)
    )
    rows = db.execute(query.group_by(payments.c.state))
    return {row[0]: (PaymentSum(row[-2], int(row[-1])), int(row[1]), int(row[2])) for row in rows}


def by_channel(db: Connection, days: DateRange) -> list[ByChannel]:
    query = (
        _select_received(days, payments.c.channel_id, channels.c.name, payments.c.method)
        .join(channels, _same_row(channels, payments.c.channel_id))
        .where(payments.c.state.in_(RECEIVED_STATES))
        .group_by(payments.c.channel_id, channels.c.name, payments.c.method)
        .order_by(channels.c.name, payments.c.channel_id, payments.c.method)
    )
    return [ByChannel(row[0], row[1], row[2], row[-2], int(row[-1])) for row in db.execute(query)]


def by_property(db: Connection, days: DateRange) -> list[ByProperty]:
    """Return what was received for each property; unmatched money is under None."""
    query = (
        _select_received(days, payments.c.property_id, properties.c.name)
        .outerjoin(properties, _same_row(properties, payments.c.property_id))
        .where(payments.c.state.in_(RECEIVED_STATES))
        .group_by(payments.c.property_id, properties.c.name)
        .order_by(properties.c.name, payments.c.property_id)
    )
    return [ByProperty(row[0], row[1] or "", row[-2], int(row[-1])) for row in db.execute(query)]


def by_day(db: Connection, days: DateRange) -> list[ByDay]:
    query = (
        _select_received(days, payments.c.received_on)
        .where(payments.c.state.in_(RECEIVED_STATES))
        .group_by(payments.c.received_on)
        .order_by(payments.c.received_on)
    )
    return [ByDay(row[0], row[-2], int(row[-1])) for row in db.execute(query)]


def by_charge_type(db: Connection, days: DateRange) -> list[ByChargeType]:
    """Return what the money received has been allocated to until now, by charge type."""
    total = func.sum(allocations.c.amount_cents)
    query = (
        select(invoice_lines.c.charge_type, total)
        .select_from(payments)
        .join(allocations, and_(_same_organisation_as_payment(allocations), allocations.c.source_id == payments.c.id))
        .join(
            invoice_lines,
            and_(_same_organisation_as_payment(invoice_lines), invoice_lines.c.id == allocations.c.invoice_line_id),
        )
        .where(*_received_in(days), payments.c.state.in_(RECEIVED_STATES), allocations.c.source_kind == "payment")
        .group_by(invoice_lines.c.charge_type)
        .having(total != 0)
        .order_by(invoice_lines.c.charge_type)
    )
    return [ByChargeType(row[0], int(row[1])) for row in db.execute(query)]


def deposits_received(db: Connection, days: DateRange) -> int:
    """Return the cents received as deposits in those days and not reversed since."""
    undone = deposit_entries.alias("undone")
    query = (
        select(_sum(deposit_entries.c.amount_cents))
        .outerjoin(
            undone,
            and_(
                undone.c.organisation_id == deposit_entries.c.organisation_id,
                undone.c.reverses_id == deposit_entries.c.id,
            ),
        )
        .where(
            deposit_entries.c.organisation_id == days.organisation_id,
            deposit_entries.c.entry == "received",
            deposit_entries.c.entered_on.between(days.first, days.last),
            undone.c.id.is_(None),
        )
    )
    return int(db.scalar(query) or 0)


def list_income(db: Connection, days: DateRange) -> list[IncomeRow]:
    """Return the postings of the income accounts, summed by property, charge type and month, as the ledger has it."""
    year, month = (cast(extract(part, journals.c.effective_on), Whole) for part in ("year", "month"))
    earned = -func.sum(postings.c.amount_cents)
    columns = (postings.c.property_id, properties.c.name, postings.c.charge_type)
    query = (
        select(*columns, year.label("y"), month.label("m"), earned.label("earned"))
        .select_from(journals)
        .join(postings, and_(_same_organisation(postings, journals), postings.c.journal_id == journals.c.id))
        .join(
            ledger_accounts,
            and_(_same_organisation(ledger_accounts, journals), ledger_accounts.c.id == postings.c.ledger_account_id),
        )
        .outerjoin(
            properties, and_(_same_organisation(properties, journals), properties.c.id == postings.c.property_id)
        )
        .where(
            journals.c.organisation_id == days.organisation_id,
            journals.c.effective_on.between(days.first, days.last),
            ledger_accounts.c.type == "income",
        )
        .group_by(*columns, year, month)
        .having(earned != 0)
        .order_by(properties.c.name, postings.c.property_id, postings.c.charge_type, year, month)
    )
    return [
        IncomeRow(row[0], row[1] or "", row[2] or "", dt.date(row.y, row.m, 1), int(row.earned))
        for row in db.execute(query)
    ]


def _select_received(days: DateRange, *columns: Any) -> Select[Any]:
    """Select ``columns``, then the count and the cents of payments received in those days."""
    query = select(*columns, func.count(), _sum(payments.c.amount_cents)).select_from(payments)
    return query.where(*_received_in(days))


def _received_in(days: DateRange) -> list[ColumnElement[bool]]:
    return [
        payments.c.organisation_id == days.organisation_id,
        payments.c.received_on.between(days.first, days.last),
        payments.c.method != "opening",  # a credit from before the books began; no money moved
    ]


def _sum(column: ColumnElement[int]) -> ColumnElement[Any]:
    return func.coalesce(func.sum(column), 0)


def _same_row(table: Any, key: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(_same_organisation_as_payment(table), table.c.id == key)


def _same_organisation_as_payment(table: Any) -> ColumnElement[bool]:
    return _same_organisation(table, payments)


def _same_organisation(one: Any, other: Any) -> ColumnElement[bool]:
    same: ColumnElement[bool] = one.c.organisation_id == other.c.organisation_id
    return same
