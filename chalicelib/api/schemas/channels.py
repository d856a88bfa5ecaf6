"""Schemas of ``api.channels``: what requests take and responses give."""

from typing import ClassVar

from marshmallow import Schema

from chalicelib.portfolio import model
from chalicelib.portfolio.model import CHANNEL_KINDS
from chalicelib.web import fields


class ChannelChange(Schema):
    name = fields.Text(80, least=1)
    active = fields.Boolean()


class NewChannel(fields.CommandSchema, ChannelChange):
    command: ClassVar = model.NewChannel
    kind = fields.OneOf(*CHANNEL_KINDS, required=True)
    name = fields.Text(80, least=1, required=True)
    number = fields.Text(30)


class ChannelView(ChannelChange):
    id = fields.Uuid()
    kind = fields.OneOf(*CHANNEL_KINDS)
    number = fields.Text(30)
    version = fields.Integer()
    created_at = fields.DateTime()
