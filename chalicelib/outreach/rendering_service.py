"""What a reminder says when it is sent: of what is open then, in words that are true on that day. Money is cents."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from chalicelib.identity import service as identity
from chalicelib.identity.model import Organisation
from chalicelib.messaging import service as messaging
from chalicelib.messaging.model import Made, Message
from chalicelib.money import say_cents
from chalicelib.outreach import pause_service, policy_service, rules
from chalicelib.outreach import reminder_repository as repository
from chalicelib.outreach import wording_rules as words
from chalicelib.outreach.model import FINAL, OVERDUE, Person, Policy, Reached, Told
from chalicelib.runtime.context import Context

NOTHING_OWED, TENANT_CHANGED, REMINDERS_OFF = "nothing_owed", "tenant_changed", "reminders_off"
OVERDUE_KINDS = (OVERDUE, FINAL)
PAYBILL = "paybill"  # a till takes no account number, which our texts name beside it


class _Now(NamedTuple):
    """What holds for all reminders of a set."""

    organisation: Organisation
    today: dt.date
    next_day: dt.datetime  # when the next day begins on which anything is said
    is_day_off: bool
    second: set[UUID]  # messages
    policy: Policy
    paused: Mapping[UUID, str]
    objections: messaging.Objections
    people: Mapping[UUID, Person]
    templates: messaging.Templates

    def why_not(self, message: Message, lease_id: UUID) -> str:
        """Return why the message says nothing of the lease, or ""."""
        return self.paused.get(lease_id) or self.objections.to_lease(message.address or "", lease_id)


def make_reminders(ctx: Context, messages: Sequence[Message]) -> dict[UUID, Made]:
    """Return what each reminder says now, or why nothing: its invoices were paid, or left out since; ten queries.

    What was put off (quiet hours, a cap, another attempt) until a day off waits for the day after, and so does a
    second reminder of one day, the younger one.
    """
    told = repository.list_told(ctx, [message.id for message in messages])
    tenants = {each.tenant_id for each in messages if each.tenant_id}
    organisation = identity.get_organisation(ctx.db, ctx.organisation_id)
    today = ctx.today
    policy = policy_service.get_policy(ctx)
    calendar = policy_service.calendar_of(ctx, policy)
    midnight, next_day = (
        dt.datetime.combine(day, dt.time(), ZoneInfo(organisation.time_zone)).astimezone(dt.UTC)
        for day in (today, rules.next_sending_day(today, calendar))
    )
    addresses = {message.id: message.address for message in messages}
    about = [messaging.About(addresses[each.message_id], each.lease_id) for each in told]
    as_of_now = _Now(
        organisation,
        today,
        next_day,
        rules.is_skipped(today, calendar),
        _second(messages, repository.list_reached(ctx, tenants, midnight, ctx.now)),
        policy,
        pause_service.paused(ctx, {each.lease_id for each in told}),
        messaging.find_objections(ctx.db, ctx.organisation_id, about, today),
        repository.list_people(ctx, tenants),
        messaging.templates_of(ctx),
    )
    by_message = defaultdict(list)
    for each in told:
        by_message[each.message_id].append(each)
    return {message.id: _made(message, by_message[message.id], as_of_now) for message in messages}


def _made(message: Message, told: list[Told], now: _Now) -> Made:
    if not now.policy.enabled:
        return Made(None, REMINDERS_OFF)
    if now.is_day_off or message.id in now.second:
        return Made(None, wait_until=now.next_day)
    theirs = [each for each in told if each.tenant_id == message.tenant_id]
    person = now.people.get(message.tenant_id) if message.tenant_id else None
    if person is None or (told and not theirs):
        return Made(None, TENANT_CHANGED)
    why = {each.lease_id: now.why_not(message, each.lease_id) for each in theirs}
    reasons = [why[each.lease_id] for each in theirs if why[each.lease_id]]
    left = [each for each in theirs if not why[each.lease_id]]
    if not left and reasons:
        return Made(None, reasons[0])
    if sum(each.open_cents for each in left) < max(now.policy.minimum_cents, 1):
        return Made(None, NOTHING_OWED)
    due_days = [each.due_on for each in left]  # the oldest first
    kind = rules.kind_of({message.kind}, [(each.due_on, each.overdue_on) for each in left], now.today)
    since = due_days[:1] if kind in OVERDUE_KINDS else due_days
    values = _values(left, person, message.language, now.organisation)
    return now.templates.render(kind, message.language, {**values, "due_on": words.days(since, message.language)})


def _second(messages: Sequence[Message], reached: Iterable[Reached]) -> set[UUID]:
    """Return which of ``messages`` would not be the tenant's only reminder of the day, nor is the first that is due."""
    first: dict[UUID, UUID] = {}
    had = set()
    for each in reached:
        if each.waits:
            first[each.tenant_id] = min(each.message_id, first.get(each.tenant_id, each.message_id))
        else:
            had.add(each.tenant_id)
    return {
        message.id
        for message in messages
        if message.tenant_id and (message.tenant_id in had or first.get(message.tenant_id, message.id) < message.id)
    }


def _values(told: Sequence[Told], person: Person, language: str, organisation: Organisation) -> dict[str, str]:
    paybills = {each.channel_number if each.channel_kind == PAYBILL else None for each in told}
    paybill = paybills.pop() if len(paybills) == 1 else None  # of two properties' none is everybody's
    units = words.names(each.unit_name for each in told)
    return {
        "tenant": person.given_name,
        "amount": say_cents(sum(each.open_cents for each in told), organisation.currency),
        "property": words.names(each.property_name for each in told),
        "unit": units,
        "periods": words.periods({each.period for each in told}, language),
        "account": units,
        "organisation": organisation.name,
        **({"paybill": paybill} if paybill else {}),
    }
