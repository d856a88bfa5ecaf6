"""Handler of incoming SMS."""

import datetime as dt
import logging

from sqlalchemy import Connection

from chalicelib.delivery.delivery_service import IncomingSms, handles_incoming_sms
from chalicelib.leasing import service as leasing
from chalicelib.runtime.resources import get_resources
from chalicelib.self_service import service
from chalicelib.tasks.scheduling import retention_job

log = logging.getLogger("plotihub.commands")


@retention_job
def purge_sessions(db: Connection, at: dt.datetime) -> int:
    return service.purge_sessions(db, at)


@retention_job
def purge_places(db: Connection, at: dt.datetime) -> int:
    return leasing.purge_places(db, at)


@handles_incoming_sms
def handle_sms(db: Connection, incoming: IncomingSms) -> str:
    """Reply to a tenant's SMS; a number of no tenant gets no reply, and is not logged."""
    command = service.handle_sms(
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
