"""Schemas of ``api.notices``: what requests take and responses give."""

from collections.abc import Callable
from typing import Any, ClassVar

from marshmallow import Schema

from chalicelib.api.schemas.messages import ENCODINGS
from chalicelib.messaging.model import STATUSES
from chalicelib.notices import model
from chalicelib.notices.model import NOTICE_KINDS, NOTICE_STATUSES
from chalicelib.translations.wording import LANGUAGES
from chalicelib.web import fields

REASONS = ("no_phone", "number_denied", "opted_out", "same_phone")


class NoticeAsked(fields.CommandSchema):
    command: ClassVar[Callable[..., Any]] = model.NoticeDraft

    kind = fields.OneOf(*NOTICE_KINDS, required=True)
    property_id = fields.Uuid(allow_none=True)
    text_en = fields.Text(1000, lines=True)
    text_sw = fields.Text(1000, lines=True)


class NewNotice(NoticeAsked):
    command: ClassVar = model.NewNotice

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
