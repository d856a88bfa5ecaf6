"""Schemas of ``api.ledger``: what requests take and responses give."""

from marshmallow import Schema

from chalicelib.ledger.rules import CHARGE_TYPES
from chalicelib.web import fields

ACCOUNT_TYPES = ("asset", "liability", "equity", "income")


class AccountView(Schema):
    id = fields.Uuid()
    code = fields.Text(60)
    name = fields.Text(120)
    type = fields.OneOf(*ACCOUNT_TYPES)
    channel_id = fields.Uuid(allow_none=True)
    debit = fields.Money(attribute="debit_cents")
    credit = fields.Money(attribute="credit_cents")
    balance = fields.Money(attribute="balance_cents", signed=True)


class AccountQuery(fields.Paging):
    as_of = fields.Date()
    type = fields.OneOf(*ACCOUNT_TYPES)


class JournalView(Schema):
    id = fields.Uuid()
    kind = fields.Text(24)
    effective_on = fields.Date()
    source_kind = fields.Text(16)
    source_id = fields.Uuid()
    reverses_id = fields.Uuid(allow_none=True)
    member_id = fields.Uuid(allow_none=True)
    memo = fields.Text(200)
    created_at = fields.DateTime()


class PostingView(Schema):
    account_code = fields.Text(60)
    account_name = fields.Text(120)
    amount = fields.Money(attribute="amount_cents", signed=True)
    lease_id = fields.Uuid(allow_none=True)
    property_id = fields.Uuid(allow_none=True)
    charge_type = fields.OneOf(*CHARGE_TYPES, allow_none=True)


class JournalWithPostings(JournalView):
    postings = fields.ListOf(fields.Nested(PostingView))


class JournalQuery(fields.Paging):
    source_id = fields.Uuid()
    kind = fields.Text(24, least=1)
    period = fields.Month()
    sort = fields.sort_field("id", "effective_on", default="-id")


class PeriodView(Schema):
    period = fields.Month()
    closed_by = fields.Uuid(allow_none=True)
    closed_at = fields.DateTime()


class PeriodPath(Schema):
    period = fields.Month(required=True)


class DifferenceView(Schema):
    subject = fields.Text(20)
    id = fields.Text(36)
    expected = fields.Text(40)
    found = fields.Text(40)


class FindingView(Schema):
    name = fields.Text(40)
    statement = fields.Text(200)
    holds = fields.Boolean()
    checked = fields.Integer()
    differences = fields.ListOf(fields.Nested(DifferenceView))


class ProofView(Schema):
    holds = fields.Boolean()
    at = fields.DateTime()
    findings = fields.ListOf(fields.Nested(FindingView))
