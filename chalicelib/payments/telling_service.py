"""Telling tenants of their money, in the transaction in which it moves: nothing is told of what was not done.

What is told is a fact by then, so its text is made here and not at sending. Messages come after all locks and
take none.
"""

import datetime as dt
from typing import NamedTuple

from chalicelib.billing import service as billing
from chalicelib.billing.model import Receipt
from chalicelib.clock import day_of
from chalicelib.messaging import service as messaging
from chalicelib.messaging.model import EMAIL, NewMessage
from chalicelib.money import format_amount
from chalicelib.pages import PageRequest
from chalicelib.payments import telling_repository
from chalicelib.payments.model import NotificationRecipient, Payment
from chalicelib.payments.telling_rules import format_balance, format_reference, render_email, should_notify
from chalicelib.runtime.context import Context

RECORDED_INTERVAL = dt.timedelta(days=1)  # of a lease: a caretaker must not text a tenant as often as they like
VALID_FOR = dt.timedelta(days=2)  # what could not be sent by then is out of date


class Notification(NamedTuple):
    """A payment and who is told of it, with the values that texts are made of."""

    kind: str
    payment: Payment
    recipient: NotificationRecipient
    values: dict[str, str]


def notify_receipt(ctx: Context, payment: Payment, receipt: Receipt) -> None:
    """Tell the tenant of a receipt: by SMS, and by e-mail where they have an address."""
    notification = _build_notification(ctx, "receipt", payment, {"receipt": str(receipt.number)})
    if notification is not None:
        templates = messaging.load_templates(ctx)
        _queue_messages(
            ctx, [_sms_message(templates, notification, ctx.now), *_email_messages(templates, notification, ctx.now)]
        )


def notify_recorded(ctx: Context, payment: Payment) -> None:
    """Tell the tenant that a caretaker recorded a payment of theirs, which waits to be confirmed.

    Of a lease at most once a day: what else is entered by then is told by its receipt, once it counts. Who calls has
    locked the lease.
    """
    notification = _build_notification(ctx, "recorded", payment, {})
    if notification is not None and not telling_repository.was_notified(
        ctx, "recorded", payment, since=ctx.now - RECORDED_INTERVAL
    ):
        templates = messaging.load_templates(ctx)
        _queue_messages(ctx, [_sms_message(templates, notification, ctx.now)])


def cancel_recorded_notification(ctx: Context, payment: Payment) -> None:
    """Keep ``notify_recorded`` from being sent where it still waits: the receipt says it all."""
    messaging.cancel_messages(ctx, [_dedupe_key("recorded", payment)], reason="confirmed")


def notify_rejected(ctx: Context, payment: Payment) -> None:
    """Tell the tenant who was told of a caretaker's entry that it will not count; keep silent where they were not."""
    key = _dedupe_key("recorded", payment)
    if not messaging.cancel_messages(ctx, [key], reason="rejected"):
        return
    notification = _build_notification(ctx, "rejected", payment, {})
    if notification is not None:
        templates = messaging.load_templates(ctx)
        _queue_messages(ctx, [_sms_message(templates, notification, ctx.now)])


def notify_reversed(ctx: Context, payment: Payment) -> None:
    """Tell the tenant that a receipt has become void, by each way that it was told or may have been.

    A receipt that still waits to be sent is not sent any more, and nothing is told instead; nor is it where
    the receipt was never told (a landlord's history, an opt-out, no phone).
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
    """Return what there is to tell, or None where nobody is to hear of it: no lease, an erased tenant, history."""
    if payment.lease_id is None or payment.tenant_id is None:
        return None
    found = telling_repository.find_recipient(ctx, payment.lease_id, payment.tenant_id)
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
