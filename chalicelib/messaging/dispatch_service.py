"""Handing what is due to the senders' queue: set by set of one organisation, each in a transaction of its own.

A set is decided and marked as handed, with an attempt of each message, in one transaction; only then is
it put on the queue, and after that its attempts are marked as queued. A dispatcher that is killed in
between leaves attempts that nobody marked; ``sweep_service`` puts them on the queue again, under the
same keys, which senders claim: none is sent twice. Two dispatchers hold different messages, and take
turns over what an organisation's day has come to.
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
from chalicelib.errors import Unavailable
from chalicelib.messaging import careful_service, opt_out_service, phone_day_repository, settings_service
from chalicelib.messaging import dispatch_repository as repository
from chalicelib.messaging.bodies import Text, bundles, fits
from chalicelib.messaging.dispatch_rules import (
    Caps,
    Handed,
    Verdicts,
    Ways,
    key_of,
    not_after,
    number_day,
    sift,
    to_hand,
)
from chalicelib.messaging.finishing_service import Finisher
from chalicelib.messaging.grant_service import get_sending
from chalicelib.messaging.model import CANCELLED, FAILED, KINDS, SMS, Made, Message
from chalicelib.messaging.rules import opening
from chalicelib.runtime.context import Context
from chalicelib.runtime.resources import Resources

SET = 500  # messages of one transaction

log = logging.getLogger("plotihub.messaging")


class Set(NamedTuple):
    """What was done with one set: how many messages were looked at, and the texts that now go on the queue."""

    seen: int = 0
    texts: Mapping[tuple[str, str], Sequence[Text]] = {}  # by medium and gateway

    @property
    def handed(self) -> int:
        return sum(map(len, self.texts.values()))


def dispatch(resources: Resources, still: Callable[[], bool] = lambda: True) -> int:
    """Hand over what is due, until nothing is or ``still`` says that time is up; return how many messages went."""
    handed = 0
    if not still():
        return 0
    for _, count in dispatch_sets(resources):
        handed += count
        if not still():
            break
    return handed


def dispatch_sets(resources: Resources) -> Iterator[tuple[UUID, int]]:
    """Hand over set by set, the organisations taking turns; yield after each set whose it was, and how many went.

    Raises:
        Unavailable: the database or the queue does not answer; what was not handed over yet, is later.
    """
    if resources.queues is None:
        log.warning("nothing is sent: there is no queue")
        return
    while True:
        turns = deque(resources.transact(lambda db: repository.list_due_organisations(db, resources.clock.now())))
        progress = False
        while turns:
            organisation_id = turns.popleft()
            done = _hand_set(resources, organisation_id)
            progress = progress or done.seen > 0
            if done.seen == SET:
                turns.append(organisation_id)
            if done.seen:
                yield organisation_id, done.handed
        if not progress:
            return


def _hand_set(resources: Resources, organisation_id: UUID) -> Set:
    try:
        done = resources.transact(lambda db: decide_set(db, organisation_id, now=resources.clock.now()))
    except Unavailable:
        raise
    except Exception:
        # One organisation's fault is not the others'; theirs are handed meanwhile.
        log.exception("a set of messages could not be handed over", extra={"organisation_id": str(organisation_id)})
        return Set()
    for way, texts in done.texts.items():
        put_on_queue(resources, *way, texts)
    return done


def put_on_queue(resources: Resources, medium: str, gateway: str, texts: Sequence[Text]) -> int:
    """Put texts of one organisation on the queue and mark their attempts; return how many.

    Raises:
        Unavailable: the queue does not answer, and perhaps took them all the same; or the database does not.
    """
    if resources.queues is None:
        raise Unavailable("There is no queue.")
    bodies, carried = zip(*bundles(medium, gateway, texts), strict=True)
    taken = resources.queues.send("send", bodies)
    queued = [text for texts, there in zip(carried, taken, strict=True) if there for text in texts]
    if len(queued) < len(texts):
        log.warning("the queue did not take all", extra={"count": len(texts) - len(queued)})
    if queued:
        attempts = [(text.message_id, text.number) for text in queued]
        mark = partial(repository.mark_queued, organisation_id=texts[0].organisation_id, attempts=attempts)
        resources.transact(lambda db: mark(db, now=resources.clock.now()))
    return len(queued)


def decide_set(db: Connection, organisation_id: UUID, *, now: dt.datetime) -> Set:
    """Decide, in the caller's transaction, what becomes of the next set, and return what is to be put on the queue."""
    messages = repository.lock_due(db, organisation_id, now, SET)
    if not messages:
        return Set()
    ways = ways_of(db, organisation_id, now)
    today = day_of(now, ways.time_zone)
    day = repository.lock_day(db, organisation_id, today)
    objections = opt_out_service.find_objections(db, organisation_id, messages, today)
    caps, verdicts = Caps(ways, day, objections, _letters_today(db, ways, messages, today)), Verdicts()
    may_go = sift(messages, ways, objections, caps, verdicts)
    made = careful_service.make_texts(Context.for_system(db, organisation_id, now=now, today=today), may_go)
    made = _finish(Finisher(ways.allowance, objections), may_go, made)
    caps.count_told(_told_today(db, ways, may_go, today))
    caps.count_numbers(phone_day_repository.lock_phones(db, number_day(now), caps.numbers(may_go)))
    for message in may_go:
        _decide(message, made.get(message.id), ways, caps, verdicts)
    _keep(db, ways, verdicts, today)
    phone_day_repository.count_phones(db, number_day(now), caps.numbered)
    return Set(len(messages), _texts(verdicts.handed, ways))


