"""Schemas of ``api.organisations``: what requests take and responses give."""

from marshmallow import Schema

from chalicelib.access.roles import ROLES
from chalicelib.organisations import DEFAULT_ALLOCATION_ORDER
from chalicelib.web import fields


class NewOrganisation(Schema):
    name = fields.Text(120, least=1, required=True)
    person_name = fields.Text(120, least=1, required=True)


class OrganisationChange(Schema):
    name = fields.Text(120, least=1)
    due_day = fields.Integer(1, 31)
    grace_days = fields.Integer(0, 60)
    late_fee_kind = fields.OneOf("off", "fixed", "percent")
    late_fee_amount = fields.Money(attribute="late_fee_cents")
    late_fee_bps = fields.Integer(0, 10_000)
    late_fee_grace_days = fields.Integer(0, 60)
    late_fee_cap = fields.Money(attribute="late_fee_cap_cents", allow_none=True)
    allocation_order = fields.ListOf(fields.OneOf(*DEFAULT_ALLOCATION_ORDER), once=True)
    bill_by_itself = fields.Boolean()


class OrganisationView(OrganisationChange):
    id = fields.Uuid()
    currency = fields.Text(3)
    time_zone = fields.Text(40)
    warnings = fields.ListOf(fields.Text(300))
    version = fields.Integer()
    created_at = fields.DateTime()


class MembershipView(Schema):
    id = fields.Uuid()
    organisation_id = fields.Uuid()
    organisation_name = fields.Text(120)
    role = fields.OneOf(*ROLES)
    status = fields.OneOf("invited", "active")


class MeView(Schema):
    phone = fields.Text(16)
    memberships = fields.ListOf(fields.Nested(MembershipView))
    invitations = fields.ListOf(fields.Nested(MembershipView))


class Acceptance(Schema):
    name = fields.Text(120, least=1, required=True)


class AuditEventView(Schema):
    id = fields.Uuid()
    at = fields.DateTime()
    member_id = fields.Uuid(allow_none=True)
    action = fields.Text(40)
    subject = fields.Text(160)
    field_names = fields.ListOf(fields.Text(60), attribute="fields")
    request_id = fields.Text(64)
