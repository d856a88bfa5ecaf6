"""Reminding tenants of open invoices: who is told what on a day, queued set by set. Money is whole cents.

What is queued is a message without its text, and for each (invoice, step) that it says a row that nothing
can add twice. The amounts are put in when it is sent.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from chalicelib.identity import service as identity
from chalicelib.messaging import service as messaging
from chalicelib.messaging.model import NewMessage
from chalicelib.outreach import pause_service, policy_service, rules
from chalicelib.outreach import reminder_repository as repository
from chalicelib.outreach.model import Calendar, Dates, OpenInvoice, Person, Policy, Step
from chalicelib.runtime.context import Context
from chalicelib.tasks import service as tasks
from chalicelib.tasks.model import Task

REMINDERS = "rent_reminders"
TENANTS_IN_A_SET = 500
_DAY = dt.timedelta(days=1)


class Plan(NamedTuple):
    """What an organisation says on ``today``, a day of ``time_zone``."""

    policy: Policy
    steps: tuple[Step, ...]
    calendar: Calendar
    today: dt.date
    time_zone: ZoneInfo

    @property
    def send_after_at(self) -> dt.datetime:
        """Return the day's hour: one that is run by hand before it comes is not said before it comes."""
        return _instant(self.today, self.policy.send_hour, self.time_zone)

    @property
    def expires_at(self) -> dt.datetime:
        """Return when it is no longer worth saying: when the next day on which anything is said is over."""
        return _instant(rules.next_sending_day(self.today, self.calendar) + _DAY, 0, self.time_zone)

    def step_due(self, dates: Dates) -> Step | None:
        return rules.step_due(self.steps, dates, self.today, self.calendar)


class Due(NamedTuple):
    """An open invoice and the step of it that is to be said."""

    invoice: OpenInvoice
    step: Step


class Reminded(NamedTuple):
    """How far a run is, as its task's cursor keeps it: after which tenant it goes on, tenants seen, messages made."""

    after: UUID | None
    seen: int
    made: int


def queue_reminders(ctx: Context, on: dt.date) -> Task:
    """Queue the task that says what is to be said on ``on``, a day of the organisation's time zone."""
    return tasks.queue_task(ctx, REMINDERS, {"on": on.isoformat()}, created_by=None)


def plan_of(ctx: Context) -> Plan | None:
    """Return what the organisation says on ``today``, or None where it says nothing."""
    policy = policy_service.get_policy(ctx)
    steps = rules.steps_of(policy)
    calendar = policy_service.calendar_of(ctx, policy)
    if not policy.enabled or not steps or rules.is_skipped(ctx.today, calendar):
        return None
    time_zone = identity.get_organisation(ctx.db, ctx.organisation_id).time_zone
    return Plan(policy, steps, calendar, ctx.today, ZoneInfo(time_zone))


def _instant(day: dt.date, hour: int, time_zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(hour), time_zone).astimezone(dt.UTC)


def list_due_tenants(ctx: Context, plan: Plan, after: UUID | None) -> list[UUID]:
    """Return the tenants behind ``after``, by id, of whose invoices a step is due and was not said; two queries.

    Which step is due depends on an invoice's dates alone, and there are few different ones.
    """
    near = rules.due_days_near(plan.steps, plan.today)
    dates_of: dict[Step, list[Dates]] = defaultdict(list)
    for dates in repository.list_dates(ctx, *near):
        step = plan.step_due(dates)
        if step is not None:
            dates_of[step].append(dates)
    due = {_names_from(plan.steps, step): dates for step, dates in dates_of.items()}
    return repository.list_due_tenants(ctx, due, after)


def progress_of(task: Task) -> Reminded:
    """Return how far the run is; a fresh one is at its beginning."""
    if not task.cursor:
        return Reminded(None, 0, 0)
    after, made = task.cursor.split(":")
    return Reminded(UUID(after), task.progress["done"] or 0, int(made))


