"""Schemas of ``api.leases``: what requests take and responses give."""

from typing import ClassVar

from marshmallow import Schema, validate

from chalicelib.api.schemas.charges import RecurringTerms
from chalicelib.api.schemas.payments import Reason
from chalicelib.leasing import model
from chalicelib.leasing.model import DEPOSIT_KINDS, LEASE_STATUSES, RECURRING_TYPES
from chalicelib.web import fields


class OpeningBalance(Schema):
    amount = fields.Money(attribute="amount_cents", positive=True, required=True)
    on = fields.Date()


class DepositTerm(fields.CommandSchema):
    command: ClassVar = model.AgreedDeposit
    kind = fields.OneOf(*DEPOSIT_KINDS, required=True)
    amount = fields.Money(required=True, positive=True, attribute="amount_cents")


class NewRecurringCharge(fields.CommandSchema, RecurringTerms):
    command: ClassVar = model.NewRecurringCharge
    charge_type = fields.OneOf(*RECURRING_TYPES, required=True)
    amount = fields.Money(required=True, positive=True, attribute="amount_cents")
    starts_on = fields.Date()


class AddedRecurringCharge(RecurringTerms):
    """A recurring charge to add, and whether a rise of months that are billed already is confirmed."""

    charge_type = fields.OneOf(*RECURRING_TYPES, required=True)
    amount = fields.Money(required=True, positive=True, attribute="amount_cents")
    starts_on = fields.Date()
    confirmed = fields.Boolean(load_default=False)


class Agreed(Schema):
    """What a lease agrees on and may be agreed anew."""

    due_day = fields.Integer(1, 31)
    grace_days = fields.Integer(0, 60)
    notice_days = fields.Integer(0, 365)
    ends_on = fields.Date(allow_none=True)
    deposits = fields.ListOf(fields.Nested(DepositTerm), validate=validate.Length(max=len(DEPOSIT_KINDS)))
    note = fields.Text(500, lines=True)


class LeaseChange(Agreed):
    tenants = fields.ListOf(fields.Uuid(), validate=validate.Length(min=1, max=10))
    billed_from = fields.Month()


class NewLease(fields.CommandSchema, Agreed):
    command: ClassVar = model.NewLease
    unit_id = fields.Uuid(required=True)
    tenants = fields.ListOf(fields.Uuid(), required=True, validate=validate.Length(min=1, max=10))
    starts_on = fields.Date(required=True)
    rent = fields.Money(required=True, attribute="rent_cents")
    recurring_charges = fields.ListOf(fields.Nested(NewRecurringCharge), validate=validate.Length(max=20))
    billed_from = fields.Month()


class Renewal(Agreed):
    rent = fields.Money(attribute="rent_cents")


class Transfer(Agreed):
    unit_id = fields.Uuid(required=True)
    starts_on = fields.Date(required=True)
    rent = fields.Money(required=True, attribute="rent_cents")


class TenantName(Schema):
    id = fields.Uuid()
    name = fields.Text(190)


class LeaseView(Agreed):
    id = fields.Uuid()
    unit_id = fields.Uuid()
    unit_name = fields.Text(40)
    property_id = fields.Uuid()
    property_name = fields.Text(120)
    tenant_id = fields.Uuid()
    tenants = fields.ListOf(fields.Nested(TenantName))
    starts_on = fields.Date()
    rent = fields.Money(attribute="rent_cents")
    status = fields.OneOf(*LEASE_STATUSES)
    terminated_on = fields.Date(allow_none=True)
    previous_id = fields.Uuid(allow_none=True)
    billed_from = fields.Month()
    version = fields.Integer()
    created_at = fields.DateTime()


class LeaseQuery(fields.Paging):
    unit_id = fields.Uuid()
    property_id = fields.Uuid()
    tenant_id = fields.Uuid()
    status = fields.OneOf(*LEASE_STATUSES)
    sort = fields.sort_field("id", default="id")


class RentStep(Schema):
    starts_on = fields.Date(required=True)
    rent = fields.Money(required=True, attribute="rent_cents")
    confirmed = fields.Boolean(load_default=False, load_only=True)


class OpeningCredit(Schema):
    amount = fields.Money(attribute="amount_cents", positive=True, required=True)
    on = fields.Date(required=True)


class Termination(Schema):
    ends_on = fields.Date(required=True)
    given_on = fields.Date()
    waive_notice = fields.Boolean(load_default=False)


class HeldDepositView(Schema):
    kind = fields.OneOf(*DEPOSIT_KINDS)
    held = fields.Money(attribute="held_cents")


class FinalAccountView(Schema):
    lease_id = fields.Uuid()
    ends_on = fields.Date(allow_none=True)
    owed = fields.Money(attribute="owed_cents")
    credit = fields.Money(attribute="credit_cents")
    held = fields.Money(attribute="held_cents")
    refundable = fields.Money(attribute="refundable_cents")
    still_owed = fields.Money(attribute="still_owed_cents")
    deposits = fields.ListOf(fields.Nested(HeldDepositView))


class NewExcusedMonth(Reason):
    period = fields.Month(required=True)


class ExcusedMonthView(Schema):
    lease_id = fields.Uuid()
    period = fields.Month()
    reason = fields.Text(200)
    member_id = fields.Uuid(allow_none=True)
    created_at = fields.DateTime()
