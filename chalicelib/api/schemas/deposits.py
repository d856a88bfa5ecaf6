"""Schemas of ``api.deposits``: what requests take and responses give."""

from typing import ClassVar

from marshmallow import Schema

from chalicelib.api.schemas.payments import AllocationView, Reason
from chalicelib.lease_accounts.model import NewDeduction as NewDeductionCommand
from chalicelib.leasing import model
from chalicelib.leasing.model import DEPOSIT_ENTRIES, DEPOSIT_KINDS
from chalicelib.web import fields


class NewDeposit(fields.CommandSchema):
    command: ClassVar[type] = model.NewDeposit
    kind = fields.OneOf(*DEPOSIT_KINDS, required=True)
    amount = fields.Money(required=True, positive=True, attribute="amount_cents")
    channel_id = fields.Uuid(load_default=None, allow_none=True)
    provider_reference = fields.Text(40)
    entered_on = fields.Date(required=True)
    reason = fields.Text(200, load_default="")


class DepositRefund(NewDeposit):
    command: ClassVar[type] = model.DepositRefund
    channel_id = fields.Uuid(required=True)


class DepositReversal(Schema):
    reason = fields.Text(200, least=1, required=True)


class DepositView(Schema):
    id = fields.Uuid()
    lease_id = fields.Uuid()
    kind = fields.OneOf(*DEPOSIT_KINDS)
    entry = fields.OneOf(*DEPOSIT_ENTRIES)
    amount = fields.Money(signed=True, attribute="amount_cents")
    entered_on = fields.Date()
    posted_on = fields.Date()
    reason = fields.Text(200)
    channel_id = fields.Uuid(allow_none=True)
    provider_reference = fields.Text(40)
    reverses_id = fields.Uuid(allow_none=True)
    created_at = fields.DateTime()


class NewDeduction(Reason, fields.CommandSchema):
    command: ClassVar = NewDeductionCommand

    amount = fields.Money(attribute="amount_cents", positive=True, required=True)
    kind = fields.OneOf(*DEPOSIT_KINDS)
    invoice_id = fields.Uuid()


class DeductionView(Schema):
    lease_id = fields.Uuid()
    amount = fields.Money(attribute="amount_cents")
    entries = fields.ListOf(fields.Uuid())
    allocations = fields.ListOf(fields.Nested(AllocationView))
