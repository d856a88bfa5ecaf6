"""Answering an SMS that a phone sent us."""

import datetime as dt
import logging
from collections.abc import Sequence

from sqlalchemy import Connection

from chalicelib.clock import day_of
from chalicelib.commands import places_service, rules, session_service, telling
from chalicelib.commands.asking_service import log_fault, tell_commands, tell_unknown
from chalicelib.commands.holder_service import Holder, find_holder
from chalicelib.commands.registry import COMMANDS, Asking, Reply, Sms, find_command
from chalicelib.commands.session_service import CONFIRM, DENY, FAULT, Offer, Pending, pending_of
from chalicelib.commands.texts import fitting, say
from chalicelib.identity.model import PLATFORM
from chalicelib.leasing.model import CONFIRMED
from chalicelib.messaging import service as messaging
from chalicelib.messaging.model import IncomingAnswer, NewMessage
from chalicelib.runtime.context import Context

UNKNOWN = "unknown"
ALWAYS = ("stop", "start", "not_me")  # what nobody can guess anything by is done when commands are closed, too
SAID_TO_ALL = (*ALWAYS, "places")
ANSWERED_WITHIN = dt.timedelta(hours=2)  # a balance of this morning tells nothing in the evening
MOST_REPLIES = 20  # of an organisation to a number in a day: a machine may be at the other end, and each costs
_DAY = dt.timedelta(days=1)

log = logging.getLogger("plotihub.commands")

Answered = tuple[str, list[Reply]]  # the command, and what is told


def answer_sms(
    db: Connection,
    *,
    gateway: str,
    provider_reference: str,
    phone: str,
    text: str,
    received_at: dt.datetime,
    now: dt.datetime,
) -> str:
    """Do what the SMS asks, queue the answer, and return the name of the command that it was taken for.

    What came too long ago, or is one too many of a day, is done and not answered. For whom it is answered is kept.

    ``phone`` is in E.164. A phone that no organisation has is answered nothing: it learns nothing and costs
    nothing; but that it wants no messages, or wants them again, holds for whoever enters it later. Then, and
    where nothing was done, "" is returned. The caller sees to it that one SMS is taken once.
    """
    found = find_command(rules.without_please(rules.read(text)))
    name = found.command.name if found else UNKNOWN
    if not find_holder(db, phone, now=now).is_claimed:
        return _answer_nobody(db, phone, name, now)
    closed = session_service.lock_phone(db, phone, now=now)
    sms = Sms(gateway, provider_reference, received_at)
    rest, language = (found.rest, found.language) if found else (text, None)
    asking = Asking(phone, rest, language, find_holder(db, phone, now=now), sms, now)
    if closed and name not in ALWAYS:
        _queue(db, asking, [Reply.of_platform(asking.spoken, say("closed", asking.spoken))])
        return name
    chosen = _answer_offer(db, asking) if found is None else None
    if chosen is not None:
        name, replies = chosen
    elif found is None:
        replies = tell_unknown(asking)
    elif found.command.anyone or asking.tenants:
        replies = found.command.answers(db, asking)
    elif asking.holder.unconfirmed:
        entries = asking.holder.unconfirmed
        replies = places_service.offer_places(db, asking, entries, pending=pending_of(asking, name))
    else:
        return ""  # all that is claimed was denied
    _keep_answers(db, sms, name, replies, asking.holder, is_choice=chosen is not None)
    _queue(db, asking, replies)
    return name


def _answer_nobody(db: Connection, phone: str, name: str, now: dt.datetime) -> str:
    if name == "stop":
        messaging.stop_messages(db, phone, source=places_service.SMS, now=now)
    elif name == "start":
        messaging.start_messages(db, phone)
    else:
        return ""
    return name


def _answer_offer(db: Connection, asking: Asking) -> Answered | None:
    """Return what comes of a number that answers what was offered last; None where the text is no such answer."""
    choice = rules.read_choice(asking.text)
    offer = session_service.find_offer(db, asking.phone, now=asking.now) if choice else None
    if choice is None or offer is None:
        return None
    number, rest = choice
    if offer.purpose == FAULT:
        return _choose_place(db, asking, offer, number)
    if offer.purpose == DENY:
        return "not_me", places_service.deny(db, asking._replace(text=str(number)))
    return _confirm(db, asking, offer, number, rest)


