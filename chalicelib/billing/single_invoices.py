"""Invoices other than the monthly ones: single, final and opening balances."""

import datetime as dt
from collections.abc import Iterable, Sequence
from uuid import UUID

from chalicelib import leasing
from chalicelib.billing import charge_repository, invoice_query_repository, invoice_repository
from chalicelib.billing.invoices import get_invoice
from chalicelib.billing.issuing import issue_drafts
from chalicelib.billing.model import (
    MANUAL_CHARGE_TYPES,
    REFUND_RECOVERY,
    Draft,
    DraftLine,
    Invoice,
    InvoicedLease,
    NewInvoice,
)
from chalicelib.billing.monthly_invoices import charge_line
from chalicelib.billing.rules import Period, overdue_on
from chalicelib.errors import Conflict, Invalid
from chalicelib.ids import new_id
from chalicelib.periods import period_of
from chalicelib.runtime.context import Context


def issue_single_invoice(ctx: Context, new: NewInvoice) -> Invoice:
    """Issue an invoice that a member entered, and return it.

    Raises:
        Invalid: issued in the future, or as ``issue_invoice_of_kind``.
        NotFound: the organisation has no such lease.
    """
    issued_on = new.issued_on or ctx.today
    _refuse_future("issued_on", issued_on, ctx.today)
    return issue_invoice_of_kind(
        ctx,
        new.lease_id,
        kind="single",
        lines=[(line.charge_type, line.description, line.amount_cents) for line in new.lines],
        period=new.period or period_of(issued_on),
        issued_on=issued_on,
        due_on=new.due_on,
        with_charges=new.with_charges,
    )


def issue_invoice_of_kind(
    ctx: Context,
    lease_id: UUID,
    *,
    kind: str,
    lines: Sequence[tuple[str, str, int]],
    period: Period,
    issued_on: dt.date,
    due_on: dt.date | None = None,
    with_charges: bool = False,
) -> Invoice:
    """Issue one invoice of (charge_type, description, cents) and return it. Locks the lease.

    A "final" invoice claims its month if the lease was not billed for it, so that no bill run
    bills it again.

    Args:
        due_on: Default: the day of issue.
        with_charges: Include the lease's pending one-off charges.

    Raises:
        Invalid: no lines, an amount that is not above 0, a type not billed by hand, due before issued.
        NotFound: the organisation has no such lease.
    """
    leasing.lock_lease(ctx, lease_id)
    [lease] = invoice_query_repository.list_invoiced_leases(ctx, [lease_id])
    pending = charge_repository.lock_pending(ctx, [lease_id], None) if with_charges else []
    drafted = [DraftLine(*line) for line in lines]
    due = due_on or issued_on
    _check_draft(kind, drafted, bool(pending), issued_on, due)
    claims = kind == "final" and not invoice_repository.filter_billed_leases(ctx, period, [lease_id])
    draft = _invoice_draft(lease, kind, period, issued_on, due, drafted + [charge_line(charge) for charge in pending])
    draft = draft._replace(run_period=period if claims else None)
    issue_drafts(ctx, [draft])
    if pending:
        charge_repository.claim_for_invoice(ctx, [charge.id for charge in pending], draft.id)
    return get_invoice(ctx, draft.id)


def issue_opening_invoice(ctx: Context, lease_id: UUID, amount_cents: int, on: dt.date) -> Invoice:
    """Record what a lease owed when its books began, as an invoice due the day before.

    It was due before the books began, so it is in arrears from their first day. Earlier months are in it, and are not
    billed any more.

    Raises:
        Conflict: the lease has an opening balance; void that first.
        Invalid: the amount is not above 0, or ``on`` is in the future.
        NotFound: the organisation has no such lease.
    """
    _refuse_future("on", on, ctx.today)
    made = issue_opening_invoices(ctx, [(lease_id, amount_cents)], on)
    return get_invoice(ctx, made[0])


def issue_opening_invoices(ctx: Context, balances: Iterable[tuple[UUID, int]], on: dt.date) -> list[UUID]:
    """Record many leases' opening balances (each lease once, cents) and return the invoices' ids by lease id.

    Raises:
        Conflict, Invalid, NotFound: as ``issue_opening_invoice``, and nothing is recorded.
        ValueError: a lease is named twice.
    """
    listed = list(balances)
    owed = dict(listed)
    if len(owed) != len(listed):
        raise ValueError("a lease has one opening balance")
    leasing.lock_leases(ctx, owed)
    already = invoice_repository.filter_leases_with_opening(ctx, list(owed))
    if already:
        raise Conflict("The lease already has an opening balance; void it first.", lease_id=str(min(already)))
    day_before = on - dt.timedelta(days=1)
    drafts = []
    for lease in invoice_query_repository.list_invoiced_leases(ctx, list(owed)):
        line = DraftLine("opening_balance", "Balance brought forward", owed[lease.id])
        _check_draft("opening", [line], False, on, on)
        drafts.append(_invoice_draft(lease._replace(grace_days=0), "opening", period_of(on), on, day_before, [line]))
    issue_drafts(ctx, drafts)
    leasing.bill_from(ctx, list(owed), period_of(on))
    return [draft.id for draft in drafts]


def issue_refund_recovery(ctx: Context, lease_id: UUID, amount_cents: int) -> UUID:
    """Bill a refund that is to be returned, due today, and return the invoice's id. The caller has locked the lease."""
    [lease] = invoice_query_repository.list_invoiced_leases(ctx, [lease_id])
    line = DraftLine(REFUND_RECOVERY, "Refund to be returned", amount_cents)
    draft = _invoice_draft(lease, "single", period_of(ctx.today), ctx.today, ctx.today, [line])
    issue_drafts(ctx, [draft])
    return draft.id


def _invoice_draft(
    lease: InvoicedLease, kind: str, period: Period, issued_on: dt.date, due: dt.date, lines: list[DraftLine]
) -> Draft:
    return Draft(
        id=new_id(),
        kind=kind,
        lease_id=lease.id,
        property_id=lease.property_id,
        tenant_id=lease.tenant_id,
        period=period,
        run_period=None,
        issued_on=issued_on,
        due_on=due,
        overdue_on=overdue_on(due, lease.grace_days),
        lines=lines,
    )


def _check_draft(kind: str, lines: Sequence[DraftLine], has_charges: bool, issued_on: dt.date, due: dt.date) -> None:
    allowed = ("opening_balance",) if kind == "opening" else MANUAL_CHARGE_TYPES
    wrong = []
    if not lines and not has_charges:
        wrong.append(("lines", "expected at least one line, or a pending charge"))
    for index, line in enumerate(lines):
        if line.charge_type not in allowed:
            wrong.append((f"lines.{index}.charge_type", f"expected one of: {', '.join(allowed)}"))
        if line.amount_cents <= 0:
            wrong.append((f"lines.{index}.amount", "expected an amount above zero"))
    if due < issued_on:
        wrong.append(("due_on", "may not be before the day of issue"))
    if wrong:
        raise Invalid(wrong)


def _refuse_future(field: str, day: dt.date, today: dt.date) -> None:
    if day > today:
        raise Invalid([(field, "may not be in the future")])
