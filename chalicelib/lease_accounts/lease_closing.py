"""Close a lease's account: credit days billed past its end, bill what was not billed, compute the final account."""

import datetime as dt
from uuid import UUID

from chalicelib import billing, leasing, payments
from chalicelib.errors import Conflict
from chalicelib.lease_accounts.model import FinalAccount, HeldDeposit
from chalicelib.lease_accounts.revision import revise_charges
from chalicelib.lease_accounts.revision_rules import compute_settlement
from chalicelib.leasing.model import Lease, LeaseTerms, Transfer
from chalicelib.periods import month_after, period_of, periods_between, short_day
from chalicelib.runtime.context import Context


def terminate_lease(
    ctx: Context,
    lease_id: UUID,
    version: int | None,
    *,
    ends_on: dt.date,
    given_on: dt.date,
    waive_notice: bool = False,
) -> FinalAccount:
    """Terminate the lease on its last day ``ends_on``, adjust its bills to that, and return its final account.

    The deposits of a renewal or transfer that is called off return to the preceding lease.

    Raises:
        Conflict: it has ended.
        Invalid: the notice is too short and not waived, or the days do not fit the lease.
        PreconditionFailed: it is no longer at ``version``.
    """
    leasing.lock_lease_chains(ctx, [lease_id])
    ended = leasing.record_termination(
        ctx, lease_id, version, ends_on=ends_on, given_on=given_on, waive_notice=waive_notice
    )
    leasing.return_deposits(ctx, ended)
    return close_account(ctx, lease_id)


def transfer_lease(ctx: Context, lease_id: UUID, transfer: Transfer) -> Lease:
    """Transfer the tenants to another unit (``leasing.create_successor``), adjust the old lease's bills to its last
    day, and return the new lease.

    Raises:
        Conflict, Invalid, NotFound: as ``leasing.create_successor``.
    """
    lease = leasing.create_successor(ctx, lease_id, transfer)
    close_account(ctx, lease_id)
    return lease


def withdraw_termination(ctx: Context, lease_id: UUID, version: int | None) -> Lease:
    """Withdraw the termination of a lease (``leasing.continue_lease``), bill again what was credited because of it, and
    return the lease.

    Raises:
        Conflict, NotFound, PreconditionFailed: as there.
    """
    before = leasing.get_lease(ctx, lease_id)
    lease = leasing.continue_lease(ctx, lease_id, version)
    _bill_again(ctx, before, "termination withdrawn")
    return lease


def call_off_transfer(ctx: Context, lease_id: UUID) -> Lease:
    """Call off the transfer of a lease (``leasing.call_off_successor``) and return the lease, which goes on.

    What the other lease was billed is credited, what this one was credited is billed again.

    Raises:
        Conflict, NotFound: as there.
    """
    before = leasing.get_lease(ctx, lease_id)
    lease = leasing.call_off_successor(ctx, lease_id)
    _bill_again(ctx, before, "transfer called off")
    return lease


def _bill_again(ctx: Context, before: Lease, what: str) -> None:
    if before.ends_on is not None:
        because = f"{what} on {short_day(ctx.today, ctx.today)}"
        revise_charges(ctx, [before.id], period_of(before.ends_on), because)


def close_account(ctx: Context, lease_id: UUID) -> FinalAccount:
    """Adjust the bills of a lease to its last day, and return its final account.

    Credits what was billed for later days. Bills every month that is not billed yet, from that which the books bill
    first, and all pending charges, unless the last day lies in a month to come: the monthly run then does. A
    repeated call only bills what was added since, such as damage found on moving out.

    Raises:
        Conflict: the lease is open: it has no last day.
    """
    leasing.lock_lease_chains(ctx, [lease_id])
    terms = leasing.lock_lease_terms(ctx, lease_id)
    if terms.ends_on is None:
        raise Conflict("The lease has no end date; terminate it first.", lease_id=str(lease_id))
    because = f"the lease ends on {short_day(terms.ends_on, ctx.today)}"
    revise_charges(ctx, [lease_id], period_of(terms.ends_on), because)
    if terms.ends_on < month_after(ctx.today):
        payments.assess_final_late_fees(ctx, lease_id)
        _bill_remaining_months(ctx, terms)
    payments.apply_and_post_lease_credits(ctx, [lease_id])
    return get_final_account(ctx, lease_id)


def get_final_account(ctx: Context, lease_id: UUID) -> FinalAccount:
    """Return the current account: owed, in credit, deposits, and what remains once these are set off."""
    lease = leasing.get_lease(ctx, lease_id)
    lines = billing.list_open_lines(ctx, [lease_id]).get(lease_id, [])
    owed_cents = sum(line.open_cents for line in lines)
    credit_cents = payments.get_credit(ctx, lease_id)
    held = leasing.get_held_deposits(ctx, lease_id)
    held_cents = sum(held.values())
    refundable_cents, still_owed_cents = compute_settlement(owed_cents, credit_cents, held_cents)
    return FinalAccount(
        lease_id=lease_id,
        ends_on=lease.ends_on,
        owed_cents=owed_cents,
        credit_cents=credit_cents,
        held_cents=held_cents,
        refundable_cents=refundable_cents,
        still_owed_cents=still_owed_cents,
        deposits=[HeldDeposit(kind, cents) for kind, cents in held.items()],
    )


def _bill_remaining_months(ctx: Context, terms: LeaseTerms) -> None:
    """Bill each month of the lease that the books bill and that is neither billed nor excused, the pending charges on
    the last of them."""
    last = terms.ends_on or ctx.today
    settled = billing.list_settled_periods(ctx, [terms.id]).get(terms.id, set())
    months = []
    for period in periods_between(max(terms.billed_from, terms.starts_on), last):
        if period not in settled:
            earlier = leasing.list_earlier_terms(ctx, [terms], period).get(terms.id, ())
            months.append((period, billing.monthly_lines(terms, period, earlier)))
    owing = [(period, lines) for period, lines in months if lines]
    waiting = bool(billing.lock_pending_charges(ctx, terms.id))
    if waiting and not owing:
        owing = [(period_of(last), [])]
    for index, (period, lines) in enumerate(owing, 1):
        billing.issue_invoice_of_kind(
            ctx,
            terms.id,
            kind="final",
            lines=[line[:3] for line in lines],
            period=period,
            issued_on=ctx.today,
            with_charges=waiting and index == len(owing),
        )
