"""Remind tenants of open invoices: plan a day's reminders and queue them in sets. Money is whole cents.

A queued reminder has no text, but a unique row for each (invoice, step) that it covers, so that nothing is sent
twice. Amounts are filled in at sending.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from chalicelib import messaging, organisations, tasks
from chalicelib.messaging.model import NewMessage
from chalicelib.reminders import policies, promises, rules
from chalicelib.reminders import reminder_repository as repository
from chalicelib.reminders.model import (
    InvoiceDates,
    OpenInvoice,
    ReminderPolicy,
    ReminderStep,
    SendingCalendar,
    TenantContact,
)
from chalicelib.reminders.waiting_payments import list_covered_cents
from chalicelib.runtime.context import Context
from chalicelib.tasks.model import Task

REMINDERS_TASK = "rent_reminders"
TENANTS_IN_A_SET = 500
_DAY = dt.timedelta(days=1)


class DayPlan(NamedTuple):
    """An organisation's reminders on ``today``, a day of ``time_zone``."""

    policy: ReminderPolicy
    steps: tuple[ReminderStep, ...]
    calendar: SendingCalendar
    today: dt.date
    time_zone: ZoneInfo

    @property
    def send_after_at(self) -> dt.datetime:
        """Return the day's sending hour: a manual run before it does not send earlier."""
        return _to_instant(self.today, self.policy.send_hour, self.time_zone)

    @property
    def expires_at(self) -> dt.datetime:
        """Return when the reminder expires: at the end of the next sending day."""
        return _to_instant(rules.next_sending_day(self.today, self.calendar) + _DAY, 0, self.time_zone)

    def find_due_step(self, dates: InvoiceDates) -> ReminderStep | None:
        return rules.find_due_step(self.steps, dates, self.today, self.calendar)


class DueReminder(NamedTuple):
    """An open invoice and its step that is due."""

    invoice: OpenInvoice
    step: ReminderStep


def queue_reminders(ctx: Context, on: dt.date) -> Task:
    """Queue the reminder task for ``on``, a day of the organisation's time zone."""
    return tasks.queue_task(ctx, REMINDERS_TASK, {"on": on.isoformat()}, created_by=None)


def plan_day(ctx: Context) -> DayPlan | None:
    """Return the organisation's plan for ``today``, or None if it sends nothing."""
    policy = policies.get_policy(ctx)
    steps = rules.list_steps(policy)
    calendar = policies.get_calendar(ctx, policy)
    if not policy.enabled or not steps or rules.is_day_off(ctx.today, calendar):
        return None
    time_zone = organisations.get_organisation(ctx.db, ctx.organisation_id).time_zone
    return DayPlan(policy, steps, calendar, ctx.today, ZoneInfo(time_zone))


def _to_instant(day: dt.date, hour: int, time_zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), time_zone).astimezone(dt.UTC)


def list_due_tenants(ctx: Context, plan: DayPlan, after: UUID | None) -> list[UUID]:
    """Return the tenants after ``after``, by id, with an invoice whose due step was not sent; two queries.

    Which step is due depends only on an invoice's dates, and there are few distinct ones.
    """
    due_days = rules.due_day_range(plan.steps, plan.today)
    dates_of: dict[ReminderStep, list[InvoiceDates]] = defaultdict(list)
    for dates in repository.list_dates(ctx, *due_days):
        step = plan.find_due_step(dates)
        if step is not None:
            dates_of[step].append(dates)
    due = {_names_of_later_steps(plan.steps, step): dates for step, dates in dates_of.items()}
    return repository.list_due_tenants(ctx, due, after)


def queue_reminder_set(
    ctx: Context, task: Task, plan: DayPlan, tenant_ids: list[UUID], before: tasks.Progress, total: int
) -> tasks.Progress:
    """Queue a set of tenants' reminders in the caller's transaction, and return the progress after it.

    Raises:
        ClaimLost: another worker has claimed the task; let it roll back the transaction.
    """
    due = _list_due(ctx, plan, tenant_ids)
    contacts = repository.list_contacts(ctx, {each.invoice.tenant_id for each in due})
    due_by_key = {
        _dedupe_key(tenant_id, plan): each for tenant_id, each in _group_by_tenant(due, plan) if tenant_id in contacts
    }
    new = [_build_message(key, each, contacts[each[0].invoice.tenant_id], plan) for key, each in due_by_key.items()]
    ids = messaging.queue_messages(ctx, new)
    _record_reminders(ctx, ids, due_by_key)
    done = tasks.Progress(tenant_ids[-1], before.seen + len(tenant_ids), before.made + len(ids))
    tasks.save_progress(ctx.db, task, done=done.seen, total=total, cursor=done.cursor)
    return done


