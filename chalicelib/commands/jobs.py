"""Taking the SMS that phones send us."""

import datetime as dt
import logging

from sqlalchemy import Connection

from chalicelib.commands import service
from chalicelib.leasing import service as leasing
from chalicelib.messaging.delivery_service import Incoming, takes_incoming
from chalicelib.runtime.resources import get_resources
from chalicelib.tasks.scheduling import sweeps

log = logging.getLogger("plotihub.commands")


@sweeps
def purge_sessions(db: Connection, at: dt.datetime) -> int:
    return service.purge_sessions(db, at)


@sweeps
def purge_places(db: Connection, at: dt.datetime) -> int:
    return leasing.purge_places(db, at)


@takes_incoming
def take_sms(db: Connection, incoming: Incoming) -> str:
    """Answer a tenant's SMS; who is no tenant is answered nothing, and their number is not logged."""
    command = service.answer_sms(
        db,
        gateway=incoming.gateway,
        provider_reference=incoming.provider_reference,
        phone=incoming.phone,
        text=incoming.text,
        received_at=incoming.received_at,
        now=get_resources().clock.now(),
    )
    log.info("an SMS was taken", extra={"gateway": incoming.gateway, "command": command or "none: nobody's phone"})
    return command
