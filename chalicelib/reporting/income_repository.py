"""SQL of income: what was billed less what was credited or voided, as the ledger has it."""

import datetime as dt
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, case, cast, extract, func, select, union_all
from sqlalchemy import Integer as Whole

from chalicelib.reporting.model import IncomeRow
from chalicelib.storage.tables.billing import credit_notes, invoices
from chalicelib.storage.tables.ledger import journals, ledger_accounts, period_closes, postings
from chalicelib.storage.tables.portfolio import properties

_EARNED = -func.sum(postings.c.amount_cents)


def list_income(db: Connection, organisation_id: UUID, first: dt.date, last: dt.date) -> list[IncomeRow]:
    """Return the income that journals of those days posted, by property, charge type and month of the journal."""
    year, month = (cast(extract(part, journals.c.effective_on), Whole) for part in ("year", "month"))
    columns = (postings.c.property_id, properties.c.name, postings.c.charge_type)
    query = (
        _earned(select(*columns, year.label("y"), month.label("m"), _EARNED.label("earned")).select_from(journals))
        .outerjoin(properties, and_(_same(properties, journals), properties.c.id == postings.c.property_id))
        .where(
            journals.c.organisation_id == organisation_id,
            journals.c.effective_on.between(first, last),
            ledger_accounts.c.type == "income",
        )
        .group_by(*columns, year, month)
        .having(_EARNED != 0)
        .order_by(properties.c.name, postings.c.property_id, postings.c.charge_type, year, month)
    )
    return [
        IncomeRow(row[0], row[1] or "", row[2] or "", dt.date(row.y, row.m, 1), int(row.earned), 0)
        for row in db.execute(query)
    ]


def list_income_by_period(db: Connection, organisation_id: UUID, first: dt.date, last: dt.date) -> list[IncomeRow]:
    """Return the income of invoices for the months from ``first`` to ``last``, and of what credits or voids them.

    What was posted after the month was closed is told apart.
    """
    parts = union_all(*_parts_by_period(organisation_id, first, last)).subquery("parts")
    columns = (parts.c.property_id, properties.c.name, parts.c.charge_type, parts.c.period)
    sums = [func.sum(parts.c[name]) for name in ("earned", "later")]
    query = (
        select(*columns, *sums)
        .select_from(parts)
        .outerjoin(
            properties, and_(properties.c.organisation_id == organisation_id, properties.c.id == parts.c.property_id)
        )
        .group_by(*columns)
        .order_by(properties.c.name, parts.c.property_id, parts.c.charge_type, parts.c.period)
    )
    return [
        IncomeRow(row[0], row[1] or "", row[2] or "", row[3], int(row[4]), int(row[5]))
        for row in db.execute(query)
        if row[4] or row[5]
    ]


def _parts_by_period(organisation_id: UUID, first: dt.date, last: dt.date) -> list[Select[Any]]:
    later = journals.c.created_at > period_closes.c.created_at  # NULL, and so no, while the month is open
    query = select(
        postings.c.property_id,
        postings.c.charge_type,
        invoices.c.period,
        func.sum(case((later, 0), else_=-postings.c.amount_cents)).label("earned"),
        func.sum(case((later, -postings.c.amount_cents), else_=0)).label("later"),
    ).select_from(invoices)
    billed = _earned(query.join(journals, _of_source("invoice", invoices.c.id)))
    credited = _earned(
        query.join(credit_notes, and_(_same(credit_notes, invoices), credit_notes.c.invoice_id == invoices.c.id)).join(
            journals, _of_source("credit_note", credit_notes.c.id)
        )
    )
    return [
        part.outerjoin(period_closes, and_(_same(period_closes, invoices), period_closes.c.period == invoices.c.period))
        .where(
            invoices.c.organisation_id == organisation_id,
            invoices.c.period.between(first, last),
            ledger_accounts.c.type == "income",
        )
        .group_by(postings.c.property_id, postings.c.charge_type, invoices.c.period)
        for part in (billed, credited)
    ]


def _earned(query: Select[Any]) -> Select[Any]:
    """Join what the journals of ``query`` posted, and to which account."""
    return query.join(postings, and_(_same(postings, journals), postings.c.journal_id == journals.c.id)).join(
        ledger_accounts, and_(_same(ledger_accounts, journals), ledger_accounts.c.id == postings.c.ledger_account_id)
    )


def _of_source(kind: str, source_id: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(_same(journals, invoices), journals.c.source_kind == kind, journals.c.source_id == source_id)


def _same(one: Any, other: Any) -> ColumnElement[bool]:
    same: ColumnElement[bool] = one.c.organisation_id == other.c.organisation_id
    return same
