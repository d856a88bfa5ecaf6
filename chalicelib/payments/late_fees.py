"""Late fees: charged when an invoice becomes late, and derived again when a fact about that day comes late.

Both compute the fee from the facts (``late_fee_rules``). What is pending changes or is withdrawn; what was invoiced is
credited in the open period as never owed.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Sequence
from uuid import UUID

from chalicelib import billing, leasing, tasks
from chalicelib.billing.model import Charge, Correction
from chalicelib.ids import new_id
from chalicelib.leasing.model import PayerLease
from chalicelib.ledger.model import Entry
from chalicelib.money import format_amount
from chalicelib.payments import late_fee_repository as repository
from chalicelib.payments import late_fee_rules as rules
from chalicelib.payments.crediting import credit_lines
from chalicelib.payments.late_fee_facts import LateFeeFacts, list_policies, load_facts
from chalicelib.payments.late_fee_rules import ChargedFee, DatedPolicy, LateInvoice
from chalicelib.runtime.context import Context
from chalicelib.tasks.model import Task

LATE_FEES = "late_fees"
LEASES_PER_SET = 500
LATEST_MISSED_DAYS = 62  # a job this late still finds what was late and has been settled since
_MAX_REASON = 200


def assess_late_fees(ctx: Context, lease_ids: Collection[UUID], on: dt.date) -> int:
    """Charge the late fees that are due by ``on`` on invoices without any; return how many.

    The caller has locked the leases. One that ended before ``on`` is left out: it gets no further invoice.
    """
    policies = list_policies(ctx)
    if not policies:
        return 0
    late = _list_late(ctx, policies, on, among=lease_ids)
    return _assess(ctx, late, on, policies) if late else 0


def assess_final_late_fees(ctx: Context, lease_id: UUID) -> int:
    """Charge the late fees of a lease that ends, before its last invoice is issued; return how many.

    Its final invoices have none: nothing follows them that would bill a fee.
    """
    policies = list_policies(ctx)
    if not policies:
        return 0
    facts = load_facts(ctx, leasing.list_money_group(ctx, [lease_id]), policies, on=ctx.today)
    final = {line.invoice_id for line in facts.lines.values() if line.kind == "final"}
    return _charge_missing(ctx, facts, {lease_id}, ctx.today, without=final)


def queue_late_fees(ctx: Context, on: dt.date) -> Task:
    """Queue the assessment of every lease as of ``on``."""
    return tasks.queue_task(ctx, LATE_FEES, {"on": on.isoformat()}, created_by=None)


def assess_set(ctx: Context, task: Task, before: tasks.Progress) -> tasks.Progress:
    """Assess the task's next set and return the new progress, which counts fees; after no lease: none is left.

    Raises:
        ClaimLost: another worker has claimed the task; let it propagate, so that the transaction rolls back.
    """
    last, fees = assess_next(ctx, ctx.today, after=before.after, limit=LEASES_PER_SET)
    made = before.made + fees
    done = tasks.Progress(last, made, made)
    tasks.save_progress(ctx.db, task, done=done.seen, cursor=done.cursor)
    return done


def assess_next(ctx: Context, on: dt.date, *, after: UUID | None, limit: int) -> tuple[UUID | None, int]:
    """Assess the next leases, by id, that are late; return the last one, None when none is left, and the fees."""
    policies = list_policies(ctx)
    if not policies:
        return None, 0
    late = _list_late(ctx, policies, on, after=after, limit=limit)
    leasing.lock_leases(ctx, late)
    made = _assess(ctx, late, on, policies)
    return (late[-1] if len(late) == limit else None), made


def revise_late_fees(ctx: Context, group: Sequence[PayerLease], since: dt.date, because: str) -> list[Entry]:
    """Derive the late fees of leases that share their money again, and return what to post; called by ``revise``.

    Money that had paid a fee which is credited here becomes credit.

    Args:
        since: Fees of what was late before this day are as they were.
    """
    policies = list_policies(ctx)
    if not policies:
        return []
    facts = load_facts(ctx, group, policies, on=ctx.today)
    changed = {}
    for invoice_id, wanted_cents in facts.wanted.items():
        invoice, fee = facts.invoices[invoice_id], facts.charged.get(invoice_id, ChargedFee())
        dated = rules.policy_for(invoice, policies)
        affected = dated is not None and rules.fee_day(invoice, dated.policy) > since
        if affected and fee.total_cents != wanted_cents:
            changed[invoice_id] = wanted_cents
    ended = repository.filter_ended(ctx, [lease.id for lease in group], ctx.today)
    return [
        entry
        for invoice_id, wanted_cents in changed.items()
        if facts.invoices[invoice_id].lease_id not in ended or facts.charged.get(invoice_id, ChargedFee()).exists
        for entry in _correct_fee(ctx, facts, facts.invoices[invoice_id], wanted_cents, because)
    ]


def _assess(ctx: Context, late: Collection[UUID], on: dt.date, policies: Sequence[DatedPolicy]) -> int:
    facts = load_facts(ctx, leasing.list_money_group(ctx, late), policies, on=on)
    return _charge_missing(ctx, facts, set(late), on)


def _charge_missing(
    ctx: Context, facts: LateFeeFacts, due: set[UUID], on: dt.date, without: Collection[UUID] = ()
) -> int:
    """Charge what is wanted on invoices of the leases that never had a fee, and return how many."""
    fees = [
        _new_fee(ctx, facts.invoices[invoice_id], cents, on)
        for invoice_id, cents in facts.wanted.items()
        if cents
        and invoice_id not in without
        and not facts.charges.get(invoice_id)
        and facts.invoices[invoice_id].lease_id in due
    ]
    billing.add_late_fees(ctx, fees)
    return len(fees)


def _list_late(
    ctx: Context,
    policies: Sequence[DatedPolicy],
    on: dt.date,
    *,
    among: Collection[UUID] | None = None,
    after: UUID | None = None,
    limit: int | None = None,
) -> list[UUID]:
    grace_days = min(each.policy.grace_days for each in policies)
    return repository.list_late_leases(
        ctx,
        on=on,
        due_through=on - dt.timedelta(days=grace_days + 1),
        due_since=on - dt.timedelta(days=LATEST_MISSED_DAYS),
        among=among,
        after=after,
        limit=limit,
    )


def _correct_fee(
    ctx: Context, facts: LateFeeFacts, invoice: LateInvoice, wanted_cents: int, because: str
) -> list[Entry]:
    """Make the fee of the invoice ``wanted_cents``, record why, and return what to post."""
    fee = facts.charged.get(invoice.id, ChargedFee())
    reason = _reason(invoice, fee.total_cents, wanted_cents, facts.currency, because)
    pending_cents = rules.pending_cents_of_fee(fee, wanted_cents)
    document_id = None
    if pending_cents != fee.pending_cents:
        document_id = _set_pending(ctx, facts, invoice, pending_cents, reason)
    entries: list[Entry] = []
    credited_cents = 0
    by_invoice: defaultdict[UUID, list[tuple[UUID, int]]] = defaultdict(list)
    for line_id, cents in rules.credits_of_fee(fee, wanted_cents):
        by_invoice[facts.lines[line_id].invoice_id].append((line_id, cents))
        credited_cents += cents
    for invoice_id, shares in by_invoice.items():
        note, released = credit_lines(ctx, invoice_id, shares, reason=reason, kind="never_owed", automatic=True)
        entries += released
        document_id = note.id
    changed_cents = pending_cents - fee.pending_cents - credited_cents
    if changed_cents:
        correction = Correction(
            id=new_id(),
            lease_id=invoice.lease_id,
            property_id=next(line.property_id for line in facts.lines.values() if line.invoice_id == invoice.id),
            kind="late_fee",
            amount_cents=changed_cents,
            invoice_id=invoice.id,
            document_id=document_id,
            reason=reason,
            corrected_on=ctx.today,
            created_at=ctx.now,
        )
        billing.record_corrections(ctx, [correction])
    return entries


def _set_pending(ctx: Context, facts: LateFeeFacts, invoice: LateInvoice, cents: int, reason: str) -> UUID | None:
    """Let ``cents`` wait for the next invoice: on the charge that waits, on one that was withdrawn, or on a new one."""
    charges = facts.charges.get(invoice.id, [])
    waiting = [charge for charge in charges if charge.status == "pending"]
    usable = waiting or [charge for charge in charges if charge.status == "withdrawn"]
    changed = None
    for charge in waiting if not cents else waiting[1:]:
        billing.change_late_fee(ctx, charge.id, status="withdrawn", amount_cents=charge.amount_cents, reason=reason)
        changed = charge.id
    if cents and usable:
        billing.change_late_fee(ctx, usable[0].id, status="pending", amount_cents=cents, reason=reason)
        changed = usable[0].id
    elif cents:
        fee = _new_fee(ctx, invoice, cents, ctx.today)._replace(reason=reason)
        billing.add_late_fees(ctx, [fee])
        changed = fee.id
    return changed


def _reason(invoice: LateInvoice, before_cents: int, after_cents: int, currency: str, because: str) -> str:
    if not before_cents:
        what = f"of {format_amount(after_cents, currency)} charged"
    elif not after_cents:
        what = "withdrawn"
    else:
        what = f"{format_amount(before_cents, currency)} changed to {format_amount(after_cents, currency)}"
    return f"Late fee on invoice {invoice.number} {what}: {because}"[:_MAX_REASON]


def _new_fee(ctx: Context, invoice: LateInvoice, amount_cents: int, on: dt.date) -> Charge:
    """Return the charge; it names its late invoice."""
    return Charge(
        id=new_id(),
        lease_id=invoice.lease_id,
        charge_type="late_fee",
        description=f"Late fee on invoice {invoice.number}",
        amount_cents=amount_cents,
        charged_on=on,
        status="pending",
        invoice_id=None,
        late_for_id=invoice.id,
        version=1,
        created_at=ctx.now,
    )
