"""Schemas of ``api.reports``: what requests take and responses give."""

from marshmallow import Schema

from chalicelib.billing.model import CORRECTION_KINDS
from chalicelib.reporting.model import BY_JOURNAL, INCOME_MONTHS
from chalicelib.values import MAX_WHOLE
from chalicelib.web import fields
from chalicelib.web.csv_responses import CsvOption


class RentRollQuery(fields.Paging, CsvOption):
    on = fields.Date()
    property_id = fields.Uuid()


class ArrearsQuery(RentRollQuery):
    sort = fields.sort_field("overdue", "total", default="-overdue")


class OccupancyQuery(CsvOption):
    on = fields.Date()


class CollectionsQuery(CsvOption):
    period = fields.Month(required=True)


class IncomeQuery(CsvOption):
    class Meta:
        include = {"from": fields.Month(required=True), "to": fields.Month(required=True)}

    by = fields.OneOf(*INCOME_MONTHS, load_default=BY_JOURNAL)


class AgesView(Schema):
    current = fields.Money(attribute="current_cents")
    days_0_30 = fields.Money(attribute="days_0_30_cents")
    days_31_60 = fields.Money(attribute="days_31_60_cents")
    days_61_90 = fields.Money(attribute="days_61_90_cents")
    over_90 = fields.Money(attribute="over_90_cents")
    overdue = fields.Money(attribute="overdue_cents")
    total = fields.Money(attribute="total_cents")
    credit = fields.Money(attribute="credit_cents")


class LeaseArrearsView(AgesView):
    lease_id = fields.Uuid()
    property_name = fields.Text(120)
    unit_name = fields.Text(40)
    tenant_id = fields.Uuid(allow_none=True)
    tenant_name = fields.Text(190)
    phone = fields.Phone(allow_none=True)


class ArrearsView(Schema):
    on = fields.Date()
    items = fields.ListOf(fields.Nested(LeaseArrearsView))
    totals = fields.Nested(AgesView)
    leases = fields.Integer()
    next_cursor = fields.Text(400, allow_none=True)


class RentRollRowView(Schema):
    unit_id = fields.Uuid()
    property_id = fields.Uuid()
    property_name = fields.Text(120)
    unit_name = fields.Text(40)
    unit_type = fields.Text(20)
    asked_rent = fields.Money(attribute="asked_rent_cents")
    lease_id = fields.Uuid(allow_none=True)
    tenant_id = fields.Uuid(allow_none=True)
    tenant_name = fields.Text(190, allow_none=True)
    phone = fields.Phone(allow_none=True)
    rent = fields.Money(attribute="rent_cents", allow_none=True)
    due_day = fields.Integer(allow_none=True)
    starts_on = fields.Date(allow_none=True)
    ends_on = fields.Date(allow_none=True)
    deposit = fields.Money(signed=True, attribute="deposit_cents", allow_none=True)
    balance = fields.Money(signed=True, attribute="balance_cents", allow_none=True)


class RentRollView(Schema):
    on = fields.Date()
    items = fields.ListOf(fields.Nested(RentRollRowView))
    next_cursor = fields.Text(400, allow_none=True)


class UnitsView(Schema):
    units = fields.Integer()
    occupied = fields.Integer()
    reserved = fields.Integer()
    vacant = fields.Integer()
    occupied_bps = fields.Integer(0, 10_000)


class PropertyOccupancyView(UnitsView):
    property_id = fields.Uuid()
    property_name = fields.Text(120)
    rent = fields.Money(attribute="rent_cents")
    asked_vacant = fields.Money(attribute="asked_vacant_cents")


class OccupancyView(UnitsView):
    on = fields.Date()
    items = fields.ListOf(fields.Nested(PropertyOccupancyView))


class SumView(Schema):
    """Below 0 where more was reversed than received."""

    payments = fields.Integer(-MAX_WHOLE)
    amount = fields.Money(signed=True, attribute="amount_cents")


class ByChannelView(SumView):
    channel_id = fields.Uuid()
    channel_name = fields.Text(80)
    method = fields.Text(10)


class ByPropertyView(SumView):
    property_id = fields.Uuid(allow_none=True)
    property_name = fields.Text(120)


class ByDayView(SumView):
    on = fields.Date()


class ByChargeTypeView(Schema):
    charge_type = fields.Text(16)
    amount = fields.Money(signed=True, attribute="amount_cents")


class CollectionsView(Schema):
    period = fields.Month()
    received = fields.Nested(SumView)
    pending = fields.Nested(SumView)
    reversed = fields.Nested(SumView)
    unallocated = fields.Money(signed=True, attribute="unallocated_cents")
    refunded = fields.Money(signed=True, attribute="refunded_cents")
    refund_recovery = fields.Money(signed=True, attribute="refund_recovery_cents")
    deposits_received = fields.Money(signed=True, attribute="deposits_received_cents")
    deposits_refunded = fields.Money(signed=True, attribute="deposits_refunded_cents")
    by_channel = fields.ListOf(fields.Nested(ByChannelView))
    by_property = fields.ListOf(fields.Nested(ByPropertyView))
    by_day = fields.ListOf(fields.Nested(ByDayView))
    allocated = fields.ListOf(fields.Nested(ByChargeTypeView))


class IncomeByChargeTypeView(ByChargeTypeView):
    added_later = fields.Money(signed=True, attribute="added_later_cents")


class IncomeRowView(IncomeByChargeTypeView):
    property_id = fields.Uuid(allow_none=True)
    property_name = fields.Text(120)
    period = fields.Month()


class IncomeView(Schema):
    from_period = fields.Month()
    to_period = fields.Month()
    by = fields.OneOf(*INCOME_MONTHS)
    items = fields.ListOf(fields.Nested(IncomeRowView))
    by_charge_type = fields.ListOf(fields.Nested(IncomeByChargeTypeView))
    total = fields.Money(signed=True, attribute="total_cents")
    added_later = fields.Money(signed=True, attribute="added_later_cents")


class CorrectionQuery(fields.Paging):
    lease_id = fields.Uuid()
    property_id = fields.Uuid()
    period = fields.Month()


class CorrectionView(Schema):
    id = fields.Uuid()
    lease_id = fields.Uuid()
    property_id = fields.Uuid()
    kind = fields.OneOf(*CORRECTION_KINDS)
    amount = fields.Money(attribute="amount_cents", signed=True)
    invoice_id = fields.Uuid()
    document_id = fields.Uuid(allow_none=True)
    reason = fields.Text(200)
    corrected_on = fields.Date()
    created_at = fields.DateTime()


class UnbilledMonthQuery(fields.Paging):
    property_id = fields.Uuid()


class UnbilledMonthView(Schema):
    lease_id = fields.Uuid()
    property_id = fields.Uuid()
    property_name = fields.Text(120)
    unit_name = fields.Text(40)
    tenant_name = fields.Text(190)
    period = fields.Month()
    amount = fields.Money(attribute="amount_cents")
