"""Schemas of ``api.tenants``: what requests take and responses give."""

from typing import ClassVar

from marshmallow import Schema, validate

from chalicelib.leasing import tenant_model
from chalicelib.leasing.tenant_model import IDENTITY_KINDS, PHONE_STATES
from chalicelib.translations.wording import LANGUAGES
from chalicelib.web import fields


class IdentityDocument(fields.CommandSchema):
    command: ClassVar = tenant_model.IdentityDocument
    kind = fields.OneOf(*IDENTITY_KINDS, required=True)
    number = fields.Text(20, least=4, required=True)


class Kin(fields.CommandSchema):
    command: ClassVar = tenant_model.NextOfKin
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


class NewTenant(fields.CommandSchema, TenantChange):
    command: ClassVar = tenant_model.NewTenant
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
