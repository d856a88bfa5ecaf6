"""What came of a simulated month, as a table to read, and what of it was wrong."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from chalicelib import money
from chalicelib.clock import NAIROBI
from local.phone.store import Sms

OPENS, CLOSES = 8, 20  # the hours in which an organisation writes by itself, in Nairobi
LATE = dt.timedelta(minutes=1)  # time limit of a reply, on a clock that does not advance meanwhile
WORDS = {
    "en": "dear thank we received is due overdue please your you balance receipt nothing owed send will",
    "sw": "habari asante tumepokea za ya zinapaswa zimechelewa lipa salio risiti na tena hapa hudaiwi tuma",
}


class Tenant(NamedTuple):
    id: str
    name: str
    phone: str
    language: str


class Roles(NamedTuple):
    """Who plays which part, and when."""

    promising: Tenant
    promised_at: dt.datetime
    promised_until: dt.datetime
    stopping: Tenant
    stopped_at: dt.datetime
    refusing: Tenant  # whose number the provider rejects
    waiting: Tenant  # for whose number the provider never answers


@dataclass(slots=True)
class MonthResult:
    """Who took part, what they did, what the phones received, and what the application recorded."""

    tenants: list[Tenant] = field(default_factory=list)
    by_lease: dict[str, Tenant] = field(default_factory=dict)
    cast: Roles = field(init=False)
    paid: list[tuple[dt.datetime, Tenant, str]] = field(default_factory=list)
    sent: list[tuple[dt.datetime, Tenant, str]] = field(default_factory=list)
    screens: list[dict[str, Any]] = field(default_factory=list)
    received: list[Sms] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    reminders: list[tuple[UUID, str, str]] = field(default_factory=list)  # invoice, step, message
    requests: list[dict[str, Any]] = field(default_factory=list)
    left: dict[str, int] = field(default_factory=dict)
    proof_holds: bool = False

    def of_kind(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the SMS whose kind begins so, but for those that were cancelled."""
        return [
            each
            for each in self.messages
            if each["medium"] == "sms" and each["kind"].startswith(kinds) and each["status"] != "cancelled"
        ]


def find_problems(lived: MonthResult) -> list[str]:
    """Return what was wrong, a line each."""
    return [
        *_of_queues_and_books(lived),
        *_of_what_arrived(lived),
        *_of_repeats(lived),
        *_of_hours(lived),
        *_of_languages(lived),
        *_of_silence(lived),
        *_of_answers(lived),
    ]


def table(lived: MonthResult) -> str:
    """Return what each tenant got, in the order of the month."""
    kinds = {(each["address"], each["text"]): each for each in lived.messages}
    lines = []
    for tenant in lived.tenants:
        lines += ["", f"{tenant.name} · {tenant.phone} · {tenant.language}"]
        for sms in lived.received:
            if sms.number == tenant.phone:
                message = kinds.get((sms.number, sms.text), {"kind": "?", "status": "?"})
                lines.append(f"  {local(sms):%d %b %H:%M}  {message['kind']:<16} {message['status']:<9} {sms.text}")
    lines += ["", "What the outbox says:"]
    counted = Counter((each["medium"], each["kind"], each["status"], each["reason"]) for each in lived.messages)
    lines += [f"  {count:4d}  {' · '.join(part for part in what if part)}" for what, count in sorted(counted.items())]
    return "\n".join(lines)


def local(sms: Sms) -> dt.datetime:
    return dt.datetime.fromisoformat(sms.at).astimezone(ZoneInfo(NAIROBI))


def _of_queues_and_books(lived: MonthResult) -> Iterator[str]:
    yield from (f"the queue {name} still holds {count}" for name, count in lived.left.items() if count)
    if not lived.proof_holds:
        yield "the books do not hold"


