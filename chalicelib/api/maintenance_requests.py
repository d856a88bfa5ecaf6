"""Maintenance requests."""

from uuid import UUID

from chalicelib import maintenance
from chalicelib.api.schemas import maintenance_requests as schemas
from chalicelib.maintenance.model import MaintenanceRequest
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

routes = ApiBlueprint(__name__, tag="maintenance")


@routes.get(
    "/maintenance-requests",
    may="see_maintenance",
    query=schemas.MaintenanceRequestQuery,
    answer=schemas.MaintenanceRequestView,
)
def list_maintenance_requests(request: RequestContext) -> Page[MaintenanceRequest]:
    """List maintenance requests.

    Returns maintenance requests, latest number first; filter by status, property and tenant. A caretaker sees those
    of the named properties.
    """
    return maintenance.list_requests(
        request.ctx,
        request.page_request,
        status=request.query.get("status"),
        property_id=request.query.get("property_id"),
        tenant_id=request.query.get("tenant_id"),
    )


@routes.post(
    "/maintenance-requests",
    may="keep_maintenance",
    body=schemas.NewMaintenanceRequest,
    answer=schemas.MaintenanceRequestView,
    location="/v1/maintenance-requests/{id}",
)
def add_maintenance_request(request: RequestContext) -> MaintenanceRequest:
    """Create a maintenance request.

    Records a request that reached a member in person or by a call; it is attributed to whoever rents the unit
    today. A caretaker may record for the named properties.
    """
    return maintenance.record_request(request.ctx, request.body["unit_id"], request.body["text"])


@routes.get("/maintenance-requests/{request_id}", may="see_maintenance", answer=schemas.MaintenanceRequestView)
def get_maintenance_request(request: RequestContext, request_id: UUID) -> MaintenanceRequest:
    """Get a maintenance request.

    Returns one maintenance request. A caretaker sees those of the named properties.
    """
    return maintenance.get_request(request.ctx, request_id)


@routes.post(
    "/maintenance-requests/{request_id}/done", may="keep_maintenance", status=200, answer=schemas.MaintenanceRequestView
)
def finish_maintenance_request(request: RequestContext, request_id: UUID) -> MaintenanceRequest:
    """Complete a maintenance request.

    Marks an open request as done; one that is done is refused (409).
    """
    return maintenance.mark_done(request.ctx, request_id)


@routes.post(
    "/maintenance-requests/{request_id}/reopen",
    may="keep_maintenance",
    status=200,
    answer=schemas.MaintenanceRequestView,
)
def reopen_maintenance_request(request: RequestContext, request_id: UUID) -> MaintenanceRequest:
    """Reopen a maintenance request.

    Opens a completed request again; one that is open is refused (409).
    """
    return maintenance.reopen_request(request.ctx, request_id)
