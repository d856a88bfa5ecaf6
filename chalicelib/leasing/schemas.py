"""How tenants, leases, their rents, charges and deposits are told and asked for."""

from marshmallow import Schema, validate

from chalicelib.leasing.model import (
    DEPOSIT_ENTRIES,
    DEPOSIT_KINDS,
    IDENTITY_KINDS,
    LANGUAGES,
    LEASE_STATUSES,
    PHONE_STATES,
    RECURRING_TYPES,
)
from chalicelib.web import fields


class IdentityDocument(Schema):
    kind = fields.OneOf(*IDENTITY_KINDS, required=True)
    number = fields.Text(20, least=4, required=True)


class Kin(Schema):
    name = fields.Text(120, least=1, required=True)
    phone = fields.Phone(allow_none=True)
    relation = fields.Text(40)


class TenantChange(Schema):
    given_name = fields.Text(60, least=1)
    middle_name = fields.Text(60)
    family_name = fields.Text(60)
    phones = fields.ListOf(fields.Phone(), validate=validate.Length(max=5))
    language = fields.OneOf(*LANGUAGES)
    email = fields.Text(254, least=3, pattern=fields.EMAIL, allow_none=True)
    kra_pin = fields.Text(11, least=11, pattern=fields.KRA_PIN, allow_none=True)
    identity_document = fields.Nested(IdentityDocument, allow_none=True)
    kin = fields.Nested(Kin, allow_none=True)
    note = fields.Text(500, lines=True)


class NewTenant(TenantChange):
    given_name = fields.Text(60, least=1, required=True)


class PhoneStateView(Schema):
    phone = fields.Text(16)
    state = fields.OneOf(*PHONE_STATES)


class TenantView(Schema):
    id = fields.Uuid()
    name = fields.Text(190)
    given_name = fields.Text(60)
    middle_name = fields.Text(60)
    family_name = fields.Text(60)
    phones = fields.ListOf(fields.Phone())
    phone_states = fields.ListOf(fields.Nested(PhoneStateView))
    language = fields.OneOf(*LANGUAGES)
    email = fields.Text(254, allow_none=True)
    kra_pin = fields.Text(11, allow_none=True)
    identity_kind = fields.OneOf(*IDENTITY_KINDS, allow_none=True)
    kin = fields.Nested(Kin, allow_none=True)
    note = fields.Text(500, lines=True)
    erased_at = fields.DateTime(allow_none=True)
    version = fields.Integer()
    created_at = fields.DateTime()


class TenantQuery(fields.Paging):
    name = fields.Text(190, least=1)
    phone = fields.Phone()


class DepositTerm(Schema):
    kind = fields.OneOf(*DEPOSIT_KINDS, required=True)
    amount = fields.Money(required=True, positive=True, attribute="amount_cents")


class RecurringChargeChange(Schema):
    description = fields.Text(140)
    amount = fields.Money(positive=True, attribute="amount_cents")
    prorated = fields.Boolean()
    ends_on = fields.Date(allow_none=True)


class NewRecurringCharge(RecurringChargeChange):
    charge_type = fields.OneOf(*RECURRING_TYPES, required=True)
    amount = fields.Money(required=True, positive=True, attribute="amount_cents")
    starts_on = fields.Date()


class RecurringChargeView(RecurringChargeChange):
    id = fields.Uuid()
    lease_id = fields.Uuid()
    charge_type = fields.OneOf(*RECURRING_TYPES)
    starts_on = fields.Date()
    version = fields.Integer()
    created_at = fields.DateTime()


class Agreed(Schema):
    """What a lease agrees on and may be agreed anew."""

    due_day = fields.Integer(1, 28)
    grace_days = fields.Integer(0, 60)
    notice_days = fields.Integer(0, 365)
    ends_on = fields.Date(allow_none=True)
    deposits = fields.ListOf(fields.Nested(DepositTerm), validate=validate.Length(max=len(DEPOSIT_KINDS)))
    note = fields.Text(500, lines=True)


class LeaseChange(Agreed):
    tenants = fields.ListOf(fields.Uuid(), validate=validate.Length(min=1, max=10))


class NewLease(Agreed):
    unit_id = fields.Uuid(required=True)
    tenants = fields.ListOf(fields.Uuid(), required=True, validate=validate.Length(min=1, max=10))
    starts_on = fields.Date(required=True)
    rent = fields.Money(required=True, attribute="rent_cents")
    recurring_charges = fields.ListOf(fields.Nested(NewRecurringCharge), validate=validate.Length(max=20))


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


class NewDeposit(Schema):
    kind = fields.OneOf(*DEPOSIT_KINDS, required=True)
    amount = fields.Money(required=True, positive=True, attribute="amount_cents")
    channel_id = fields.Uuid(load_default=None, allow_none=True)
    provider_reference = fields.Text(40)
    entered_on = fields.Date(required=True)
    reason = fields.Text(200, load_default="")


class DepositRefund(NewDeposit):
    channel_id = fields.Uuid(required=True)


class DepositReversal(Schema):
    reason = fields.Text(200, least=1, required=True)


class DepositView(Schema):
    id = fields.Uuid()
    lease_id = fields.Uuid()
    kind = fields.OneOf(*DEPOSIT_KINDS)
    entry = fields.OneOf(*DEPOSIT_ENTRIES)
    amount = fields.Money(signed=True, attribute="amount_cents")
    entered_on = fields.Date()
    reason = fields.Text(200)
    channel_id = fields.Uuid(allow_none=True)
    provider_reference = fields.Text(40)
    reverses_id = fields.Uuid(allow_none=True)
    created_at = fields.DateTime()


PAGING = fields.Paging()
NEW_TENANT = NewTenant()
TENANT_CHANGE = TenantChange()
TENANT = TenantView()
TENANT_QUERY = TenantQuery()
IDENTITY_DOCUMENT = IdentityDocument()
NEW_LEASE = NewLease()
LEASE_CHANGE = LeaseChange()
RENEWAL = Renewal()
TRANSFER = Transfer()
LEASE = LeaseView()
LEASE_QUERY = LeaseQuery()
RENT_STEP = RentStep()
NEW_RECURRING_CHARGE = NewRecurringCharge()
RECURRING_CHARGE_CHANGE = RecurringChargeChange()
RECURRING_CHARGE = RecurringChargeView()
NEW_DEPOSIT = NewDeposit()
DEPOSIT_REFUND = DepositRefund()
DEPOSIT_REVERSAL = DepositReversal()
DEPOSIT = DepositView()
