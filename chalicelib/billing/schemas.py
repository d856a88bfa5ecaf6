"""How invoices, charges, credit notes and receipts are told and asked for."""

from marshmallow import Schema

from chalicelib.billing.model import BY_HAND, CHARGE_STATUSES, INVOICE_KINDS, INVOICE_STATUSES
from chalicelib.web import fields

BILLED = (*BY_HAND, "opening_balance")
MOST_LINES = 50


class NewLine(Schema):
    charge_type = fields.OneOf(*BY_HAND, required=True)
    description = fields.Text(140, load_default="")
    amount = fields.Money(attribute="amount_cents", positive=True, required=True)


class NewInvoice(Schema):
    """``period`` is the month of ``issued_on`` unless given; ``with_charges`` bills the charges that wait too."""

    lease_id = fields.Uuid(required=True)
    period = fields.Month()
    issued_on = fields.Day()
    due_on = fields.Day()
    with_charges = fields.Flag(load_default=False)
    lines = fields.ListOf(fields.Nested(NewLine), most=MOST_LINES, load_default=list)


class OpeningBalance(Schema):
    amount = fields.Money(attribute="amount_cents", positive=True, required=True)
    on = fields.Day()


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
    number = fields.Whole()
    kind = fields.OneOf(*INVOICE_KINDS)
    status = fields.OneOf(*INVOICE_STATUSES)
    lease_id = fields.Uuid()
    property_id = fields.Uuid()
    tenant_id = fields.Uuid()
    property_name = fields.Text(120)
    unit_name = fields.Text(40)
    tenant_name = fields.Text(190)
    period = fields.Month()
    issued_on = fields.Day()
    due_on = fields.Day()
    overdue_on = fields.Day()
    voided_on = fields.Day(allow_none=True)
    total = fields.Money(attribute="total_cents")
    paid = fields.Money(attribute="paid_cents")
    credited = fields.Money(attribute="credited_cents")
    open = fields.Money(attribute="open_cents")
    version = fields.Whole()
    created_at = fields.Moment()


class InvoiceView(InvoiceListed):
    lines = fields.ListOf(fields.Nested(LineView))


class InvoiceQuery(fields.Paging):
    lease_id = fields.Uuid()
    property_id = fields.Uuid()
    period = fields.Month()
    status = fields.OneOf("open", "overdue", "paid", "void")
    sort = fields.sort_of("number", default="-number")


class NewCharge(NewLine):
    lease_id = fields.Uuid(required=True)
    charged_on = fields.Day()


class ChargeView(Schema):
    id = fields.Uuid()
    lease_id = fields.Uuid()
    charge_type = fields.OneOf(*BY_HAND)
    description = fields.Text(140)
    amount = fields.Money(attribute="amount_cents")
    charged_on = fields.Day()
    status = fields.OneOf(*CHARGE_STATUSES)
    invoice_id = fields.Uuid(allow_none=True)
    late_for_id = fields.Uuid(allow_none=True)
    version = fields.Whole()
    created_at = fields.Moment()


class ChargeQuery(fields.Paging):
    lease_id = fields.Uuid()
    invoice_id = fields.Uuid()
    status = fields.OneOf(*CHARGE_STATUSES)


class CreditNoteLineView(Schema):
    line_id = fields.Uuid(attribute="invoice_line_id")
    amount = fields.Money(attribute="amount_cents")


class CreditNoteView(Schema):
    id = fields.Uuid()
    number = fields.Whole()
    invoice_id = fields.Uuid()
    lease_id = fields.Uuid()
    reason = fields.Text(200)
    issued_on = fields.Day()
    total = fields.Money(attribute="total_cents")
    lines = fields.ListOf(fields.Nested(CreditNoteLineView))
    created_at = fields.Moment()


class CreditNoteQuery(fields.Paging):
    lease_id = fields.Uuid()
    invoice_id = fields.Uuid()
    sort = fields.sort_of("number", default="-number")


class ReceiptView(Schema):
    id = fields.Uuid()
    number = fields.Whole()
    payment_id = fields.Uuid()
    lease_id = fields.Uuid()
    tenant_id = fields.Uuid()
    amount = fields.Money(attribute="amount_cents")
    issued_on = fields.Day()
    status = fields.OneOf("issued", "void")
    created_at = fields.Moment()


class ReceiptQuery(fields.Paging):
    lease_id = fields.Uuid()
    payment_id = fields.Uuid()
    sort = fields.sort_of("number", default="-number")


NEW_INVOICE = NewInvoice()
OPENING_BALANCE = OpeningBalance()
INVOICE_LISTED = InvoiceListed()
INVOICE = InvoiceView()
INVOICE_QUERY = InvoiceQuery()
NEW_CHARGE = NewCharge()
CHARGE = ChargeView()
CHARGE_QUERY = ChargeQuery()
CREDIT_NOTE = CreditNoteView()
CREDIT_NOTE_QUERY = CreditNoteQuery()
RECEIPT = ReceiptView()
RECEIPT_QUERY = ReceiptQuery()
