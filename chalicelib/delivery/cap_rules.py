"""Daily caps and the monthly budget: by organisation, tenant and address."""

import base64
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from chalicelib.clock import NAIROBI, day_of
from chalicelib.messaging.footer_rules import REPLY
from chalicelib.messaging.grant_model import Allowance
from chalicelib.messaging.model import EMAIL, KINDS, SMS, Message, MessageSettings
from chalicelib.messaging.rules import end_of_quiet_hours
from chalicelib.messaging.suppression_rules import Suppressions


class DailyUsage(NamedTuple):
    """An organisation's usage: messages of the local day, cost of its month."""

    messages: int = 0
    month_price_cents: int = 0


class SendingContext(NamedTuple):
    """One organisation's settings for sending at one moment."""

    organisation_id: UUID
    settings: MessageSettings  # in effect
    time_zone: str
    prices: Mapping[str, int]  # of a part, in cents, by gateway
    now: dt.datetime
    allowance: Allowance


class Dispatched(NamedTuple):
    """A message dispatched now, with gateway, parts and price."""

    message: Message
    number: int
    gateway: str
    text: str
    encoding: str
    parts: int
    price_cents: int
    reason: str = ""  # why the organisation's own template was not used


class Decisions:
    """Outcome of a set of messages."""

    def __init__(self) -> None:
        self.dispatched: list[Dispatched] = []
        self.cancelled: dict[str, list[UUID]] = {}  # by reason
        self.failed: dict[str, list[UUID]] = {}
        self.postponed: dict[dt.datetime, list[UUID]] = {}  # until

    def cancel(self, message: Message, reason: str) -> None:
        self.cancelled.setdefault(reason, []).append(message.id)

    def fail(self, message: Message, reason: str) -> None:
        self.failed.setdefault(reason, []).append(message.id)

    def postpone(self, message: Message, until: dt.datetime) -> None:
        self.postponed.setdefault(until, []).append(message.id)


class Caps:
    """Remaining capacity of today and this month, updated as a set is processed.

    For an organisation without a messaging grant, every SMS except a reply counts against the daily cap, and e-mails
    have a daily cap as well. Each address also has a cap over all such organisations together; a number that has
    confirmed a lease of this one is neither capped nor counted, so that other organisations cannot use up its
    landlord's texts.
    """

    def __init__(
        self, sending_context: SendingContext, day: DailyUsage, suppressions: Suppressions, emails: int = 0
    ) -> None:
        settings = sending_context.settings
        self.messages_left = {SMS: settings.daily_cap - day.messages, EMAIL: settings.daily_cap - emails}
        self.budget_left_cents = settings.monthly_limit_cents - day.month_price_cents
        self._tenant_cap = settings.tenant_daily_cap
        self._sent_to_tenant: Counter[UUID] = Counter()
        self._next_day_start = next_sending_day_start(sending_context)
        self._today = day_of(sending_context.now, sending_context.time_zone)
        self._time_zone = sending_context.time_zone
        self._granted = sending_context.allowance.granted
        self._number_cap = sending_context.allowance.number_daily_cap
        self._number_day = number_usage_day(sending_context.now)
        self._is_confirmed = suppressions.is_confirmed
        self._number_usage: Mapping[str, int] = {}
        self.sent_to_number: Counter[str] = Counter()  # dispatched now, by ``usage_key``; only those that count

    def count_sent_to_tenants(self, sent: Mapping[UUID, int]) -> None:
        """Add the messages that tenants were sent today."""
        self._sent_to_tenant.update(sent)

    def set_number_usage(self, usage: Mapping[str, int]) -> None:
        """Add today's usage per address, over all organisations without a messaging grant."""
        self._number_usage = usage

    def list_capped_numbers(self, messages: Iterable[Message]) -> set[str]:
        """Return, by ``usage_key``, the addresses of ``messages`` that have a cap."""
        return {usage_key(each.address) for each in messages if each.address and self._counts_for_number(each)}

    def _counts_for_number(self, message: Message) -> bool:
        """Return whether the message uses its address's cap; a retry on the same day is already counted."""
        if self._number_cap is None or message.kind == REPLY or not message.address:
            return False
        if message.medium == SMS and self._is_confirmed(message.address):
            return False
        return message.handed_at is None or number_usage_day(message.handed_at) != self._number_day

    def postpone_if_capped(self, message: Message, decisions: Decisions) -> bool:
        """Postpone a message to tomorrow if a daily cap is reached; return whether it was."""
        if message.kind == REPLY or not self._is_full(message):
            return False
        decisions.postpone(message, self._next_day_start)
        return True

    def _is_full(self, message: Message) -> bool:
        if message.medium == SMS:
            capped = KINDS[message.kind].capped
            if (capped or not self._granted) and self.messages_left[SMS] <= 0:
                return True
            if capped and message.tenant_id is not None and self._sent_to_tenant[message.tenant_id] >= self._tenant_cap:
                return True
        elif self._uses_email_cap(message) and self.messages_left[EMAIL] <= 0:
            return True
        if self._number_cap is None or message.address is None or not self._counts_for_number(message):
            return False
        number = usage_key(message.address)
        return self._number_usage.get(number, 0) + self.sent_to_number[number] >= self._number_cap

    def _uses_email_cap(self, message: Message) -> bool:
        """Return whether the e-mail uses the organisation's daily cap; a retry on the same day is already counted."""
        is_retry = message.handed_at is not None and day_of(message.handed_at, self._time_zone) == self._today
        return not self._granted and not is_retry

    def admit(self, dispatched: Dispatched, decisions: Decisions) -> bool:
        """Count a message, or cancel it if the monthly budget is spent; return whether it is dispatched."""
        message = dispatched.message
        if message.medium == SMS:
            if dispatched.price_cents > self.budget_left_cents:
                decisions.cancel(message, "spend_limit")
                return False
            self.budget_left_cents -= dispatched.price_cents
            self.messages_left[SMS] -= 1
            if message.tenant_id is not None and KINDS[message.kind].capped:
                self._sent_to_tenant[message.tenant_id] += 1
        elif self._uses_email_cap(message):
            self.messages_left[EMAIL] -= 1
        if message.address is not None and self._counts_for_number(message):
            self.sent_to_number[usage_key(message.address)] += 1
        decisions.dispatched.append(dispatched)
        return True


def usage_key(address: str) -> str:
    """Return the key an address is counted under: a phone itself, an e-mail address as a digest of phone length."""
    if "@" not in address:
        return address
    return "@" + base64.b32encode(hashlib.sha256(address.casefold().encode()).digest()).decode()[:15]


def number_usage_day(at: dt.datetime) -> dt.date:
    """Return the day that usage per number counts for: Nairobi's, whatever the organisations' time zones."""
    return day_of(at, NAIROBI)


def next_sending_day_start(sending_context: SendingContext) -> dt.datetime:
    """Return when messages may be sent again on the next local day."""
    local = sending_context.now.astimezone(ZoneInfo(sending_context.time_zone))
    midnight = dt.datetime.combine(local.date() + dt.timedelta(days=1), dt.time(), local.tzinfo)
    return end_of_quiet_hours(midnight.astimezone(dt.UTC), sending_context.settings, sending_context.time_zone)
