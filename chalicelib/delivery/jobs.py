"""Dispatcher, senders, results queue, and retention."""

import datetime as dt
import logging
import traceback
from collections.abc import Callable, Iterator
from functools import partial

from chalice.app import SQSEvent
from sqlalchemy import Connection

from chalicelib import messaging
from chalicelib.delivery import dispatch_runner, recovery_runner, result_runner, sending_runner
from chalicelib.delivery.queue_payloads import InvalidPayload
from chalicelib.errors import Unavailable
from chalicelib.ids import new_id
from chalicelib.messaging.retention import RETENTION_DAYS
from chalicelib.runtime.resources import Resources, get_outbound, get_resources
from chalicelib.tasks.job_model import Slot
from chalicelib.tasks.registry import JobStep, TimeLeft
from chalicelib.tasks.scheduled_jobs import FunctionBlueprint, time_left_of

log = logging.getLogger("plotihub.messaging")
delivery_jobs = FunctionBlueprint()

BatchItemFailures = dict[str, list[dict[str, str]]]


@delivery_jobs.worker("messages")
def work(resources: Resources, time_left: TimeLeft) -> int:
    return dispatch_runner.dispatch(resources, time_left)


@delivery_jobs.scheduled("dispatch_messages", every=dt.timedelta(minutes=5), catches_up=False)
def dispatch_messages(resources: Resources, slot: Slot) -> Iterator[JobStep]:
    """Dispatch due messages that no wake-up covered, after the recovery steps of ``recovery_runner``.

    A set is already dispatched when it is yielded, since the queue is called after the commit; the yield only counts
    it, and lets the job end when its time is up.
    """
    yield JobStep(None, partial(recovery_runner.expire_unanswered_attempts, at=resources.clock.now()))
    recovery_runner.match_reports_by_phone(resources)
    recovery_runner.requeue_lost_attempts(resources)
    for organisation_id, dispatched in dispatch_runner.dispatch_sets(resources):
        key = f"{slot.key}.{new_id().hex[-11:]}"  # unique per set: dispatched messages are not due again
        yield JobStep(organisation_id, lambda db, dispatched=dispatched: dispatched, key)  # type: ignore[misc]


@delivery_jobs.retention_job
def anonymise_old_texts(db: Connection, at: dt.datetime) -> int:
    return messaging.anonymise_old_texts(db, at - dt.timedelta(days=RETENTION_DAYS))


@delivery_jobs.retention_job
def purge_deliveries(db: Connection, at: dt.datetime) -> int:
    return recovery_runner.purge_deliveries(db, at)


@delivery_jobs.retention_job
def purge_phone_days(db: Connection, at: dt.datetime) -> int:
    return recovery_runner.purge_phone_days(db, at)


@delivery_jobs.on_sqs_message(queue_arn="${var.send_queue_arn}", batch_size=5, name="send_messages")
def send_messages(event: SQSEvent) -> BatchItemFailures:
    """Send texts through their gateways; has no database access."""
    time_left = time_left_of(event.context)
    return _handle_each(event, lambda body: sending_runner.send_texts(get_outbound(), body, time_left))


@delivery_jobs.on_sqs_message(queue_arn="${var.results_queue_arn}", batch_size=10, name="take_results")
def take_results(event: SQSEvent) -> BatchItemFailures:
    """Apply outcomes of texts and vendor callbacks."""

    def handle(body: str) -> bool:
        result_runner.handle_result(get_resources(), body)
        return True

    return _handle_each(event, handle)


def _handle_each(event: SQSEvent, work: Callable[[str], bool]) -> BatchItemFailures:
    """Process each message separately and return the failures for redelivery.

    An unreadable message is redelivered too: after its maximum receives it goes to the dead-letter queue.
    """
    failed = []
    for record in event:
        message_id = record.to_dict()["messageId"]
        try:
            done = work(record.body)
        except (InvalidPayload, Unavailable) as error:
            log.warning(
                "queue.message.retried: queue message not processed, left for another delivery",
                extra={"queue_message": message_id, "error": str(error)},
            )
            done = False
        except Exception as error:  # noqa: BLE001 - one bad message does not fail its neighbours
            # Log where it happened but not its message, which may contain a number or a text.
            where = "".join(traceback.format_tb(error.__traceback__))
            extra = {"queue_message": message_id, "error": type(error).__name__, "where": where}
            log.error("queue.message.failed: queue message raised an exception", extra=extra)
            done = False
        if not done:
            failed.append({"itemIdentifier": message_id})
    return {"batchItemFailures": failed}
