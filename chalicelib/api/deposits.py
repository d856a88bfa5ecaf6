"""Deposits: recorded, refunded, deducted from."""

from uuid import UUID

from chalicelib import lease_accounts, leasing
from chalicelib.api.schemas import deposits as schemas
from chalicelib.api.schemas import payments as payment_schemas
from chalicelib.lease_accounts.model import Deduction
from chalicelib.leasing.model import DepositEntry
from chalicelib.web.fields import Paging
from chalicelib.web.routing import ApiBlueprint, Page, RequestContext

routes = ApiBlueprint(__name__, tag="leasing")


@routes.get("/leases/{lease_id}/deposits", may="see_billing", query=Paging, answer=schemas.DepositView)
def list_deposits(request: RequestContext, lease_id: UUID) -> Page[DepositEntry]:
    """List the deposit entries of a lease.

    Returns every movement of the deposits of a lease; the deposit held is their sum. For owners, managers and
    accountants.
    """
    return leasing.list_deposits(request.ctx, lease_id, request.page_request)


@routes.post("/leases/{lease_id}/deposits", may="hold_deposit", body=schemas.NewDeposit, answer=schemas.DepositView)
def record_deposit(request: RequestContext, lease_id: UUID) -> DepositEntry:
    """Record a deposit.

    Records a deposit received and posts it to the ledger; without ``channel_id`` it is one that was held before the
    books began. ``entered_on`` may not be in the future. For owners, managers and accountants.
    """
    return leasing.record_deposit(request.ctx, lease_id, request.body)


@routes.post(
    "/leases/{lease_id}/deposit-refunds",
    may="hold_deposit",
    body=schemas.DepositRefund,
    answer=schemas.DepositView,
    fresh=True,
)
def refund_deposit(request: RequestContext, lease_id: UUID) -> DepositEntry:
    """Refund a deposit.

    Records that a deposit, or a part of it, was paid back out of a channel, and posts it. Refused if less was held
    of that kind on that day or since (409). For owners, managers and accountants, with a recent sign-in.
    """
    return leasing.refund_deposit(request.ctx, lease_id, request.body)


@routes.post(
    "/deposits/{deposit_entry_id}/reverse", may="hold_deposit", body=schemas.DepositReversal, answer=schemas.DepositView
)
def reverse_deposit_entry(request: RequestContext, deposit_entry_id: UUID) -> DepositEntry:
    """Reverse a deposit entry.

    Undoes a deposit or deposit refund that was recorded by mistake: a mirror entry is added and the journal
    reversed. A deduction is reversed by its own operation. Refused if already reversed, or the money is no longer
    held (409). For owners, managers and accountants.
    """
    return leasing.reverse_deposit_entry(
        request.ctx, deposit_entry_id, reason=request.body["reason"], on=request.ctx.today
    )


@routes.post(
    "/leases/{lease_id}/deposit-deductions",
    tag="payments",
    may="hold_deposit",
    body=schemas.NewDeduction,
    answer=schemas.DeductionView,
)
def deduct_deposit(request: RequestContext, lease_id: UUID) -> Deduction:
    """Deduct from a deposit.

    Takes an amount from the deposits held and allocates it to what the lease owes, oldest first, or to one invoice.
    Refused if less is held or less is owed (409). For owners, managers and accountants.
    """
    return lease_accounts.deduct_deposit(request.ctx, lease_id, request.body)


@routes.post(
    "/deposit-deductions/{entry_id}/reverse",
    tag="payments",
    may="hold_deposit",
    status=204,
    body=payment_schemas.Reason,
)
def reverse_deduction(request: RequestContext, entry_id: UUID) -> None:
    """Reverse a deposit deduction.

    Undoes a deduction: its lines are open again and the deposit is held as before. A second reversal is refused
    (409). For owners, managers and accountants.
    """
    lease_accounts.reverse_deduction(request.ctx, entry_id, reason=request.body["reason"])
