"""Schemas of ``api.invoices``: what requests take and responses give."""

from collections.abc import Callable
from typing import Any, ClassVar

from marshmallow import Schema

from chalicelib.api.schemas.payments import MAX_LINES, Reason
from chalicelib.billing import model
from chalicelib.billing.model import (
    CREDIT_NOTE_KINDS,
    INVOICE_KINDS,
    INVOICE_STATUSES,
    MANUAL_CHARGE_TYPES,
    REFUND_RECOVERY,
)
from chalicelib.web import fields

MAX_NEW_LINES = 50
BILLED = (*MANUAL_CHARGE_TYPES, "opening_balance", REFUND_RECOVERY)


class NewLine(fields.CommandSchema):
    command: ClassVar[Callable[..., Any]] = model.NewInvoiceLine

    charge_type = fields.OneOf(*MANUAL_CHARGE_TYPES, required=True)
    description = fields.Text(140, load_default="")
    amount = fields.Money(attribute="amount_cents", positive=True, required=True)


class NewInvoice(fields.CommandSchema):
    """``period`` is the month of ``issued_on`` unless given; ``with_charges`` bills the charges that wait too."""

    command: ClassVar = model.NewInvoice

    lease_id = fields.Uuid(required=True)
    period = fields.Month()
    issued_on = fields.Date()
    due_on = fields.Date()
    with_charges = fields.Boolean(load_default=False)
    lines = fields.ListOf(fields.Nested(NewLine), most=MAX_NEW_LINES, load_default=list)


class LineView(Schema):
    id = fields.Uuid()
    charge_type = fields.OneOf(*BILLED)
    description = fields.Text(140)
    amount = fields.Money(attribute="amount_cents")
    paid = fields.Money(attribute="paid_cents")
    credited = fields.Money(attribute="credited_cents")
    open = fields.Money(attribute="open_cents")


class InvoiceListed(Schema):
    id = fields.Uuid()
    number = fields.Integer()
    kind = fields.OneOf(*INVOICE_KINDS)
    status = fields.OneOf(*INVOICE_STATUSES)
    lease_id = fields.Uuid()
    property_id = fields.Uuid()
    tenant_id = fields.Uuid()
    property_name = fields.Text(120)
    unit_name = fields.Text(40)
    tenant_name = fields.Text(190)
    period = fields.Month()
    issued_on = fields.Date()
    due_on = fields.Date()
    overdue_on = fields.Date()
    voided_on = fields.Date(allow_none=True)
    total = fields.Money(attribute="total_cents")
    paid = fields.Money(attribute="paid_cents")
    credited = fields.Money(attribute="credited_cents")
    open = fields.Money(attribute="open_cents")
    version = fields.Integer()
    created_at = fields.DateTime()


class InvoiceView(InvoiceListed):
    lines = fields.ListOf(fields.Nested(LineView))


class InvoiceQuery(fields.Paging):
    lease_id = fields.Uuid()
    property_id = fields.Uuid()
    period = fields.Month()
    status = fields.OneOf("open", "overdue", "paid", "void")
    sort = fields.sort_field("number", default="-number")


class CreditNoteLineView(Schema):
    line_id = fields.Uuid(attribute="invoice_line_id")
    amount = fields.Money(attribute="amount_cents")


class CreditNoteView(Schema):
    id = fields.Uuid()
    number = fields.Integer()
    invoice_id = fields.Uuid()
    lease_id = fields.Uuid()
    kind = fields.OneOf(*CREDIT_NOTE_KINDS)
    automatic = fields.Boolean()
    reason = fields.Text(200)
    issued_on = fields.Date()
    total = fields.Money(attribute="total_cents")
    lines = fields.ListOf(fields.Nested(CreditNoteLineView))
    created_at = fields.DateTime()


class CreditNoteQuery(fields.Paging):
    lease_id = fields.Uuid()
    invoice_id = fields.Uuid()
    sort = fields.sort_field("number", default="-number")


class ReceiptView(Schema):
    id = fields.Uuid()
    number = fields.Integer()
    payment_id = fields.Uuid()
    lease_id = fields.Uuid()
    tenant_id = fields.Uuid()
    amount = fields.Money(attribute="amount_cents")
    issued_on = fields.Date()
    status = fields.OneOf("issued", "void")
    created_at = fields.DateTime()


class ReceiptQuery(fields.Paging):
    lease_id = fields.Uuid()
    payment_id = fields.Uuid()
    sort = fields.sort_field("number", default="-number")


class CreditedLine(Schema):
    line_id = fields.Uuid(required=True)
    amount = fields.Money(attribute="amount_cents", positive=True, required=True)


class NewCreditNote(Reason):
    kind = fields.OneOf("never_owed", "goodwill", load_default="never_owed")
    lines = fields.ListOf(fields.Nested(CreditedLine), least=1, most=MAX_LINES, required=True)


class NewWriteOff(Reason):
    """The reason is kept with it; what is written off is all that is open."""


class NewBillRun(Schema):
    period = fields.Month(required=True)
    issued_on = fields.Date()
    due_on = fields.Date()
    leases = fields.ListOf(fields.Uuid(), most=MAX_LINES, load_default=list)
