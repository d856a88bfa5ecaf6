"""Which payments a tenant is notified of, and the texts of the e-mails."""

import datetime as dt
from collections.abc import Mapping

from chalicelib.money import format_amount

LATE_DAYS = 3
MAX_SUBJECT = 160  # characters in a message's subject

_METHOD_NAMES = {
    "en": {"cash": "cash", "bank": "bank", "cheque": "cheque", "mpesa": "M-Pesa"},
    "sw": {"cash": "taslimu", "bank": "benki", "cheque": "hundi", "mpesa": "M-Pesa"},
}
_IN_CREDIT = {"en": "in credit", "sw": "ziada"}

_EMAILS: dict[tuple[str, str], tuple[str, str]] = {
    ("receipt", "en"): (
        "Receipt {receipt} of {organisation}: {amount}",
        """Dear {tenant},

{organisation} has received your payment.

Amount: {amount}
Received on: {received_on}
Receipt number: {receipt}
Reference: {reference}
Property: {property}
Unit: {unit}
Balance after this payment: {balance}

Is something not right? Please tell {organisation} and name the receipt number.
""",
    ),
    ("receipt", "sw"): (
        "Risiti {receipt} ya {organisation}: {amount}",
        """Mpendwa {tenant},

{organisation} imepokea malipo yako.

Kiasi: {amount}
Tarehe ya kupokelewa: {received_on}
Nambari ya risiti: {receipt}
Kumbukumbu: {reference}
Jengo: {property}
Nyumba: {unit}
Salio baada ya malipo haya: {balance}

Kuna kosa? Tafadhali ijulishe {organisation} ukitaja nambari ya risiti.
""",
    ),
    ("reversal", "en"): (
        "Receipt {receipt} of {organisation} is void: {amount}",
        """Dear {tenant},

{organisation} has reversed this payment. It no longer counts, and its receipt is void.

Amount: {amount}
Received on: {received_on}
Receipt number: {receipt}
Reference: {reference}
Property: {property}
Unit: {unit}
Balance now: {balance}

Is something not right? Please tell {organisation} and name the receipt number.
""",
    ),
    ("reversal", "sw"): (
        "Risiti {receipt} ya {organisation} imebatilishwa: {amount}",
        """Mpendwa {tenant},

{organisation} imebatilisha malipo haya. Hayahesabiwi tena, na risiti yake si halali.

Kiasi: {amount}
Tarehe ya kupokelewa: {received_on}
Nambari ya risiti: {receipt}
Kumbukumbu: {reference}
Jengo: {property}
Nyumba: {unit}
Salio sasa: {balance}

Kuna kosa? Tafadhali ijulishe {organisation} ukitaja nambari ya risiti.
""",
    ),
}


def should_notify(received_on: dt.date, entered_on: dt.date) -> bool:
    """Return whether to notify the tenant: the payment was entered at most ``LATE_DAYS`` days after it was received.

    What is entered later is a landlord's history, which must not text anybody. The day of entry counts, not the day
    of confirming or matching: a tenant still expects a message about money that was entered in time.
    """
    return (entered_on - received_on).days <= LATE_DAYS


def format_reference(provider_reference: str | None, method: str, language: str) -> str:
    """Return the provider's reference, or the name of the method if there is none."""
    return provider_reference or _METHOD_NAMES[language].get(method, method)


def format_balance(balance_cents: int, currency: str, language: str) -> str:
    """Format a balance (cents; below 0 is credit): "KES 4,500", "KES 0 (KES 300 in credit)"."""
    if balance_cents >= 0:
        return format_amount(balance_cents, currency)
    credit = format_amount(-balance_cents, currency)
    within = f"{credit} {_IN_CREDIT[language]}" if language == "en" else f"{_IN_CREDIT[language]} {credit}"
    return f"{format_amount(0, currency)} ({within})"


def render_email(kind: str, language: str, values: Mapping[str, str]) -> tuple[str, str]:
    """Return the subject and text of the e-mail.

    ``values`` are those of the kind's template, ``received_on`` and ``balance``.
    """
    subject, text = _EMAILS[kind, language]
    return " ".join(subject.format_map(values).split())[:MAX_SUBJECT], text.format_map(values)
