"""Making what a plan says, by the services of the domains below; the caller's transaction keeps all or nothing."""

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID

from chalicelib import billing, leasing, payments, portfolio
from chalicelib.errors import Conflict, Invalid
from chalicelib.imports import model, repository
from chalicelib.imports.model import ExistingRecords, ImportedItem
from chalicelib.leasing.model import DEFAULT_NOTICE_DAYS, AgreedDeposit, LeaseAgreement, NewDeposit, NewRecurringCharge
from chalicelib.leasing.tenant_model import IdentityDocument, NewTenant, NextOfKin
from chalicelib.portfolio.model import NewProperty, NewUnit
from chalicelib.rent_roll.model import LeasePlan, RentRoll, TenantPlan
from chalicelib.runtime.context import Context
from chalicelib.runtime.ports import KeyWrapper

OPENING_REASON = "Held when the books began"


class RowRefused(Conflict):
    """What a row says was refused by the domain that it concerns; ``row`` counts from 1."""

    def __init__(self, row: int, detail: str) -> None:
        super().__init__(detail, row=row)
        self.row = row


@dataclass(frozen=True, slots=True)
class ImportWriter:
    """One commit: where it writes, for whom, and what it has made so far, in order."""

    ctx: Context
    keys: KeyWrapper
    grace_days: int  # of the leases
    opening_on: dt.date  # the day of balances, credits and deposits
    items: list[ImportedItem] = field(default_factory=list)

    def make(self, plan: RentRoll, known: ExistingRecords) -> None:
        """Make all of ``plan`` but the properties that are ``known``; ``items`` tells what.

        Documents come after the leases, and deposits last, so that locks are taken in the order of
        the house: leases, counter, ledger book.

        Raises:
            RowRefused: a domain does not take what a row says.
        """
        units = self._units(plan, known)
        tenants = [self._tenant(each) for each in plan.tenants]
        leases = [self._lease(each, units[each.unit_index], tenants[each.tenant_index]) for each in plan.leases]
        for charge_id in repository.recurring_charges_of(self.ctx, leases):
            self._record_item(model.RECURRING_CHARGE, charge_id)
        made = list(zip(plan.leases, leases, strict=True))
        self._balances([(lease_id, each.opening_balance_cents) for each, lease_id in made])
        for each, lease_id in made:
            if each.opening_balance_cents < 0:
                self._credit(each, lease_id)
        for each, lease_id in made:
            if each.deposit_cents:
                self._deposit(each, lease_id)

    def _units(self, plan: RentRoll, known: ExistingRecords) -> list[UUID]:
        properties = [
            known.properties.get(place) or self._property(plan, place) for place in range(len(plan.properties))
        ]
        made = []
        for unit in plan.units:
            new = NewUnit(
                property_id=properties[unit.property_index],
                name=unit.name,
                type=unit.type,
                rent_cents=unit.rent_cents,
                bedrooms=unit.bedrooms,
                note=unit.note,
            )
            with _naming_row(unit.row):
                added = portfolio.add_unit(self.ctx, new)
            made.append(self._record_item(model.UNIT, added.id))
        return made

    def _property(self, plan: RentRoll, place: int) -> UUID:
        planned = plan.properties[place]
        new = NewProperty(planned.name, town=planned.town, water_rate_cents=planned.water_rate_cents)
        with _naming_row(planned.row):
            added = portfolio.add_property(self.ctx, new)
        return self._record_item(model.PROPERTY, added.id)

    def _tenant(self, planned: TenantPlan) -> UUID:
        with _naming_row(planned.row):
            added = leasing.add_tenant(self.ctx, _new_tenant(planned), keys=self.keys)
        return self._record_item(model.TENANT, added.id)

    def _lease(self, planned: LeasePlan, unit_id: UUID, tenant_id: UUID) -> UUID:
        agreement = LeaseAgreement(
            unit_id=unit_id,
            tenants=[tenant_id],
            starts_on=planned.starts_on,
            ends_on=planned.ends_on,
            rent_cents=planned.rent_cents,
            due_day=planned.due_day,
            grace_days=self.grace_days,
            notice_days=DEFAULT_NOTICE_DAYS,
            deposits=[AgreedDeposit("rent", planned.deposit_cents)] if planned.deposit_cents else [],
            recurring_charges=[
                NewRecurringCharge(each.charge_type, each.amount_cents, each.description) for each in planned.charges
            ],
            note=planned.note,
            billed_from=self.opening_on.replace(day=1),
        )
        with _naming_row(planned.row):
            # By itself, for ``leasing.add_lease`` reads the lease again: five queries that nobody needs here.
            lease_id = leasing.create_lease(self.ctx, agreement)
        return self._record_item(model.LEASE, lease_id)

    def _balances(self, balances: list[tuple[UUID, int]]) -> None:
        owed = [(lease_id, cents) for lease_id, cents in balances if cents > 0]
        made = billing.issue_opening_invoices(self.ctx, owed, self.opening_on)
        for invoice_id in made:
            self._record_item(model.INVOICE, invoice_id)

    def _credit(self, planned: LeasePlan, lease_id: UUID) -> None:
        with _naming_row(planned.row):
            made = payments.record_opening_credit(
                self.ctx,
                lease_id,
                -planned.opening_balance_cents,
                self.opening_on,
            )
        self._record_item(model.PAYMENT, made.id)

    def _deposit(self, planned: LeasePlan, lease_id: UUID) -> None:
        with _naming_row(planned.row):
            new = NewDeposit("rent", planned.deposit_cents, self.opening_on, reason=OPENING_REASON)
            made = leasing.record_deposit(self.ctx, lease_id, new)
        self._record_item(model.DEPOSIT_ENTRY, made.id)

    def _record_item(self, entity: str, entity_id: UUID) -> UUID:
        self.items.append(ImportedItem(entity, entity_id))
        return entity_id


def _new_tenant(planned: TenantPlan) -> NewTenant:
    document = kin = None
    if planned.identity_kind and planned.identity_number:
        document = IdentityDocument(planned.identity_kind, planned.identity_number)
    if planned.kin_name or planned.kin_phone:
        kin = NextOfKin(planned.kin_name, planned.kin_phone)
    return NewTenant(
        given_name=planned.given_name,
        middle_name=planned.middle_name,
        family_name=planned.family_name,
        phones=planned.phones,
        email=planned.email,
        kra_pin=planned.kra_pin,
        identity_document=document,
        kin=kin,
    )


@contextmanager
def _naming_row(row: int) -> Iterator[None]:
    """Name the row in what the block is refused by."""
    try:
        yield
    except Conflict as error:
        raise RowRefused(row, error.detail) from error
    except Invalid as error:
        why = "; ".join(f"{each['field']}: {each['why']}" for each in error.facts["errors"])
        raise RowRefused(row, why) from error
