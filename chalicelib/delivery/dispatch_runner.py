"""Dispatch due messages to the senders' queue: in sets of one organisation, one transaction each.

A set is decided and marked as dispatched, with an attempt per message, in one transaction; only then is it put on
the queue, and after that its attempts are marked as queued. A dispatcher killed in between leaves unmarked
attempts; ``recovery_runner`` requeues them under the same keys, which senders claim, so none is sent twice.
Concurrent dispatchers lock different messages, and take turns on an organisation's daily usage.
"""

import datetime as dt
import logging
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from chalicelib.clock import day_of
from chalicelib.delivery import dispatch_repository as repository
from chalicelib.delivery import phone_day_repository
from chalicelib.delivery.cap_rules import Caps, Decisions, Dispatched, SendingContext, number_usage_day
from chalicelib.delivery.dispatch_rules import attempt_key, filter_sendable, not_after, prepare_dispatch
from chalicelib.delivery.queue_payloads import QueuedText, fits_payload, serialize_texts
from chalicelib.errors import Unavailable
from chalicelib.messaging import message_settings, opt_outs, rendering
from chalicelib.messaging.grants import get_sending_profile
from chalicelib.messaging.model import CANCELLED, FAILED, KINDS, SMS, Message, RenderedText
from chalicelib.messaging.rendering import TextFinalizer
from chalicelib.messaging.rules import end_of_quiet_hours
from chalicelib.runtime.context import Context
from chalicelib.runtime.resources import Resources

SET_SIZE = 500  # messages per transaction

log = logging.getLogger("plotihub.messaging")


class DispatchedSet(NamedTuple):
    """Result of one set: how many messages were examined, and the texts to put on the queue."""

    seen: int = 0
    texts: Mapping[tuple[str, str], Sequence[QueuedText]] = {}  # by medium and gateway

    @property
    def dispatched(self) -> int:
        return sum(map(len, self.texts.values()))


def dispatch(resources: Resources, time_left: Callable[[], bool] = lambda: True) -> int:
    """Dispatch what is due until none is left or ``time_left`` returns False; return how many messages went."""
    dispatched = 0
    if not time_left():
        return 0
    for _, count in dispatch_sets(resources):
        dispatched += count
        if not time_left():
            break
    return dispatched


def dispatch_sets(resources: Resources) -> Iterator[tuple[UUID, int]]:
    """Dispatch set by set, round-robin over organisations; yield (organisation, messages dispatched) after each.

    Raises:
        Unavailable: the database or the queue is unavailable; the rest is dispatched later.
    """
    if resources.queues is None:
        log.warning("sms.dispatch.no_queue: nothing dispatched, no send queue configured")
        return
    while True:
        waiting = deque(resources.transact(lambda db: repository.list_due_organisations(db, resources.clock.now())))
        progress = False
        while waiting:
            organisation_id = waiting.popleft()
            done = _dispatch_set(resources, organisation_id)
            progress = progress or done.seen > 0
            if done.seen == SET_SIZE:
                waiting.append(organisation_id)
            if done.seen:
                yield organisation_id, done.dispatched
        if not progress:
            return


def _dispatch_set(resources: Resources, organisation_id: UUID) -> DispatchedSet:
    try:
        done = resources.transact(lambda db: decide_next_set(db, organisation_id, now=resources.clock.now()))
    except Unavailable:
        raise
    except Exception:
        # One organisation's error must not stop the dispatch of the others.
        log.exception(
            "sms.dispatch.set_failed: set of messages not dispatched", extra={"organisation_id": str(organisation_id)}
        )
        return DispatchedSet()
    for route, texts in done.texts.items():
        enqueue_texts(resources, *route, texts)
    return done


def enqueue_texts(resources: Resources, medium: str, gateway: str, texts: Sequence[QueuedText]) -> int:
    """Put texts of one organisation on the queue and mark their attempts; return how many.

    Raises:
        Unavailable: the queue is unavailable, and may have accepted them all the same; or the database is.
    """
    if resources.queues is None:
        raise Unavailable("No queue is configured.")
    bodies, batches = zip(*serialize_texts(medium, gateway, texts), strict=True)
    accepted = resources.queues.send("send", bodies)
    queued = [text for texts, there in zip(batches, accepted, strict=True) if there for text in texts]
    if len(queued) < len(texts):
        log.warning(
            "sms.dispatch.queue_rejected: SQS rejected some messages", extra={"count": len(texts) - len(queued)}
        )
    if queued:
        attempts = [(text.message_id, text.number) for text in queued]
        mark_attempts = partial(repository.mark_queued, organisation_id=texts[0].organisation_id, attempts=attempts)
        resources.transact(lambda db: mark_attempts(db, now=resources.clock.now()))
    return len(queued)


def decide_next_set(db: Connection, organisation_id: UUID, *, now: dt.datetime) -> DispatchedSet:
    """Decide the next set in the caller's transaction, and return what is to be put on the queue."""
    messages = repository.lock_due_messages(db, organisation_id, now, SET_SIZE)
    if not messages:
        return DispatchedSet()
    sending_context = get_sending_context(db, organisation_id, now)
    today = day_of(now, sending_context.time_zone)
    day = repository.lock_daily_usage(db, organisation_id, today)
    suppressions = opt_outs.find_suppressions(db, organisation_id, messages, today)
    caps, decisions = (
        Caps(sending_context, day, suppressions, _count_emails_today(db, sending_context, messages, today)),
        Decisions(),
    )
    sendable = filter_sendable(messages, sending_context, suppressions, caps, decisions)
    rendered = rendering.render_texts(Context.for_system(db, organisation_id, now=now, today=today), sendable)
    rendered = _finalize_texts(TextFinalizer(sending_context.allowance, suppressions), sendable, rendered)
    caps.count_sent_to_tenants(_count_sent_today(db, sending_context, sendable, today))
    caps.set_number_usage(
        phone_day_repository.lock_usage(db, number_usage_day(now), caps.list_capped_numbers(sendable))
    )
    for message in sendable:
        _decide(message, rendered.get(message.id), sending_context, caps, decisions)
    _save_decisions(db, sending_context, decisions, today)
    phone_day_repository.add_usage(db, number_usage_day(now), caps.sent_to_number)
    return DispatchedSet(len(messages), _queued_texts(decisions.dispatched, sending_context))


