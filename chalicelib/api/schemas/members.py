"""Schemas of ``api.members``: what requests take and responses give."""

from typing import ClassVar

from marshmallow import Schema

from chalicelib.access.roles import ROLES
from chalicelib.organisations import model
from chalicelib.web import fields


class MemberChange(Schema):
    name = fields.Text(120, least=1)
    role = fields.OneOf(*ROLES)
    properties = fields.ListOf(fields.Uuid())


class NewMember(fields.CommandSchema, MemberChange):
    command: ClassVar = model.NewMember
    phone = fields.Phone(required=True)
    name = fields.Text(120, least=1, required=True)
    role = fields.OneOf(*ROLES, required=True)


class MemberView(Schema):
    id = fields.Uuid()
    phone = fields.Text(16)  # in E.164
    name = fields.Text(120)
    role = fields.OneOf(*ROLES)
    status = fields.OneOf("invited", "expired", "active")
    invitation_expires_at = fields.DateTime(allow_none=True)
    properties = fields.ListOf(fields.Uuid())
    version = fields.Integer()
    created_at = fields.DateTime()
