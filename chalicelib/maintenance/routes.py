"""Maintenance requests over HTTP; a caretaker has those of the named properties."""

from uuid import UUID

from chalicelib.maintenance import service
from chalicelib.maintenance.model import MaintenanceRequest
from chalicelib.maintenance.schemas import MAINTENANCE_REQUEST, MAINTENANCE_REQUEST_QUERY, NEW_MAINTENANCE_REQUEST
from chalicelib.web.routing import ApiBlueprint, Call, Page

maintenance = ApiBlueprint(__name__, tag="maintenance")

FILTERS = ("status", "property_id", "tenant_id")


@maintenance.get(
    "/maintenance-requests", may="see_maintenance", query=MAINTENANCE_REQUEST_QUERY, answer=MAINTENANCE_REQUEST
)
def list_maintenance_requests(call: Call) -> Page[MaintenanceRequest]:
    """List what tenants asked to be mended, the newest first."""
    filters = {name: call.query[name] for name in FILTERS if name in call.query}
    return service.list_requests(call.ctx, call.asked, **filters)


@maintenance.post(
    "/maintenance-requests",
    may="keep_maintenance",
    body=NEW_MAINTENANCE_REQUEST,
    answer=MAINTENANCE_REQUEST,
    location="/v1/maintenance-requests/{id}",
)
def add_maintenance_request(call: Call) -> MaintenanceRequest:
    """Log a request that reached a member in another way."""
    return service.log_request(call.ctx, call.body)


@maintenance.get("/maintenance-requests/{request_id}", may="see_maintenance", answer=MAINTENANCE_REQUEST)
def get_maintenance_request(call: Call, request_id: UUID) -> MaintenanceRequest:
    """Tell one request."""
    return service.get_request(call.ctx, request_id)


@maintenance.post(
    "/maintenance-requests/{request_id}/done", may="keep_maintenance", status=200, answer=MAINTENANCE_REQUEST
)
def finish_maintenance_request(call: Call, request_id: UUID) -> MaintenanceRequest:
    """Mark an open request as done."""
    return service.mark_done(call.ctx, request_id)


@maintenance.post(
    "/maintenance-requests/{request_id}/reopen", may="keep_maintenance", status=200, answer=MAINTENANCE_REQUEST
)
def reopen_maintenance_request(call: Call, request_id: UUID) -> MaintenanceRequest:
    """Open a request again that was marked as done."""
    return service.reopen_request(call.ctx, request_id)