def get_sending_context(db: Connection, organisation_id: UUID, now: dt.datetime) -> SendingContext:
    sending = get_sending_profile(db, organisation_id)
    prices = message_settings.get_part_prices()
    return SendingContext(organisation_id, sending.settings, sending.time_zone, prices, now, sending.allowance)


def _finalize_texts(
    finalizer: TextFinalizer, messages: Sequence[Message], rendered: Mapping[UUID, RenderedText]
) -> dict[UUID, RenderedText]:
    """Return each message's text; those rendered now are finalised, stored ones were when queued."""
    unrendered = [each for each in messages if each.text is None]
    done = dict(rendered)
    for message in unrendered:
        fresh_text = rendered.get(message.id)
        if fresh_text is not None and fresh_text.text is not None:
            done[message.id] = fresh_text._replace(text=finalizer.finalize(message, fresh_text.text))
    return done


def _count_emails_today(
    db: Connection, sending_context: SendingContext, messages: Sequence[Message], today: dt.date
) -> int:
    """Return how many e-mails the organisation sent today; not counted with a messaging grant."""
    if sending_context.allowance.granted or all(each.medium == SMS for each in messages):
        return 0
    midnight = dt.datetime.combine(today, dt.time(), ZoneInfo(sending_context.time_zone))
    return repository.count_emails(db, sending_context.organisation_id, midnight)


def _count_sent_today(
    db: Connection, sending_context: SendingContext, messages: Sequence[Message], today: dt.date
) -> dict[UUID, int]:
    tenants = {each.tenant_id for each in messages if each.tenant_id and KINDS[each.kind].capped}
    if not tenants:
        return {}
    midnight = dt.datetime.combine(today, dt.time(), ZoneInfo(sending_context.time_zone))
    return repository.count_sent_to_tenants(db, sending_context.organisation_id, tenants, midnight)


def _decide(
    message: Message, rendered: RenderedText | None, sending_context: SendingContext, caps: Caps, decisions: Decisions
) -> None:
    if rendered is None:
        decisions.fail(message, "no_text")
    elif rendered.wait_until is not None and rendered.wait_until > sending_context.now:
        decisions.postpone(
            message, end_of_quiet_hours(rendered.wait_until, sending_context.settings, sending_context.time_zone)
        )
    elif rendered.text is None:
        decisions.cancel(message, rendered.reason or "nothing_owed")
    elif not fits_payload(rendered.text, message.subject):
        decisions.fail(message, "too_long")
    elif not caps.postpone_if_capped(message, decisions):
        caps.admit(prepare_dispatch(message, rendered.text, rendered.reason, sending_context), decisions)


def _save_decisions(db: Connection, sending_context: SendingContext, decisions: Decisions, today: dt.date) -> None:
    organisation_id, now = sending_context.organisation_id, sending_context.now
    for reason, ids in decisions.cancelled.items():
        repository.close_messages(db, organisation_id, ids, CANCELLED, reason, now)
    for reason, ids in decisions.failed.items():
        repository.close_messages(db, organisation_id, ids, FAILED, reason, now)
    for until, ids in decisions.postponed.items():
        repository.postpone(db, organisation_id, ids, until)
    if decisions.dispatched:
        repository.mark_dispatched(db, organisation_id, decisions.dispatched, now)
    sms = [each for each in decisions.dispatched if each.message.medium == SMS]
    if sms:
        price_cents = sum(each.price_cents for each in sms)
        repository.add_daily_usage(db, organisation_id, today, len(sms), price_cents)


def _queued_texts(
    dispatched: Sequence[Dispatched], sending_context: SendingContext
) -> dict[tuple[str, str], list[QueuedText]]:
    def route(each: Dispatched) -> tuple[str, str]:
        return each.message.medium, each.gateway

    def route_and_text(each: Dispatched) -> tuple[tuple[str, str], str]:
        return route(each), each.text  # equal texts are adjacent, and go in one call

    return {
        same: [
            build_queued_text(each.message, each.number, each.text, sending_context.now, sending_context)
            for each in group
        ]
        for same, group in groupby(sorted(dispatched, key=route_and_text), route)
    }


def build_queued_text(
    message: Message, number: int, text: str, rendered_at: dt.datetime, sending_context: SendingContext
) -> QueuedText:
    """Return the queue entry of attempt ``number``, rendered at ``rendered_at``."""
    return QueuedText(
        key=attempt_key(sending_context.organisation_id, message.dedupe_key, number),
        organisation_id=sending_context.organisation_id,
        message_id=message.id,
        number=number,
        to=message.address or "",
        text=text,
        subject=message.subject,
        sender_name=sending_context.settings.sender_name if message.medium == SMS else "",
        not_after=not_after(message.kind, message.medium, rendered_at, message.expires_at, sending_context),
    )
