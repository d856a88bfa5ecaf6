"""How messages, their settings and templates are told and asked for."""

from marshmallow import Schema

from chalicelib.messaging.grant_service import SENDER_PATTERN
from chalicelib.messaging.model import KINDS, MEDIUMS, OPT_OUT_SOURCES, SENT_BY, SMS, STATUSES
from chalicelib.messaging.text_model import LANGUAGES, LONGEST
from chalicelib.runtime.ports import OUTCOMES
from chalicelib.web import fields

ENCODINGS = ("", "gsm7", "ucs2")


class SettingsChange(Schema):
    sender_name = fields.Text(11, pattern=SENDER_PATTERN)
    gateways = fields.ListOf(fields.OneOf(*SENT_BY[SMS]), least=1, most=len(SENT_BY[SMS]), once=True)
    quiet_from_hour = fields.Whole(0, 23)
    quiet_until_hour = fields.Whole(0, 23)
    tenant_daily_cap = fields.Whole(1, 100)
    daily_cap = fields.Whole(0, 1_000_000)
    monthly_limit = fields.Money(attribute="monthly_limit_cents")
    legal_notices_pass_opt_out = fields.Flag()


class AllowanceView(Schema):
    daily_cap = fields.Whole()
    tenant_daily_cap = fields.Whole()
    monthly_limit = fields.Money(attribute="monthly_limit_cents")
    number_daily_cap = fields.Whole(allow_none=True)
    sender_name = fields.Text(11)
    founder_phone = fields.Text(16, allow_none=True)


class SettingsView(SettingsChange):
    granted = fields.Flag()
    allowance = fields.Nested(AllowanceView)
    version = fields.Whole()
    changed_at = fields.Moment(allow_none=True)


class TemplateChange(Schema):
    text = fields.Text(1000, least=1, lines=True, required=True)


class TemplateView(Schema):
    kind = fields.OneOf(*KINDS)
    language = fields.OneOf(*LANGUAGES)
    text = fields.Text(1000, lines=True)
    own = fields.Flag()
    placeholders = fields.ListOf(fields.Text(20))
    encoding = fields.OneOf(*ENCODINGS)
    characters = fields.Whole()
    parts = fields.Whole()
    price = fields.Money(attribute="price_cents")
    most_parts = fields.Whole()
    most_price = fields.Money(attribute="most_price_cents")
    version = fields.Whole()
    changed_at = fields.Moment(allow_none=True)


class PreviewAsked(Schema):
    kind = fields.OneOf(*KINDS, required=True)
    language = fields.OneOf(*LANGUAGES, load_default="en")
    text = fields.Text(1000, least=1, lines=True)
    values = fields.Nested(Schema.from_dict({name: fields.Text(most) for name, most in LONGEST.items()}, name="Values"))


class PreviewView(Schema):
    text = fields.Text(1000, lines=True)
    reason = fields.Text(200)
    encoding = fields.OneOf(*ENCODINGS)
    characters = fields.Whole()
    parts = fields.Whole()
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
    subject = fields.Text(160)
    text = fields.Text(100_000, lines=True, allow_none=True)
    send_after_at = fields.Moment()
    expires_at = fields.Moment(allow_none=True)
    encoding = fields.OneOf(*ENCODINGS)
    parts = fields.Whole()
    price = fields.Money(attribute="price_cents")
    attempt = fields.Whole()
    gateway = fields.Text(20, allow_none=True)
    provider_reference = fields.Text(100, allow_none=True)
    cost = fields.Money(attribute="cost_cents", allow_none=True)
    reason = fields.Text(200)
    created_by = fields.Uuid(allow_none=True)
    created_at = fields.Moment()
    handed_at = fields.Moment(allow_none=True)
    finished_at = fields.Moment(allow_none=True)


class AttemptView(Schema):
    number = fields.Whole()
    gateway = fields.Text(20)
    outcome = fields.OneOf("pending", *OUTCOMES)
    permanent = fields.Flag()
    provider_reference = fields.Text(100, allow_none=True)
    parts = fields.Whole()
    cost = fields.Money(attribute="cost_cents", allow_none=True)
    reason = fields.Text(200)
    created_at = fields.Moment()
    queued_at = fields.Moment(allow_none=True)
    finished_at = fields.Moment(allow_none=True)


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
    messages = fields.Whole()
    parts = fields.Whole()
    price = fields.Money(attribute="price_cents")
    cost = fields.Money(attribute="cost_cents")


class SpendView(Schema):
    month = fields.Month()
    messages = fields.Whole()
    parts = fields.Whole()
    price = fields.Money(attribute="price_cents")
    cost = fields.Money(attribute="cost_cents")
    limit = fields.Money(attribute="limit_cents")
    kinds = fields.ListOf(fields.Nested(KindSpendView))


class NewOptOut(Schema):
    phone = fields.Phone(required=True)


class OptOutView(Schema):
    phone = fields.Text(16)
    source = fields.OneOf(*OPT_OUT_SOURCES)
    created_at = fields.Moment()


class IncomingView(Schema):
    gateway = fields.Text(20)
    provider_reference = fields.Text(100)
    phone = fields.Text(16)
    text = fields.Text(1000, lines=True, allow_none=True)
    command = fields.Text(20)
    received_at = fields.Moment()
    lease_id = fields.Uuid(allow_none=True)
    tenant_id = fields.Uuid(allow_none=True)


PAGING = fields.Paging()
SETTINGS = SettingsView()
SETTINGS_CHANGE = SettingsChange()
TEMPLATE = TemplateView()
TEMPLATE_CHANGE = TemplateChange()
PREVIEW = PreviewView()
PREVIEW_ASKED = PreviewAsked()
MESSAGE = MessageView()
MESSAGE_HISTORY = MessageHistoryView()
MESSAGE_QUERY = MessageQuery()
MONTH_QUERY = MonthQuery()
SPEND = SpendView()
OPT_OUT = OptOutView()
NEW_OPT_OUT = NewOptOut()
INCOMING = IncomingView()
