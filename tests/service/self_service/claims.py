"""Numbers that are entered without their holders' knowing, and what is sent to and fro because of it."""

import datetime as dt
from typing import Any
from uuid import UUID

from chalicelib import messaging
from chalicelib.delivery import tracking
from chalicelib.delivery.tracking import IncomingSms
from chalicelib.messaging.model import IncomingMessage as Read
from chalicelib.messaging.model import NewMessage
from chalicelib.paging import PageRequest
from chalicelib.self_service import jobs
from tests.service.self_service.conftest import House, Phone

JUNE = dt.date(2026, 6, 1)
DAY = dt.timedelta(days=1)
OFFER = "Whose tenant are you? Reply number and unit, like 1 A12.\n"


def send(phone: Phone, text: str, reference: str = "") -> str:
    """Have the whole path taken, as the queue of results does."""
    assert jobs.handle_sms in tracking.INCOMING_SMS_HANDLERS
    named = reference or f"{phone.number}-{next(phone.references)}"
    phone.now += dt.timedelta(seconds=1)
    phone.resources.clock.at = phone.now  # type: ignore[attr-defined]  # the tests' clock stands where it is put
    incoming = IncomingSms("africastalking", named, phone.number, text, phone.now)
    return phone.resources.transact(lambda db: tracking.handle_incoming_sms(db, incoming))


def read(house: House) -> list[Read]:
    """Return what the landlord reads of what phones sent, the oldest first."""
    return house.books.do(messaging.list_incoming, PageRequest(limit=200)).items[::-1]


def notify(house: House, phone: Phone, lease_id: UUID | None, key: str) -> tuple[str, str]:
    """Queue a receipt to the phone, and return its status and reason."""
    new = NewMessage("receipt", key, address=phone.number, lease_id=lease_id, text="We have received.")
    [message_id] = house.books.do(messaging.queue_messages, [new], now=phone.now)
    found = house.books.do(messaging.get_message, message_id)
    return found.status, found.reason


def claim(house: House, phone: Phone, unit_name: str = "", **terms: Any) -> UUID:
    """Enter the number as a tenant's, which its holder has not confirmed."""
    return house.let(house.tenant(phone.number), unit_name=unit_name, confirmed=False, **terms)
