"""Render reminders at sending: current balances, in words true on that day. Money is cents."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from chalicelib import messaging, organisations
from chalicelib.messaging.model import Message, RenderedText
from chalicelib.money import format_amount
from chalicelib.organisations.model import Organisation
from chalicelib.reminders import policies, promises, rules
from chalicelib.reminders import reminder_repository as repository
from chalicelib.reminders.model import FINAL, OVERDUE, RemindedInvoice, ReminderPolicy, SentReminder, TenantContact
from chalicelib.reminders.waiting_payments import list_covered_cents
from chalicelib.runtime.context import Context
from chalicelib.translations import wording

NOTHING_OWED, TENANT_CHANGED, REMINDERS_OFF = "nothing_owed", "tenant_changed", "reminders_off"
OVERDUE_KINDS = (OVERDUE, FINAL)
PAYBILL = "paybill"  # a till has no account number, which the texts name beside it


class _RenderingContext(NamedTuple):
    """Data common to all reminders of a set."""

    organisation: Organisation
    today: dt.date
    next_day: dt.datetime  # start of the next sending day
    is_day_off: bool
    surplus: set[UUID]  # messages
    policy: ReminderPolicy
    paused: Mapping[UUID, str]
    suppressions: messaging.Suppressions
    contacts: Mapping[UUID, TenantContact]
    templates: messaging.Templates

    def skip_reason(self, message: Message, lease_id: UUID) -> str:
        """Return why the message leaves the lease out, or ""."""
        return self.paused.get(lease_id) or self.suppressions.reason_for_lease(message.address or "", lease_id)


def render_reminders(ctx: Context, messages: Sequence[Message]) -> dict[UUID, RenderedText]:
    """Return the text of each reminder, or the reason for none: invoices paid, or lease excluded since; eleven queries.

    A reminder postponed (quiet hours, a cap, a retry) into a day off waits for the day after; so does the younger of
    two reminders on one day.
    """
    listed = repository.list_reminded_invoices(ctx, [message.id for message in messages])
    covered = list_covered_cents(ctx, {each.lease_id for each in listed})
    asked = [each._replace(open_cents=each.open_cents - covered.get(each.invoice_id, 0)) for each in listed]
    invoices = [each for each in asked if each.open_cents]
    tenants = {each.tenant_id for each in messages if each.tenant_id}
    organisation = organisations.get_organisation(ctx.db, ctx.organisation_id)
    today = ctx.today
    policy = policies.get_policy(ctx)
    calendar = policies.get_calendar(ctx, policy)
    midnight, next_day = (
        dt.datetime.combine(day, dt.time(), ZoneInfo(organisation.time_zone)).astimezone(dt.UTC)
        for day in (today, rules.next_sending_day(today, calendar))
    )
    addresses = {message.id: message.address for message in messages}
    about = [messaging.MessageTarget(addresses[each.message_id], each.lease_id) for each in invoices]
    context = _RenderingContext(
        organisation,
        today,
        next_day,
        rules.is_day_off(today, calendar),
        _find_surplus(messages, repository.list_sent_reminders(ctx, tenants, midnight, ctx.now)),
        policy,
        promises.list_paused(ctx, {each.lease_id for each in invoices}),
        messaging.find_suppressions(ctx.db, ctx.organisation_id, about, today),
        repository.list_contacts(ctx, tenants),
        messaging.load_templates(ctx),
    )
    by_message = defaultdict(list)
    for each in invoices:
        by_message[each.message_id].append(each)
    return {message.id: _render(message, by_message[message.id], context) for message in messages}


def _render(message: Message, invoices: list[RemindedInvoice], now: _RenderingContext) -> RenderedText:
    if not now.policy.enabled:
        return RenderedText(None, REMINDERS_OFF)
    if now.is_day_off or message.id in now.surplus:
        return RenderedText(None, wait_until=now.next_day)
    theirs = [each for each in invoices if each.tenant_id == message.tenant_id]
    contact = now.contacts.get(message.tenant_id) if message.tenant_id else None
    if contact is None or (invoices and not theirs):
        return RenderedText(None, TENANT_CHANGED)
    skip_reasons = {each.lease_id: now.skip_reason(message, each.lease_id) for each in theirs}
    reasons = [skip_reasons[each.lease_id] for each in theirs if skip_reasons[each.lease_id]]
    remaining = [each for each in theirs if not skip_reasons[each.lease_id]]
    if not remaining and reasons:
        return RenderedText(None, reasons[0])
    if sum(each.open_cents for each in remaining) < max(now.policy.minimum_cents, 1):
        return RenderedText(None, NOTHING_OWED)
    due_days = [each.due_on for each in remaining]  # oldest first
    kind = rules.message_kind({message.kind}, [(each.due_on, each.overdue_on) for each in remaining], now.today)
    since = due_days[:1] if kind in OVERDUE_KINDS else due_days
    values = _placeholder_values(remaining, contact, message.language, now.organisation)
    return now.templates.render(
        kind, message.language, {**values, "due_on": wording.format_days(since, message.language)}
    )


def _find_surplus(messages: Sequence[Message], sent_reminders: Iterable[SentReminder]) -> set[UUID]:
    """Return which of ``messages`` are neither the tenant's only reminder of the day nor the first that is due."""
    first: dict[UUID, UUID] = {}
    already_sent = set()
    for each in sent_reminders:
        if each.is_due:
            first[each.tenant_id] = min(each.message_id, first.get(each.tenant_id, each.message_id))
        else:
            already_sent.add(each.tenant_id)
    return {
        message.id
        for message in messages
        if message.tenant_id
        and (message.tenant_id in already_sent or first.get(message.tenant_id, message.id) < message.id)
    }


def _placeholder_values(
    invoices: Sequence[RemindedInvoice], contact: TenantContact, language: str, organisation: Organisation
) -> dict[str, str]:
    paybills = {each.channel_number if each.channel_kind == PAYBILL else None for each in invoices}
    paybill = paybills.pop() if len(paybills) == 1 else None  # with two, neither applies to all
    units = wording.join_names(each.unit_name for each in invoices)
    return {
        "tenant": contact.given_name,
        "amount": format_amount(sum(each.open_cents for each in invoices), organisation.currency),
        "property": wording.join_names(each.property_name for each in invoices),
        "unit": units,
        "periods": wording.format_periods({each.period for each in invoices}, language),
        "account": units,
        "organisation": organisation.name,
        **({"paybill": paybill} if paybill else {}),
    }
