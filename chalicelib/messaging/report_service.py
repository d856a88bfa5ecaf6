"""Delivery reports and opt-outs, as a vendor posts them: known by its own reference or by the number only."""

import datetime as dt
import re
from typing import NamedTuple

from sqlalchemy import Connection

from chalicelib.errors import Invalid
from chalicelib.messaging import delivery_repository as repository
from chalicelib.messaging import delivery_rules as rules
from chalicelib.messaging import delivery_service as delivery
from chalicelib.messaging import opt_out_service
from chalicelib.messaging.bodies import Posted, Unreadable
from chalicelib.messaging.delivery_repository import Delivery
from chalicelib.messaging.delivery_service import Incoming
from chalicelib.phones import to_e164

MOST_WORD = 20
MOST_REASON = 100
MOST_REFERENCE = 100
MOST_TEXT = 1000

_FOREIGN = re.compile(r"\+[1-9][0-9]{4,14}", re.ASCII)


class Report(NamedTuple):
    gateway: str
    provider_reference: str
    phone: str | None  # E.164; none where it says none
    word: str  # the status, as the gateway says it
    reason: str
    at: dt.datetime  # when we were told


def report_of(posted: Posted) -> Report | None:
    """Return the delivery report of a form, or None where it names nothing that could be reported on."""
    reference, word = posted.form.get("id", "").strip(), posted.form.get("status", "").strip()
    if not reference or len(reference) > MOST_REFERENCE or not word:
        return None
    reason = posted.form.get("failureReason", "").strip()
    if reason.lower() == "none":
        reason = ""
    phone = phone_of(posted.form.get("phoneNumber", ""))
    return Report(posted.gateway, reference, phone, word[:MOST_WORD], reason[:MOST_REASON], posted.at)


def incoming_of(posted: Posted) -> Incoming | None:
    """Return what a phone sent, or None where it is no phone's: a name is told in place of a number.

    Raises:
        Unreadable: there is no reference to know it again by, or no sender at all.
    """
    reference, phone = posted.form.get("id", "").strip(), phone_of(posted.form.get("from", ""))
    if not reference or len(reference) > MOST_REFERENCE or not posted.form.get("from", "").strip():
        raise Unreadable("an incoming SMS has no sender or no reference")
    if phone is None:
        return None
    return Incoming(posted.gateway, reference, phone, posted.form.get("text", "")[:MOST_TEXT], posted.at)


def phone_of(text: str) -> str | None:
    """Return the number as E.164; a vendor also writes it without its plus."""
    try:
        return to_e164(text)
    except Invalid:
        bare = "+" + text.strip().removeprefix("+")
        return bare if _FOREIGN.fullmatch(bare) else None


def take_report(db: Connection, report: Report, *, now: dt.datetime) -> bool:
    """Keep a report and let it change its message; one that no message is known for waits. Returns whether it is news.

    The message is held before the reference is, as everywhere.
    """
    known = repository.find_delivery(db, report.gateway, report.provider_reference)
    if known is None and repository.add_delivery(db, _waiting(report, now)):
        return True
    known = known or repository.find_delivery(db, report.gateway, report.provider_reference)
    message = None
    if known is not None and known.organisation_id is not None and known.message_id is not None:
        held = repository.lock_messages(db, known.organisation_id, [known.message_id])
        message = held.get(known.message_id)
    known = repository.find_delivery(db, report.gateway, report.provider_reference, hold=True)
    if known is None or not rules.supersedes(report.word, report.at, known.status, known.reported_at):
        return False
    repository.change_delivery(
        db, report.gateway, report.provider_reference, status=report.word, reason=report.reason, reported_at=report.at
    )
    if message is None and known.message_id is not None and known.organisation_id is not None:
        # Tied to its message while we waited for the reference; a deadlock is tried anew.
        message = repository.lock_messages(db, known.organisation_id, [known.message_id]).get(known.message_id)
    if message is not None and known.organisation_id is not None:
        moved = delivery.apply_report(db, known.organisation_id, message, report.word, report.reason, now)
        delivery.count_moves([(message.status, moved.status)])
    return True


def _waiting(report: Report, now: dt.datetime) -> Delivery:
    return Delivery(
        report.gateway, report.provider_reference, None, None, report.phone, report.word, report.reason, report.at, now
    )


def take_opt_out(db: Connection, posted: Posted, *, now: dt.datetime) -> int:
    """Send nothing more to the number, as its holder told the vendor; return how many organisations have it.

    It is the holder's word as if they had texted STOP, also to whoever enters the number later.
    """
    phone = phone_of(posted.form.get("phoneNumber", ""))
    if phone is None:
        return 0
    return len(opt_out_service.stop_messages(db, phone, source="gateway", now=now))
