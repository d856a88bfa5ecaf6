"""Handler of incoming SMS."""

import datetime as dt
import logging

from sqlalchemy import Connection

from chalicelib import leasing, self_service
from chalicelib.delivery.tracking import IncomingSms
from chalicelib.runtime.resources import get_resources
from chalicelib.tasks.scheduled_jobs import FunctionBlueprint

log = logging.getLogger("plotihub.commands")
self_service_jobs = FunctionBlueprint()


@self_service_jobs.retention_job
def purge_sessions(db: Connection, at: dt.datetime) -> int:
    return self_service.purge_sessions(db, at)


@self_service_jobs.retention_job
def purge_places(db: Connection, at: dt.datetime) -> int:
    return leasing.purge_places(db, at)


def handle_sms(db: Connection, incoming: IncomingSms) -> str:
    """Reply to a tenant's SMS; a number of no tenant gets no reply, and is not logged."""
    command = self_service.handle_sms(
        db,
        gateway=incoming.gateway,
        provider_reference=incoming.provider_reference,
        phone=incoming.phone,
        text=incoming.text,
        received_at=incoming.received_at,
        now=get_resources().clock.now(),
    )
    log.info(
        "sms.incoming.handled: incoming SMS handled",
        extra={"gateway": incoming.gateway, "command": command or "none: nobody's phone"},
    )
    return command
