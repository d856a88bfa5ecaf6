"""The bill run: bills set by set, and applies credit in the same transaction."""

import datetime as dt
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chalicelib import billing, leasing, payments, tasks
from chalicelib.errors import Invalid
from chalicelib.periods import last_day, month_after
from chalicelib.runtime.context import Context
from chalicelib.tasks.model import Task

BILL_RUN = "bill_run"
LEASES_PER_SET = 500


def queue_bill_run(
    ctx: Context,
    period: dt.date,
    *,
    issued_on: dt.date | None,
    due_on: dt.date | None = None,
    lease_ids: Sequence[UUID] = (),
) -> Task:
    """Queue the billing of ``period`` (its first day) with invoices issued on ``issued_on`` (today).

    They are due on the lease's due day, but not before its first day nor before they are issued, unless ``due_on``
    names a day on purpose. With ``lease_ids`` only those leases are billed.

    Raises:
        Invalid: the month lies beyond the next one, the day of issue in the future, or the due day elsewhere; or a
            lease is not the organisation's, or billed from a later month only.
    """
    wrong = []
    if period > month_after(ctx.today):
        wrong.append(("period", "expected no later month than the next one"))
    if issued_on is not None and issued_on > ctx.today:
        wrong.append(("issued_on", "may not be in the future"))
    if due_on is not None and not period <= due_on <= last_day(month_after(period)):
        wrong.append(("due_on", "expected a day of the month that is billed, or of the next"))
    wrong += _problems_of_leases(ctx, period, lease_ids)
    if wrong:
        raise Invalid(wrong)
    given: dict[str, Any] = {"period": period.isoformat(), "issued_on": (issued_on or ctx.today).isoformat()}
    if due_on is not None:
        given["due_on"] = due_on.isoformat()
    if lease_ids:
        given["leases"] = [str(each) for each in lease_ids]
    return tasks.queue_task(ctx, BILL_RUN, given, created_by=ctx.actor.member_id)


def _problems_of_leases(ctx: Context, period: dt.date, lease_ids: Sequence[UUID]) -> list[tuple[str, str]]:
    known = leasing.list_terms(ctx, lease_ids) if lease_ids else {}
    wrong = []
    for index, lease_id in enumerate(lease_ids):
        if lease_id not in known:
            wrong.append((f"leases.{index}", "the organisation has no such lease"))
        elif known[lease_id].billed_from > period:
            wrong.append((f"leases.{index}", f"the lease is billed from {known[lease_id].billed_from:%Y-%m} on"))
    return wrong


def bill_set(ctx: Context, task: Task, before: tasks.Progress) -> tuple[tasks.Progress, bool]:
    """Bill the next set of the run in the caller's transaction; return the new progress, and whether it was the last.

    Raises:
        ClaimLost: another worker has claimed the task; let it propagate, so that the transaction rolls back.
    """

    billed = billing.bill_leases(
        ctx,
        dt.date.fromisoformat(task.input["period"]),
        after=before.after,
        limit=LEASES_PER_SET,
        issued_on=dt.date.fromisoformat(task.input["issued_on"]),
        named_due_on=dt.date.fromisoformat(task.input["due_on"]) if "due_on" in task.input else None,
        among=[UUID(each) for each in task.input["leases"]] if "leases" in task.input else None,
        before_bill=payments.assess_late_fees,  # today's, in case no job has run
        after_bill=payments.apply_and_post_lease_credits,
    )
    done = tasks.Progress(billed.last_id or before.after, before.seen + billed.seen, before.made + billed.made)
    ended = billed.last_id is None
    tasks.save_progress(ctx.db, task, done=done.seen, total=done.seen if ended else None, cursor=done.cursor)
    return done, ended
