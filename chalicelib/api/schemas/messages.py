"""Schemas of ``api.messages``: what requests take and responses give."""

from typing import ClassVar

from marshmallow import Schema

from chalicelib.messaging.grant_model import SENDER_PATTERN
from chalicelib.messaging.model import GATEWAYS_BY_MEDIUM, KINDS, MAX_SUBJECT, MEDIUMS, OPT_OUT_SOURCES, SMS, STATUSES
from chalicelib.messaging.template_model import PreviewRequest
from chalicelib.runtime.ports import OUTCOMES
from chalicelib.translations.message_templates import MAX_VALUE_LENGTHS
from chalicelib.translations.wording import LANGUAGES
from chalicelib.web import fields

ENCODINGS = ("", "gsm7", "ucs2")


class SettingsChange(Schema):
    sender_name = fields.Text(11, pattern=SENDER_PATTERN)
    gateways = fields.ListOf(
        fields.OneOf(*GATEWAYS_BY_MEDIUM[SMS]), least=1, most=len(GATEWAYS_BY_MEDIUM[SMS]), once=True
    )
    quiet_from_hour = fields.Integer(0, 23)
    quiet_until_hour = fields.Integer(0, 23)
    tenant_daily_cap = fields.Integer(1, 100)
    daily_cap = fields.Integer(0, 1_000_000)
    monthly_limit = fields.Money(attribute="monthly_limit_cents")
    legal_notices_pass_opt_out = fields.Boolean()


class AllowanceView(Schema):
    daily_cap = fields.Integer()
    tenant_daily_cap = fields.Integer()
    monthly_limit = fields.Money(attribute="monthly_limit_cents")
    number_daily_cap = fields.Integer(allow_none=True)
    sender_name = fields.Text(11)
    founder_phone = fields.Text(16, allow_none=True)


class SettingsView(SettingsChange):
    granted = fields.Boolean()
    allowance = fields.Nested(AllowanceView)
    version = fields.Integer()
    changed_at = fields.DateTime(allow_none=True)


class TemplateChange(Schema):
    text = fields.Text(1000, least=1, lines=True, required=True)


class TemplateView(Schema):
    kind = fields.OneOf(*KINDS)
    language = fields.OneOf(*LANGUAGES)
    text = fields.Text(1000, lines=True)
    own = fields.Boolean()
    placeholders = fields.ListOf(fields.Text(20))
    encoding = fields.OneOf(*ENCODINGS)
    characters = fields.Integer()
    parts = fields.Integer()
    price = fields.Money(attribute="price_cents")
    most_parts = fields.Integer()
    most_price = fields.Money(attribute="most_price_cents")
    version = fields.Integer()
    changed_at = fields.DateTime(allow_none=True)


class PreviewAsked(fields.CommandSchema):
    command: ClassVar = PreviewRequest

    kind = fields.OneOf(*KINDS, required=True)
    language = fields.OneOf(*LANGUAGES, load_default="en")
    text = fields.Text(1000, least=1, lines=True)
    values = fields.Nested(
        Schema.from_dict({name: fields.Text(most) for name, most in MAX_VALUE_LENGTHS.items()}, name="Values")
    )


class PreviewView(Schema):
    text = fields.Text(1000, lines=True)
    reason = fields.Text(200)
    encoding = fields.OneOf(*ENCODINGS)
    characters = fields.Integer()
    parts = fields.Integer()
    price = fields.Money(attribute="price_cents")
    replaced = fields.ListOf(fields.Text(1))


class MessageView(Schema):
    id = fields.Uuid()
    kind = fields.OneOf(*KINDS)
    medium = fields.OneOf(*MEDIUMS)
    status = fields.OneOf(*STATUSES)
    tenant_id = fields.Uuid(allow_none=True)
    lease_id = fields.Uuid(allow_none=True)
    property_id = fields.Uuid(allow_none=True)
    notice_id = fields.Uuid(allow_none=True)
    address = fields.Text(254, allow_none=True)
    language = fields.OneOf(*LANGUAGES)
    subject = fields.Text(MAX_SUBJECT)
    text = fields.Text(100_000, lines=True, allow_none=True)
    send_after_at = fields.DateTime()
    expires_at = fields.DateTime(allow_none=True)
    encoding = fields.OneOf(*ENCODINGS)
    parts = fields.Integer()
    price = fields.Money(attribute="price_cents")
    attempt = fields.Integer()
    gateway = fields.Text(20, allow_none=True)
    provider_reference = fields.Text(100, allow_none=True)
    cost = fields.Money(attribute="cost_cents", allow_none=True)
    reason = fields.Text(200)
    created_by = fields.Uuid(allow_none=True)
    created_at = fields.DateTime()
    handed_at = fields.DateTime(allow_none=True)
    finished_at = fields.DateTime(allow_none=True)


class AttemptView(Schema):
    number = fields.Integer()
    gateway = fields.Text(20)
    outcome = fields.OneOf("pending", *OUTCOMES)
    permanent = fields.Boolean()
    provider_reference = fields.Text(100, allow_none=True)
    parts = fields.Integer()
    cost = fields.Money(attribute="cost_cents", allow_none=True)
    reason = fields.Text(200)
    created_at = fields.DateTime()
    queued_at = fields.DateTime(allow_none=True)
    finished_at = fields.DateTime(allow_none=True)


class MessageHistoryView(MessageView):
    attempts = fields.ListOf(fields.Nested(AttemptView))


class MessageQuery(fields.Paging):
    status = fields.OneOf(*STATUSES)
    kind = fields.OneOf(*KINDS)
    medium = fields.OneOf(*MEDIUMS)
    tenant_id = fields.Uuid()
    lease_id = fields.Uuid()
    notice_id = fields.Uuid()


class MonthQuery(Schema):
    month = fields.Month(required=True)


class KindSpendView(Schema):
    kind = fields.OneOf(*KINDS)
    messages = fields.Integer()
    parts = fields.Integer()
    price = fields.Money(attribute="price_cents")
    cost = fields.Money(attribute="cost_cents")


class SpendView(Schema):
    month = fields.Month()
    messages = fields.Integer()
    parts = fields.Integer()
    price = fields.Money(attribute="price_cents")
    cost = fields.Money(attribute="cost_cents")
    limit = fields.Money(attribute="limit_cents")
    kinds = fields.ListOf(fields.Nested(KindSpendView))


class NewOptOut(Schema):
    phone = fields.Phone(required=True)


class OptOutView(Schema):
    phone = fields.Text(16)
    source = fields.OneOf(*OPT_OUT_SOURCES)
    created_at = fields.DateTime()


class IncomingView(Schema):
    gateway = fields.Text(20)
    provider_reference = fields.Text(100)
    phone = fields.Text(16)
    text = fields.Text(1000, lines=True, allow_none=True)
    command = fields.Text(20)
    received_at = fields.DateTime()
    lease_id = fields.Uuid(allow_none=True)
    tenant_id = fields.Uuid(allow_none=True)