def _names_of_later_steps(steps: Iterable[ReminderStep], first: ReminderStep) -> tuple[str, ...]:
    return tuple(step.name for step in steps if step.offset_days >= first.offset_days)


def _list_due(ctx: Context, plan: DayPlan, tenant_ids: list[UUID]) -> list[DueReminder]:
    """Return the due steps of the tenants' invoices, by tenant and due day; five queries, or six.

    What a payment that waits for its confirmation would pay is not asked for.
    """
    due_days = rules.due_day_range(plan.steps, plan.today)
    listed = repository.list_open_invoices(ctx, tenant_ids, *due_days)
    covered = list_covered_cents(ctx, {each.lease_id for each in listed})
    asked = [each._replace(open_cents=each.open_cents - covered.get(each.invoice_id, 0)) for each in listed]
    found = [each for each in asked if each.open_cents]
    known = {dates: plan.find_due_step(dates) for dates in {each.dates for each in found}}
    steps = [(each, known[each.dates]) for each in found]
    due = [DueReminder(each, step) for each, step in steps if step is not None]
    sent = repository.list_sent_steps(ctx, {each.invoice.invoice_id for each in due})
    paused = promises.list_paused(ctx.on(plan.today), {each.invoice.lease_id for each in due})
    return [
        each
        for each in due
        if each.invoice.lease_id not in paused and rules.can_be_sent(each.step, sent.get(each.invoice.invoice_id, ()))
    ]


def _group_by_tenant(due: Iterable[DueReminder], plan: DayPlan) -> Iterable[tuple[UUID, list[DueReminder]]]:
    """Yield the reminders of each tenant that go in one message, if they reach the minimum.

    Overdue invoices are not mixed with others: the sum would be called overdue as a whole. The others are sent on
    the next day, as a late step.
    """
    for tenant_id, rows in groupby(due, key=attrgetter("invoice.tenant_id")):
        all_due = list(rows)
        overdue = [each for each in all_due if each.invoice.dates.overdue_on <= plan.today]
        not_overdue = [each for each in all_due if each.invoice.dates.overdue_on > plan.today]
        candidates = [
            due_by_key
            for due_by_key in (overdue, not_overdue)
            if _total_cents(due_by_key) >= max(plan.policy.minimum_cents, 1)
        ]
        if candidates:
            yield tenant_id, candidates[0]


def _total_cents(due_by_key: Iterable[DueReminder]) -> int:
    return sum(each.invoice.open_cents for each in due_by_key)


def _dedupe_key(tenant_id: UUID, plan: DayPlan) -> str:
    return f"reminder:{tenant_id}:{plan.today}"


def _build_message(key: str, due_by_key: list[DueReminder], contact: TenantContact, plan: DayPlan) -> NewMessage:
    leases = {each.invoice.lease_id for each in due_by_key}
    properties = {each.invoice.property_id for each in due_by_key}
    kinds = {each.step.kind for each in due_by_key}
    return NewMessage(
        kind=rules.message_kind(kinds, {each.invoice.dates[1:] for each in due_by_key}, plan.today),
        dedupe_key=key,
        tenant_id=contact.id,
        lease_id=leases.pop() if len(leases) == 1 else None,
        property_id=properties.pop() if len(properties) == 1 else None,
        address=contact.phone,
        language=contact.language,
        send_after_at=plan.send_after_at,
        expires_at=plan.expires_at,
    )


def _record_reminders(ctx: Context, ids: list[UUID], due_by_key: Mapping[str, list[DueReminder]]) -> None:
    """Record the steps that the messages cover; a tenant reminded today gets the rest tomorrow."""
    rows = [
        {
            "invoice_id": each.invoice.invoice_id,
            "step": each.step.name,
            "lease_id": each.invoice.lease_id,
            "message_id": message_id,
            "created_at": ctx.now,
        }
        for key, message_id in repository.map_dedupe_keys(ctx, ids).items()
        for each in due_by_key[key]
    ]
    repository.add_reminders(ctx, rows)
