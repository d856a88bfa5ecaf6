"""Schemas of reminder policies, exclusions, promises, holidays and notices."""

from marshmallow import Schema

from chalicelib.messaging.model import STATUSES
from chalicelib.messaging.schemas import ENCODINGS
from chalicelib.messaging.text_model import LANGUAGES
from chalicelib.outreach.model import (
    HOLIDAY_SOURCES,
    MAX_AFTER_DAYS,
    MAX_BEFORE_DAYS,
    NOTICE_KINDS,
    NOTICE_STATUSES,
    PROMISE_STATUSES,
    STATEMENT_RECIPIENTS,
    TENANT,
)
from chalicelib.web import fields

REASONS = ("no_phone", "number_denied", "opted_out", "same_phone")


class ReminderPolicyChange(Schema):
    enabled = fields.Boolean()
    before_days = fields.ListOf(fields.Integer(1, MAX_BEFORE_DAYS), most=5, once=True)
    on_due_day = fields.Boolean()
    after_days = fields.ListOf(fields.Integer(1, MAX_AFTER_DAYS), most=10, once=True)
    minimum = fields.Money(attribute="minimum_cents")
    send_hour = fields.Integer(0, 23)
    skip_weekends = fields.Boolean()
    skip_holidays = fields.Boolean()


class ReminderPolicyView(ReminderPolicyChange):
    version = fields.Integer()
    changed_at = fields.DateTime(allow_none=True)


class HolidayQuery(Schema):
    year = fields.Integer(1990, 2199, from_text=True)


class NewHoliday(Schema):
    holiday_on = fields.Date(required=True)
    name = fields.Text(80, least=1, required=True)


class HolidayView(Schema):
    holiday_on = fields.Date()
    name = fields.Text(80)
    source = fields.OneOf(*HOLIDAY_SOURCES)


class NewExclusion(Schema):
    lease_id = fields.Uuid(required=True)
    reason = fields.Text(200, least=1, required=True)
    ends_on = fields.Date(allow_none=True)


class ExclusionView(Schema):
    lease_id = fields.Uuid()
    reason = fields.Text(200)
    ends_on = fields.Date(allow_none=True)
    created_by = fields.Uuid(allow_none=True)
    created_at = fields.DateTime()


class NewPromise(Schema):
    lease_id = fields.Uuid(required=True)
    amount = fields.Money(attribute="amount_cents", positive=True, required=True)
    promised_on = fields.Date(required=True)
    note = fields.Text(200)


class PromiseView(Schema):
    id = fields.Uuid()
    lease_id = fields.Uuid()
    amount = fields.Money(attribute="amount_cents")
    promised_on = fields.Date()
    status = fields.OneOf(*PROMISE_STATUSES)
    note = fields.Text(200)
    version = fields.Integer()
    created_by = fields.Uuid(allow_none=True)
    created_at = fields.DateTime()


class PromiseQuery(fields.Paging):
    lease_id = fields.Uuid()
    status = fields.OneOf(*PROMISE_STATUSES)


class NoticeAsked(Schema):
    kind = fields.OneOf(*NOTICE_KINDS, required=True)
    property_id = fields.Uuid(allow_none=True)
    text_en = fields.Text(1000, lines=True)
    text_sw = fields.Text(1000, lines=True)


class NewNotice(NoticeAsked):
    price_limit = fields.Money(attribute="limit_cents", required=True)


class LeftOutView(Schema):
    reason = fields.OneOf(*REASONS)
    tenants = fields.Integer()


class NoticeTextView(Schema):
    language = fields.OneOf(*LANGUAGES)
    recipients = fields.Integer()
    other_language = fields.Integer()
    text = fields.Text(1600, lines=True)
    encoding = fields.OneOf(*ENCODINGS)
    characters = fields.Integer()
    parts = fields.Integer()
    total_parts = fields.Integer()


class NoticePreviewView(Schema):
    recipients = fields.Integer()
    left_out = fields.ListOf(fields.Nested(LeftOutView))
    texts = fields.ListOf(fields.Nested(NoticeTextView))
    parts = fields.Integer()
    price = fields.Money(attribute="price_cents")


NoticeCountsView = Schema.from_dict({status: fields.Integer() for status in STATUSES}, name="NoticeCountsView")


class NoticeView(Schema):
    id = fields.Uuid()
    kind = fields.OneOf(*NOTICE_KINDS)
    property_id = fields.Uuid(allow_none=True)
    text_en = fields.Text(1000, lines=True)
    text_sw = fields.Text(1000, lines=True)
    price_limit = fields.Money(attribute="limit_cents")
    status = fields.OneOf(*NOTICE_STATUSES)
    recipients = fields.Integer()
    left_out = fields.Integer()
    price = fields.Money(attribute="price_cents")
    counts = fields.Nested(NoticeCountsView)
    task_id = fields.Uuid(allow_none=True)
    created_by = fields.Uuid(allow_none=True)
    created_at = fields.DateTime()


class StatementAsked(Schema):
    since = fields.Date()
    until = fields.Date()
    to = fields.OneOf(*STATEMENT_RECIPIENTS, load_default=TENANT)


PAGING = fields.Paging()
POLICY = ReminderPolicyView()
POLICY_CHANGE = ReminderPolicyChange()
HOLIDAY = HolidayView()
HOLIDAY_QUERY = HolidayQuery()
NEW_HOLIDAY = NewHoliday()
EXCLUSION = ExclusionView()
NEW_EXCLUSION = NewExclusion()
PROMISE = PromiseView()
PROMISE_QUERY = PromiseQuery()
NEW_PROMISE = NewPromise()
NOTICE = NoticeView()
NOTICE_PREVIEW_REQUEST = NoticeAsked()
NOTICE_PREVIEW = NoticePreviewView()
NEW_NOTICE = NewNotice()
STATEMENT_EMAIL_REQUEST = StatementAsked()
