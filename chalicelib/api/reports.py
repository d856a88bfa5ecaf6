"""Reports: rent roll, arrears, occupancy, collections, income."""

import datetime as dt
from typing import Any

from chalice.app import Response

from chalicelib import billing, lease_accounts, reporting
from chalicelib.api.schemas import reports as schemas
from chalicelib.billing.model import Correction
from chalicelib.lease_accounts.model import UnbilledMonth
from chalicelib.reporting.csv_rows import (
    ARREARS_COLUMNS,
    COLLECTIONS_COLUMNS,
    INCOME_COLUMNS,
    OCCUPANCY_COLUMNS,
    RENT_ROLL_COLUMNS,
    collections_rows,
)
from chalicelib.reporting.model import Arrears, Collections, Income, Occupancy, RentRoll
from chalicelib.web.csv_responses import CSV, csv_response, wants_csv
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

routes = ApiBlueprint(__name__, tag="reporting")


@routes.get(
    "/reports/rent-roll",
    may="see_reports",
    snapshot=True,
    query=schemas.RentRollQuery,
    answer=schemas.RentRollView,
    response_types=(CSV,),
)
def get_rent_roll(request: RequestContext) -> RentRoll | Response:
    """Get the rent roll.

    Returns every unit with its lease, tenant, rent, deposit and balance on a day (today if absent), as JSON pages
    or as one CSV. For owners, managers and accountants.
    """
    of: Any = (request.query.get("on"), request.query.get("property_id"))
    if wants_csv(request.http_request, request.query):
        rows = reporting.iter_rent_roll(request.ctx, *of)
        return csv_response(f"rent-roll-{of[0] or request.ctx.today}", RENT_ROLL_COLUMNS, rows)
    return reporting.get_rent_roll(request.ctx, request.page_request, *of)


@routes.get(
    "/reports/arrears",
    may="see_reports",
    snapshot=True,
    query=schemas.ArrearsQuery,
    answer=schemas.ArrearsView,
    response_types=(CSV,),
)
def get_arrears(request: RequestContext) -> Arrears | Response:
    """Get arrears.

    Returns what each lease owes on a day (today if absent), by days overdue, with the totals, as JSON pages or as
    one CSV. Credit of a lease is taken off what it owes, the oldest first, so that `total` less `credit` is the balance
    of its statement on that day; the totals include the credit of leases that owe nothing, which are not listed. For
    owners, managers and accountants.
    """
    of: Any = (request.query.get("on"), request.query.get("property_id"))
    if wants_csv(request.http_request, request.query):
        sort = request.query["sort"]
        rows = reporting.iter_arrears(request.ctx, sort, *of)
        return csv_response(f"arrears-{of[0] or request.ctx.today}", ARREARS_COLUMNS, rows)
    return reporting.get_arrears(request.ctx, request.page_request, *of)


@routes.get(
    "/reports/occupancy",
    may="see_reports",
    snapshot=True,
    query=schemas.OccupancyQuery,
    answer=schemas.OccupancyView,
    response_types=(CSV,),
)
def get_occupancy(request: RequestContext) -> Occupancy | Response:
    """Get occupancy.

    Returns how many units of each property are occupied, reserved and vacant on a day, which may be in the future;
    JSON or CSV. For owners, managers and accountants.
    """
    on = request.query.get("on", request.ctx.today)
    occupancy = reporting.get_occupancy(request.ctx, on)
    if wants_csv(request.http_request, request.query):
        return csv_response(f"occupancy-{on}", OCCUPANCY_COLUMNS, occupancy.items)
    return occupancy


@routes.get(
    "/reports/collections",
    may="see_reports",
    snapshot=True,
    query=schemas.CollectionsQuery,
    answer=schemas.CollectionsView,
    response_types=(CSV,),
)
def get_collections(request: RequestContext) -> Collections | Response:
    """Get collections.

    Returns the money received in a month by channel, property and day, less what was reversed in it, and what was
    allocated and refunded in it; `unallocated` is what credit grew by. Days are those of the ledger: what is entered
    once a month is closed, a reversal too, counts in the open one. Pending and reversed payments and deposits are
    listed apart. JSON or CSV. For owners, managers and accountants.
    """
    period: dt.date = request.query["period"]
    collections = reporting.get_collections(request.ctx, period)
    if wants_csv(request.http_request, request.query):
        return csv_response(f"collections-{period:%Y-%m}", COLLECTIONS_COLUMNS, collections_rows(collections))
    return collections


@routes.get(
    "/reports/income",
    may="see_reports",
    snapshot=True,
    query=schemas.IncomeQuery,
    answer=schemas.IncomeView,
    response_types=(CSV,),
)
def get_income(request: RequestContext) -> Income | Response:
    """Get income.

    Returns what was billed, less credits and voids, by property, charge type and month; JSON or CSV. The month is that
    in which it took effect, or with `by=period` that for which it was billed; what was added once that month was closed
    is then `added_later`, beside `amount`. For owners, managers and accountants.
    """
    first, last = request.query["from"], request.query["to"]
    income = reporting.get_income(request.ctx, first, last, request.query["by"])
    if wants_csv(request.http_request, request.query):
        return csv_response(f"income-{first:%Y-%m}-{last:%Y-%m}", INCOME_COLUMNS, income.items)
    return income


@routes.get("/reports/corrections", may="see_reports", query=schemas.CorrectionQuery, answer=schemas.CorrectionView)
def list_corrections(request: RequestContext) -> Page[Correction]:
    """List corrections.

    Returns what was derived again because a fact came late, and why, the latest first: late fees and differences of
    rent. Filter by lease, property and the month in which it was corrected. For owners, managers and accountants.
    """
    return billing.list_corrections(
        request.ctx,
        request.page_request,
        lease_id=request.query.get("lease_id"),
        property_id=request.query.get("property_id"),
        period=request.query.get("period"),
    )


@routes.get(
    "/reports/unbilled-months", may="see_reports", query=schemas.UnbilledMonthQuery, answer=schemas.UnbilledMonthView
)
def list_unbilled_months(request: RequestContext) -> Page[UnbilledMonth]:
    """List unbilled months.

    Returns the months until this one that leases should have been billed for and were not, with what they owe by their
    terms; a page is one of leases. Bill them by a run, or excuse the lease. For owners, managers and accountants.
    """
    return lease_accounts.list_unbilled_months(request.ctx, request.page_request, request.query.get("property_id"))
