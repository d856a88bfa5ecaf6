"""Delivery reports and opt-outs posted by a vendor, matched by its reference or by the number."""

import datetime as dt
import re
from typing import NamedTuple

from sqlalchemy import Connection

from chalicelib.delivery import tracking as delivery
from chalicelib.delivery import tracking_repository as repository
from chalicelib.delivery import tracking_rules as rules
from chalicelib.delivery.queue_payloads import InvalidPayload, VendorCallback
from chalicelib.delivery.tracking import IncomingSms
from chalicelib.delivery.tracking_repository import DeliveryRecord
from chalicelib.errors import Invalid
from chalicelib.messaging import opt_outs
from chalicelib.phones import parse_phone

MAX_VENDOR_STATUS = 20
MAX_REASON = 100
MAX_REFERENCE = 100
MAX_TEXT = 1000

_FOREIGN_NUMBER = re.compile(r"\+[1-9][0-9]{4,14}", re.ASCII)


class DeliveryReport(NamedTuple):
    gateway: str
    provider_reference: str
    phone: str | None  # E.164; None if missing
    vendor_status: str  # the gateway's own status
    reason: str
    at: dt.datetime  # when it was received


def parse_report(callback: VendorCallback) -> DeliveryReport | None:
    """Parse a delivery report, or return None if it has no valid reference or no status."""
    reference, vendor_status = callback.form.get("id", "").strip(), callback.form.get("status", "").strip()
    if not reference or len(reference) > MAX_REFERENCE or not vendor_status:
        return None
    reason = callback.form.get("failureReason", "").strip()
    if reason.lower() == "none":
        reason = ""
    phone = _parse_sender(callback.form.get("phoneNumber", ""))
    return DeliveryReport(
        callback.gateway, reference, phone, vendor_status[:MAX_VENDOR_STATUS], reason[:MAX_REASON], callback.at
    )


def parse_incoming_sms(callback: VendorCallback) -> IncomingSms | None:
    """Parse an incoming SMS, or return None if its sender is a name and not a number.

    Raises:
        InvalidPayload: the reference, needed to detect repeats, or the sender is missing.
    """
    reference, phone = callback.form.get("id", "").strip(), _parse_sender(callback.form.get("from", ""))
    if not reference or len(reference) > MAX_REFERENCE or not callback.form.get("from", "").strip():
        raise InvalidPayload("an incoming SMS has no sender or no reference")
    if phone is None:
        return None
    return IncomingSms(callback.gateway, reference, phone, callback.form.get("text", "")[:MAX_TEXT], callback.at)


def _parse_sender(text: str) -> str | None:
    """Return the number as E.164; the vendor may omit the plus."""
    try:
        return parse_phone(text)
    except Invalid:
        with_plus = "+" + text.strip().removeprefix("+")
        return with_plus if _FOREIGN_NUMBER.fullmatch(with_plus) else None


def apply_delivery_report(db: Connection, report: DeliveryReport, *, now: dt.datetime) -> bool:
    """Store a report and apply it to its message; an unmatched one waits. Return whether it is new.

    The message is locked before the reference, as everywhere.
    """
    known = repository.find_delivery(db, report.gateway, report.provider_reference)
    if known is None and repository.add_delivery(db, _unmatched_delivery(report, now)):
        return True
    known = known or repository.find_delivery(db, report.gateway, report.provider_reference)
    message = None
    if known is not None and known.organisation_id is not None and known.message_id is not None:
        locked = repository.lock_messages(db, known.organisation_id, [known.message_id])
        message = locked.get(known.message_id)
    known = repository.find_delivery(db, report.gateway, report.provider_reference, lock=True)
    if known is None or not rules.supersedes(report.vendor_status, report.at, known.status, known.reported_at):
        return False
    repository.change_delivery(
        db,
        report.gateway,
        report.provider_reference,
        status=report.vendor_status,
        reason=report.reason,
        reported_at=report.at,
    )
    if message is None and known.message_id is not None and known.organisation_id is not None:
        # Attached to its message while this waited for the reference; a deadlock is retried.
        message = repository.lock_messages(db, known.organisation_id, [known.message_id]).get(known.message_id)
    if message is not None and known.organisation_id is not None:
        updated = delivery.apply_report(db, known.organisation_id, message, report.vendor_status, report.reason, now)
        delivery.count_status_changes([(message.status, updated.status)])
    return True


def _unmatched_delivery(report: DeliveryReport, now: dt.datetime) -> DeliveryRecord:
    return DeliveryRecord(
        report.gateway,
        report.provider_reference,
        None,
        None,
        report.phone,
        report.vendor_status,
        report.reason,
        report.at,
        now,
    )


def handle_vendor_opt_out(db: Connection, callback: VendorCallback, *, now: dt.datetime) -> int:
    """Opt the number out, as its holder told the vendor; return how many organisations have it.

    Same effect as the holder texting STOP, also for organisations that enter the number later.
    """
    phone = _parse_sender(callback.form.get("phoneNumber", ""))
    if phone is None:
        return 0
    return len(opt_outs.stop_messages(db, phone, source="gateway", now=now))
