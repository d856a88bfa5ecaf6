"""SQL of arrears: what each lease has open on a day, by age, less its credit.

Ages are summed in the database, one row per lease. Lines have their open amounts, and payments
their credit, as of today. For a past day what has changed since is undone: allocations, credit notes and voids of lines
by the age that each line had then, and what was received, reversed, refunded or carried of credit. Since a sum by age
is the same over lines as over their changes, no line is reconstructed, and the nearer the day, the less there is to
undo. All go by the day of their journal, as statements do.
"""

import datetime as dt
import operator
from itertools import accumulate, pairwise
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
    literal,
    or_,
    select,
    union_all,
)

from chalicelib.paging import Page, PageRequest
from chalicelib.reporting.model import AGES, Ages, LeaseArrears
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.billing import credit_note_lines, credit_notes, invoice_lines, invoices
from chalicelib.storage.tables.leasing import leases, tenant_phones, tenants
from chalicelib.storage.tables.payments import allocations, payments, refunds
from chalicelib.storage.tables.portfolio import properties, units

_LINES = invoice_lines.c
_NOTHING = literal(0).label("credit_cents")


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
    query = _with_names(ages, scope.organisation_id).where(ages.c.total_cents > 0)
    return fetch_page(db, query, keys, page_request, descending=sort.startswith("-")).of(_item)


def total_arrears(db: Connection, scope: Scope) -> tuple[Ages, int]:
    """Return the sums of all leases, and how many leases have something open."""
    ages = _by_lease(scope)
    sums = [_as_bigint(func.coalesce(func.sum(ages.c[name]), 0)) for name in Ages._fields]
    open_leases = _as_bigint(func.coalesce(func.sum(case((ages.c.total_cents > 0, 1), else_=0)), 0))
    row = db.execute(select(*sums, open_leases)).one()
    return Ages(*row[:-1]), row[-1]


def _by_lease(scope: Scope) -> Subquery:
    """Select the ages of every lease that has anything open, less its credit, and what remains of that."""
    parts = union_all(*_parts(scope)).subquery("parts")
    sums = [_as_bigint(func.sum(parts.c[name])).label(name) for name in Ages._fields]
    grouped = select(parts.c.lease_id, *sums).group_by(parts.c.lease_id).subquery("grouped")
    credit = grouped.c.credit_cents
    # What is open of an age and of those before it, for each age.
    so_far = list(accumulate((grouped.c[name] for name in reversed(AGES)), operator.add))[::-1]
    left = [
        case((until <= credit, 0), (until - credit < age, until - credit), else_=age).label(age.name)
        for age, until in zip((grouped.c[name] for name in AGES), so_far, strict=True)
    ]
    total, overdue = so_far[0], so_far[1]
    return select(
        grouped.c.lease_id,
        *left,
        case((overdue <= credit, 0), else_=overdue - credit).label("overdue_cents"),
        case((total <= credit, 0), else_=total - credit).label("total_cents"),
        case((credit > total, credit - total), else_=0).label("credit_cents"),
    ).subquery("ages")


def _parts(scope: Scope) -> list[Select[Any]]:
    return _parts_today(scope) if scope.today else _parts_today(scope) + _parts_since(scope)


def _parts_today(scope: Scope) -> list[Select[Any]]:
    """Select what is open now of lines that counted on the day, by their age on it, and the credit there is now."""
    opened = select(_LINES.lease_id, *_sums_by_age(_LINES.open_cents, scope.on), _NOTHING)
    credit = _select_credit(payments.c.lease_id, payments.c.unallocated_cents).where(
        *_of_payments(scope), payments.c.lease_id.is_not(None), payments.c.unallocated_cents > 0
    )
    return [
        opened.where(_LINES.open_cents > 0, *_posted(scope)).group_by(_LINES.lease_id),
        credit.group_by(payments.c.lease_id),
    ]


def _parts_since(scope: Scope) -> list[Select[Any]]:
    """Select what has changed since the end of the day, undone: of its lines by age, and of the credit of leases."""
    # What a payment paid of its own lease is read once for both, also of lines that did not count yet.
    counted = case((_LINES.posted_on <= scope.on, allocations.c.amount_cents), else_=0)
    of_own = and_(allocations.c.source_kind == "payment", allocations.c.payer_lease_id.is_(None))
    own_credit = func.sum(case((of_own, allocations.c.amount_cents), else_=0)).label("credit_cents")
    allocated = (
        select(_LINES.lease_id, *_sums_by_age(counted, scope.on), own_credit)
        .join(allocations, _of_line(allocations))
        .where(*_of_lines(scope), allocations.c.organisation_id == scope.organisation_id)
        .where(allocations.c.allocated_on > scope.on)
    )
    credited = (
        select(_LINES.lease_id, *_sums_by_age(credit_note_lines.c.amount_cents, scope.on), _NOTHING)
        .join(credit_note_lines, _of_line(credit_note_lines))
        .where(*_posted(scope), credit_note_lines.c.organisation_id == scope.organisation_id)
        .where(credit_note_lines.c.issued_on > scope.on)
    )
    # Found by their invoices, which are indexed by the day.
    voided = (
        select(_LINES.lease_id, *_sums_by_age(_LINES.amount_cents, scope.on), _NOTHING)
        .join(invoices, and_(invoices.c.organisation_id == _LINES.organisation_id, invoices.c.id == _LINES.invoice_id))
        .where(*_posted(scope), invoices.c.organisation_id == scope.organisation_id)
        .where(invoices.c.voided_on > scope.on)
    )
    lines = [query.group_by(_LINES.lease_id) for query in (allocated, credited, voided)]
    return lines + _credit_since(scope)


