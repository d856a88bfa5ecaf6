"""Giving texts to gateways, each at most once: outside, with no database in reach.

A queue brings a message at least once, perhaps to two senders at one moment. Whoever claims a text's
key gives it to the gateway; everybody else tells what came of it, waits while its taker may still be
at it, and takes it for unknown once that taker must be gone.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from chalicelib.delivery.queue_payloads import (
    REASON_TOO_LATE,
    AttemptOutcome,
    QueuedText,
    TextBatch,
    parse_texts,
    serialize_outcomes,
)
from chalicelib.errors import Unavailable
from chalicelib.runtime.ports import NOT_SENT, UNKNOWN, OutgoingText, SendOutcome
from chalicelib.runtime.resources import OutboundResources

# No sender lives for as long: its function's time-out is shorter, and a gateway is waited for a few seconds.
IN_FLIGHT_S = 150
SENDER_GONE = SendOutcome(UNKNOWN, reason="sender_gone")
SENT_TOO_LATE = SendOutcome(NOT_SENT, reason=REASON_TOO_LATE)
NO_GATEWAY = SendOutcome(NOT_SENT, reason="no_gateway")

log = logging.getLogger("plotihub.messaging")


class _SendingBatch:
    """What is known of one queue message so far; not ``complete``: it has to come again."""

    def __init__(self, outside: OutboundResources, bundle: TextBatch) -> None:
        self.outside = outside
        self.gateway = outside.gateways.get(bundle.gateway)
        self.outcomes: list[AttemptOutcome] = []
        self.complete = True

    def add_outcomes(self, texts: Iterable[QueuedText], outcomes: Iterable[SendOutcome]) -> None:
        for text, outcome in zip(texts, outcomes, strict=True):
            self.outcomes.append(AttemptOutcome(text.organisation_id, text.message_id, text.number, outcome))


def send_texts(outside: OutboundResources, body: str, time_left: Callable[[], bool] = lambda: True) -> bool:
    """Give the texts of one queue message to their gateway and tell the results; return whether it is done with.

    Returns False where the message has to be given again: a claim or the queue of results could not be reached,
    another sender is at one of the texts, or ``time_left`` said that time is up. What is known is told all the same.

    Raises:
        Unreadable: the body is not of the form that is known here, and will not be the next time either.
    """
    bundle = parse_texts(body)
    if not time_left():
        return False
    batch = _SendingBatch(outside, bundle)
    claimed, others = _claim(batch, bundle.texts)
    now = outside.clock.now()
    _record_outcomes(
        batch, [text for text in claimed if text.not_after <= now], lambda late: [SENT_TOO_LATE] * len(late)
    )
    _record_outcomes(batch, [text for text in claimed if text.not_after > now], partial(_send, batch))
    for text in others:
        _report_other_claim(batch, text)
    return _publish_results(outside, bundle, batch.outcomes) and batch.complete


def _claim(batch: _SendingBatch, texts: Sequence[QueuedText]) -> tuple[list[QueuedText], list[QueuedText]]:
    """Return the texts whose keys are now ours, and those that were claimed before; what cannot be claimed, waits."""
    claimed: list[QueuedText] = []
    others: list[QueuedText] = []
    for text in texts:
        try:
            accepted = batch.outside.claims.claim(text.key, batch.outside.clock.now())
        except Unavailable:
            batch.complete = False
            continue
        (claimed if accepted else others).append(text)
    return claimed, others


def _send(batch: _SendingBatch, texts: list[QueuedText]) -> list[SendOutcome]:
    if batch.gateway is None:
        return [NO_GATEWAY] * len(texts)
    outgoing = [OutgoingText(each.key, each.to, each.text, each.subject, each.sender_name) for each in texts]
    try:
        outcomes = batch.gateway.send(outgoing)
    except Exception as error:  # noqa: BLE001 - a fault of ours: what it says may hold a number, so only its name is told
        log.error("sms.send.gateway_failed: gateway raised an exception", extra={"error": type(error).__name__})
        outcomes = []
    if len(outcomes) != len(texts):
        return [SendOutcome(UNKNOWN, reason="gateway_failed")] * len(texts)
    return outcomes


def _record_outcomes(
    batch: _SendingBatch, texts: list[QueuedText], find: Callable[[list[QueuedText]], list[SendOutcome]]
) -> None:
    """Find out what came of the texts, keep it for whoever is given them again, and tell it."""
    outcomes = find(texts) if texts else []
    for text, outcome in zip(texts, outcomes, strict=True):
        try:
            batch.outside.claims.record_outcome(text.key, outcome)
        except Unavailable:
            log.warning(
                "sms.send.outcome_not_recorded: outcome not stored with its claim",
                extra={"message_id": str(text.message_id)},
            )
    batch.add_outcomes(texts, outcomes)


def _report_other_claim(batch: _SendingBatch, text: QueuedText) -> None:
    """Tell what came of a text that somebody else claimed, if that can be known."""
    try:
        claim = batch.outside.claims.find(text.key)
    except Unavailable:
        claim = None
    if claim is None:
        batch.complete = False
    elif claim.outcome is not None:
        batch.add_outcomes([text], [claim.outcome])
    elif batch.outside.clock.now() - claim.at < dt.timedelta(seconds=IN_FLIGHT_S):
        batch.complete = False  # its taker may be waiting for the gateway: it knows better soon
    else:
        batch.add_outcomes([text], [SENDER_GONE])


def _publish_results(outside: OutboundResources, bundle: TextBatch, outcomes: list[AttemptOutcome]) -> bool:
    if not outcomes:
        return True
    try:
        (accepted,) = outside.queues.send("results", [serialize_outcomes(bundle.gateway, outcomes)])
    except Unavailable:
        accepted = False
    if not accepted:
        log.warning(
            "sms.send.results_not_published: results queue not reached",
            extra={"gateway": bundle.gateway, "count": len(outcomes)},
        )
    return accepted
