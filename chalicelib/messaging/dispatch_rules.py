"""Which of the messages that are due go now, by whom, and which wait or never go. Money is whole cents."""

import base64
import datetime as dt
import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from chalicelib.clock import NAIROBI, day_of
from chalicelib.messaging.grant_model import GRANT_NEEDED, Allowance
from chalicelib.messaging.model import EMAIL, KINDS, SENT_BY, SMS, Message, Settings
from chalicelib.messaging.objection_rules import Objections
from chalicelib.messaging.rules import is_quiet, measure, opening, price_cents, waits_for_opening
from chalicelib.messaging.signing_rules import REPLY, founder

PENDING = "pending"  # an attempt of which nothing is known yet
MOST_ATTEMPTS = 4
BACKOFF_MINUTES = (1, 5, 20)  # after the first, second and third attempt
STALE = dt.timedelta(hours=2)  # what is sent later than this after it was made may no longer be so
CAPPED_KINDS = tuple(name for name, kind in KINDS.items() if kind.capped)


class Day(NamedTuple):
    """What an organisation's messages have come to: of the local day, and of its month."""

    messages: int = 0
    month_price_cents: int = 0


class Ways(NamedTuple):
    """How one organisation's messages are sent at one moment."""

    organisation_id: UUID
    settings: Settings  # as they take effect
    time_zone: str
    prices: Mapping[str, int]  # of a part, in cents, by gateway
    now: dt.datetime
    allowance: Allowance


class Handed(NamedTuple):
    """A message that goes now, and how."""

    message: Message
    number: int
    gateway: str
    text: str
    encoding: str
    parts: int
    price_cents: int
    reason: str = ""  # why it does not say what the organisation's own words would


class Verdicts:
    """What becomes of a set of messages."""

    def __init__(self) -> None:
        self.handed: list[Handed] = []
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
    """What may still go today and this month, as a set is gone through.

    Of an organisation that is not granted messaging every SMS is held to the day, but an answer: who has just
    asked is answered. So is every letter, to as many a day. So is what each address may have of all such
    organisations together; a number that has confirmed a place of this one is neither held nor counted, so that
    nobody else's texts hold its landlord's back.
    """

    def __init__(self, ways: Ways, day: Day, objections: Objections, letters: int = 0) -> None:
        settings = ways.settings
        self.to_send = {SMS: settings.daily_cap - day.messages, EMAIL: settings.daily_cap - letters}
        self.to_spend_cents = settings.monthly_limit_cents - day.month_price_cents
        self._tenant_cap = settings.tenant_daily_cap
        self._told: Counter[UUID] = Counter()
        self._next_opening = next_day_opening(ways)
        self._today = day_of(ways.now, ways.time_zone)
        self._time_zone = ways.time_zone
        self._granted = ways.allowance.granted
        self._number_cap = ways.allowance.number_daily_cap
        self._number_day = number_day(ways.now)
        self._is_confirmed = objections.is_confirmed
        self._had: Mapping[str, int] = {}
        self.numbered: Counter[str] = Counter()  # messages that go now, by ``number_of``, of those counted so

    def count_told(self, told: Mapping[UUID, int]) -> None:
        """Take into account what tenants have had today."""
        self._told.update(told)

    def count_numbers(self, had: Mapping[str, int]) -> None:
        """Take into account what addresses have had today of all organisations that are not granted messaging."""
        self._had = had

    def numbers(self, messages: Iterable[Message]) -> set[str]:
        """Return, by ``number_of``, the addresses of ``messages`` that are held to what an address may have."""
        return {number_of(each.address) for each in messages if each.address and self._is_numbered(each)}

    def _is_numbered(self, message: Message) -> bool:
        """Return whether the message takes one of its address's places; one that is tried again today has its own."""
        if self._number_cap is None or message.kind == REPLY or not message.address:
            return False
        if message.medium == SMS and self._is_confirmed(message.address):
            return False
        return message.handed_at is None or number_day(message.handed_at) != self._number_day

    def hold_back(self, message: Message, verdicts: Verdicts) -> bool:
        """Postpone a message to tomorrow where its day is full; return whether it was."""
        if message.kind == REPLY or not self._is_full(message):
            return False
        verdicts.postpone(message, self._next_opening)
        return True

    def _is_full(self, message: Message) -> bool:
        if message.medium == SMS:
            capped = KINDS[message.kind].capped
            if (capped or not self._granted) and self.to_send[SMS] <= 0:
                return True
            if capped and message.tenant_id is not None and self._told[message.tenant_id] >= self._tenant_cap:
                return True
        elif self._takes_letter(message) and self.to_send[EMAIL] <= 0:
            return True
        if self._number_cap is None or message.address is None or not self._is_numbered(message):
            return False
        number = number_of(message.address)
        return self._had.get(number, 0) + self.numbered[number] >= self._number_cap

    def _takes_letter(self, message: Message) -> bool:
        """Return whether the letter takes a place of its organisation's day; one that is tried again has its own."""
        again = message.handed_at is not None and day_of(message.handed_at, self._time_zone) == self._today
        return not self._granted and not again

    def take(self, handed: Handed, verdicts: Verdicts) -> bool:
        """Count a message in, or cancel it where the month's money is spent; return whether it goes."""
        message = handed.message
        if message.medium == SMS:
            if handed.price_cents > self.to_spend_cents:
                verdicts.cancel(message, "spend_limit")
                return False
            self.to_spend_cents -= handed.price_cents
            self.to_send[SMS] -= 1
            if message.tenant_id is not None and KINDS[message.kind].capped:
                self._told[message.tenant_id] += 1
        elif self._takes_letter(message):
            self.to_send[EMAIL] -= 1
        if message.address is not None and self._is_numbered(message):
            self.numbered[number_of(message.address)] += 1
        verdicts.handed.append(handed)
        return True


