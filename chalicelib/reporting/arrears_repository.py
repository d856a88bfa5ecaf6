"""SQL of arrears: what each lease has open on a day, by age.

Ages are summed in the database, one row per lease. For today the lines themselves have their open
amounts. For a past day they are summed from what had been issued, allocated, credited and voided by
then; since a sum by age is the same over lines as over their changes, each of the three tables is
read once and no line is reconstructed.
"""

import datetime as dt
from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    or_,
    select,
    union_all,
)

from chalicelib.paging import Page, PageRequest
from chalicelib.reporting.model import Ages, LeaseArrears
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.billing import credit_note_lines, invoice_lines
from chalicelib.storage.tables.leasing import leases, tenant_phones, tenants
from chalicelib.storage.tables.payments import allocations
from chalicelib.storage.tables.portfolio import properties, units

_LINES = invoice_lines.c
_AGE_COLUMNS = Ages._fields


class Scope(NamedTuple):
    """Whose arrears, on which day; for ``today`` open lines are read, for a past day changes are summed."""

    organisation_id: UUID
    on: dt.date
    today: bool
    property_id: UUID | None


def list_arrears(db: Connection, scope: Scope, page_request: PageRequest) -> Page[LeaseArrears]:
    """Return the leases with something open, ``sort`` "overdue" or "total" with "-" for most first."""
    ages = _by_lease(scope)
    sort = page_request.sort or "-overdue"
    keys = [ages.c[f"{sort.removeprefix('-')}_cents"], ages.c.lease_id]
    return fetch_page(
        db, _with_names(ages, scope.organisation_id), keys, page_request, descending=sort.startswith("-")
    ).of(_item)


def total_arrears(db: Connection, scope: Scope) -> tuple[Ages, int]:
    """Return the sums of all leases, and how many leases have something open."""
    ages = _by_lease(scope)
    sums = [_as_bigint(func.coalesce(func.sum(ages.c[name]), 0)) for name in _AGE_COLUMNS]
    row = db.execute(select(*sums, func.count())).one()
    return Ages(*row[:-1]), row[-1]


def _by_lease(scope: Scope) -> Subquery:
    """Select the ages of every lease that has something open."""
    if scope.today:
        grouped = _open_today(scope).subquery("grouped")
    else:
        parts = union_all(*_movements_until(scope)).subquery("parts")
        sums = [_as_bigint(func.sum(parts.c[name])).label(name) for name in _AGE_COLUMNS]
        grouped = select(parts.c.lease_id, *sums).group_by(parts.c.lease_id).subquery("grouped")
    columns = [grouped.c[name] for name in _AGE_COLUMNS]
    overdue = _sum_columns(columns[1:])
    total = _sum_columns(columns)
    query = select(grouped.c.lease_id, *columns, overdue.label("overdue_cents"), total.label("total_cents"))
    return query.where(total > 0).subquery("ages")


def _sum_columns(columns: Sequence[ColumnElement[int]]) -> ColumnElement[int]:
    total = columns[0]
    for column in columns[1:]:
        total = total + column
    return total


def _open_today(scope: Scope) -> Select[Any]:
    query = select(_LINES.lease_id, *_sums_by_age(_LINES.open_cents, scope.on))
    return query.where(_LINES.open_cents > 0, *_issued(scope)).group_by(_LINES.lease_id)


def _movements_until(scope: Scope) -> list[Select[Any]]:
    not_void = (*_issued(scope), or_(_LINES.voided_on.is_(None), _LINES.voided_on > scope.on))
    billed = select(_LINES.lease_id, *_sums_by_age(_LINES.amount_cents, scope.on)).where(*not_void)
    paid = (
        select(_LINES.lease_id, *_sums_by_age(-allocations.c.amount_cents, scope.on))
        .join(allocations, _of_line(allocations))
        .where(*not_void, allocations.c.organisation_id == scope.organisation_id)
        .where(allocations.c.allocated_on <= scope.on)
    )
    credited = (
        select(_LINES.lease_id, *_sums_by_age(-credit_note_lines.c.amount_cents, scope.on))
        .join(credit_note_lines, _of_line(credit_note_lines))
        .where(*not_void, credit_note_lines.c.organisation_id == scope.organisation_id)
        .where(credit_note_lines.c.issued_on <= scope.on)
    )
    return [query.group_by(_LINES.lease_id) for query in (billed, paid, credited)]


def _of_line(table: Any) -> ColumnElement[bool]:
    return and_(table.c.organisation_id == _LINES.organisation_id, table.c.invoice_line_id == _LINES.id)


def _issued(scope: Scope) -> list[ColumnElement[bool]]:
    of = [_LINES.organisation_id == scope.organisation_id, _LINES.posted_on <= scope.on]
    return of if scope.property_id is None else [*of, _LINES.property_id == scope.property_id]


def _sums_by_age(amount: ColumnElement[int], on: dt.date) -> list[ColumnElement[int]]:
    """Return the sums of ``amount`` by age, in the order and by the definition of ``Ages``."""
    first = [on - dt.timedelta(days=days) for days in (0, 30, 60, 90)]  # the first due day of each age
    overdue, due_on = _LINES.overdue_on <= on, _LINES.due_on
    ages = (
        or_(_LINES.overdue_on > on, due_on >= first[0]),
        *(and_(overdue, due_on < later, due_on >= since) for later, since in pairwise(first)),
        and_(overdue, due_on < first[-1]),
    )
    return [
        _as_bigint(func.sum(case((age, amount), else_=0))).label(name)
        for age, name in zip(ages, _AGE_COLUMNS, strict=True)
    ]


def _as_bigint(amount: ColumnElement[Any]) -> ColumnElement[int]:
    # MySQL's SUM is a DECIMAL, and would be serialized as one.
    return cast(amount, BigInteger)


def _with_names(ages: Subquery, organisation_id: UUID) -> Select[Any]:
    # Outer joins throughout: money owed is reported even if its lease were gone.
    return (
        select(
            ages,
            properties.c.name.label("property_name"),
            units.c.name.label("unit_name"),
            leases.c.tenant_id,
            tenants.c.given_name,
            tenants.c.middle_name,
            tenants.c.family_name,
            tenant_phones.c.phone,
        )
        .outerjoin(leases, and_(leases.c.organisation_id == organisation_id, leases.c.id == ages.c.lease_id))
        .outerjoin(units, and_(units.c.organisation_id == organisation_id, units.c.id == leases.c.unit_id))
        .outerjoin(
            properties, and_(properties.c.organisation_id == organisation_id, properties.c.id == units.c.property_id)
        )
        .outerjoin(tenants, and_(tenants.c.organisation_id == organisation_id, tenants.c.id == leases.c.tenant_id))
        .outerjoin(
            tenant_phones,
            and_(
                tenant_phones.c.organisation_id == organisation_id,
                tenant_phones.c.tenant_id == tenants.c.id,
                tenant_phones.c.position == 0,
            ),
        )
    )


def _item(row: Any) -> LeaseArrears:
    # By position: a sheet has thousands of rows, and access by name costs a look-up in each.
    lease_id, *cents, property_name, unit_name, tenant_id, given, middle, family, phone = row
    tenant_name = " ".join(filter(None, (given, middle, family)))
    return LeaseArrears(lease_id, property_name or "", unit_name or "", tenant_id, tenant_name, phone, *cents)
