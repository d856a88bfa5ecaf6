"""One row of a rent roll: the unit that it names, and the tenant and lease where somebody lives there."""

import datetime as dt
from dataclasses import dataclass

from chalicelib.rent_roll.amounts import read_amount, read_positive_amount
from chalicelib.rent_roll.cells import Cell, UnreadableCell, cell_label, is_blank, stored_text
from chalicelib.rent_roll.charges import Charges, parse_remark_charges, read_charges
from chalicelib.rent_roll.columns import Column
from chalicelib.rent_roll.contacts import (
    is_vacant,
    read_email,
    read_identity,
    read_kin,
    read_kra_pin,
    read_name,
    read_phones,
)
from chalicelib.rent_roll.dates import read_date, read_due_day
from chalicelib.rent_roll.model import RecurringCharge, TenantPlan
from chalicelib.rent_roll.row import SheetRow
from chalicelib.rent_roll.unit_types import read_unit_type

MAX_NOTE = 500
MAX_UNIT = 40

# Columns about a tenant; they are blank for a vacant unit.
_TENANT_COLUMNS = (Column.PHONE, Column.IDENTITY, Column.EMAIL, Column.KRA_PIN, Column.KIN, Column.START, Column.END)
_MONEY_COLUMNS = (Column.DEPOSIT, Column.BALANCE)


@dataclass(frozen=True, slots=True)
class UnitCells:
    """The unit of a row; ``rent_cents`` is for a month, ``water_rate_cents`` for a cubic metre."""

    name: str
    type: str
    bedrooms: int
    rent_cents: int
    charges: tuple[RecurringCharge, ...]
    water_rate_cents: int | None
    note: str


@dataclass(frozen=True, slots=True)
class LeaseCells:
    """The lease of a row; a negative balance is a credit."""

    tenant: TenantPlan
    starts_on: dt.date
    ends_on: dt.date | None
    due_day: int
    deposit_cents: int
    balance_cents: int


def read_unit(row: SheetRow) -> UnitCells | None:
    """Return the unit of the row; None, with errors noted, if its name or rent cannot be parsed."""
    name = row.read(Column.UNIT, _unit_name)
    rent_cents = row.read(Column.RENT, read_positive_amount)
    if rent_cents is None and not row.has(Column.RENT):
        row.error("rent_missing", "expected the monthly rent, also of a vacant unit", Column.RENT)
    if rent_cents == 0:
        row.notice("rent_nothing", "the rent is nothing; is that meant?", Column.RENT)
    kind = read_unit_type(row.cell(Column.TYPE))
    if kind is None and row.has(Column.TYPE):
        row.notice("unit_type_unknown", 'this type is not known and becomes "other"', Column.TYPE)
    charges, note = _charges(row), row.read(Column.REMARKS, _note) or ""
    if name is None or rent_cents is None:
        return None
    unit_type, bedrooms = kind or ("other", 0)
    return UnitCells(name, unit_type, bedrooms, rent_cents, charges.recurring, charges.water_rate_cents, note)


def is_occupied(row: SheetRow) -> bool:
    """Return whether somebody lives in the unit, noting what contradicts it."""
    named = row.has(Column.TENANT) and not is_vacant(row.cell(Column.TENANT))
    if named:
        return True
    owed = [column for column in _MONEY_COLUMNS if row.read(column, read_amount)]
    contradicting = [column for column in _TENANT_COLUMNS if row.has(column)] + owed
    if contradicting and row.has(Column.TENANT):
        row.error("vacant_with_tenant", f"the unit is vacant, yet its {contradicting[0]} is given", contradicting[0])
    elif contradicting:
        row.error("tenant_missing", f"expected the tenant's name, since the {contradicting[0]} is given", Column.TENANT)
    elif not row.has(Column.TENANT):
        row.notice("taken_as_vacant", "there is no tenant's name: the unit is taken as vacant", Column.TENANT)
    return False


def read_lease(row: SheetRow, due_day: int) -> LeaseCells | None:
    """Return the lease of the row, or None with errors noted; ``due_day`` is the default."""
    tenant = _tenant(row)
    starts_on, ends_on = row.read(Column.START, read_date), row.read(Column.END, read_date)
    if starts_on is None and not row.has(Column.START):
        row.error("start_missing", "expected the day that the tenant moved in", Column.START)
    if starts_on and ends_on and ends_on < starts_on:
        row.error("end_before_start", "expected the lease to end after the day the tenant moved in", Column.END)
    due = row.read(Column.DUE, read_due_day)
    if not row.has(Column.DUE) and Column.DUE in row.header.places:
        row.notice("due_day_missing", f"no due day is given: day {due_day} is taken", Column.DUE)
    deposit_cents = row.read(Column.DEPOSIT, read_positive_amount)
    balance_cents = row.read(Column.BALANCE, read_amount)
    if row.errors or tenant is None or starts_on is None:
        return None
    return LeaseCells(tenant, starts_on, ends_on, due or due_day, deposit_cents or 0, balance_cents or 0)


def _tenant(row: SheetRow) -> TenantPlan | None:
    name = row.read(Column.TENANT, read_name)
    phones = row.read(Column.PHONE, read_phones) or ()
    if not row.has(Column.PHONE):
        row.notice("phone_missing", "no phone: reminders and payments cannot find this tenant", Column.PHONE)
    kind, number = row.read(Column.IDENTITY, read_identity) or (None, None)
    email, pin = row.read(Column.EMAIL, read_email), row.read(Column.KRA_PIN, read_kra_pin)
    kin_name, kin_phone = row.read(Column.KIN, read_kin) or ("", None)
    if name is None:
        return None
    return TenantPlan(*name, phones, kind, number, email, pin, kin_name, kin_phone, row.number)


def _unit_name(cell: Cell) -> str:
    if is_blank(cell):
        raise UnreadableCell("unit_missing", "expected the name of the unit, such as A1")
    return cell_label(cell, MAX_UNIT, "unit")


def _note(cell: Cell) -> str:
    return stored_text(cell, MAX_NOTE, "note")


def _charges(row: SheetRow) -> Charges:
    read = row.read(Column.CHARGES, read_charges) or Charges()
    if read.unnamed:
        message = 'no word says what it is for: read as a monthly charge of type "other"'
        row.notice("charge_unnamed", message, Column.CHARGES)
    remarked = parse_remark_charges(row.cell(Column.REMARKS))
    known = {charge.charge_type for charge in read.recurring}
    more = tuple(charge for charge in remarked.recurring if charge.charge_type not in known)
    if more:
        row.notice("charge_in_remark", "read as a monthly charge; the remark is kept too", Column.REMARKS)
    rate = read.water_rate_cents or remarked.water_rate_cents
    return Charges((*read.recurring, *more), rate)
