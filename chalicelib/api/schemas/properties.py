"""Schemas of ``api.properties``: what requests take and responses give."""

from typing import ClassVar

from marshmallow import Schema

from chalicelib.portfolio import model
from chalicelib.portfolio.model import UNIT_TYPES
from chalicelib.web import fields


class OwnerChange(Schema):
    name = fields.Text(120, least=1)
    phone = fields.AnyPhone(allow_none=True)
    email = fields.Text(254, least=3, pattern=fields.EMAIL, allow_none=True)
    kra_pin = fields.Text(11, least=11, pattern=fields.KRA_PIN, allow_none=True)


class NewOwner(fields.CommandSchema, OwnerChange):
    command: ClassVar = model.NewOwner
    name = fields.Text(120, least=1, required=True)


class OwnerView(OwnerChange):
    id = fields.Uuid()
    version = fields.Integer()
    created_at = fields.DateTime()


class PropertyChange(Schema):
    name = fields.Text(120, least=1)
    owner_id = fields.Uuid(allow_none=True)
    channel_id = fields.Uuid(allow_none=True)
    address = fields.Text(200)
    town = fields.Text(80)
    water_rate = fields.Money(attribute="water_rate_cents", allow_none=True)
    electricity_rate = fields.Money(attribute="electricity_rate_cents", allow_none=True)


class NewProperty(fields.CommandSchema, PropertyChange):
    command: ClassVar = model.NewProperty
    name = fields.Text(120, least=1, required=True)


class PropertyView(PropertyChange):
    id = fields.Uuid()
    version = fields.Integer()
    created_at = fields.DateTime()


class UnitChange(Schema):
    name = fields.Text(40, least=1)
    type = fields.OneOf(*UNIT_TYPES)
    bedrooms = fields.Integer(0, 20)
    size_sqm = fields.Integer(1, 100_000, allow_none=True)
    rent = fields.Money(attribute="rent_cents")
    note = fields.Text(500, lines=True)


class NewUnit(fields.CommandSchema, UnitChange):
    command: ClassVar = model.NewUnit
    property_id = fields.Uuid(required=True)
    name = fields.Text(40, least=1, required=True)
    type = fields.OneOf(*UNIT_TYPES, required=True)
    rent = fields.Money(attribute="rent_cents", required=True)


class UnitView(UnitChange):
    id = fields.Uuid()
    property_id = fields.Uuid()
    property_name = fields.Text(120)
    status = fields.OneOf("vacant", "reserved", "occupied")
    version = fields.Integer()
    created_at = fields.DateTime()


class UnitQuery(fields.Paging):
    property_id = fields.Uuid()
    status = fields.OneOf("vacant", "reserved", "occupied")
    type = fields.OneOf(*UNIT_TYPES)
    sort = fields.sort_field("id", "name", "rent", default="id")
