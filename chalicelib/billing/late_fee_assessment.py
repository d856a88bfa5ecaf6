"""Late fees: one charge for each invoice that became overdue, pending for the lease's next invoice."""

import datetime as dt
from collections.abc import Collection
from uuid import UUID

from chalicelib import leasing, organisations, tasks
from chalicelib.billing import charge_repository, late_fee_repository
from chalicelib.billing.model import Charge, OverdueInvoice
from chalicelib.billing.rules import LateFeePolicy, late_fee_cents
from chalicelib.ids import new_id
from chalicelib.organisations.model import Organisation
from chalicelib.runtime.context import Context
from chalicelib.tasks.model import Task

LATE_FEES = "late_fees"
LEASES_PER_SET = 500


def assess_late_fees(ctx: Context, lease_ids: Collection[UUID], on: dt.date) -> int:
    """Charge late fees as of ``on`` to the leases, which the caller has locked; return how many.

    An invoice is charged only once, even if that fee was cancelled: on its open amount, by the
    organisation's policy, once the lease's grace days and the policy's are over.
    """
    policy = late_fee_policy(organisations.get_organisation(ctx.db, ctx.organisation_id))
    if policy is None:
        return 0
    found = late_fee_repository.list_overdue(ctx, lease_ids, on=on, due_through=_due_through(policy, on))
    fees = [_late_fee_charge(each, late_fee_cents(policy, each.open_cents), on, ctx.now) for each in found]
    fees = [fee for fee in fees if fee.amount_cents > 0]
    if fees:
        charge_repository.add_charges(ctx, fees)
    return len(fees)


def late_fee_policy(organisation: Organisation) -> LateFeePolicy | None:
    """Return the organisation's late fee policy; None if it charges none."""
    if organisation.late_fee_kind == "off":
        return None
    return LateFeePolicy(
        organisation.late_fee_kind,
        organisation.late_fee_cents,
        organisation.late_fee_bps,
        organisation.late_fee_grace_days,
        organisation.late_fee_cap_cents,
    )


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
    """Assess the next leases, by id, that run on ``on`` and are late; return the last one and the number of fees.

    One that has ended gets no further monthly invoice, so it is left out. The last is None when none is left.
    """
    policy = late_fee_policy(organisations.get_organisation(ctx.db, ctx.organisation_id))
    if policy is None:
        return None, 0
    late = late_fee_repository.list_late_leases(
        ctx, on=on, due_through=_due_through(policy, on), after=after, limit=limit
    )
    leasing.lock_leases(ctx, late)
    made = assess_late_fees(ctx, late, on)
    return (late[-1] if len(late) == limit else None), made


def _due_through(policy: LateFeePolicy, on: dt.date) -> dt.date:
    return on - dt.timedelta(days=policy.grace_days + 1)


def _late_fee_charge(overdue: OverdueInvoice, amount_cents: int, on: dt.date, now: dt.datetime) -> Charge:
    """Return the charge; it names its overdue invoice, so that this never gets a second one."""
    return Charge(
        id=new_id(),
        lease_id=overdue.lease_id,
        charge_type="late_fee",
        description=f"Late fee on invoice {overdue.number}",
        amount_cents=amount_cents,
        charged_on=on,
        status="pending",
        invoice_id=None,
        late_for_id=overdue.invoice_id,
        version=1,
        created_at=now,
    )
