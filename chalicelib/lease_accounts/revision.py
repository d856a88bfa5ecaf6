"""Make what leases were charged what their terms say, after a change that counts from a month already billed.

This is where the dependencies of derived facts stand. The terms of a lease decide what its months are charged; what it
was charged and the money received decide its late fees and what is allocated to what (``payments.revise``). An act that
changes terms calls ``revise_charges`` and nothing else; one that changes money calls ``payments.revise`` and nothing
else. Nothing is changed in the past: what differs is invoiced or credited today, and months without an invoice are left
to a run or a closing.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple
from uuid import UUID

from chalicelib import billing, leasing, ledger, payments
from chalicelib.billing.model import Correction, TermLine
from chalicelib.errors import Conflict
from chalicelib.ids import new_id
from chalicelib.lease_accounts.revision_rules import Difference, compute_difference
from chalicelib.leasing.model import LeaseTerms
from chalicelib.ledger.model import Entry
from chalicelib.money import format_cents
from chalicelib.runtime.context import Context

MAX_REASON = 200


class _Revised(NamedTuple):
    terms: LeaseTerms
    period: dt.date
    lines: list[TermLine]
    difference: Difference


def revise_charges(
    ctx: Context, lease_ids: Iterable[UUID], since: dt.date, because: str, *, confirmed: bool = True
) -> None:
    """Bill or credit what billed months were charged too little or too much by the terms, and what follows from it.

    Locks the leases with all that they follow and that follow them, since they share months and money.

    Args:
        since: The first month (its first day) that may differ.
        because: The change, for people: "the lease ends on 3 Nov".
        confirmed: Without it a rise of what is billed already is refused.

    Raises:
        Conflict: it would raise a billed month and is not confirmed; ``difference`` says by how much.
    """
    chain = leasing.get_chain(ctx, lease_ids)
    leasing.lock_leases(ctx, chain)
    revised = _find_differences(ctx, chain, since)
    more_cents = sum(line.amount_cents for each in revised for line in each.difference.lines)
    if more_cents and not confirmed:
        raise Conflict(
            'This raises months that are already billed; send it again with "confirmed": true.',
            difference=format_cents(more_cents),
            periods=[f"{each.period:%Y-%m}" for each in revised if each.difference.lines],
        )
    entries: list[Entry] = []
    for each in revised:
        entries += _correct(ctx, each, because)
    fallen = [line.due_on for each in revised if each.difference.credits for line in each.lines]
    if fallen and min(fallen) < ctx.today:
        entries += payments.revise(ctx, chain, min(fallen), because)
    elif revised:
        entries += payments.apply_lease_credits(ctx, chain)
    ledger.post(ctx, entries)


def _find_differences(ctx: Context, chain: set[UUID], since: dt.date) -> list[_Revised]:
    terms = leasing.list_terms(ctx, chain)
    months: defaultdict[tuple[UUID, dt.date], list[TermLine]] = defaultdict(list)
    for line in billing.list_term_lines(ctx, chain, since):
        months[line.lease_id, line.period].append(line)
    found = []
    for (lease_id, period), lines in sorted(months.items(), key=lambda month: (month[0][1], month[0][0])):
        mine = terms[lease_id]
        owed = []
        if any(line.claimed for line in lines):  # else the month's own invoice is void, and so is what it charged
            earlier = leasing.list_earlier_terms(ctx, [mine], period).get(lease_id, ())
            owed = billing.monthly_lines(mine, period, earlier)
        difference = compute_difference(lines, owed)
        if difference.credits or difference.lines:
            found.append(_Revised(mine, period, lines, difference))
    return found


def _correct(ctx: Context, revised: _Revised, because: str) -> list[Entry]:
    """Issue the credit notes and the invoice of one month's difference, due when issued, and return what to post."""
    reason = f"{revised.period:%B %Y}: {because}"[:MAX_REASON]
    invoice_of = {line.id: line.invoice_id for line in revised.lines}
    shares: defaultdict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    for line_id, cents in revised.difference.credits:
        shares[invoice_of[line_id]].append((line_id, cents))
    entries: list[Entry] = []
    corrections = []
    for invoice_id, lines in shares.items():
        note, released = payments.credit_lines(ctx, invoice_id, lines, reason=reason, kind="never_owed", automatic=True)
        entries += released
        corrections.append(_correction(ctx, revised, -note.total_cents, invoice_id, note.id, reason))
    if revised.difference.lines:
        invoice = billing.issue_invoice_of_kind(
            ctx,
            revised.terms.id,
            kind="difference",
            lines=[line[:3] for line in revised.difference.lines],
            period=revised.period,
            issued_on=ctx.today,
        )
        corrections.append(_correction(ctx, revised, invoice.total_cents, invoice.id, invoice.id, reason))
    billing.record_corrections(ctx, corrections)
    return entries


def _correction(
    ctx: Context, revised: _Revised, cents: int, invoice_id: UUID, document_id: UUID, reason: str
) -> Correction:
    return Correction(
        id=new_id(),
        lease_id=revised.terms.id,
        property_id=revised.terms.property_id,
        kind="rent_difference",
        amount_cents=cents,
        invoice_id=invoice_id,
        document_id=document_id,
        reason=reason,
        corrected_on=ctx.today,
        created_at=ctx.now,
    )
