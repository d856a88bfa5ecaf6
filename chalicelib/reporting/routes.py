"""Reports over HTTP: JSON, or CSV where it is asked for.

Each reads more than once, so each is a snapshot: everything is seen as of one moment.
"""

import datetime as dt
from typing import Any
from uuid import UUID

from chalice.app import Response

from chalicelib.messaging.model import Message
from chalicelib.messaging.schemas import MESSAGE
from chalicelib.reporting import (
    arrears_service,
    earnings_service,
    letter_service,
    lettings_service,
    proof_service,
    statement_service,
)
from chalicelib.reporting.earnings_model import Collections, Income
from chalicelib.reporting.model import Arrears, Occupancy, RentRoll, Statement
from chalicelib.reporting.proof_model import Proof
from chalicelib.reporting.schemas import (
    ARREARS,
    ARREARS_QUERY,
    COLLECTIONS,
    COLLECTIONS_QUERY,
    INCOME,
    INCOME_QUERY,
    OCCUPANCY,
    OCCUPANCY_QUERY,
    PROOF,
    RENT_ROLL,
    RENT_ROLL_QUERY,
    STATEMENT,
    STATEMENT_DAYS,
    STATEMENT_QUERY,
)
from chalicelib.reporting.sheets import (
    ARREARS_COLUMNS,
    COLLECTIONS_COLUMNS,
    INCOME_COLUMNS,
    OCCUPANCY_COLUMNS,
    RENT_ROLL_COLUMNS,
    STATEMENT_COLUMNS,
    collections_rows,
    statement_rows,
)
from chalicelib.web.routing import ApiBlueprint, RequestContext
from chalicelib.web.sheets import CSV, csv_response, wants_csv

reporting = ApiBlueprint(__name__, tag="reporting")


@reporting.get(
    "/reports/rent-roll",
    may="see_reports",
    snapshot=True,
    query=RENT_ROLL_QUERY,
    answer=RENT_ROLL,
    response_types=(CSV,),
)
def get_rent_roll(request: RequestContext) -> RentRoll | Response:
    """Get the rent roll.

    Returns every unit with its lease, tenant, rent, deposit and balance on a day (today if absent), as JSON pages
    or as one CSV. For owners, managers and accountants.
    """
    of: Any = (request.query.get("on"), request.query.get("property_id"))
    if wants_csv(request.http_request, request.query):
        rows = lettings_service.iter_rent_roll(request.ctx, *of)
        return csv_response(f"rent-roll-{of[0] or request.ctx.today}", RENT_ROLL_COLUMNS, rows)
    return lettings_service.get_rent_roll(request.ctx, request.page_request, *of)


@reporting.get(
    "/reports/arrears", may="see_reports", snapshot=True, query=ARREARS_QUERY, answer=ARREARS, response_types=(CSV,)
)
def get_arrears(request: RequestContext) -> Arrears | Response:
    """Get arrears.

    Returns what each lease owes on a day (today if absent), by days overdue, with the totals, as JSON pages or as
    one CSV. For owners, managers and accountants.
    """
    of: Any = (request.query.get("on"), request.query.get("property_id"))
    if wants_csv(request.http_request, request.query):
        sort = request.query["sort"]
        rows = arrears_service.iter_arrears(request.ctx, sort, *of)
        return csv_response(f"arrears-{of[0] or request.ctx.today}", ARREARS_COLUMNS, rows)
    return arrears_service.get_arrears(request.ctx, request.page_request, *of)


@reporting.get(
    "/reports/occupancy",
    may="see_reports",
    snapshot=True,
    query=OCCUPANCY_QUERY,
    answer=OCCUPANCY,
    response_types=(CSV,),
)
def get_occupancy(request: RequestContext) -> Occupancy | Response:
    """Get occupancy.

    Returns how many units of each property are occupied, reserved and vacant on a day, which may be in the future;
    JSON or CSV. For owners, managers and accountants.
    """
    on = request.query.get("on", request.ctx.today)
    occupancy = lettings_service.get_occupancy(request.ctx, on)
    if wants_csv(request.http_request, request.query):
        return csv_response(f"occupancy-{on}", OCCUPANCY_COLUMNS, occupancy.items)
    return occupancy


