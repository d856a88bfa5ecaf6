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
from chalicelib.money import say_cents
from chalicelib.pages import Asked
from chalicelib.payments import telling_repository
from chalicelib.payments.model import Listener, Payment
from chalicelib.payments.telling_rules import is_told, say_balance, say_reference, write_letter
from chalicelib.runtime.context import Context

ENTRIES_APART = dt.timedelta(days=1)  # of a lease: a caretaker must not text a tenant as often as they like
TELLABLE = dt.timedelta(days=2)  # what could not be sent by then is no news any more


class _News(NamedTuple):
    """A payment and who is told of it, with the values that texts are made of."""

    kind: str
    payment: Payment
    listener: Listener
    values: dict[str, str]


def tell_receipt(ctx: Context, payment: Payment, receipt: Receipt) -> None:
    """Tell the tenant of a receipt: by SMS, and by e-mail where they have an address."""
    news = _news(ctx, "receipt", payment, {"receipt": str(receipt.number)})
    if news is not None:
        templates = messaging.templates_of(ctx)
        _queue(ctx, [_sms(templates, news, ctx.now), *_letter(templates, news, ctx.now)])


def tell_entry(ctx: Context, payment: Payment) -> None:
    """Tell the tenant that a caretaker recorded a payment of theirs, which waits to be confirmed.

    Of a lease at most once a day: what else is entered by then is told by its receipt, once it counts. Who calls has
    locked the lease.
    """
    news = _news(ctx, "recorded", payment, {})
    if news is not None and not telling_repository.was_told(ctx, "recorded", payment, since=ctx.now - ENTRIES_APART):
        templates = messaging.templates_of(ctx)
        _queue(ctx, [_sms(templates, news, ctx.now)])


def take_entry_back(ctx: Context, payment: Payment) -> None:
    """Keep ``tell_entry`` from being sent where it still waits: the receipt says it all."""
    messaging.withdraw_messages(ctx, [_key("recorded", payment)], reason="confirmed")


def tell_rejection(ctx: Context, payment: Payment) -> None:
    """Tell the tenant who was told of a caretaker's entry that it will not count; keep silent where they were not."""
    key = _key("recorded", payment)
    if not messaging.withdraw_messages(ctx, [key], reason="rejected"):
        return
    news = _news(ctx, "rejected", payment, {})
    if news is not None:
        templates = messaging.templates_of(ctx)
        _queue(ctx, [_sms(templates, news, ctx.now)])


def tell_reversal(ctx: Context, payment: Payment) -> None:
    """Tell the tenant that a receipt has become void, by each way that it was told or may have been.

    A receipt that still waits to be sent is not sent any more, and nothing is told instead; nor is it where
    the receipt was never told (a landlord's history, an opt-out, no phone).
    """
    keys = {_key("receipt", payment), _key("receipt", payment, EMAIL)}
    told = messaging.withdraw_messages(ctx, keys, reason="reversed")
    if not told:
        return
    receipts = billing.list_receipts(ctx, Asked(limit=1), payment_id=payment.id).items
    news = _news(ctx, "reversal", payment, {"receipt": str(receipts[0].number)})
    if news is None:
        return
    templates = messaging.templates_of(ctx)
    by_sms = [_sms(templates, news, ctx.now)] if _key("receipt", payment) in told else []
    by_email = _letter(templates, news, ctx.now) if _key("receipt", payment, EMAIL) in told else []
    _queue(ctx, [*by_sms, *by_email])


def _news(ctx: Context, kind: str, payment: Payment, values: dict[str, str]) -> _News | None:
    """Return what there is to tell, or None where nobody is to hear of it: no lease, an erased tenant, history."""
    if payment.lease_id is None or payment.tenant_id is None:
        return None
    found = telling_repository.find_listener(ctx, payment.lease_id, payment.tenant_id)
    if found is None or not is_told(payment.received_on, day_of(payment.created_at, found.time_zone)):
        return None
    said = {
        "tenant": found.given_name,
        "amount": say_cents(payment.amount_cents, found.currency),
        "reference": say_reference(payment.provider_reference, payment.method, found.language),
        "property": found.property_name,
        "unit": found.unit_name,
        "organisation": found.organisation_name,
        "balance": say_balance(found.balance_cents, found.currency, found.language),
        "received_on": payment.received_on.strftime("%d/%m/%Y"),
        **values,
    }
    return _News(kind, payment, found, said)


def _sms(templates: messaging.Templates, news: _News, now: dt.datetime) -> NewMessage:
    rendered = templates.render(news.kind, news.listener.language, news.values)
    return _message(news, now)._replace(
        dedupe_key=_key(news.kind, news.payment), address=news.listener.phone, text=rendered.text
    )


def _letter(templates: messaging.Templates, news: _News, now: dt.datetime) -> list[NewMessage]:
    if news.listener.email is None:
        return []
    told = templates.told(news.values, news.listener.language)
    subject, text = write_letter(news.kind, news.listener.language, told)
    letter = _message(news, now)._replace(
        dedupe_key=_key(news.kind, news.payment, EMAIL), medium=EMAIL, address=news.listener.email
    )
    return [letter._replace(subject=subject, text=text)]


def _message(news: _News, now: dt.datetime) -> NewMessage:
    return NewMessage(
        kind=news.kind,
        dedupe_key="",
        tenant_id=news.listener.tenant_id,
        lease_id=news.payment.lease_id,
        property_id=news.listener.property_id,
        language=news.listener.language,
        expires_at=now + TELLABLE,
    )


def _queue(ctx: Context, new: list[NewMessage]) -> None:
    messaging.queue_messages(ctx, new)


def _key(kind: str, payment: Payment, medium: str = "") -> str:
    return f"{kind}:{payment.id}:{medium}" if medium else f"{kind}:{payment.id}"