def number_of(address: str) -> str:
    """Return what an address is counted under: a phone as it is, an e-mail address by a digest as long as a phone."""
    if "@" not in address:
        return address
    return "@" + base64.b32encode(hashlib.sha256(address.casefold().encode()).digest()).decode()[:15]


def number_day(at: dt.datetime) -> dt.date:
    """Return the day that a number's SMS of several organisations count for: Nairobi's, wherever those are."""
    return day_of(at, NAIROBI)


def sift(
    messages: Sequence[Message], ways: Ways, objections: Objections, caps: Caps, verdicts: Verdicts
) -> list[Message]:
    """Return the messages that may go as far as can be told before their texts are made."""
    may_go = []
    quiet = is_quiet(ways.now.astimezone(ZoneInfo(ways.time_zone)).hour, ways.settings)
    for message in messages:
        why = _why_never(message, ways, objections, caps)
        if why:
            verdicts.cancel(message, why)
        elif quiet and waits_for_opening(message.kind, message.medium):
            verdicts.postpone(message, opening(ways.now, ways.settings, ways.time_zone))
        elif not caps.hold_back(message, verdicts):
            may_go.append(message)
    return may_go


def _why_never(message: Message, ways: Ways, objections: Objections, caps: Caps) -> str:
    if message.expires_at is not None and message.expires_at <= ways.now:
        return "expired"
    if not message.address:
        return "no_phone" if message.medium == SMS else "no_email"
    objection = objections.why_not(message.kind, message.medium, message.address, message.lease_id, ways.settings)
    if objection:
        return objection
    if _needs_grant(message, ways):
        return GRANT_NEEDED
    return _why_too_dear(message, ways, caps) if message.medium == SMS else ""


def _why_too_dear(message: Message, ways: Ways, caps: Caps) -> str:
    if message.notice_id is not None and not ways_to_send(message, ways):
        return "price_limit"
    if price_cents(1, next_gateway(message, ways), ways.prices) > max(caps.to_spend_cents, 0):
        return "spend_limit"
    return ""


def _needs_grant(message: Message, ways: Ways) -> bool:
    """Return whether the message was queued under a grant that is gone: free text, or without its founder's number.

    Where no founder is known, nothing goes at all: such an organisation was founded by an older version.
    """
    if ways.allowance.granted:
        return False
    if ways.allowance.founder_phone is None:
        return True
    unsigned = message.text is not None and founder(message.language, ways.allowance) not in message.text
    return KINDS[message.kind].free_text or unsigned


def to_hand(message: Message, text: str, reason: str, ways: Ways) -> Handed:
    """Return how ``message`` goes with ``text``: by whom, in how many parts and for how much."""
    gateway = next_gateway(message, ways)
    if message.medium != SMS:
        return Handed(message, message.attempt + 1, gateway, text, "", 0, 0, reason)
    measured = measure(text)
    price = price_cents(measured.parts, gateway, ways.prices)
    return Handed(message, message.attempt + 1, gateway, text, measured.encoding, measured.parts, price, reason)


def ways_to_send(message: Message, ways: Ways) -> Sequence[str]:
    """Return who may send it, the first choice first: of a notice only who asks no more than somebody agreed to."""
    if message.medium != SMS:
        return SENT_BY[message.medium]
    if message.notice_id is None:
        return ways.settings.gateways
    return [
        each for each in ways.settings.gateways if price_cents(message.parts, each, ways.prices) <= message.price_cents
    ]


def next_gateway(message: Message, ways: Ways) -> str:
    """Return who sends it: the organisation's first choice, after an attempt the one after that of the attempt."""
    order = ways_to_send(message, ways)
    if not message.attempt or message.gateway not in order:
        return order[0]
    return order[(order.index(message.gateway) + 1) % len(order)]


def next_day_opening(ways: Ways) -> dt.datetime:
    """Return when messages may go again on the next local day."""
    local = ways.now.astimezone(ZoneInfo(ways.time_zone))
    midnight = dt.datetime.combine(local.date() + dt.timedelta(days=1), dt.time(), local.tzinfo)
    return opening(midnight.astimezone(dt.UTC), ways.settings, ways.time_zone)


def not_after(kind: str, medium: str, made_at: dt.datetime, expires_at: dt.datetime | None, ways: Ways) -> dt.datetime:
    """Return until when a text that was made at ``made_at`` may be sent: not in the night, and not when it is stale."""
    latest = made_at + STALE
    if expires_at is not None:
        latest = min(latest, expires_at)
    if waits_for_opening(kind, medium):
        latest = min(latest, _closing(made_at, latest, ways))
    return latest


def _closing(after: dt.datetime, before: dt.datetime, ways: Ways) -> dt.datetime:
    """Return when the quiet hours first begin between the two, or ``before``."""
    hour = after.astimezone(ZoneInfo(ways.time_zone)).replace(minute=0, second=0, microsecond=0).astimezone(dt.UTC)
    while hour < before:
        if hour > after and is_quiet(hour.astimezone(ZoneInfo(ways.time_zone)).hour, ways.settings):
            return hour
        hour += dt.timedelta(hours=1)
    return before


def key_of(organisation_id: UUID, dedupe_key: str, number: int) -> str:
    """Return what the claim of an attempt is kept under."""
    return f"{organisation_id}:{dedupe_key}:{number}"
