"""The bill run: one month's invoices, set by set, so that a run that was killed goes on where it stopped."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.billing import charge_repository, repository
from chalicelib.billing.issue_service import issue
from chalicelib.billing.model import Billed, Charge, Draft, DraftLine, Overdue
from chalicelib.billing.month_rules import earliest, recurring_cents, rent_words
from chalicelib.billing.rules import (
    LateFeePolicy,
    Period,
    RentStep,
    due_on,
    last_day,
    late_fee_cents,
    overdue_on,
    rent_cents_for,
)
from chalicelib.identity import service as identity
from chalicelib.ids import new_id
from chalicelib.leasing import service as leasing
from chalicelib.leasing.model import LeaseTerms

AfterBill = Callable[[Connection, UUID, list[UUID], dt.date], object]


class LateFee(NamedTuple):
    """A late fee (cents) that goes on a lease's next invoice, and the overdue invoice that it is for."""

    overdue: Overdue
    amount_cents: int


def bill_leases(
    db: Connection,
    organisation_id: UUID,
    period: Period,
    *,
    after: UUID | None,
    limit: int,
    issued_on: dt.date,
    now: dt.datetime,
    member_id: UUID | None = None,
    after_bill: AfterBill | None = None,
) -> Billed:
    """Bill the next set of leases, by id, for the month, and return what was done.

    A lease that has its invoice for the month is left alone, so a set, or a whole run, may be
    repeated; a lease that owes nothing gets no invoice. Each invoice holds the month's rent by
    dated rents and days, recurring charges, the one-off charges charged by the month's end, and
    late fees by the organisation's policy as of ``issued_on``.

    Args:
        after: the last lease of the set before; None begins.
        limit: leases to look at, at most. Leases already billed are passed over before that.
        after_bill: told the leases that were billed and ``issued_on``, in this transaction.

    Returns:
        ``last_id`` is where the next set begins; None when no lease is left.

    Raises:
        ValueError: ``period`` is not the first day of a month.
    """
    first = repository.first_unbilled_lease(db, organisation_id, period, last_day(period), after)
    if first is None:
        return Billed(0, 0, None)
    just_before = UUID(int=first.int - 1)
    listed = leasing.list_leases_to_bill(db, organisation_id, period, after=just_before, limit=limit)
    if not listed:
        return Billed(0, 0, None)
    # Asked once they are locked: another run may have billed some since.
    billed = repository.billed_leases(db, organisation_id, period, [terms.id for terms in listed])
    unbilled = [terms for terms in listed if terms.id not in billed]
    made = _bill(db, organisation_id, period, unbilled, issued_on, now, member_id) if unbilled else []
    if made and after_bill is not None:
        after_bill(db, organisation_id, made, issued_on)
    return Billed(len(made), len(listed), listed[-1].id)


def lines_of_month(terms: LeaseTerms, period: Period) -> list[DraftLine]:
    """Return what a lease owes by its terms for one month, rent first; lines of nothing are left out."""
    steps = [RentStep(*step) for step in terms.steps]
    rent_cents = rent_cents_for(period, steps, terms.starts_on, terms.ends_on)
    lines = [DraftLine("rent", rent_words(period, terms.starts_on, terms.ends_on), rent_cents)]
    for charge in terms.recurring:
        starts_on = max(terms.starts_on, charge.starts_on)
        ends_on = earliest(terms.ends_on, charge.ends_on)
        cents = recurring_cents(charge.amount_cents, period, starts_on, ends_on, prorated=charge.prorated)
        lines.append(DraftLine(charge.charge_type, charge.description or _word(charge.charge_type), cents))
    return [line for line in lines if line.amount_cents > 0]


def line_of_charge(charge: Charge) -> DraftLine:
    """Return the invoice line that bills a one-off charge."""
    return DraftLine(charge.charge_type, charge.description or _word(charge.charge_type), charge.amount_cents)


def _bill(
    db: Connection,
    organisation_id: UUID,
    period: Period,
    unbilled: Sequence[LeaseTerms],
    issued_on: dt.date,
    now: dt.datetime,
    member_id: UUID | None,
) -> list[UUID]:
    """Bill the locked leases and return those that owed something."""
    lease_ids = [terms.id for terms in unbilled]
    pending = charge_repository.lock_pending(db, organisation_id, lease_ids, last_day(period))
    fees = _late_fees(db, organisation_id, lease_ids, issued_on)
    charged = _by_lease((charge.lease_id, line_of_charge(charge)) for charge in pending)
    fined = _by_lease((fee.overdue.lease_id, _line_of_fee(fee)) for fee in fees)
    drafts = []
    for terms in unbilled:
        lines = lines_of_month(terms, period) + charged.get(terms.id, []) + fined.get(terms.id, [])
        if lines:
            drafts.append(_draft(terms, period, issued_on, lines))
    issue(db, organisation_id, drafts, now=now, member_id=member_id)
    if pending:
        charge_repository.claim_for_run(db, organisation_id, [charge.id for charge in pending], period)
    if fees:
        invoice_ids = {draft.lease_id: draft.id for draft in drafts}
        kept = [_charge_of_fee(fee, invoice_ids[fee.overdue.lease_id], issued_on, now) for fee in fees]
        charge_repository.add_charges(db, organisation_id, kept)
    return [draft.lease_id for draft in drafts]


def _draft(terms: LeaseTerms, period: Period, issued_on: dt.date, lines: list[DraftLine]) -> Draft:
    due = due_on(period, terms.due_day, terms.starts_on)
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


def _late_fees(db: Connection, organisation_id: UUID, lease_ids: Collection[UUID], on: dt.date) -> list[LateFee]:
    """Return the fee of each invoice that has become overdue, by the lease's grace and the policy's, and had none."""
    organisation = identity.get_organisation(db, organisation_id)
    if organisation.late_fee_kind == "off":
        return []
    policy = LateFeePolicy(
        organisation.late_fee_kind,
        organisation.late_fee_cents,
        organisation.late_fee_bps,
        organisation.late_fee_grace_days,
        organisation.late_fee_cap_cents,
    )
    due_through = on - dt.timedelta(days=policy.grace_days + 1)
    found = repository.list_overdue(db, organisation_id, lease_ids, on=on, due_through=due_through)
    fees = [LateFee(overdue, late_fee_cents(policy, overdue.open_cents)) for overdue in found]
    return [fee for fee in fees if fee.amount_cents > 0]


def _line_of_fee(fee: LateFee) -> DraftLine:
    return DraftLine("late_fee", _fee_words(fee), fee.amount_cents)


def _fee_words(fee: LateFee) -> str:
    return f"Late fee on invoice {fee.overdue.number}"


def _charge_of_fee(fee: LateFee, invoice_id: UUID, on: dt.date, now: dt.datetime) -> Charge:
    """Return the charge that keeps which invoice the fee was for, so that it never has a second one."""
    return Charge(
        id=new_id(),
        lease_id=fee.overdue.lease_id,
        charge_type="late_fee",
        description=_fee_words(fee),
        amount_cents=fee.amount_cents,
        charged_on=on,
        status="invoiced",
        invoice_id=invoice_id,
        late_for_id=fee.overdue.invoice_id,
        version=1,
        created_at=now,
    )


def _by_lease(lines: Iterable[tuple[UUID, DraftLine]]) -> dict[UUID, list[DraftLine]]:
    grouped: dict[UUID, list[DraftLine]] = {}
    for lease_id, line in lines:
        grouped.setdefault(lease_id, []).append(line)
    return grouped


def _word(charge_type: str) -> str:
    return charge_type.replace("_", " ").capitalize()
