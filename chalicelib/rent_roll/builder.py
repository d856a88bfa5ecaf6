"""Build the ``RentRoll`` row by row: which rows mean the same property, unit or tenant."""

from dataclasses import replace

from chalicelib.rent_roll.cells import Cell, cell_label, cell_text, stored_text
from chalicelib.rent_roll.columns import Column
from chalicelib.rent_roll.contacts import MAX_PHONES
from chalicelib.rent_roll.lease_row import LeaseCells, UnitCells
from chalicelib.rent_roll.model import LeasePlan, Problem, PropertyPlan, RentRoll, TenantPlan, UnitPlan
from chalicelib.rent_roll.row import SheetRow
from chalicelib.values import clean_text

MAX_PROPERTY = 120
MAX_TOWN = 80


class RentRollBuilder:
    """Collects the records of rows. A property's name applies to the rows below that have none."""

    def __init__(self, property_name: str) -> None:
        self._name = " ".join(property_name.split())
        self._town = ""
        self._properties: list[PropertyPlan] = []
        self._property_by_key: dict[str, int] = {}
        self._units: list[UnitPlan] = []
        self._unit_rows: dict[tuple[int, str], int] = {}
        self._headings: dict[str, tuple[str, int]] = {}
        self._tenants: list[TenantPlan] = []
        self._tenant_by_phone: dict[str, int] = {}
        self._tenant_by_identity: dict[str, int] = {}
        self._leases: list[LeasePlan] = []

    @property
    def has_units(self) -> bool:
        return bool(self._units)

    def begin_property(self, row: SheetRow) -> None:
        """Set the property's name for this row and those below; note an error if it is invalid."""
        name = row.read(Column.PROPERTY, _property_name)
        if name is None:  # the rows below still belong to one property, whose name must be corrected
            name = clean_text(cell_text(row.cell(Column.PROPERTY)))[:MAX_PROPERTY]
        self._name, self._town = name, row.read(Column.LOCATION, _town) or ""
        if name:
            self._headings.setdefault(_key(name), (name, row.number))

    def property_of(self, row: SheetRow) -> int | None:
        """Return the index of the row's property, added if it is new; None, with an error noted, if there is none."""
        if row.has(Column.PROPERTY):
            self.begin_property(row)
        if not self._name:
            message = "no property is named in this row or above; name it, or give one for the whole sheet"
            row.error("property_missing", message, Column.PROPERTY)
            return None
        town = self._town
        if row.has(Column.LOCATION) and not row.has(Column.PROPERTY):
            town = row.read(Column.LOCATION, _town) or ""
        place = self._property_by_key.setdefault(_key(self._name), len(self._properties))
        if place == len(self._properties):
            self._properties.append(PropertyPlan(self._name, town, None, row.number))
        self._set_town(row, place, town)
        return place

    def add_unit(self, row: SheetRow, property_index: int, unit: UnitCells, *, vacant: bool) -> int | None:
        """Add the unit and return its index; None, with an error noted, if the property already has it."""
        first = self._unit_rows.setdefault((property_index, _key(unit.name).replace(" ", "")), row.number)
        if first != row.number:
            row.error("duplicate_unit", f"this property has the same unit in row {first}", Column.UNIT)
            return None
        if vacant and unit.charges:
            message = "the unit is vacant: its monthly charges were not taken"
            row.notice("charge_of_vacant", message, Column.CHARGES)
        self._set_water_rate(row, property_index, unit.water_rate_cents)
        note = unit.note if vacant else ""
        self._units.append(
            UnitPlan(property_index, unit.name, unit.type, unit.bedrooms, unit.rent_cents, note, row.number)
        )
        return len(self._units) - 1

    def add_lease(self, row: SheetRow, unit_index: int, unit: UnitCells, let: LeaseCells) -> None:
        """Add the lease, and its tenant unless an earlier row has named the same person."""
        tenant_index = self._tenant_of(row, let.tenant)
        self._leases.append(
            LeasePlan(
                unit_index=unit_index,
                tenant_index=tenant_index,
                starts_on=let.starts_on,
                ends_on=let.ends_on,
                due_day=let.due_day,
                rent_cents=unit.rent_cents,
                deposit_cents=let.deposit_cents,
                opening_balance_cents=let.balance_cents,
                charges=unit.charges,
                note=unit.note,
                row=row.number,
            )
        )

    def unused_properties(self) -> list[tuple[str, int]]:
        """Return (name, row) of properties that were named in a row of their own and have no unit."""
        return [named for key, named in self._headings.items() if key not in self._property_by_key]

    def water_rates(self) -> list[tuple[str, int, int]]:
        """Return the name, the rate in cents for a cubic metre and the first row of metered properties."""
        return [
            (found.name, found.water_rate_cents, found.row)
            for found in self._properties
            if found.water_rate_cents is not None
        ]

    def plan(self, sheet_name: str, problems: tuple[Problem, ...]) -> RentRoll:
        records = tuple(self._properties), tuple(self._units), tuple(self._tenants), tuple(self._leases)
        return RentRoll(sheet_name, *records, problems)

    def _set_town(self, row: SheetRow, place: int, town: str) -> None:
        known = self._properties[place]
        if town and not known.town:
            self._properties[place] = replace(known, town=town)
        elif town and _key(town) != _key(known.town):
            message = f"the property's location was {known.town} in row {known.row}, which is kept"
            row.notice("location_differs", message, Column.LOCATION)

    def _set_water_rate(self, row: SheetRow, place: int, rate_cents: int | None) -> None:
        known = self._properties[place].water_rate_cents
        if rate_cents is None or rate_cents == known:
            return
        if known is not None:
            message = "expected one price of water for the whole property; an earlier row names another"
            row.error("water_rates_differ", message, Column.CHARGES)
            return
        self._properties[place] = replace(self._properties[place], water_rate_cents=rate_cents)

    def _tenant_of(self, row: SheetRow, tenant: TenantPlan) -> int:
        """Return the tenant's index; the same name with the same phone or identity number is the same person."""
        candidates = [self._tenant_by_phone[phone] for phone in tenant.phones if phone in self._tenant_by_phone]
        if tenant.identity_number in self._tenant_by_identity:
            candidates.append(self._tenant_by_identity[tenant.identity_number])
        for place in candidates:
            if _same_name(self._tenants[place], tenant):
                self._tenants[place] = _merge_tenants(row, self._tenants[place], tenant)
                return self._index_tenant(place)
        if candidates:
            other = self._tenants[candidates[0]].row
            column = Column.IDENTITY if not set(tenant.phones) & set(self._tenant_by_phone) else Column.PHONE
            row.notice("shared_by_tenants", f"another tenant, in row {other}, has the same {column}", column)
        self._tenants.append(tenant)
        return self._index_tenant(len(self._tenants) - 1)

    def _index_tenant(self, place: int) -> int:
        tenant = self._tenants[place]
        for phone in tenant.phones:
            self._tenant_by_phone.setdefault(phone, place)
        if tenant.identity_number:
            self._tenant_by_identity.setdefault(tenant.identity_number, place)
        return place


