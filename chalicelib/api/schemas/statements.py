"""Schemas of ``api.statements``: what requests take and responses give."""

from marshmallow import Schema

from chalicelib.reporting.model import STATEMENT_RECIPIENTS, TENANT
from chalicelib.web import fields
from chalicelib.web.csv_responses import CsvOption


class StatementAsked(Schema):
    since = fields.Date()
    until = fields.Date()
    to = fields.OneOf(*STATEMENT_RECIPIENTS, load_default=TENANT)


ENTRY_KINDS = (
    "invoice", "credit_note", "void", "payment", "reversal", "credit_carried", "deposit_deduction", "refund"
)  # fmt: skip


class StatementQuery(CsvOption):
    class Meta:
        include = {"from": fields.Date(), "to": fields.Date()}  # "from" is a word of Python's


class StatementDays(Schema):
    class Meta:
        include = {"from": fields.Date(), "to": fields.Date()}


class StatementEntryView(Schema):
    on = fields.Date()
    kind = fields.OneOf(*ENTRY_KINDS)
    lease_id = fields.Uuid(allow_none=True)
    document_id = fields.Uuid()
    number = fields.Integer(allow_none=True)
    reference = fields.Text(200)
    charged = fields.Money(attribute="charged_cents")
    credited = fields.Money(attribute="credited_cents")
    balance = fields.Money(signed=True, attribute="balance_cents")


class StatementView(Schema):
    from_on = fields.Date(allow_none=True)
    to_on = fields.Date()
    opening = fields.Money(signed=True, attribute="opening_cents")
    entries = fields.ListOf(fields.Nested(StatementEntryView))
    closing = fields.Money(signed=True, attribute="closing_cents")