def _of_what_arrived(lived: MonthResult) -> Iterator[str]:
    """The phones received what the outbox records as sent, with the same parts and price, and nothing else."""
    gone = [each for each in lived.of_kind("") if each["status"] in ("sent", "delivered", "unknown")]
    recorded = Counter((each["address"], each["text"]) for each in gone)
    received = Counter((sms.number, sms.text) for sms in lived.received)
    yield from (f"{count} × only in the outbox: {what}" for what, count in (recorded - received).items())
    yield from (f"{count} × only on the phone: {what}" for what, count in (received - recorded).items())
    parts = {sms.reference: sms.parts for sms in lived.received}
    for each in gone:
        computed, reference = each["parts"], each["provider_reference"]
        if reference is not None and parts.get(reference) != computed:
            yield f"{each['text']!r} was computed as {computed} parts and received in {parts.get(reference)}"
        if money.parse_cents(each["price"]) != 80 * computed:
            yield f"{each['text']!r} was priced at {each['price']}"
    waiting = [each for each in lived.of_kind("") if each["status"] not in ("delivered", "failed")]
    yield from (f"never settled: {each['kind']} {each['status']} {each['created_at']}" for each in waiting)


def _of_repeats(lived: MonthResult) -> Iterator[str]:
    """No step of an invoice was sent twice, nobody was reminded twice on a day, and no text was repeated on a day."""
    steps = Counter((invoice, step) for invoice, step, _ in lived.reminders)
    yield from (f"sent {count} times: {what}" for what, count in steps.items() if count > 1)
    reminding = {(each["address"], each["text"]) for each in lived.of_kind("reminder")}
    days = Counter((sms.number, local(sms).date()) for sms in lived.received if (sms.number, sms.text) in reminding)
    yield from (f"reminded {count} times on one day: {who}" for who, count in days.items() if count > 1)
    same = Counter((sms.number, local(sms).date(), sms.text) for sms in lived.received)
    yield from (f"{count} × the same on one day: {what}" for what, count in same.items() if count > 1)


def _of_hours(lived: MonthResult) -> Iterator[str]:
    answers = {(each["address"], each["text"]) for each in lived.of_kind("reply")}
    for sms in lived.received:
        by_day = OPENS <= local(sms).hour < CLOSES
        if not by_day and (sms.number, sms.text) not in answers:
            yield f"at {local(sms):%d %b %H:%M}: {sms.text!r}"


def _of_languages(lived: MonthResult) -> Iterator[str]:
    languages = {tenant.phone: tenant.language for tenant in lived.tenants}
    for sms in lived.received:
        words = {word.strip(".,:!?()").lower() for word in sms.text.split()}
        matches = {language: len(words.intersection(WORDS[language].split())) for language in WORDS}
        theirs = matches.pop(languages.get(sms.number, ""), 0)
        if theirs <= max(matches.values()):
            yield f"not in the tenant's language: {sms.text!r}"


def _of_silence(lived: MonthResult) -> Iterator[str]:
    """Nobody gets a message after STOP, a reminder while a promise is open, or a text on a rejected number."""
    cast = lived.cast
    for sms in lived.received:
        at = dt.datetime.fromisoformat(sms.at)
        if sms.number == cast.stopping.phone and at > cast.stopped_at + LATE:
            yield f"after STOP: {sms.text!r}"
        if sms.number == cast.refusing.phone:
            yield f"on a phone that gets nothing: {sms.text!r}"
    for each in lived.of_kind("reminder"):
        handed = dt.datetime.fromisoformat(each["handed_at"])
        if each["tenant_id"] == cast.promising.id and cast.promised_at < handed < cast.promised_until:
            yield f"reminded in spite of a promise: {each['text']!r}"


def _of_answers(lived: MonthResult) -> Iterator[str]:
    """Every question has an immediate answer."""
    for at, tenant, text in lived.sent:
        answers = [
            sms
            for sms in lived.received
            if sms.number == tenant.phone and at <= dt.datetime.fromisoformat(sms.at) <= at + LATE
        ]
        if len(answers) != 1:
            yield f"{len(answers)} answers to {text!r} of {tenant.phone}"
