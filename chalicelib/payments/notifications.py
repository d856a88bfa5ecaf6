"""Notify tenants about their payments, in the transaction that changes the payment: no change, no message.

The facts are final by then, so texts are rendered here and not when they are sent. Messages are queued after all
locks and take none.
"""

import datetime as dt
from typing import NamedTuple

from chalicelib import billing, messaging
from chalicelib.billing.model import Receipt
from chalicelib.clock import day_of
from chalicelib.messaging.model import EMAIL, NewMessage
from chalicelib.money import format_amount
from chalicelib.paging import PageRequest
from chalicelib.payments import notification_repository
from chalicelib.payments.model import NotificationRecipient, Payment
from chalicelib.payments.notification_rules import format_balance, format_reference, render_email, should_notify
from chalicelib.runtime.context import Context

RECORDED_INTERVAL = dt.timedelta(days=1)  # per lease, so that a caretaker cannot text a tenant at will
VALID_FOR = dt.timedelta(days=2)  # an unsent message is out of date after that


class Notification(NamedTuple):
    """A payment, the recipient, and the values for the templates."""

    kind: str
    payment: Payment
    recipient: NotificationRecipient
    values: dict[str, str]


def notify_receipt(ctx: Context, payment: Payment, receipt: Receipt) -> None:
    """Send the tenant a receipt by SMS, and by e-mail if they have an address."""
    notification = _build_notification(ctx, "receipt", payment, {"receipt": str(receipt.number)})
    if notification is not None:
        templates = messaging.load_templates(ctx)
        _queue_messages(
            ctx, [_sms_message(templates, notification, ctx.now), *_email_messages(templates, notification, ctx.now)]
        )


def notify_recorded(ctx: Context, payment: Payment) -> None:
    """Notify the tenant that a caretaker recorded a payment of theirs, which is pending confirmation.

    At most once a day per lease; other payments entered by then are only notified by their receipts, once confirmed.
    The caller has locked the lease.
    """
    notification = _build_notification(ctx, "recorded", payment, {})
    if notification is not None and not notification_repository.was_notified(
        ctx, "recorded", payment, since=ctx.now - RECORDED_INTERVAL
    ):
        templates = messaging.load_templates(ctx)
        _queue_messages(ctx, [_sms_message(templates, notification, ctx.now)])


def cancel_recorded_notification(ctx: Context, payment: Payment) -> None:
    """Cancel the ``notify_recorded`` message if it is not sent yet; the receipt replaces it."""
    messaging.cancel_messages(ctx, [_dedupe_key("recorded", payment)], reason="confirmed")


def notify_rejected(ctx: Context, payment: Payment) -> None:
    """Notify the tenant that a payment a caretaker recorded was rejected, if they were notified of its recording."""
    key = _dedupe_key("recorded", payment)
    if not messaging.cancel_messages(ctx, [key], reason="rejected"):
        return
    notification = _build_notification(ctx, "rejected", payment, {})
    if notification is not None:
        templates = messaging.load_templates(ctx)
        _queue_messages(ctx, [_sms_message(templates, notification, ctx.now)])


def notify_reversed(ctx: Context, payment: Payment) -> None:
    """Notify the tenant that a receipt is void, by each medium on which it was sent or may have been.

    A receipt that is not sent yet is cancelled, and nothing is sent in its place; nor is anything sent if the
    receipt never was (a landlord's history, an opt-out, no phone).
    """
    keys = {_dedupe_key("receipt", payment), _dedupe_key("receipt", payment, EMAIL)}
    withdrawn = messaging.cancel_messages(ctx, keys, reason="reversed")
    if not withdrawn:
        return
    receipts = billing.list_receipts(ctx, PageRequest(limit=1), payment_id=payment.id).items
    notification = _build_notification(ctx, "reversal", payment, {"receipt": str(receipts[0].number)})
    if notification is None:
        return
    templates = messaging.load_templates(ctx)
    by_sms = [_sms_message(templates, notification, ctx.now)] if _dedupe_key("receipt", payment) in withdrawn else []
    by_email = (
        _email_messages(templates, notification, ctx.now) if _dedupe_key("receipt", payment, EMAIL) in withdrawn else []
    )
    _queue_messages(ctx, [*by_sms, *by_email])


def _build_notification(ctx: Context, kind: str, payment: Payment, values: dict[str, str]) -> Notification | None:
    """Return the notification; None if nobody is to be notified: no lease, an erased tenant, or history."""
    if payment.lease_id is None or payment.tenant_id is None:
        return None
    found = notification_repository.find_recipient(ctx, payment.lease_id, payment.tenant_id)
    if found is None or not should_notify(payment.received_on, day_of(payment.created_at, found.time_zone)):
        return None
    template_values = {
        "tenant": found.given_name,
        "amount": format_amount(payment.amount_cents, found.currency),
        "reference": format_reference(payment.provider_reference, payment.method, found.language),
        "property": found.property_name,
        "unit": found.unit_name,
        "organisation": found.organisation_name,
        "balance": format_balance(found.balance_cents, found.currency, found.language),
        "received_on": payment.received_on.strftime("%d/%m/%Y"),
        **values,
    }
    return Notification(kind, payment, found, template_values)


def _sms_message(templates: messaging.Templates, notification: Notification, now: dt.datetime) -> NewMessage:
    rendered = templates.render(notification.kind, notification.recipient.language, notification.values)
    return _new_message(notification, now)._replace(
        dedupe_key=_dedupe_key(notification.kind, notification.payment),
        address=notification.recipient.phone,
        text=rendered.text,
    )


def _email_messages(templates: messaging.Templates, notification: Notification, now: dt.datetime) -> list[NewMessage]:
    if notification.recipient.email is None:
        return []
    values = templates.shown_values(notification.values, notification.recipient.language)
    subject, text = render_email(notification.kind, notification.recipient.language, values)
    email = _new_message(notification, now)._replace(
        dedupe_key=_dedupe_key(notification.kind, notification.payment, EMAIL),
        medium=EMAIL,
        address=notification.recipient.email,
    )
    return [email._replace(subject=subject, text=text)]


def _new_message(notification: Notification, now: dt.datetime) -> NewMessage:
    return NewMessage(
        kind=notification.kind,
        dedupe_key="",
        tenant_id=notification.recipient.tenant_id,
        lease_id=notification.payment.lease_id,
        property_id=notification.recipient.property_id,
        language=notification.recipient.language,
        expires_at=now + VALID_FOR,
    )


def _queue_messages(ctx: Context, new: list[NewMessage]) -> None:
    messaging.queue_messages(ctx, new)


def _dedupe_key(kind: str, payment: Payment, medium: str = "") -> str:
    return f"{kind}:{payment.id}:{medium}" if medium else f"{kind}:{payment.id}"
