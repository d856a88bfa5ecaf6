"""Which payments a tenant is notified of, and how the e-mails are rendered."""

import datetime as dt
from collections.abc import Mapping

from chalicelib.messaging.model import MAX_SUBJECT
from chalicelib.money import format_amount
from chalicelib.translations.payment_emails import EMAILS, IN_CREDIT, METHOD_NAMES

LATE_DAYS = 3


def should_notify(received_on: dt.date, entered_on: dt.date) -> bool:
    """Return whether to notify the tenant: the payment was entered at most ``LATE_DAYS`` days after it was received.

    What is entered later is a landlord's history, which must not text anybody. The day of entry counts, not the day
    of confirming or matching: a tenant still expects a message about money that was entered in time.
    """
    return (entered_on - received_on).days <= LATE_DAYS


def format_reference(provider_reference: str | None, method: str, language: str) -> str:
    """Return the provider's reference, or the name of the method if there is none."""
    return provider_reference or METHOD_NAMES[language].get(method, method)


def format_balance(balance_cents: int, currency: str, language: str) -> str:
    """Format a balance (cents; below 0 is credit): "KES 4,500", "KES 0 (KES 300 in credit)"."""
    if balance_cents >= 0:
        return format_amount(balance_cents, currency)
    credit = format_amount(-balance_cents, currency)
    within = f"{credit} {IN_CREDIT[language]}" if language == "en" else f"{IN_CREDIT[language]} {credit}"
    return f"{format_amount(0, currency)} ({within})"


def render_email(kind: str, language: str, values: Mapping[str, str]) -> tuple[str, str]:
    """Return the subject and text of the e-mail.

    ``values`` are those of the kind's template, ``received_on`` and ``balance``.
    """
    subject, text = EMAILS[kind, language]
    return " ".join(subject.format_map(values).split())[:MAX_SUBJECT], text.format_map(values)
