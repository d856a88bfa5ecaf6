"""Send texts through gateways, each at most once; has no database access.

A queue delivers a message at least once, perhaps to two senders at a time. The sender that claims a text's key
calls the gateway; any other reports the recorded outcome, waits while the claimant may still be working, and
reports it as unknown once the claimant must be gone.
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

# Longer than any sender runs: its function's time-out is shorter, and a gateway call takes a few seconds.
IN_FLIGHT_S = 150
SENDER_GONE = SendOutcome(UNKNOWN, reason="sender_gone")
SENT_TOO_LATE = SendOutcome(NOT_SENT, reason=REASON_TOO_LATE)
NO_GATEWAY = SendOutcome(NOT_SENT, reason="no_gateway")

log = logging.getLogger("plotihub.messaging")


class _SendingBatch:
    """State of one queue message; not ``complete``: it has to be redelivered."""

    def __init__(self, outbound: OutboundResources, payload: TextBatch) -> None:
        self.outbound = outbound
        self.gateway = outbound.gateways.get(payload.gateway)
        self.outcomes: list[AttemptOutcome] = []
        self.complete = True

    def add_outcomes(self, texts: Iterable[QueuedText], outcomes: Iterable[SendOutcome]) -> None:
        for text, outcome in zip(texts, outcomes, strict=True):
            self.outcomes.append(AttemptOutcome(text.organisation_id, text.message_id, text.number, outcome))


def send_texts(outbound: OutboundResources, body: str, time_left: Callable[[], bool] = lambda: True) -> bool:
    """Send the texts of one queue message and report their outcomes; return whether it is complete.

    False means redelivery: claims or the results queue are unavailable, another sender has one of the texts, or
    ``time_left`` returned False. Known outcomes are reported all the same.

    Raises:
        InvalidPayload: the body is malformed; redelivery does not help.
    """
    payload = parse_texts(body)
    if not time_left():
        return False
    batch = _SendingBatch(outbound, payload)
    claimed, others = _claim(batch, payload.texts)
    now = outbound.clock.now()
    _record_outcomes(
        batch, [text for text in claimed if text.not_after <= now], lambda late: [SENT_TOO_LATE] * len(late)
    )
    _record_outcomes(batch, [text for text in claimed if text.not_after > now], partial(_send, batch))
    for text in others:
        _report_other_claim(batch, text)
    return _publish_results(outbound, payload, batch.outcomes) and batch.complete


def _claim(batch: _SendingBatch, texts: Sequence[QueuedText]) -> tuple[list[QueuedText], list[QueuedText]]:
    """Return the texts claimed now, and those claimed before; what cannot be claimed waits."""
    claimed: list[QueuedText] = []
    others: list[QueuedText] = []
    for text in texts:
        try:
            accepted = batch.outbound.claims.claim(text.key, batch.outbound.clock.now())
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
    except Exception as error:  # noqa: BLE001 - a bug: its message may contain a number, so only its class is logged
        log.error("sms.send.gateway_failed: gateway raised an exception", extra={"error": type(error).__name__})
        outcomes = []
    if len(outcomes) != len(texts):
        return [SendOutcome(UNKNOWN, reason="gateway_failed")] * len(texts)
    return outcomes


def _record_outcomes(
    batch: _SendingBatch, texts: list[QueuedText], find: Callable[[list[QueuedText]], list[SendOutcome]]
) -> None:
    """Determine the outcomes of the texts, record them with their claims, and report them."""
    outcomes = find(texts) if texts else []
    for text, outcome in zip(texts, outcomes, strict=True):
        try:
            batch.outbound.claims.record_outcome(text.key, outcome)
        except Unavailable:
            log.warning(
                "sms.send.outcome_not_recorded: outcome not stored with its claim",
                extra={"message_id": str(text.message_id)},
            )
    batch.add_outcomes(texts, outcomes)


def _report_other_claim(batch: _SendingBatch, text: QueuedText) -> None:
    """Report the outcome of a text claimed by another sender, if known."""
    try:
        claim = batch.outbound.claims.find(text.key)
    except Unavailable:
        claim = None
    if claim is None:
        batch.complete = False
    elif claim.outcome is not None:
        batch.add_outcomes([text], [claim.outcome])
    elif batch.outbound.clock.now() - claim.at < dt.timedelta(seconds=IN_FLIGHT_S):
        batch.complete = False  # the claimant may still be waiting for the gateway
    else:
        batch.add_outcomes([text], [SENDER_GONE])


def _publish_results(outbound: OutboundResources, payload: TextBatch, outcomes: list[AttemptOutcome]) -> bool:
    if not outcomes:
        return True
    try:
        (accepted,) = outbound.queues.send("results", [serialize_outcomes(payload.gateway, outcomes)])
    except Unavailable:
        accepted = False
    if not accepted:
        log.warning(
            "sms.send.results_not_published: results queue not reached",
            extra={"gateway": payload.gateway, "count": len(outcomes)},
        )
    return accepted
