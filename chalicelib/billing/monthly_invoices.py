"""The monthly invoices of a set of leases. ``lease_accounts.bill_run`` calls it set by set."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from uuid import UUID

from chalicelib import leasing
from chalicelib.billing import charge_repository, invoice_repository
from chalicelib.billing.issuing import issue_drafts
from chalicelib.billing.model import BilledSet, Charge, Draft, DraftLine
from chalicelib.billing.month_rules import earlier_end, part_of_month_cents, recurring_cents, rent_description
from chalicelib.billing.rules import MonthlyRent, Period, due_on, overdue_on, rent_cents_for
from chalicelib.ids import new_id
from chalicelib.leasing.model import LeaseTerms, RecurringTerms
from chalicelib.periods import last_day
from chalicelib.runtime.context import Context

BeforeBill = Callable[[Context, list[UUID], dt.date], object]
AfterBill = Callable[[Context, list[UUID]], object]


def bill_leases(
    ctx: Context,
    period: Period,
    *,
    after: UUID | None,
    limit: int,
    issued_on: dt.date,
    named_due_on: dt.date | None = None,
    among: Collection[UUID] | None = None,
    before_bill: BeforeBill | None = None,
    after_bill: AfterBill | None = None,
) -> BilledSet:
    """Bill the next set of leases, by id, for the month, and return the result.

    A lease that has its invoice for the month, or is excused from it, is skipped, so a set, or a whole run, may be
    repeated; a lease that owes nothing gets no invoice. Each invoice has the month's rent by
    dated rents and days, recurring charges, the one-off charges charged by the month's end, and
    pending late fees.

    Args:
        after: Last lease of the previous set; None to begin.
        among: The leases to bill; None: all.
        named_due_on: The day on which all are due, on purpose; None: as ``rules.due_on``.
        limit: Most leases to look at; leases before the first unbilled one do not count.
        before_bill: Called with ``ctx``, the ids of the locked leases to bill and ``issued_on``, to assess late fees.
        after_bill: Called with ``ctx`` and the ids of the billed leases, in this transaction.

    Returns:
        ``last_id`` is where the next set begins; None when no lease is left.

    Raises:
        ValueError: ``period`` is not the first day of a month.
    """
    first = invoice_repository.find_first_unbilled_lease(ctx, period, last_day(period), after, among)
    if first is None:
        return BilledSet(0, 0, None)
    just_before = UUID(int=first.int - 1)
    listed = leasing.lock_leases_to_bill(ctx, period, after=just_before, limit=limit, among=among)
    if not listed:
        return BilledSet(0, 0, None)
    # Checked under the lock: another run may have billed some since.
    billed = invoice_repository.filter_settled_leases(ctx, period, [terms.id for terms in listed])
    unbilled = [terms for terms in listed if terms.id not in billed]
    if unbilled and before_bill is not None:
        before_bill(ctx, [terms.id for terms in unbilled], issued_on)
    made = _issue_invoices(ctx, period, unbilled, issued_on, named_due_on) if unbilled else []
    if made and after_bill is not None:
        after_bill(ctx, made)
    return BilledSet(len(made), len(listed), listed[-1].id)


def monthly_lines(terms: LeaseTerms, period: Period, earlier: Sequence[LeaseTerms] = ()) -> list[DraftLine]:
    """Return what a lease owes by its terms for one month, rent first, without lines of 0.

    Args:
        earlier: The leases that it follows and that have a day of the month too. What is charged once a month is
            theirs, and at an equal rent their parts and this one add up to the month.
    """
    lines = [DraftLine("rent", rent_description(period, terms.starts_on, terms.ends_on), _rent(terms, period, earlier))]
    for charge in terms.recurring:
        starts_on = max(terms.starts_on, charge.starts_on)
        ends_on = earlier_end(terms.ends_on, charge.ends_on)
        same = [span for each in earlier for span in _spans_of(each, charge, period)]
        if same and not charge.prorated:
            continue
        if same:
            days_before = sum(count for count, amount_cents in same if amount_cents == charge.amount_cents)
            cents = part_of_month_cents(charge.amount_cents, period, starts_on, ends_on, days_before)
        else:
            cents = recurring_cents(charge.amount_cents, period, starts_on, ends_on, prorated=charge.prorated)
        lines.append(DraftLine(charge.charge_type, charge.description or _charge_label(charge.charge_type), cents))
    return [line for line in lines if line.amount_cents > 0]


def _rent(terms: LeaseTerms, period: Period, earlier: Sequence[LeaseTerms]) -> int:
    """Return the rent of the month; at one rent all through, what the leases before it left of their days together."""
    steps = [MonthlyRent(*step) for step in terms.steps]
    rents = {rent for each in (*earlier, terms) for rent in _rents_in(each, period)}
    if not earlier or len(rents) != 1:
        return rent_cents_for(period, steps, terms.starts_on, terms.ends_on)
    days_before = sum(_days_in(each.starts_on, each.ends_on, period) for each in earlier)
    return part_of_month_cents(rents.pop(), period, terms.starts_on, terms.ends_on, days_before)


def _rents_in(terms: LeaseTerms, period: Period) -> set[int]:
    """Return the rents that apply on days of the lease in the month."""
    first, last = max(terms.starts_on, period), earlier_end(terms.ends_on, last_day(period)) or last_day(period)
    begun = [step for step in terms.steps if step.starts_on <= first] or list(terms.steps[:1])
    return {begun[-1].rent_cents, *(step.rent_cents for step in terms.steps if first < step.starts_on <= last)}


def _spans_of(terms: LeaseTerms, charge: RecurringTerms, period: Period) -> list[tuple[int, int]]:
    """Return (days, cents a month) of the lease's charges in the month that are this one, carried over."""
    found = []
    for each in terms.recurring:
        if (each.charge_type, each.description) == (charge.charge_type, charge.description):
            last = earlier_end(terms.ends_on, each.ends_on)
            days = _days_in(max(terms.starts_on, each.starts_on), last, period)
            if days:
                found.append((days, each.amount_cents))
    return found


