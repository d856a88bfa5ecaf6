"""The schedule that forgets the answers kept for repeated requests."""

import logging

from chalice.app import Blueprint, CloudWatchEvent, Rate

from chalicelib import wiring
from chalicelib.web import idempotency

log = logging.getLogger("plotihub.web")
web_jobs = Blueprint(__name__)


@web_jobs.schedule(Rate(1, unit=Rate.HOURS), name="sweep_idempotency_keys")
def sweep_idempotency_keys(event: CloudWatchEvent) -> dict[str, int]:
    """Forget what was kept for longer than two days; both Regions may do it at once."""
    swept = idempotency.sweep(wiring.parts())
    log.info("idempotency keys swept", extra={"count": swept})
    return {"swept": swept}
