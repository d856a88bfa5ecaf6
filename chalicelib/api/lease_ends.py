"""How leases end: terminated, transferred, taken back, settled."""

from uuid import UUID

from chalicelib import lease_accounts
from chalicelib.api.schemas import leases as schemas
from chalicelib.lease_accounts.model import FinalAccount
from chalicelib.leasing.model import Lease
from chalicelib.web.routing import ApiBlueprint, RequestContext

routes = ApiBlueprint(__name__, tag="leasing")


@routes.post(
    "/leases/{lease_id}/terminate",
    tag="payments",
    may="terminate_lease",
    body=schemas.Termination,
    answer=schemas.FinalAccountView,
)
def terminate_lease(request: RequestContext, lease_id: UUID) -> FinalAccount:
    """Terminate a lease.

    Ends a lease with ``ends_on`` and returns its final account: days billed beyond are credited, unbilled days are
    billed. A notice that is too short is refused unless ``waive_notice`` is set (422); an ended lease is refused
    (409). For owners and managers.
    """
    return lease_accounts.terminate_lease(
        request.ctx,
        lease_id,
        None,
        ends_on=request.body["ends_on"],
        given_on=request.body.get("given_on", request.ctx.today),
        waive_notice=request.body["waive_notice"],
    )


@routes.post(
    "/leases/{lease_id}/transfer",
    tag="payments",
    may="edit_leases",
    body=schemas.Transfer,
    answer=schemas.LeaseView,
    location="/v1/leases/{id}",
)
def transfer_lease(request: RequestContext, lease_id: UUID) -> Lease:
    """Transfer a lease to another unit.

    Ends the lease the day before ``starts_on``, settles its bills, and creates a lease of the same tenants on
    another unit, which is returned; recurring charges, deposits and credit carry over. Refused if the unit is let
    on some of the days (409). For owners and managers.
    """
    return lease_accounts.transfer_lease(request.ctx, lease_id, request.body)


@routes.post(
    "/leases/{lease_id}/withdraw-termination",
    tag="payments",
    may="terminate_lease",
    status=200,
    answer=schemas.LeaseView,
)
def withdraw_termination(request: RequestContext, lease_id: UUID) -> Lease:
    """Withdraw a termination.

    Lets a lease whose last day is not over run to the end that was agreed before, and bills again what was credited.
    Refused (409) if it was not terminated, deposit or credit was paid out since, or the unit is let to others from
    then. For owners and managers.
    """
    return lease_accounts.withdraw_termination(request.ctx, lease_id, None)


@routes.post(
    "/leases/{lease_id}/call-off-transfer", tag="payments", may="edit_leases", status=200, answer=schemas.LeaseView
)
def call_off_transfer(request: RequestContext, lease_id: UUID) -> Lease:
    """Call off a transfer.

    Ends the lease of the other unit before its first day and lets this one go on: deposits, credit and bills come
    back. Refused (409) once the other lease has begun, if deposit or credit was paid out since, or the unit is let to
    others from then. For owners and managers.
    """
    return lease_accounts.call_off_transfer(request.ctx, lease_id)


@routes.get("/leases/{lease_id}/final-account", tag="payments", may="see_billing", answer=schemas.FinalAccountView)
def get_final_account(request: RequestContext, lease_id: UUID) -> FinalAccount:
    """Get the final account of a lease.

    Returns what a lease owes, has in credit and holds in deposits now, and what remains to refund or to collect
    once these are set off. For owners, managers and accountants.
    """
    return lease_accounts.get_final_account(request.ctx, lease_id)


@routes.post("/leases/{lease_id}/final-account", tag="payments", may="terminate_lease", answer=schemas.FinalAccountView)
def close_account(request: RequestContext, lease_id: UUID) -> FinalAccount:
    """Settle the final account of a lease.

    Credits what was billed after the last day of the lease and bills what was not, and returns the final account.
    Safe to repeat: a second call only adds what has come up since. A lease without a last day is refused (409). For
    owners and managers.
    """
    return lease_accounts.close_account(request.ctx, lease_id)