def _credit_since(scope: Scope) -> list[Select[Any]]:
    """Select the changes of leases' credit other than by paying for their own lines, undone."""
    carried = _select_credit(allocations.c.payer_lease_id, allocations.c.amount_cents).where(
        allocations.c.organisation_id == scope.organisation_id,
        allocations.c.payer_lease_id.is_not(None),
        allocations.c.allocated_on > scope.on,
    )
    matched = _select_credit(payments.c.lease_id, -payments.c.amount_cents).where(
        *_of_payments(scope), payments.c.matched_on > scope.on
    )
    reversed_ = _select_credit(payments.c.lease_id, payments.c.amount_cents).where(
        *_of_payments(scope), payments.c.matched_on.is_not(None), payments.c.reversed_on > scope.on
    )
    refunded = _select_credit(refunds.c.lease_id, refunds.c.amount_cents).where(
        refunds.c.organisation_id == scope.organisation_id, refunds.c.posted_on > scope.on
    )
    if scope.property_id is not None:
        carried = carried.join(payments, _same_payment(allocations, allocations.c.source_id))
        refunded = refunded.join(payments, _same_payment(refunds, refunds.c.payment_id))
        carried, refunded = (query.where(*_of_payments(scope)) for query in (carried, refunded))
    return [
        *_recoveries_since(scope),
        carried.group_by(allocations.c.payer_lease_id),
        matched.group_by(payments.c.lease_id),
        reversed_.group_by(payments.c.lease_id),
        refunded.group_by(refunds.c.lease_id),
    ]


def _recoveries_since(scope: Scope) -> list[Select[Any]]:
    """Select, undone, what was billed since to recover refunds of reversed payments, which fills the credit that the
    reversal takes; and the credit notes on it, other than write-offs."""
    billed = (
        _select_credit(payments.c.lease_id, -invoices.c.total_cents)
        .join(
            invoices,
            and_(
                invoices.c.organisation_id == payments.c.organisation_id,
                invoices.c.id == payments.c.recovery_invoice_id,
            ),
        )
        .where(*_of_payments(scope), invoices.c.posted_on > scope.on)
    )
    credited = (
        _select_credit(payments.c.lease_id, credit_notes.c.total_cents)
        .join(
            credit_notes,
            and_(
                credit_notes.c.organisation_id == payments.c.organisation_id,
                credit_notes.c.invoice_id == payments.c.recovery_invoice_id,
            ),
        )
        .where(*_of_payments(scope), credit_notes.c.kind != "write_off", credit_notes.c.issued_on > scope.on)
    )
    return [query.group_by(payments.c.lease_id) for query in (billed, credited)]


def _select_credit(lease_id: ColumnElement[Any], amount: ColumnElement[int]) -> Select[Any]:
    nothing = [literal(0).label(name) for name in AGES]
    return select(lease_id.label("lease_id"), *nothing, func.sum(amount).label("credit_cents"))


def _of_payments(scope: Scope) -> list[ColumnElement[bool]]:
    of = [payments.c.organisation_id == scope.organisation_id]
    return of if scope.property_id is None else [*of, payments.c.property_id == scope.property_id]


def _same_payment(table: Any, payment_id: ColumnElement[Any]) -> ColumnElement[bool]:
    return and_(payments.c.organisation_id == table.c.organisation_id, payments.c.id == payment_id)


def _of_line(table: Any) -> ColumnElement[bool]:
    return and_(table.c.organisation_id == _LINES.organisation_id, table.c.invoice_line_id == _LINES.id)


def _posted(scope: Scope) -> list[ColumnElement[bool]]:
    return [*_of_lines(scope), _LINES.posted_on <= scope.on]


def _of_lines(scope: Scope) -> list[ColumnElement[bool]]:
    of = [_LINES.organisation_id == scope.organisation_id]
    return of if scope.property_id is None else [*of, _LINES.property_id == scope.property_id]


def _sums_by_age(amount: ColumnElement[int], on: dt.date) -> list[ColumnElement[int]]:
    """Return the sums of ``amount`` by age, in the order of ``AGES`` and by the definition of ``Ages``."""
    first = [on - dt.timedelta(days=days) for days in (0, 30, 60, 90)]  # the first due day of each age
    overdue, due_on = _LINES.overdue_on <= on, _LINES.due_on
    ages = (
        or_(_LINES.overdue_on > on, due_on >= first[0]),
        *(and_(overdue, due_on < later, due_on >= since) for later, since in pairwise(first)),
        and_(overdue, due_on < first[-1]),
    )
    return [
        _as_bigint(func.sum(case((age, amount), else_=0))).label(name) for age, name in zip(ages, AGES, strict=True)
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
