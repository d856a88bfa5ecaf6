"""Giving texts to gateways, each at most once: outside, with no database in reach.

A queue brings a message at least once, perhaps to two senders at one moment. Whoever claims a text's
key gives it to the gateway; everybody else tells what came of it, waits while its taker may still be
at it, and takes it for unknown once that taker must be gone.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Sequence
from functools import partial

from chalicelib.errors import Unavailable
from chalicelib.messaging.bodies import TOO_LATE, Bundle, Text, Told, read_bundle, write_outcomes
from chalicelib.runtime.ports import NOT_SENT, UNKNOWN, Outcome, Outgoing
from chalicelib.runtime.resources import OutboundResources

# No sender lives for as long: its function's time-out is shorter, and a gateway is waited for a few seconds.
IN_FLIGHT_S = 150
GONE = Outcome(UNKNOWN, reason="sender_gone")
LATE = Outcome(NOT_SENT, reason=TOO_LATE)
NO_GATEWAY = Outcome(NOT_SENT, reason="no_gateway")

log = logging.getLogger("plotihub.messaging")


class _Work:
    """What is known of one queue message so far; not ``whole``: it has to come again."""

    def __init__(self, outside: OutboundResources, bundle: Bundle) -> None:
        self.outside = outside
        self.gateway = outside.gateways.get(bundle.gateway)
        self.told: list[Told] = []
        self.whole = True

    def tell(self, texts: Iterable[Text], outcomes: Iterable[Outcome]) -> None:
        for text, outcome in zip(texts, outcomes, strict=True):
            self.told.append(Told(text.organisation_id, text.message_id, text.number, outcome))


def send_texts(outside: OutboundResources, body: str, still: Callable[[], bool] = lambda: True) -> bool:
    """Give the texts of one queue message to their gateway and tell the results; return whether it is done with.

    Returns False where the message has to be given again: a claim or the queue of results could not be reached,
    another sender is at one of the texts, or ``still`` said that time is up. What is known is told all the same.

    Raises:
        Unreadable: the body is not of the form that is known here, and will not be the next time either.
    """
    bundle = read_bundle(body)
    if not still():
        return False
    work = _Work(outside, bundle)
    mine, others = _claim(work, bundle.texts)
    now = outside.clock.now()
    _settle(work, [text for text in mine if text.not_after <= now], lambda late: [LATE] * len(late))
    _settle(work, [text for text in mine if text.not_after > now], partial(_send, work))
    for text in others:
        _tell_of_other(work, text)
    return _tell_results(outside, bundle, work.told) and work.whole


def _claim(work: _Work, texts: Sequence[Text]) -> tuple[list[Text], list[Text]]:
    """Return the texts whose keys are now ours, and those that were claimed before; what cannot be claimed, waits."""
    mine: list[Text] = []
    others: list[Text] = []
    for text in texts:
        try:
            taken = work.outside.claims.take(text.key, work.outside.clock.now())
        except Unavailable:
            work.whole = False
            continue
        (mine if taken else others).append(text)
    return mine, others


def _send(work: _Work, texts: list[Text]) -> list[Outcome]:
    if work.gateway is None:
        return [NO_GATEWAY] * len(texts)
    outgoing = [Outgoing(each.key, each.to, each.text, each.subject, each.sender_name) for each in texts]
    try:
        outcomes = work.gateway.send(outgoing)
    except Exception as error:  # noqa: BLE001 - a fault of ours: what it says may hold a number, so only its name is told
        log.error("a gateway raised an exception", extra={"error": type(error).__name__})
        outcomes = []
    if len(outcomes) != len(texts):
        return [Outcome(UNKNOWN, reason="gateway_failed")] * len(texts)
    return outcomes


def _settle(work: _Work, texts: list[Text], find: Callable[[list[Text]], list[Outcome]]) -> None:
    """Find out what came of the texts, keep it for whoever is given them again, and tell it."""
    outcomes = find(texts) if texts else []
    for text, outcome in zip(texts, outcomes, strict=True):
        try:
            work.outside.claims.settle(text.key, outcome)
        except Unavailable:
            log.warning("an outcome could not be kept with its claim", extra={"message_id": str(text.message_id)})
    work.tell(texts, outcomes)


def _tell_of_other(work: _Work, text: Text) -> None:
    """Tell what came of a text that somebody else claimed, if that can be known."""
    try:
        claim = work.outside.claims.find(text.key)
    except Unavailable:
        claim = None
    if claim is None:
        work.whole = False
    elif claim.outcome is not None:
        work.tell([text], [claim.outcome])
    elif work.outside.clock.now() - claim.at < dt.timedelta(seconds=IN_FLIGHT_S):
        work.whole = False  # its taker may be waiting for the gateway: it knows better soon
    else:
        work.tell([text], [GONE])


def _tell_results(outside: OutboundResources, bundle: Bundle, told: list[Told]) -> bool:
    if not told:
        return True
    try:
        (taken,) = outside.queues.send("results", [write_outcomes(bundle.gateway, told)])
    except Unavailable:
        taken = False
    if not taken:
        log.warning("results could not be told", extra={"gateway": bundle.gateway, "count": len(told)})
    return taken
