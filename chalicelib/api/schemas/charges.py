"""Schemas of ``api.charges``: what requests take and responses give."""

from typing import ClassVar

from marshmallow import Schema

from chalicelib.api.schemas.invoices import NewLine
from chalicelib.billing import model
from chalicelib.billing.model import CHARGE_STATUSES, MANUAL_CHARGE_TYPES
from chalicelib.leasing.model import RECURRING_TYPES
from chalicelib.web import fields


class NewCharge(NewLine):
    command: ClassVar = model.NewCharge

    lease_id = fields.Uuid(required=True)
    charged_on = fields.Date()


class ChargeView(Schema):
    id = fields.Uuid()
    lease_id = fields.Uuid()
    charge_type = fields.OneOf(*MANUAL_CHARGE_TYPES)
    description = fields.Text(140)
    amount = fields.Money(attribute="amount_cents")
    charged_on = fields.Date()
    status = fields.OneOf(*CHARGE_STATUSES)
    invoice_id = fields.Uuid(allow_none=True)
    late_for_id = fields.Uuid(allow_none=True)
    reason = fields.Text(200, allow_none=True)
    version = fields.Integer()
    created_at = fields.DateTime()


class ChargeQuery(fields.Paging):
    lease_id = fields.Uuid()
    invoice_id = fields.Uuid()
    status = fields.OneOf(*CHARGE_STATUSES)


class RecurringTerms(Schema):
    description = fields.Text(140)
    amount = fields.Money(positive=True, attribute="amount_cents")
    prorated = fields.Boolean()
    ends_on = fields.Date(allow_none=True)


class RecurringChargeChange(RecurringTerms):
    effective_on = fields.Date()
    confirmed = fields.Boolean(load_default=False)


class RecurringChargeView(RecurringTerms):
    id = fields.Uuid()
    lease_id = fields.Uuid()
    charge_type = fields.OneOf(*RECURRING_TYPES)
    starts_on = fields.Date()
    version = fields.Integer()
    created_at = fields.DateTime()
