"""Working off the queue of results: what senders tell, and what vendors posted."""

import logging
from functools import partial
from itertools import groupby

from chalicelib.messaging import delivery_service, report_service
from chalicelib.messaging.bodies import Posted, ToldBundle, Unreadable, read_result
from chalicelib.wiring import Parts

log = logging.getLogger("plotihub.messaging")


def take_result(parts: Parts, body: str) -> int:
    """Take one message of the queue, which may come again; return how much of it was news.

    Raises:
        Unreadable: it is of no form that we know, and will not be the next time either.
        Unavailable: the database does not answer; let the queue bring it again.
    """
    result = read_result(body)
    if isinstance(result, ToldBundle):
        return _take_outcomes(parts, result)
    return _TAKERS[result.kind](parts, result)


def _take_outcomes(parts: Parts, told: ToldBundle) -> int:
    """Take the outcomes organisation by organisation, each in a transaction of its own."""
    taken = 0
    listed = sorted(told.outcomes, key=lambda each: each.organisation_id)
    for organisation_id, group in groupby(listed, lambda each: each.organisation_id):
        given = {"organisation_id": organisation_id, "told": list(group), "now": parts.clock.now()}
        taken += parts.transact(partial(delivery_service.take_outcomes, **given))
    return taken


def _take_report(parts: Parts, posted: Posted) -> int:
    report = report_service.report_of(posted)
    if report is None:
        raise Unreadable("a delivery report names nothing")
    return parts.transact(lambda db: report_service.take_report(db, report, now=parts.clock.now()))


def _take_incoming(parts: Parts, posted: Posted) -> int:
    incoming = report_service.incoming_of(posted)
    if incoming is None:
        log.info("an SMS was let go: its sender has no number", extra={"gateway": posted.gateway})
        return 0
    return int(bool(parts.transact(lambda db: delivery_service.take_incoming(db, incoming))))


def _take_opt_out(parts: Parts, posted: Posted) -> int:
    return parts.transact(lambda db: report_service.take_opt_out(db, posted, now=parts.clock.now()))


_TAKERS = {"report": _take_report, "incoming": _take_incoming, "opt_out": _take_opt_out}