def _confirm(db: Connection, asking: Asking, offer: Offer, number: int, unit_name: str) -> Answered:
    entry = places_service.find_offered(asking, offer, number)
    if entry is None or not any(each.state != CONFIRMED for each in entry.leases):
        entries = asking.holder.unconfirmed
        if not entries:
            return CONFIRM, [places_service.tell_no_places(asking)]
        return "places", places_service.offer_places(db, asking, entries, pending=offer.pending)
    if not rules.says_something(unit_name):
        return "places", [Reply.of_platform(asking.spoken, say("name_unit", asking.spoken, number=number))]
    source = places_service.SMS
    confirmed = places_service.confirm_unit(db, asking.phone, entry, unit_name, source=source, now=asking.now)
    if not confirmed:
        left = session_service.count_wrong(db, asking.phone, now=asking.now)
        text = say("wrong_unit", asking.spoken, left=left) if left else say("closed", asking.spoken)
        return "places", [Reply.of_platform(asking.spoken, text)]
    session_service.end_offer(db, asking.phone)
    asking = asking._replace(holder=find_holder(db, asking.phone, now=asking.now))
    kept = Reply.of(entry.tenant, asking.spoken, None, confirmed[0].id)
    if offer.pending is not None:
        return CONFIRM, [kept, *_answer_pending(db, asking, offer.pending)]
    language = entry.tenant.language
    text = fitting(
        lambda width: say(
            "confirmed", language, place=telling.place_of(confirmed[0], width), commands=tell_commands(language)
        )
    )
    return CONFIRM, [kept._replace(language=language, text=text)]


def _answer_pending(db: Connection, asking: Asking, pending: Pending) -> list[Reply]:
    """Answer what was asked for before the place was confirmed, and keep for whom."""
    first = asking._replace(text=pending.text, language=pending.language, sms=pending.sms)
    replies = COMMANDS[pending.command].answers(db, first)
    _keep_answers(db, pending.sms, pending.command, replies, asking.holder)
    return replies


def _choose_place(db: Connection, asking: Asking, offer: Offer, number: int) -> Answered | None:
    """Log the fault that waits for the place that was offered as ``number``."""
    chosen = asking.holder.find_lease(offer.offered[number - 1]) if 1 <= number <= len(offer.offered) else None
    pending = offer.pending
    if chosen is None or pending is None:
        return None
    session_service.end_offer(db, asking.phone)
    first = asking._replace(text=pending.text, language=pending.language, sms=pending.sms)
    replies = [log_fault(db, first, *chosen, pending.text)]
    _keep_answers(db, pending.sms, pending.command, replies, asking.holder)
    return FAULT, replies


def _keep_answers(
    db: Connection, sms: Sms, name: str, replies: Sequence[Reply], holder: Holder, *, is_choice: bool = False
) -> None:
    """Keep for which organisations the SMS was answered, and whether its text is one's alone to read.

    A choice out of what was offered is nobody's to read: its number tells how many others have the phone. Nor is
    what is said to all: that one could read it would tell them that there is no other.
    """
    answered = {each.organisation_id: each for each in reversed(replies) if each.organisation_id != PLATFORM}
    confirmed = {each.organisation_id for each in holder.tenants}
    alone = not is_choice and name not in SAID_TO_ALL and len(answered) == 1 and confirmed >= answered.keys()
    rows = [
        IncomingAnswer(each.organisation_id, name, each.lease_id, each.tenant_id, alone) for each in answered.values()
    ]
    messaging.add_answers(db, sms.gateway, sms.provider_reference, sms.received_at, rows)


def _queue(db: Connection, asking: Asking, replies: Sequence[Reply]) -> None:
    """Queue the replies, each as its own organisation's message."""
    expires_at = asking.sms.received_at + ANSWERED_WITHIN
    if expires_at <= asking.now:
        return
    for reply in replies:
        ctx = Context.for_system(db, reply.organisation_id, now=asking.now, today=day_of(asking.now))
        if reply.text is None or _has_had_enough(ctx, asking.phone):
            continue
        message = NewMessage(
            kind="reply",
            dedupe_key=f"reply:{asking.sms.name}",
            tenant_id=reply.tenant_id,
            lease_id=reply.lease_id,
            address=asking.phone,
            language=reply.language,
            text=reply.text,
            expires_at=expires_at,
        )
        messaging.queue_messages(ctx, [message])


def _has_had_enough(ctx: Context, phone: str) -> bool:
    if messaging.count_to(ctx, phone, "reply", since=ctx.now - _DAY) < MOST_REPLIES:
        return False
    log.warning("a phone is not answered any more today", extra={"organisation_id": str(ctx.organisation_id)})
    return True
