"""Schemas of ``api.reminders``: what requests take and responses give."""

from typing import ClassVar

from marshmallow import Schema

from chalicelib.reminders import model
from chalicelib.reminders.model import HOLIDAY_SOURCES, MAX_AFTER_DAYS, MAX_BEFORE_DAYS, PROMISE_STATUSES
from chalicelib.web import fields


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


class NewExclusion(fields.CommandSchema):
    command: ClassVar = model.NewExclusion

    lease_id = fields.Uuid(required=True)
    reason = fields.Text(200, least=1, required=True)
    ends_on = fields.Date(allow_none=True)


class ExclusionView(Schema):
    lease_id = fields.Uuid()
    reason = fields.Text(200)
    ends_on = fields.Date(allow_none=True)
    created_by = fields.Uuid(allow_none=True)
    created_at = fields.DateTime()


class NewPromise(fields.CommandSchema):
    command: ClassVar = model.NewPromise

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
