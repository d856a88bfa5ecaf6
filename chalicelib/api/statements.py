"""Statements of leases and tenants, as JSON, CSV and e-mail."""

import datetime as dt
from uuid import UUID

from chalice.app import Response

from chalicelib import reporting
from chalicelib.api.schemas import messages as message_schemas
from chalicelib.api.schemas import statements as schemas
from chalicelib.messaging.model import Message
from chalicelib.reporting.csv_rows import STATEMENT_COLUMNS, statement_rows
from chalicelib.reporting.model import Statement
from chalicelib.web.csv_responses import CSV, csv_response, wants_csv
from chalicelib.web.routing import ApiBlueprint, RequestContext

routes = ApiBlueprint(__name__, tag="reporting")


@routes.post(
    "/leases/{lease_id}/statement/email",
    tag="outreach",
    may="send_statement",
    body=schemas.StatementAsked,
    answer=message_schemas.MessageView,
    status=202,
    location="/v1/messages/{id}",
)
def email_statement(request: RequestContext, lease_id: UUID) -> Message:
    """E-mail a lease's statement.

    Queues the statement of a lease, as it stands now, by e-mail to the tenant or to the owner of the property, and
    returns the message. Refused if they have no e-mail address (409). For owners, managers and accountants.
    """
    return reporting.email_statement(
        request.ctx, lease_id, request.body.get("since"), request.body.get("until"), to=request.body["to"]
    )


@routes.get(
    "/tenants/{tenant_id}/statement",
    may="see_reports",
    snapshot=True,
    query=schemas.StatementQuery,
    answer=schemas.StatementView,
    response_types=(CSV,),
)
def get_tenant_statement(request: RequestContext, tenant_id: UUID) -> Statement | Response:
    """Get a tenant's statement.

    Returns what changed the balance of all leases of a tenant between two days, with the balance after each entry;
    JSON or CSV. For owners, managers and accountants.
    """
    statement = reporting.get_tenant_statement(request.ctx, tenant_id, *_days(request))
    return _statement_response(request, statement)


@routes.post(
    "/tenants/{tenant_id}/statement/email",
    may="send_statement",
    body=schemas.StatementDays,
    answer=message_schemas.MessageView,
    status=202,
    location="/v1/messages/{id}",
)
def email_tenant_statement(request: RequestContext, tenant_id: UUID) -> Message:
    """E-mail a tenant's statement.

    Queues the statement of a tenant, as it stands now, by e-mail in their language, and returns the message.
    Refused if they have no e-mail address (409). For owners, managers and accountants.
    """
    return reporting.send_tenant_statement(request.ctx, tenant_id, request.body.get("from"), request.body.get("to"))


@routes.get(
    "/leases/{lease_id}/statement",
    may="see_reports",
    snapshot=True,
    query=schemas.StatementQuery,
    answer=schemas.StatementView,
    response_types=(CSV,),
)
def get_lease_statement(request: RequestContext, lease_id: UUID) -> Statement | Response:
    """Get a lease's statement.

    Returns what changed the balance of a lease between two days, with the balance after each entry; JSON or CSV.
    For owners, managers and accountants.
    """
    statement = reporting.get_lease_statement(request.ctx, lease_id, *_days(request))
    return _statement_response(request, statement)


def _days(request: RequestContext) -> tuple[dt.date | None, dt.date | None]:
    return request.query.get("from"), request.query.get("to")


def _statement_response(request: RequestContext, statement: Statement) -> Statement | Response:
    if wants_csv(request.http_request, request.query):
        return csv_response(f"statement-{statement.to_on}", STATEMENT_COLUMNS, statement_rows(statement))
    return statement
