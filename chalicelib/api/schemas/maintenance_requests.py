"""Schemas of ``api.maintenance_requests``: what requests take and responses give."""

from marshmallow import Schema

from chalicelib.maintenance.model import MAX_TEXT, SOURCES, STATUSES
from chalicelib.web import fields


class NewMaintenanceRequest(Schema):
    unit_id = fields.Uuid(required=True)
    text = fields.Text(MAX_TEXT, least=1, lines=True, required=True)


class MaintenanceRequestView(Schema):
    id = fields.Uuid()
    number = fields.Integer()
    status = fields.OneOf(*STATUSES)
    source = fields.OneOf(*SOURCES)
    text = fields.Text(MAX_TEXT, lines=True)
    property_id = fields.Uuid()
    unit_id = fields.Uuid()
    lease_id = fields.Uuid(allow_none=True)
    tenant_id = fields.Uuid(allow_none=True)
    property_name = fields.Text(120)
    unit_name = fields.Text(40)
    tenant_name = fields.Text(190)
    created_by = fields.Uuid(allow_none=True)
    version = fields.Integer()
    created_at = fields.DateTime()
    done_at = fields.DateTime(allow_none=True)


class MaintenanceRequestQuery(fields.Paging):
    status = fields.OneOf(*STATUSES)
    property_id = fields.Uuid()
    tenant_id = fields.Uuid()
