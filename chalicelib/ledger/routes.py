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
from chalicelib.web.routing import ApiBlueprint, Call, Page

ledger = ApiBlueprint(__name__, tag="ledger")


@ledger.get("/ledger/accounts", may="see_ledger", query=ACCOUNT_QUERY, answer=ACCOUNT, snapshot=True)
def list_accounts(call: Call) -> Page[LedgerAccount]:
    """List the accounts with their debits, credits and balance until the end of a day, today unless one is named."""
    as_of = call.query.get("as_of", call.ctx.today)
    kind = call.query.get("type")
    return service.list_accounts(call.ctx, call.asked, as_of=as_of, type=kind)


@ledger.get("/ledger/journals", may="see_ledger", query=JOURNAL_QUERY, answer=JOURNAL)
def list_journals(call: Call) -> Page[Journal]:
    """List journals, those posted last first."""
    filters = {name: call.query[name] for name in ("source_id", "kind", "period") if name in call.query}
    return service.list_journals(call.ctx, call.asked, **filters)


@ledger.get("/ledger/journals/{journal_id}", may="see_ledger", answer=JOURNAL_WITH_POSTINGS)
def get_journal(call: Call, journal_id: UUID) -> Journal:
    """Tell one journal with its postings."""
    return service.get_journal(call.ctx, journal_id)


@ledger.get("/ledger/periods", may="see_ledger", query=PAGING, answer=PERIOD)
def list_periods(call: Call) -> Page[ClosedPeriod]:
    """List the months that are closed, newest first."""
    return service.list_periods(call.ctx, call.asked)


@ledger.post("/ledger/periods/{period}/close", may="close_period", answer=PERIOD, status=200, fresh=True)
def close_period(call: Call, period: str) -> ClosedPeriod:
    """Close a month for good; months are closed in order, once they have ended."""
    month = PERIOD_PATH.load({"period": period})["period"]
    return service.close_period(call.ctx, month)