def _property_name(cell: Cell) -> str:
    return cell_label(cell, MAX_PROPERTY, "property")


def _town(cell: Cell) -> str:
    return stored_text(cell, MAX_TOWN, "location")


def _merge_tenants(row: SheetRow, known: TenantPlan, again: TenantPlan) -> TenantPlan:
    if known.identity_number and again.identity_number and known.identity_number != again.identity_number:
        message = f"the same tenant has another number in row {known.row}"
        row.error("identity_differs", message, Column.IDENTITY)
    phones = tuple(dict.fromkeys((*known.phones, *again.phones)))
    if len(phones) > MAX_PHONES:
        message = f"the same tenant has other numbers in row {known.row}; expected at most {MAX_PHONES} in all"
        row.error("too_many_phones", message, Column.PHONE)
    return replace(
        known,
        phones=phones,
        identity_kind=known.identity_kind or again.identity_kind,
        identity_number=known.identity_number or again.identity_number,
        email=known.email or again.email,
        kra_pin=known.kra_pin or again.kra_pin,
        kin_name=known.kin_name or again.kin_name,
        kin_phone=known.kin_phone or again.kin_phone,
    )


def _same_name(one: TenantPlan, other: TenantPlan) -> bool:
    return _key(f"{one.given_name} {one.middle_name} {one.family_name}") == _key(
        f"{other.given_name} {other.middle_name} {other.family_name}"
    )


def _key(name: str) -> str:
    return " ".join(name.casefold().split())
