"""Putting right, by the clock, what a killed process, a lost queue message or a silent vendor left in the air."""

import datetime as dt
import logging
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.clock import day_of
from chalicelib.errors import Unavailable
from chalicelib.messaging import delivery_repository as repository
from chalicelib.messaging import delivery_service, dispatch_service, opt_out_service, phone_day_repository
from chalicelib.messaging.bodies import Text, Told
from chalicelib.messaging.delivery_repository import Delivery
from chalicelib.messaging.dispatch_rules import number_day
from chalicelib.messaging.model import HANDED, UNKNOWN_STATUS, Attempt, Message
from chalicelib.runtime.ports import SENT, UNKNOWN, Outcome
from chalicelib.runtime.resources import Resources

AT_ONCE = 500
UNMARKED = dt.timedelta(minutes=2)  # no dispatcher takes as long to put a set on the queue
UNHEARD = dt.timedelta(minutes=30)
GIVEN_UP = dt.timedelta(hours=24)
MATCHED_BY_PHONE = dt.timedelta(minutes=10)  # a report's reference is told by its sender much sooner
UNMATCHED_KEPT = dt.timedelta(days=7)
KEPT = dt.timedelta(days=90)
PHONES_KEPT = dt.timedelta(days=1)

NOTHING_HEARD = Outcome(UNKNOWN, reason="nothing_heard")

log = logging.getLogger("plotihub.messaging")


def requeue_lost(resources: Resources) -> int:
    """Put attempts on the queue again that perhaps never came to a sender, and return how many.

    They keep their keys, so one that did come to a sender is not sent again; what came of it is told again.

    Raises:
        Unavailable: the database or the queue does not answer.
    """
    if resources.queues is None:
        return 0
    now = resources.clock.now()
    before = (now - UNMARKED, now - UNHEARD)
    count = 0
    for organisation_id in resources.transact(lambda db: repository.list_organisations_with_lost(db, *before)):
        try:
            count += _requeue(resources, organisation_id, before, now)
        except Unavailable:
            raise
        except Exception:
            # One organisation's fault is not the others'.
            log.exception("attempts could not be put on the queue", extra={"organisation_id": str(organisation_id)})
    if count:
        log.warning("attempts were put on the queue again", extra={"count": count})
    return count


def _requeue(
    resources: Resources, organisation_id: UUID, before: tuple[dt.datetime, dt.datetime], now: dt.datetime
) -> int:
    count = 0
    while True:
        sets = resources.transact(partial(_lost_texts, organisation_id=organisation_id, before=before, now=now))
        queued = sum(dispatch_service.put_on_queue(resources, *way, texts) for way, texts in sets)
        count += queued
        if queued < AT_ONCE:
            return count


def _lost_texts(
    db: Connection, organisation_id: UUID, before: tuple[dt.datetime, dt.datetime], now: dt.datetime
) -> list[tuple[tuple[str, str], list[Text]]]:
    found = repository.list_lost(db, organisation_id, *before, AT_ONCE)
    if not found:
        return []
    ways = dispatch_service.ways_of(db, organisation_id, now)
    today = day_of(now, ways.time_zone)
    objections = opt_out_service.find_objections(db, organisation_id, [message for message, _ in found], today)

    def is_wanted(message: Message) -> bool:
        to = message.address or ""
        return not objections.why_not(message.kind, message.medium, to, message.lease_id, ways.settings)

    # Who wants no messages by now is left to be given up, since the sender may have had it after all.
    lost = [each for each in found if is_wanted(each[0])]

    def way(each: tuple[Message, Attempt]) -> tuple[str, str]:
        return each[0].medium, each[1].gateway

    return [
        (
            same,
            [
                dispatch_service.text_of(message, attempt.number, message.text or "", attempt.created_at, ways)
                for message, attempt in group
            ],
        )
        for same, group in groupby(sorted(lost, key=way), way)
    ]


def give_up(db: Connection, at: dt.datetime) -> int:
    """Take some attempts for unknown that nothing was heard of for a day, and return how many; 0: none is left."""
    found = repository.list_given_up(db, at - GIVEN_UP, AT_ONCE)
    for organisation_id, group in groupby(sorted(found), lambda each: each[0]):
        told = [Told(organisation_id, message_id, number, NOTHING_HEARD) for _, message_id, number in group]
        delivery_service.take_outcomes(db, organisation_id, told, now=at)
    return len(found)


def settle_by_phone(resources: Resources) -> int:
    """Give reports whose reference nobody ever told to the one message that they can be about; return how many."""
    settled, after = 0, None
    while True:
        now = resources.clock.now()
        reports = resources.transact(partial(_unmatched, before=now - MATCHED_BY_PHONE, after=after))
        for report in reports:
            settled += resources.transact(partial(settle_report, report=report, now=now))
        if len(reports) < AT_ONCE:
            return settled
        after = (reports[-1].created_at, reports[-1].provider_reference)


def _unmatched(db: Connection, before: dt.datetime, after: tuple[dt.datetime, str] | None) -> Sequence[Delivery]:
    return repository.list_unmatched(db, before, after, AT_ONCE)


def settle_report(db: Connection, report: Delivery, *, now: dt.datetime) -> bool:
    """Tie a report to the message it can only be about: the one to its number whose outcome is unknown.

    Where a message to the number is still on its way, or several are unknown, nothing is guessed.
    """
    if report.phone is None or report.reported_at is None:
        return False
    candidates = [
        (organisation_id, message)
        for organisation_id, message in repository.list_open_to(
            db, report.phone, (HANDED, UNKNOWN_STATUS), report.reported_at
        )
        if message.gateway == report.gateway
    ]
    if len(candidates) != 1 or candidates[0][1].status != UNKNOWN_STATUS:
        return False
    organisation_id, message = candidates[0]
    held = repository.lock_messages(db, organisation_id, [message.id]).get(message.id)
    known = repository.find_delivery(db, report.gateway, report.provider_reference, hold=True)
    if held is None or held.status != UNKNOWN_STATUS or known is None or known.message_id is not None:
        return False
    outcome = Outcome(SENT, provider_reference=report.provider_reference)
    told = [Told(organisation_id, message.id, message.attempt, outcome)]
    return delivery_service.take_outcomes(db, organisation_id, told, now=now) == 1


def forget_deliveries(db: Connection, at: dt.datetime) -> int:
    """Forget references of long ago, and sooner those of no message, which hold a number; 0: none is left."""
    return repository.forget_deliveries(db, at - UNMATCHED_KEPT, at - KEPT, AT_ONCE)


def forget_phones(db: Connection, at: dt.datetime) -> int:
    """Forget what numbers had before yesterday of organisations that are not granted messaging; 0: none is left."""
    return phone_day_repository.forget_phones(db, number_day(at - PHONES_KEPT), AT_ONCE)