def remind_set(ctx: Context, task: Task, plan: Plan, tenant_ids: list[UUID], before: Reminded, total: int) -> Reminded:
    """Queue what a set of tenants is told, in the caller's transaction, and return how far the run then is.

    Raises:
        TakenOver: another worker holds the task; let it out of the transaction.
    """
    due = _list_due(ctx, plan, tenant_ids)
    people = repository.list_people(ctx, {each.invoice.tenant_id for each in due})
    told = {_key(tenant_id, plan): each for tenant_id, each in _by_tenant(due, plan) if tenant_id in people}
    new = [_message(key, each, people[each[0].invoice.tenant_id], plan) for key, each in told.items()]
    ids = messaging.queue_messages(ctx, new)
    _keep(ctx, ids, told)
    done = Reminded(tenant_ids[-1], before.seen + len(tenant_ids), before.made + len(ids))
    tasks.advance(ctx.db, task, done=done.seen, total=total, cursor=f"{tenant_ids[-1].hex}:{done.made}")
    return done


def _names_from(steps: Iterable[Step], first: Step) -> tuple[str, ...]:
    return tuple(step.name for step in steps if step.offset_days >= first.offset_days)


def _list_due(ctx: Context, plan: Plan, tenant_ids: list[UUID]) -> list[Due]:
    """Return the steps of the tenants' invoices that are to be said, by tenant and due day; four queries."""
    near = rules.due_days_near(plan.steps, plan.today)
    found = repository.list_open_invoices(ctx, tenant_ids, *near)
    known = {dates: plan.step_due(dates) for dates in {each.dates for each in found}}
    steps = [(each, known[each.dates]) for each in found]
    due = [Due(each, step) for each, step in steps if step is not None]
    said = repository.list_said(ctx, {each.invoice.invoice_id for each in due})
    paused = pause_service.paused(ctx.on(plan.today), {each.invoice.lease_id for each in due})
    return [
        each
        for each in due
        if each.invoice.lease_id not in paused and rules.may_be_said(each.step, said.get(each.invoice.invoice_id, ()))
    ]


def _by_tenant(due: Iterable[Due], plan: Plan) -> Iterable[tuple[UUID, list[Due]]]:
    """Yield what each tenant is told in one message, if it comes to enough.

    What is overdue is not mixed with what is not: the sum would be called overdue as a whole. What is not is
    said on the next day, since it is made up for.
    """
    for tenant_id, rows in groupby(due, key=attrgetter("invoice.tenant_id")):
        every = list(rows)
        overdue = [each for each in every if each.invoice.dates.overdue_on <= plan.today]
        coming = [each for each in every if each.invoice.dates.overdue_on > plan.today]
        enough = [told for told in (overdue, coming) if _sum_cents(told) >= max(plan.policy.minimum_cents, 1)]
        if enough:
            yield tenant_id, enough[0]


def _sum_cents(told: Iterable[Due]) -> int:
    return sum(each.invoice.open_cents for each in told)


def _key(tenant_id: UUID, plan: Plan) -> str:
    return f"reminder:{tenant_id}:{plan.today}"


def _message(key: str, told: list[Due], person: Person, plan: Plan) -> NewMessage:
    leases = {each.invoice.lease_id for each in told}
    properties = {each.invoice.property_id for each in told}
    kinds = {each.step.kind for each in told}
    return NewMessage(
        kind=rules.kind_of(kinds, {each.invoice.dates[1:] for each in told}, plan.today),
        dedupe_key=key,
        tenant_id=person.id,
        lease_id=leases.pop() if len(leases) == 1 else None,
        property_id=properties.pop() if len(properties) == 1 else None,
        address=person.phone,
        language=person.language,
        send_after_at=plan.send_after_at,
        expires_at=plan.expires_at,
    )


def _keep(ctx: Context, ids: list[UUID], told: Mapping[str, list[Due]]) -> None:
    """Keep which steps the messages say; a tenant who was told something today is told the rest tomorrow."""
    rows = [
        {
            "invoice_id": each.invoice.invoice_id,
            "step": each.step.name,
            "lease_id": each.invoice.lease_id,
            "message_id": message_id,
            "created_at": ctx.now,
        }
        for key, message_id in repository.keys_of(ctx, ids).items()
        for each in told[key]
    ]
    repository.add_reminders(ctx, rows)
