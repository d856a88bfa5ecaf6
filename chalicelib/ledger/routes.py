"""The ledger over HTTP: what stands on its accounts, what was posted, which months are closed."""

from uuid import UUID

from chalicelib.ledger import service
from chalicelib.ledger.model import ClosedPeriod, Journal, LedgerAccount
from chalicelib.ledger.schemas import (
    ACCOUNT,
    ACCOUNT_QUERY,
    JOURNAL,
    JOURNAL_QUERY,
    JOURNAL_WITH_POSTINGS,
    PAGING,
    PERIOD,
    PERIOD_PATH,
)
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

ledger = ApiBlueprint(__name__, tag="ledger")


@ledger.get("/ledger/accounts", may="see_ledger", query=ACCOUNT_QUERY, answer=ACCOUNT, snapshot=True)
def list_accounts(request: RequestContext) -> Page[LedgerAccount]:
    """List ledger accounts.

    Returns the trial balance: each account with debits, credits and balance at the end of ``as_of`` (today if
    absent). For owners, managers and accountants.
    """
    as_of = request.query.get("as_of", request.ctx.today)
    kind = request.query.get("type")
    return service.list_accounts(request.ctx, request.page_request, as_of=as_of, type=kind)


@ledger.get("/ledger/journals", may="see_ledger", query=JOURNAL_QUERY, answer=JOURNAL)
def list_journals(request: RequestContext) -> Page[Journal]:
    """List journals.

    Returns journals without their postings, newest first; filter by source, kind and period. For owners, managers
    and accountants.
    """
    filters = {name: request.query[name] for name in ("source_id", "kind", "period") if name in request.query}
    return service.list_journals(request.ctx, request.page_request, **filters)


@ledger.get("/ledger/journals/{journal_id}", may="see_ledger", answer=JOURNAL_WITH_POSTINGS)
def get_journal(request: RequestContext, journal_id: UUID) -> Journal:
    """Get a journal.

    Returns one journal with its postings, which add up to zero; debits are positive. For owners, managers and
    accountants.
    """
    return service.get_journal(request.ctx, journal_id)


@ledger.get("/ledger/periods", may="see_ledger", query=PAGING, answer=PERIOD)
def list_periods(request: RequestContext) -> Page[ClosedPeriod]:
    """List closed months.

    Returns the months that are closed, newest first. For owners, managers and accountants.
    """
    return service.list_periods(request.ctx, request.page_request)


@ledger.post("/ledger/periods/{period}/close", may="close_period", answer=PERIOD, status=200, fresh=True)
def close_period(request: RequestContext, period: str) -> ClosedPeriod:
    """Close a month.

    Closes a month for good: what falls in it from now on takes effect on the first open day. Months are closed in
    order, once they have ended (409; ``next_period`` names the next). For owners and accountants, with a recent
    sign-in.
    """
    month = PERIOD_PATH.load({"period": period})["period"]
    return service.close_period(request.ctx, month)
