"""Schemas of ``api.payments``: what requests take and responses give."""

from typing import ClassVar

from marshmallow import Schema

from chalicelib.payments import model
from chalicelib.payments.model import METHODS, PURPOSES, STATES
from chalicelib.web import fields

MAX_LINES = 200


REFERENCE = "^[A-Za-z0-9][A-Za-z0-9 /.-]*$"


class NewPayment(fields.CommandSchema):
    command: ClassVar = model.NewPayment

    method = fields.OneOf(*METHODS, required=True)
    amount = fields.Money(attribute="amount_cents", positive=True, required=True)
    received_on = fields.Date(required=True)
    lease_id = fields.Uuid()
    tenant_id = fields.Uuid()
    invoice_id = fields.Uuid()
    channel_id = fields.Uuid()
    provider_reference = fields.Text(40, least=1, pattern=REFERENCE)
    purpose = fields.OneOf(*PURPOSES)
    payer_name = fields.Text(120)
    note = fields.Text(200)


class PaymentView(Schema):
    id = fields.Uuid()
    method = fields.OneOf(*METHODS, "opening")
    state = fields.OneOf(*STATES)
    amount = fields.Money(attribute="amount_cents")
    allocated = fields.Money(attribute="allocated_cents")
    credit = fields.Money(attribute="unallocated_cents")
    refunded = fields.Money(attribute="refunded_cents")
    received_on = fields.Date()
    posted_on = fields.Date(allow_none=True)
    channel_id = fields.Uuid(allow_none=True)
    lease_id = fields.Uuid(allow_none=True)
    property_id = fields.Uuid(allow_none=True)
    tenant_id = fields.Uuid(allow_none=True)
    invoice_id = fields.Uuid(allow_none=True)
    provider_reference = fields.Text(40, allow_none=True)
    purpose = fields.OneOf(*PURPOSES, allow_none=True)
    reference_raw = fields.Text(80)
    payer_name = fields.Text(120)
    note = fields.Text(200)
    recorded_by = fields.Uuid(allow_none=True)
    confirmed_by = fields.Uuid(allow_none=True)
    reversed_on = fields.Date(allow_none=True)
    reason = fields.Text(200, allow_none=True)
    moved_from_id = fields.Uuid(allow_none=True)
    recovery_invoice_id = fields.Uuid(allow_none=True)
    version = fields.Integer()
    created_at = fields.DateTime()


class RecordedPayment(PaymentView):
    warnings = fields.ListOf(fields.Text(200))


class PaymentQuery(fields.Paging):
    lease_id = fields.Uuid()
    property_id = fields.Uuid()
    channel_id = fields.Uuid()
    state = fields.OneOf(*STATES)
    since = fields.Date(data_key="from")
    until = fields.Date(data_key="to")
    sort = fields.sort_field("id", "received_on", default="-id")


class Reason(Schema):
    reason = fields.Text(200, least=1, required=True)


class Match(Schema):
    lease_id = fields.Uuid(required=True)


class Move(Schema):
    lease_id = fields.Uuid(required=True)
    reason = fields.Text(200, least=1, required=True)


class ChosenLine(Schema):
    invoice_line_id = fields.Uuid(required=True)
    amount = fields.Money(attribute="amount_cents", positive=True, required=True)


class Allocate(Schema):
    """Without ``lines`` the payment goes to what is open, oldest first; an empty list leaves it as credit."""

    lines = fields.ListOf(fields.Nested(ChosenLine), most=MAX_LINES)


class AllocationView(Schema):
    id = fields.Uuid()
    source_kind = fields.OneOf("payment", "deposit")
    source_id = fields.Uuid()
    invoice_line_id = fields.Uuid()
    lease_id = fields.Uuid()
    amount = fields.Money(attribute="amount_cents", signed=True)
    allocated_on = fields.Date()
    created_at = fields.DateTime()


class NewRefund(fields.CommandSchema):
    command: ClassVar = model.NewRefund

    amount = fields.Money(attribute="amount_cents", positive=True, required=True)
    channel_id = fields.Uuid()
    refunded_on = fields.Date()
    provider_reference = fields.Text(40, least=1, pattern=REFERENCE)
    reason = fields.Text(200, least=1, required=True)


class RefundView(Schema):
    id = fields.Uuid()
    payment_id = fields.Uuid()
    lease_id = fields.Uuid()
    amount = fields.Money(attribute="amount_cents", signed=True)
    channel_id = fields.Uuid()
    provider_reference = fields.Text(40)
    refunded_on = fields.Date()
    posted_on = fields.Date()
    reason = fields.Text(200)
    reverses_id = fields.Uuid(allow_none=True)
    created_at = fields.DateTime()
