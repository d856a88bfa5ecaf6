"""Answering an SMS that a phone sent us."""

import datetime as dt
import logging
from uuid import UUID

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
MOST_REPLIES = 20  # of an organisation to a number in a day: a machine may be at the other end, and each costs
_DAY = dt.timedelta(days=1)

log = logging.getLogger("plotihub.commands")


def answer_sms(
    db: Connection,
    *,
    gateway: str,
    provider_reference: str,
    phone: str,
    text: str,
    received_at: dt.datetime,
    now: dt.datetime,
) -> str:
    """Do what the SMS asks, queue the answer, and return the name of the command that it was taken for.

    What came too long ago, or is one too many of a day, is done and not answered.

    ``phone`` is in E.164. A phone that is no tenant's is answered nothing: it learns nothing and costs
    nothing; then "" is returned. The caller sees to it that one SMS is taken once.
    """
    tenants = by_organisation(leasing.list_leases_of_phone(db, phone, now=now))
    if not tenants:
        return ""
    said = rules.without_please(rules.read(text))
    message = f"{gateway}:{rules.known_as(provider_reference)}"
    found = find_command(said)
    asking = Asking(
        phone=phone,
        text=said.rest,
        language=found[1] if found else None,
        tenants=tenants,
        key=f"sms:{message}",
        now=now,
    )
    replies = found[0].answers(db, asking) if found else tell_unknown(asking)
    if received_at + ANSWERED_WITHIN > now:
        _queue(db, replies, phone, f"reply:{message}", received_at, now)
    return found[0].name if found else UNKNOWN


def _queue(
    db: Connection, replies: list[Reply], phone: str, dedupe_key: str, received_at: dt.datetime, now: dt.datetime
) -> None:
    """Queue the replies, each as its own organisation's message."""
    for reply in replies:
        if _has_had_enough(db, reply.tenant.organisation_id, phone, now):
            continue
        message = NewMessage(
            kind="reply",
            dedupe_key=dedupe_key,
            tenant_id=reply.tenant.tenant_id,
            lease_id=reply.lease_id,
            address=phone,
            language=reply.language,
            text=reply.text,
            expires_at=received_at + ANSWERED_WITHIN,
        )
        messaging.queue_messages(db, reply.tenant.organisation_id, [message], now=now)


def _has_had_enough(db: Connection, organisation_id: UUID, phone: str, now: dt.datetime) -> bool:
    if messaging.count_to(db, organisation_id, phone, "reply", since=now - _DAY) < MOST_REPLIES:
        return False
    log.warning("a phone is not answered any more today", extra={"organisation_id": str(organisation_id)})
    return True
