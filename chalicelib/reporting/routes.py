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
from chalicelib.web.routing import ApiBlueprint, Call
from chalicelib.web.sheets import CSV, as_csv, wants_csv

reporting = ApiBlueprint(__name__, tag="reporting")


@reporting.get(
    "/reports/rent-roll", may="see_reports", snapshot=True, query=RENT_ROLL_QUERY, answer=RENT_ROLL, tells=(CSV,)
)
def get_rent_roll(call: Call) -> RentRoll | Response:
    """Tell every unit with its lease, deposit and balance on a day."""
    of: Any = (call.query.get("on"), call.query.get("property_id"))
    if wants_csv(call.request, call.query):
        rows = lettings_service.every_unit(call.ctx, *of)
        return as_csv(f"rent-roll-{of[0] or call.ctx.today}", RENT_ROLL_COLUMNS, rows)
    return lettings_service.get_rent_roll(call.ctx, call.asked, *of)


@reporting.get("/reports/arrears", may="see_reports", snapshot=True, query=ARREARS_QUERY, answer=ARREARS, tells=(CSV,))
def get_arrears(call: Call) -> Arrears | Response:
    """Tell what each lease has open on a day, by days past due."""
    of: Any = (call.query.get("on"), call.query.get("property_id"))
    if wants_csv(call.request, call.query):
        sort = call.query["sort"]
        rows = arrears_service.every_arrears(call.ctx, sort, *of)
        return as_csv(f"arrears-{of[0] or call.ctx.today}", ARREARS_COLUMNS, rows)
    return arrears_service.get_arrears(call.ctx, call.asked, *of)


@reporting.get(
    "/reports/occupancy", may="see_reports", snapshot=True, query=OCCUPANCY_QUERY, answer=OCCUPANCY, tells=(CSV,)
)
def get_occupancy(call: Call) -> Occupancy | Response:
    """Tell how many units of each property are let on a day."""
    on = call.query.get("on", call.ctx.today)
    occupancy = lettings_service.get_occupancy(call.ctx, on)
    if wants_csv(call.request, call.query):
        return as_csv(f"occupancy-{on}", OCCUPANCY_COLUMNS, occupancy.items)
    return occupancy


@reporting.get(
    "/reports/collections", may="see_reports", snapshot=True, query=COLLECTIONS_QUERY, answer=COLLECTIONS, tells=(CSV,)
)
def get_collections(call: Call) -> Collections | Response:
    """Tell the money that came in during a month."""
    period: dt.date = call.query["period"]
    collections = earnings_service.get_collections(call.ctx, period)
    if wants_csv(call.request, call.query):
        return as_csv(f"collections-{period:%Y-%m}", COLLECTIONS_COLUMNS, collections_rows(collections))
    return collections


@reporting.get("/reports/income", may="see_reports", snapshot=True, query=INCOME_QUERY, answer=INCOME, tells=(CSV,))
def get_income(call: Call) -> Income | Response:
    """Tell what was earned, by property, charge type and month."""
    first, last = call.query["from"], call.query["to"]
    income = earnings_service.get_income(call.ctx, first, last)
    if wants_csv(call.request, call.query):
        return as_csv(f"income-{first:%Y-%m}-{last:%Y-%m}", INCOME_COLUMNS, income.items)
    return income


@reporting.get(
    "/tenants/{tenant_id}/statement", may="see_reports", snapshot=True, query=STATEMENT_QUERY, answer=STATEMENT,
    tells=(CSV,),
)  # fmt: skip
def get_tenant_statement(call: Call, tenant_id: UUID) -> Statement | Response:
    """Tell what changed that a tenant owes."""
    statement = statement_service.get_tenant_statement(call.ctx, tenant_id, *_days(call))
    return _told(call, statement)


@reporting.post(
    "/tenants/{tenant_id}/statement/email", may="send_statement", body=STATEMENT_DAYS, answer=MESSAGE, status=202,
    location="/v1/messages/{id}",
)  # fmt: skip
def email_tenant_statement(call: Call, tenant_id: UUID) -> Message:
    """Send the statement to the tenant's e-mail address, as it stands now; the answer is the message on its way."""
    return letter_service.send_tenant_statement(call.ctx, tenant_id, call.body.get("from"), call.body.get("to"))


@reporting.get(
    "/leases/{lease_id}/statement", may="see_reports", snapshot=True, query=STATEMENT_QUERY, answer=STATEMENT,
    tells=(CSV,),
)  # fmt: skip
def get_lease_statement(call: Call, lease_id: UUID) -> Statement | Response:
    """Tell what changed that is owed for a lease."""
    statement = statement_service.get_lease_statement(call.ctx, lease_id, *_days(call))
    return _told(call, statement)


@reporting.get("/ledger/proof", may="see_ledger", snapshot=True, answer=PROOF)
def get_proof(call: Call) -> Proof:
    """Recompute everything that must agree in the books, and tell whether it does."""
    return proof_service.prove(call.ctx)


def _days(call: Call) -> tuple[dt.date | None, dt.date | None]:
    return call.query.get("from"), call.query.get("to")


def _told(call: Call, statement: Statement) -> Statement | Response:
    if wants_csv(call.request, call.query):
        return as_csv(f"statement-{statement.to_on}", STATEMENT_COLUMNS, statement_rows(statement))
    return statement
