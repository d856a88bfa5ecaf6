"""Scheduled recovery after a killed process, a lost queue message or a missing delivery report."""

import datetime as dt
import logging
from collections.abc import Sequence
from functools import partial
from itertools import groupby
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.clock import day_of
from chalicelib.delivery import dispatch_runner, phone_day_repository, tracking
from chalicelib.delivery import tracking_repository as repository
from chalicelib.delivery.cap_rules import number_usage_day
from chalicelib.delivery.queue_payloads import AttemptOutcome, QueuedText
from chalicelib.delivery.tracking_repository import DeliveryRecord
from chalicelib.errors import Unavailable
from chalicelib.messaging import opt_outs
from chalicelib.messaging.model import HANDED, UNKNOWN_STATUS, Attempt, Message
from chalicelib.runtime.ports import SENT, UNKNOWN, SendOutcome
from chalicelib.runtime.resources import Resources

BATCH_SIZE = 500
REQUEUE_UNMARKED_AFTER = dt.timedelta(minutes=2)  # longer than a dispatcher needs to enqueue a set
REQUEUE_UNANSWERED_AFTER = dt.timedelta(minutes=30)
EXPIRE_AFTER = dt.timedelta(hours=24)
MATCH_BY_PHONE_AFTER = dt.timedelta(minutes=10)  # senders report the reference much sooner
UNMATCHED_RETENTION = dt.timedelta(days=7)
DELIVERY_RETENTION = dt.timedelta(days=90)
PHONE_DAY_RETENTION = dt.timedelta(days=1)

NO_REPORT = SendOutcome(UNKNOWN, reason="nothing_heard")

log = logging.getLogger("plotihub.messaging")


def requeue_lost_attempts(resources: Resources) -> int:
    """Requeue attempts that perhaps never reached a sender, and return how many.

    They keep their keys, so one that did reach a sender is not sent again; its outcome is reported again.

    Raises:
        Unavailable: the database or the queue does not answer.
    """
    if resources.queues is None:
        return 0
    now = resources.clock.now()
    before = (now - REQUEUE_UNMARKED_AFTER, now - REQUEUE_UNANSWERED_AFTER)
    count = 0
    for organisation_id in resources.transact(lambda db: repository.list_organisations_with_lost_attempts(db, *before)):
        try:
            count += _requeue(resources, organisation_id, before, now)
        except Unavailable:
            raise
        except Exception:
            # One organisation's error must not stop the others.
            log.exception(
                "sms.recovery.requeue_failed: attempts not requeued", extra={"organisation_id": str(organisation_id)}
            )
    if count:
        log.warning("sms.recovery.requeued: lost attempts requeued", extra={"count": count})
    return count


def _requeue(
    resources: Resources, organisation_id: UUID, before: tuple[dt.datetime, dt.datetime], now: dt.datetime
) -> int:
    count = 0
    while True:
        sets = resources.transact(partial(_lost_texts, organisation_id=organisation_id, before=before, now=now))
        queued = sum(dispatch_runner.enqueue_texts(resources, *route, texts) for route, texts in sets)
        count += queued
        if queued < BATCH_SIZE:
            return count


def _lost_texts(
    db: Connection, organisation_id: UUID, before: tuple[dt.datetime, dt.datetime], now: dt.datetime
) -> list[tuple[tuple[str, str], list[QueuedText]]]:
    found = repository.list_lost_attempts(db, organisation_id, *before, BATCH_SIZE)
    if not found:
        return []
    sending_context = dispatch_runner.get_sending_context(db, organisation_id, now)
    today = day_of(now, sending_context.time_zone)
    suppressions = opt_outs.find_suppressions(db, organisation_id, [message for message, _ in found], today)

    def is_wanted(message: Message) -> bool:
        to = message.address or ""
        return not suppressions.reason_not_to_send(
            message.kind, message.medium, to, message.lease_id, sending_context.settings
        )

    # Numbers opted out meanwhile are left to expire, since the sender may have had the text.
    wanted = [each for each in found if is_wanted(each[0])]

    def route(each: tuple[Message, Attempt]) -> tuple[str, str]:
        return each[0].medium, each[1].gateway

    return [
        (
            routed,
            [
                dispatch_runner.build_queued_text(
                    message, attempt.number, message.text or "", attempt.created_at, sending_context
                )
                for message, attempt in group
            ],
        )
        for routed, group in groupby(sorted(wanted, key=route), route)
    ]


def expire_unanswered_attempts(db: Connection, at: dt.datetime) -> int:
    """Mark some attempts without an outcome for a day as unknown, and return how many; 0: none is left."""
    found = repository.list_unanswered_attempts(db, at - EXPIRE_AFTER, BATCH_SIZE)
    for organisation_id, group in groupby(sorted(found), lambda each: each[0]):
        outcomes = [AttemptOutcome(organisation_id, message_id, number, NO_REPORT) for _, message_id, number in group]
        tracking.apply_outcomes(db, organisation_id, outcomes, now=at)
    return len(found)


def match_reports_by_phone(resources: Resources) -> int:
    """Match reports with an unknown reference to the only message they can be about; return how many."""
    matched, after = 0, None
    while True:
        now = resources.clock.now()
        reports = resources.transact(partial(_list_unmatched, before=now - MATCH_BY_PHONE_AFTER, after=after))
        for report in reports:
            matched += resources.transact(partial(match_report, report=report, now=now))
        if len(reports) < BATCH_SIZE:
            return matched
        after = (reports[-1].created_at, reports[-1].provider_reference)


def _list_unmatched(
    db: Connection, before: dt.datetime, after: tuple[dt.datetime, str] | None
) -> Sequence[DeliveryRecord]:
    return repository.list_unmatched_reports(db, before, after, BATCH_SIZE)


def match_report(db: Connection, report: DeliveryRecord, *, now: dt.datetime) -> bool:
    """Attach a report to the only message it can be about: the one to its number with unknown outcome.

    If another message to the number is in flight, or several are unknown, nothing is matched.
    """
    if report.phone is None or report.reported_at is None:
        return False
    candidates = [
        (organisation_id, message)
        for organisation_id, message in repository.list_open_messages_to(
            db, report.phone, (HANDED, UNKNOWN_STATUS), report.reported_at
        )
        if message.gateway == report.gateway
    ]
    if len(candidates) != 1 or candidates[0][1].status != UNKNOWN_STATUS:
        return False
    organisation_id, message = candidates[0]
    locked = repository.lock_messages(db, organisation_id, [message.id]).get(message.id)
    known = repository.find_delivery(db, report.gateway, report.provider_reference, lock=True)
    if locked is None or locked.status != UNKNOWN_STATUS or known is None or known.message_id is not None:
        return False
    outcome = SendOutcome(SENT, provider_reference=report.provider_reference)
    outcomes = [AttemptOutcome(organisation_id, message.id, message.attempt, outcome)]
    return tracking.apply_outcomes(db, organisation_id, outcomes, now=now) == 1


def purge_deliveries(db: Connection, at: dt.datetime) -> int:
    """Delete old references, unmatched ones sooner since they contain a number; 0: none is left."""
    return repository.purge_deliveries(db, at - UNMATCHED_RETENTION, at - DELIVERY_RETENTION, BATCH_SIZE)


def purge_phone_days(db: Connection, at: dt.datetime) -> int:
    """Delete usage per number of days before yesterday; 0: none is left."""
    return phone_day_repository.purge_phone_days(db, number_usage_day(at - PHONE_DAY_RETENTION), BATCH_SIZE)
