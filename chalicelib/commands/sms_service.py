"""Answering an SMS that a phone sent us."""

import datetime as dt

from sqlalchemy import Connection

from chalicelib.commands import rules
from chalicelib.commands.asking_service import tell_unknown
from chalicelib.commands.registry import Asking, Reply, find_command
from chalicelib.commands.standing_service import by_organisation
from chalicelib.leasing import service as leasing
from chalicelib.messaging import service as messaging
from chalicelib.messaging.model import NewMessage

UNKNOWN = "unknown"
ANSWERED_WITHIN = dt.timedelta(hours=2)  # a balance of this morning tells nothing in the evening


def answer_sms(
    db: Connection, *, gateway: str, provider_reference: str, phone: str, text: str, now: dt.datetime
) -> str:
    """Do what the SMS asks, queue the answer, and return the name of the command that it was taken for.

    ``phone`` is in E.164. A phone that is no tenant's is answered nothing: it learns nothing and costs
    nothing; then "" is returned. The caller sees to it that one SMS is taken once.
    """
    tenants = by_organisation(leasing.list_leases_of_phone(db, phone, now=now))
    if not tenants:
        return ""
    said = rules.read(text)
    message = f"{gateway}:{rules.known_as(provider_reference)}"
    found = find_command(said.word)
    asking = Asking(
        phone=phone,
        text=said.rest,
        language=found[1] if found else None,
        tenants=tenants,
        key=f"sms:{message}",
        now=now,
    )
    replies = found[0].answers(db, asking) if found else tell_unknown(asking)
    _queue(db, replies, phone, f"reply:{message}", now)
    return found[0].name if found else UNKNOWN


def _queue(db: Connection, replies: list[Reply], phone: str, dedupe_key: str, now: dt.datetime) -> None:
    """Queue the replies, each as its own organisation's message."""
    for reply in replies:
        message = NewMessage(
            kind="reply",
            dedupe_key=dedupe_key,
            tenant_id=reply.tenant.tenant_id,
            lease_id=reply.lease_id,
            address=phone,
            language=reply.language,
            text=reply.text,
            expires_at=now + ANSWERED_WITHIN,
        )
        messaging.queue_messages(db, reply.tenant.organisation_id, [message], now=now)
