"""Taking the SMS that phones send us."""

import logging

from sqlalchemy import Connection

from chalicelib import wiring
from chalicelib.commands import service
from chalicelib.messaging.delivery_service import Incoming, takes_incoming

log = logging.getLogger("plotihub.commands")


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
        now=wiring.parts().clock.now(),
    )
    log.info("an SMS was taken", extra={"gateway": incoming.gateway, "command": command or "none: nobody's phone"})
    return command
