"""Process the results queue: outcomes from senders, callbacks from vendors."""

import logging
from functools import partial
from itertools import groupby

from chalicelib.delivery import reports, tracking
from chalicelib.delivery.queue_payloads import InvalidPayload, OutcomeBatch, VendorCallback, parse_result
from chalicelib.runtime.resources import Resources

log = logging.getLogger("plotihub.messaging")


def handle_result(resources: Resources, body: str) -> int:
    """Process one queue message, which may be redelivered; return how many items were new.

    Raises:
        InvalidPayload: it is malformed; redelivery does not help.
        Unavailable: the database is unavailable; let the queue redeliver it.
    """
    result = parse_result(body)
    if isinstance(result, OutcomeBatch):
        return _apply_outcomes(resources, result)
    return _HANDLERS[result.kind](resources, result)


def _apply_outcomes(resources: Resources, batch: OutcomeBatch) -> int:
    """Apply the outcomes by organisation, one transaction each."""
    applied = 0
    outcomes = sorted(batch.outcomes, key=lambda each: each.organisation_id)
    for organisation_id, group in groupby(outcomes, lambda each: each.organisation_id):
        arguments = {"organisation_id": organisation_id, "outcomes": list(group), "now": resources.clock.now()}
        applied += resources.transact(partial(tracking.apply_outcomes, **arguments))
    return applied


def _handle_report(resources: Resources, callback: VendorCallback) -> int:
    report = reports.parse_report(callback)
    if report is None:
        raise InvalidPayload("a delivery report names nothing")
    return resources.transact(lambda db: reports.apply_delivery_report(db, report, now=resources.clock.now()))


def _handle_incoming(resources: Resources, callback: VendorCallback) -> int:
    incoming = reports.parse_incoming_sms(callback)
    if incoming is None:
        log.info(
            "sms.incoming.no_number: incoming SMS ignored, its sender is not a phone number",
            extra={"gateway": callback.gateway},
        )
        return 0
    return int(bool(resources.transact(lambda db: tracking.handle_incoming_sms(db, incoming))))


def _handle_opt_out(resources: Resources, callback: VendorCallback) -> int:
    return resources.transact(lambda db: reports.handle_vendor_opt_out(db, callback, now=resources.clock.now()))


_HANDLERS = {"report": _handle_report, "incoming": _handle_incoming, "opt_out": _handle_opt_out}