@reporting.get(
    "/reports/collections",
    may="see_reports",
    snapshot=True,
    query=COLLECTIONS_QUERY,
    answer=COLLECTIONS,
    response_types=(CSV,),
)
def get_collections(request: RequestContext) -> Collections | Response:
    """Get collections.

    Returns the money received in a month by channel, property and day, and what it was allocated to; pending and
    reversed payments and deposits are listed apart. JSON or CSV. For owners, managers and accountants.
    """
    period: dt.date = request.query["period"]
    collections = earnings_service.get_collections(request.ctx, period)
    if wants_csv(request.http_request, request.query):
        return csv_response(f"collections-{period:%Y-%m}", COLLECTIONS_COLUMNS, collections_rows(collections))
    return collections


@reporting.get(
    "/reports/income", may="see_reports", snapshot=True, query=INCOME_QUERY, answer=INCOME, response_types=(CSV,)
)
def get_income(request: RequestContext) -> Income | Response:
    """Get income.

    Returns what was billed, less credits and voids, by property, charge type and month; JSON or CSV. For owners,
    managers and accountants.
    """
    first, last = request.query["from"], request.query["to"]
    income = earnings_service.get_income(request.ctx, first, last)
    if wants_csv(request.http_request, request.query):
        return csv_response(f"income-{first:%Y-%m}-{last:%Y-%m}", INCOME_COLUMNS, income.items)
    return income


@reporting.get(
    "/tenants/{tenant_id}/statement", may="see_reports", snapshot=True, query=STATEMENT_QUERY, answer=STATEMENT,
    response_types=(CSV,),
)  # fmt: skip
def get_tenant_statement(request: RequestContext, tenant_id: UUID) -> Statement | Response:
    """Get a tenant's statement.

    Returns what changed the balance of all leases of a tenant between two days, with the balance after each entry;
    JSON or CSV. For owners, managers and accountants.
    """
    statement = statement_service.get_tenant_statement(request.ctx, tenant_id, *_days(request))
    return _statement_response(request, statement)


@reporting.post(
    "/tenants/{tenant_id}/statement/email", may="send_statement", body=STATEMENT_DAYS, answer=MESSAGE, status=202,
    location="/v1/messages/{id}",
)  # fmt: skip
def email_tenant_statement(request: RequestContext, tenant_id: UUID) -> Message:
    """E-mail a tenant's statement.

    Queues the statement of a tenant, as it stands now, by e-mail in their language, and returns the message.
    Refused if they have no e-mail address (409). For owners, managers and accountants.
    """
    return letter_service.send_tenant_statement(
        request.ctx, tenant_id, request.body.get("from"), request.body.get("to")
    )


@reporting.get(
    "/leases/{lease_id}/statement", may="see_reports", snapshot=True, query=STATEMENT_QUERY, answer=STATEMENT,
    response_types=(CSV,),
)  # fmt: skip
def get_lease_statement(request: RequestContext, lease_id: UUID) -> Statement | Response:
    """Get a lease's statement.

    Returns what changed the balance of a lease between two days, with the balance after each entry; JSON or CSV.
    For owners, managers and accountants.
    """
    statement = statement_service.get_lease_statement(request.ctx, lease_id, *_days(request))
    return _statement_response(request, statement)


@reporting.get("/ledger/proof", may="see_ledger", snapshot=True, answer=PROOF)
def get_proof(request: RequestContext) -> Proof:
    """Prove the books.

    Recomputes every invariant of the books as of one moment and returns which hold, with the first differences of
    each that does not. For owners, managers and accountants.
    """
    return proof_service.compute_proof(request.ctx)


def _days(request: RequestContext) -> tuple[dt.date | None, dt.date | None]:
    return request.query.get("from"), request.query.get("to")


def _statement_response(request: RequestContext, statement: Statement) -> Statement | Response:
    if wants_csv(request.http_request, request.query):
        return csv_response(f"statement-{statement.to_on}", STATEMENT_COLUMNS, statement_rows(statement))
    return statement
