"""Close a lease's account: credit days billed past its end, bill what was not billed, compute the final account."""

import datetime as dt
from uuid import UUID

from chalicelib import billing, leasing, organisations, payments
from chalicelib.billing.model import Invoice
from chalicelib.clock import day_of
from chalicelib.errors import Conflict
from chalicelib.lease_accounts.closing_rules import BilledLine, compute_settlement, shares_to_credit
from chalicelib.lease_accounts.credit_notes import credit_invoice
from chalicelib.lease_accounts.model import FinalAccount, HeldDeposit
from chalicelib.leasing.model import Lease, LeaseTerms, Transfer
from chalicelib.paging import MAX_PAGE_ITEMS, PageRequest
from chalicelib.periods import month_after, periods_between
from chalicelib.runtime.context import Context

ONE_DAY = dt.timedelta(days=1)
CREDIT_REASON = "The lease ends on {ends_on}"


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


def close_account(ctx: Context, lease_id: UUID) -> FinalAccount:
    """Adjust the bills of a lease to its last day, and return its final account.

    Credits what was billed for later days. Bills the days since the last month billed and all
    pending charges, unless the last day lies in a month to come: the monthly run then does. A
    repeated call only bills what was added since, such as damage found on moving out.

    Raises:
        Conflict: the lease is open: it has no last day.
    """
    leasing.lock_lease_chains(ctx, [lease_id])
    terms = leasing.lock_lease_terms(ctx, lease_id)
    if terms.ends_on is None:
        raise Conflict("The lease has no end date; terminate it first.", lease_id=str(lease_id))
    runs = _monthly_invoices(ctx, lease_id)
    for invoice in runs:
        _credit_days_after_end(ctx, terms, invoice)
    if terms.ends_on < month_after(ctx.today):
        last_billed = max((each.run_period for each in runs if each.run_period), default=None)
        _bill_remaining_months(ctx, terms, last_billed)
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


def _monthly_invoices(ctx: Context, lease_id: UUID) -> list[Invoice]:
    """Return the lease's latest monthly invoices, newest first, without lines; enough of them to reach its end."""
    page = billing.list_invoices(ctx, PageRequest(limit=MAX_PAGE_ITEMS), lease_id=lease_id)
    return [invoice for invoice in page.items if invoice.run_period is not None]


def _credit_days_after_end(ctx: Context, terms: LeaseTerms, invoice: Invoice) -> None:
    """Credit what the invoice billed for days after the lease's last."""
    period = invoice.run_period
    if period is None or terms.ends_on is None or month_after(period) - ONE_DAY <= terms.ends_on:
        return
    billed = [
        BilledLine(
            line.id, line.charge_type, line.description, line.amount_cents, line.amount_cents - line.credited_cents
        )
        for line in billing.list_monthly_invoice_lines(ctx, invoice.id)
    ]
    owed = [line[:3] for line in billing.monthly_lines(terms, period)]
    shares = shares_to_credit(
        billed, owed, [line[:3] for line in billing.monthly_lines(terms._replace(ends_on=None), period)]
    )
    if shares:
        reason = CREDIT_REASON.format(ends_on=terms.ends_on)
        credit_invoice(ctx, invoice.id, shares, reason=reason)


def _bill_remaining_months(ctx: Context, terms: LeaseTerms, last_billed: dt.date | None) -> None:
    """Bill each month after the last one billed, with the pending charges on the last of them.

    A lease that was never billed is billed from the month in which it was entered; what it owed
    before that is its opening balance.
    """
    since = month_after(last_billed) if last_billed else _first_recorded_day(ctx, terms)
    last = terms.ends_on or ctx.today
    months = [(period, billing.monthly_lines(terms, period)) for period in periods_between(since, last)]
    owing = [(period, lines) for period, lines in months if lines]
    waiting = bool(billing.lock_pending_charges(ctx, terms.id))
    if waiting and not owing:
        owing = [(last.replace(day=1), [])]
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


def _first_recorded_day(ctx: Context, terms: LeaseTerms) -> dt.date:
    """Return the lease's first day, or the day on which it was entered if that is later."""
    lease = leasing.get_lease(ctx, terms.id)
    time_zone = organisations.get_organisation(ctx.db, ctx.organisation_id).time_zone
    return max(terms.starts_on, day_of(lease.created_at, time_zone))