def _days_in(starts_on: dt.date, ends_on: dt.date | None, period: Period) -> int:
    last = earlier_end(ends_on, last_day(period)) or last_day(period)
    return max((last - max(starts_on, period)).days + 1, 0)


def charge_line(charge: Charge) -> DraftLine:
    """Return the invoice line that bills a one-off charge."""
    description = charge.description or _charge_label(charge.charge_type)
    return DraftLine(charge.charge_type, description, charge.amount_cents, charge.id)


def _issue_invoices(
    ctx: Context, period: Period, unbilled: Sequence[LeaseTerms], issued_on: dt.date, named_due_on: dt.date | None
) -> list[UUID]:
    """Bill the locked leases and return those that owed something."""
    lease_ids = [terms.id for terms in unbilled]
    pending = charge_repository.lock_pending(ctx, lease_ids, last_day(period))
    earlier = leasing.list_earlier_terms(ctx, unbilled, period)
    charged = _by_lease((charge.lease_id, charge_line(charge)) for charge in pending)
    drafts = []
    for terms in unbilled:
        lines = monthly_lines(terms, period, earlier.get(terms.id, ())) + charged.get(terms.id, [])
        if lines:
            drafts.append(_monthly_draft(terms, period, issued_on, named_due_on, lines))
    issue_drafts(ctx, drafts)
    if pending:
        charge_repository.claim_for_run(ctx, [charge.id for charge in pending], period)
    return [draft.lease_id for draft in drafts]


def _monthly_draft(
    terms: LeaseTerms, period: Period, issued_on: dt.date, named_due_on: dt.date | None, lines: list[DraftLine]
) -> Draft:
    due = named_due_on or due_on(period, terms.due_day, terms.starts_on, issued_on)
    return Draft(
        id=new_id(),
        kind="run",
        lease_id=terms.id,
        property_id=terms.property_id,
        tenant_id=terms.tenant_id,
        period=period,
        run_period=period,
        issued_on=issued_on,
        due_on=due,
        overdue_on=overdue_on(due, terms.grace_days),
        lines=lines,
    )


def _by_lease(lines: Iterable[tuple[UUID, DraftLine]]) -> dict[UUID, list[DraftLine]]:
    grouped: dict[UUID, list[DraftLine]] = {}
    for lease_id, line in lines:
        grouped.setdefault(lease_id, []).append(line)
    return grouped


def _charge_label(charge_type: str) -> str:
    return charge_type.replace("_", " ").capitalize()