def ways_of(db: Connection, organisation_id: UUID, now: dt.datetime) -> Ways:
    sending = get_sending(db, organisation_id)
    prices = settings_service.part_prices()
    return Ways(organisation_id, sending.settings, sending.time_zone, prices, now, sending.allowance)


def _finish(finisher: Finisher, messages: Sequence[Message], made: Mapping[UUID, Made]) -> dict[UUID, Made]:
    """Return what each message says, finished where its text was made now; others were when they were queued."""
    fresh = [each for each in messages if each.text is None]
    done = dict(made)
    for message in fresh:
        said = made.get(message.id)
        if said is not None and said.text is not None:
            done[message.id] = said._replace(text=finisher.finish(message, said.text))
    return done


def _letters_today(db: Connection, ways: Ways, messages: Sequence[Message], today: dt.date) -> int:
    """Return how many letters the organisation has sent today; whoever is granted messaging sends without a count."""
    if ways.allowance.granted or all(each.medium == SMS for each in messages):
        return 0
    midnight = dt.datetime.combine(today, dt.time(), ZoneInfo(ways.time_zone))
    return repository.count_letters(db, ways.organisation_id, midnight)


def _told_today(db: Connection, ways: Ways, messages: Sequence[Message], today: dt.date) -> dict[UUID, int]:
    tenants = {each.tenant_id for each in messages if each.tenant_id and KINDS[each.kind].capped}
    if not tenants:
        return {}
    midnight = dt.datetime.combine(today, dt.time(), ZoneInfo(ways.time_zone))
    return repository.count_told(db, ways.organisation_id, tenants, midnight)


def _decide(message: Message, made: Made | None, ways: Ways, caps: Caps, verdicts: Verdicts) -> None:
    if made is None:
        verdicts.fail(message, "no_text")
    elif made.wait_until is not None and made.wait_until > ways.now:
        verdicts.postpone(message, opening(made.wait_until, ways.settings, ways.time_zone))
    elif made.text is None:
        verdicts.cancel(message, made.reason or "nothing_owed")
    elif not fits(made.text, message.subject):
        verdicts.fail(message, "too_long")
    elif not caps.hold_back(message, verdicts):
        caps.take(to_hand(message, made.text, made.reason, ways), verdicts)


def _keep(db: Connection, ways: Ways, verdicts: Verdicts, today: dt.date) -> None:
    organisation_id, now = ways.organisation_id, ways.now
    for reason, ids in verdicts.cancelled.items():
        repository.finish(db, organisation_id, ids, CANCELLED, reason, now)
    for reason, ids in verdicts.failed.items():
        repository.finish(db, organisation_id, ids, FAILED, reason, now)
    for until, ids in verdicts.postponed.items():
        repository.postpone(db, organisation_id, ids, until)
    if verdicts.handed:
        repository.hand(db, organisation_id, verdicts.handed, now)
    texted = [each for each in verdicts.handed if each.message.medium == SMS]
    if texted:
        price_cents = sum(each.price_cents for each in texted)
        repository.count_day(db, organisation_id, today, len(texted), price_cents)


def _texts(handed: Sequence[Handed], ways: Ways) -> dict[tuple[str, str], list[Text]]:
    def way(each: Handed) -> tuple[str, str]:
        return each.message.medium, each.gateway

    def saying(each: Handed) -> tuple[tuple[str, str], str]:
        return way(each), each.text  # what says the same lies together, and goes in one call

    return {
        same: [text_of(each.message, each.number, each.text, ways.now, ways) for each in group]
        for same, group in groupby(sorted(handed, key=saying), way)
    }


def text_of(message: Message, number: int, text: str, made_at: dt.datetime, ways: Ways) -> Text:
    """Return what a sender needs for the attempt ``number`` that was made at ``made_at``."""
    return Text(
        key=key_of(ways.organisation_id, message.dedupe_key, number),
        organisation_id=ways.organisation_id,
        message_id=message.id,
        number=number,
        to=message.address or "",
        text=text,
        subject=message.subject,
        sender_name=ways.settings.sender_name if message.medium == SMS else "",
        not_after=not_after(message.kind, message.medium, made_at, message.expires_at, ways),
    )
