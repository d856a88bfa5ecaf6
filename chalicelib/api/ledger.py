"""The ledger: accounts, journals, periods, and the proof of the books."""

from uuid import UUID

from chalicelib import ledger, reporting
from chalicelib.api.schemas import ledger as schemas
from chalicelib.ledger.model import ClosedPeriod, Journal, LedgerAccount
from chalicelib.reporting.proof_model import Proof
from chalicelib.web.fields import Paging
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

routes = ApiBlueprint(__name__, tag="ledger")


@routes.get("/ledger/accounts", may="see_ledger", query=schemas.AccountQuery, answer=schemas.AccountView, snapshot=True)
def list_accounts(request: RequestContext) -> Page[LedgerAccount]:
    """List ledger accounts.

    Returns the trial balance: each account with debits, credits and balance at the end of ``as_of`` (today if
    absent). For owners, managers and accountants.
    """
    as_of = request.query.get("as_of", request.ctx.today)
    kind = request.query.get("type")
    return ledger.list_accounts(request.ctx, request.page_request, as_of=as_of, type=kind)


@routes.get("/ledger/journals", may="see_ledger", query=schemas.JournalQuery, answer=schemas.JournalView)
def list_journals(request: RequestContext) -> Page[Journal]:
    """List journals.

    Returns journals without their postings, newest first; filter by source, kind and period. For owners, managers
    and accountants.
    """
    filters = {name: request.query[name] for name in ("source_id", "kind", "period") if name in request.query}
    return ledger.list_journals(request.ctx, request.page_request, **filters)


@routes.get("/ledger/journals/{journal_id}", may="see_ledger", answer=schemas.JournalWithPostings)
def get_journal(request: RequestContext, journal_id: UUID) -> Journal:
    """Get a journal.

    Returns one journal with its postings, which add up to zero; debits are positive. For owners, managers and
    accountants.
    """
    return ledger.get_journal(request.ctx, journal_id)


@routes.get("/ledger/periods", may="see_ledger", query=Paging, answer=schemas.PeriodView)
def list_periods(request: RequestContext) -> Page[ClosedPeriod]:
    """List closed months.

    Returns the months that are closed, newest first. For owners, managers and accountants.
    """
    return ledger.list_periods(request.ctx, request.page_request)


@routes.post("/ledger/periods/{period}/close", may="close_period", answer=schemas.PeriodView, status=200, fresh=True)
def close_period(request: RequestContext, period: str) -> ClosedPeriod:
    """Close a month.

    Closes a month for good: what falls in it from now on takes effect on the first open day. Months are closed in
    order, once they have ended (409; ``next_period`` names the next). For owners and accountants, with a recent
    sign-in.
    """
    month = schemas.PeriodPath().load({"period": period})["period"]
    return ledger.close_period(request.ctx, month)


@routes.get("/ledger/proof", tag="reporting", may="see_ledger", snapshot=True, answer=schemas.ProofView)
def get_proof(request: RequestContext) -> Proof:
    """Prove the books.

    Recomputes every invariant of the books as of one moment and returns which hold, with the first differences of
    each that does not. For owners, managers and accountants.
    """
    return reporting.compute_proof(request.ctx)
