"""Working off the queue of results: what senders tell, and what vendors posted."""

import logging
from functools import partial
from itertools import groupby

from chalicelib.messaging import delivery_service, report_service
from chalicelib.messaging.bodies import Posted, ToldBundle, Unreadable, read_result
from chalicelib.runtime.resources import Resources

log = logging.getLogger("plotihub.messaging")


def take_result(resources: Resources, body: str) -> int:
    """Take one message of the queue, which may come again; return how much of it was news.

    Raises:
        Unreadable: it is of no form that we know, and will not be the next time either.
        Unavailable: the database does not answer; let the queue bring it again.
    """
    result = read_result(body)
    if isinstance(result, ToldBundle):
        return _take_outcomes(resources, result)
    return _TAKERS[result.kind](resources, result)


def _take_outcomes(resources: Resources, told: ToldBundle) -> int:
    """Take the outcomes organisation by organisation, each in a transaction of its own."""
    taken = 0
    listed = sorted(told.outcomes, key=lambda each: each.organisation_id)
    for organisation_id, group in groupby(listed, lambda each: each.organisation_id):
        given = {"organisation_id": organisation_id, "told": list(group), "now": resources.clock.now()}
        taken += resources.transact(partial(delivery_service.take_outcomes, **given))
    return taken


def _take_report(resources: Resources, posted: Posted) -> int:
    report = report_service.report_of(posted)
    if report is None:
        raise Unreadable("a delivery report names nothing")
    return resources.transact(lambda db: report_service.take_report(db, report, now=resources.clock.now()))


def _take_incoming(resources: Resources, posted: Posted) -> int:
    incoming = report_service.incoming_of(posted)
    if incoming is None:
        log.info("an SMS was let go: its sender has no number", extra={"gateway": posted.gateway})
        return 0
    return int(bool(resources.transact(lambda db: delivery_service.take_incoming(db, incoming))))


def _take_opt_out(resources: Resources, posted: Posted) -> int:
    return resources.transact(lambda db: report_service.take_opt_out(db, posted, now=resources.clock.now()))


_TAKERS = {"report": _take_report, "incoming": _take_incoming, "opt_out": _take_opt_out}
