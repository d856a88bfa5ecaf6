"""The dispatcher, the senders, the queue of results, and what is forgotten when it is old."""

import datetime as dt
import logging
import traceback
from collections.abc import Callable, Iterator
from functools import partial

from chalice.app import SQSEvent
from sqlalchemy import Connection

from chalicelib.errors import Unavailable
from chalicelib.ids import new_id
from chalicelib.messaging import dispatch_service, result_service, sending_service, service, sweep_service
from chalicelib.messaging.bodies import Unreadable
from chalicelib.messaging.forgetting_service import KEPT_DAYS
from chalicelib.runtime.resources import Resources, get_outbound, get_resources
from chalicelib.tasks.scheduling import Functions, Slot, Still, Work, scheduled, still_of, sweeps, works

log = logging.getLogger("plotihub.messaging")
messaging_jobs = Functions()

Given = dict[str, list[dict[str, str]]]


@works("messages")
def work(resources: Resources, still: Still) -> int:
    return dispatch_service.dispatch(resources, still)


@scheduled(messaging_jobs, "dispatch_messages", every=dt.timedelta(minutes=5), catches_up=False)
def dispatch_messages(resources: Resources, slot: Slot) -> Iterator[Work]:
    """Hand over what is due and nobody was woken for; put right what was left in the air.

    A set is handed over before it is yielded, since the queue is told after the commit; what is yielded
    only counts it, and lets the job end when its time is up.
    """
    yield Work(None, partial(sweep_service.give_up, at=resources.clock.now()))
    sweep_service.settle_by_phone(resources)
    sweep_service.requeue_lost(resources)
    for organisation_id, handed in dispatch_service.dispatch_sets(resources):
        key = f"{slot.key}.{new_id().hex[-11:]}"  # of this set only: what is handed is not due again
        yield Work(organisation_id, lambda db, handed=handed: handed, key)  # type: ignore[misc]


@sweeps
def clear_texts(db: Connection, at: dt.datetime) -> int:
    return service.clear_texts(db, at - dt.timedelta(days=KEPT_DAYS))


@sweeps
def forget_deliveries(db: Connection, at: dt.datetime) -> int:
    return sweep_service.forget_deliveries(db, at)


@sweeps
def forget_phones(db: Connection, at: dt.datetime) -> int:
    return sweep_service.forget_phones(db, at)


@messaging_jobs.on_sqs_message(queue_arn="${var.send_queue_arn}", batch_size=5, name="send_messages")
def send_messages(event: SQSEvent) -> Given:
    """Give texts to their gateways; outside, with no database in reach."""
    still = still_of(event.context)
    return _each(event, lambda body: sending_service.send_texts(get_outbound(), body, still))


@messaging_jobs.on_sqs_message(queue_arn="${var.results_queue_arn}", batch_size=10, name="take_results")
def take_results(event: SQSEvent) -> Given:
    """Take what came of texts, and what vendors posted."""

    def take(body: str) -> bool:
        result_service.take_result(get_resources(), body)
        return True

    return _each(event, take)


def _each(event: SQSEvent, work: Callable[[str], bool]) -> Given:
    """Work each message by itself and return those to be given again.

    One that cannot be read is given again too: after some times the queue lays it aside for people to look at.
    """
    failed = []
    for record in event:
        message_id = record.to_dict()["messageId"]
        try:
            done = work(record.body)
        except (Unreadable, Unavailable) as error:
            log.warning("a queue message was not worked", extra={"queue_message": message_id, "error": str(error)})
            done = False
        except Exception as error:  # noqa: BLE001 - one bad message does not fail its neighbours
            # Where it happened, and not what it says: that may hold a number or a text.
            where = "".join(traceback.format_tb(error.__traceback__))
            extra = {"queue_message": message_id, "error": type(error).__name__, "where": where}
            log.error("a queue message raised an exception", extra=extra)
            done = False
        if not done:
            failed.append({"itemIdentifier": message_id})
    return {"batchItemFailures": failed}
