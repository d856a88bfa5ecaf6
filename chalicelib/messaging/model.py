"""Messages to tenants and their status. Money is whole cents."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, TypedDict
from uuid import UUID

SMS, EMAIL = MEDIUMS = ("sms", "email")
MAX_SUBJECT = 160  # characters of an e-mail's subject
GATEWAYS_BY_MEDIUM = {
    SMS: ("africastalking", "sns"),
    EMAIL: ("email",),
}  # the gateways that can send it, in the usual order

QUEUED, HANDED, SENT, DELIVERED, FAILED, UNKNOWN_STATUS, CANCELLED = STATUSES = (
    "queued",  # waits until it is due
    "handed",  # put on the senders' queue
    "sent",  # accepted by a gateway
    "delivered",
    "failed",
    "unknown",  # it may have been sent: only a delivery report can show
    "cancelled",  # no longer needed, or must not be sent
)

# Status transitions; "delivered" and "cancelled" are final.
TRANSITIONS: dict[str, tuple[str, ...]] = {
    "queued": ("handed", "cancelled", "failed"),  # failed: its text cannot be rendered
    "handed": ("sent", "delivered", "failed", "unknown", "queued"),  # queued: retried, by the next gateway
    "unknown": ("sent", "delivered", "failed", "queued"),  # queued: its sender reported later that it was not sent
    "sent": ("delivered", "failed"),
    "failed": ("delivered",),  # reported "absent" or "expired", then the phone came back
}


def statuses_before(after: str) -> tuple[str, ...]:
    """Return the statuses that ``after`` may follow."""
    return tuple(before for before, following in TRANSITIONS.items() if after in following)


class MessageKind(NamedTuple):
    """How messages of a kind are treated.

    ``opt_out``: "honoured", "organisation" (it may choose to override it) or "passed" (overridden).
    ``quiet_hours``: it waits for the morning. ``capped``: the daily caps apply.
    ``free_text``: a member writes the text, which needs the messaging grant.
    ``placeholders`` are those that a template of the kind may use; none: it has no template.
    """

    opt_out: str = "honoured"
    quiet_hours: bool = True
    capped: bool = True
    free_text: bool = False
    placeholders: tuple[str, ...] = ()


_REMINDER_PLACEHOLDERS = (
    "tenant",  # given name
    "amount",  # open balance of the invoices that it is about: "KES 15,000"
    "due_on",
    "property",
    "unit",
    "periods",  # "Nov 2026"
    "paybill",  # the number of the property's channel; may have no value
    "account",  # account number to pay to: the unit's name
    "organisation",
)
_ENTRY_PLACEHOLDERS = ("tenant", "amount", "reference", "property", "unit", "organisation")
KINDS: dict[str, MessageKind] = {
    "reminder_before": MessageKind(placeholders=_REMINDER_PLACEHOLDERS),
    "reminder_due": MessageKind(placeholders=_REMINDER_PLACEHOLDERS),
    "reminder_overdue": MessageKind(placeholders=_REMINDER_PLACEHOLDERS),
    "reminder_final": MessageKind(placeholders=_REMINDER_PLACEHOLDERS),
    "receipt": MessageKind(
        capped=False,
        placeholders=("tenant", "amount", "receipt", "reference", "balance", "property", "unit", "organisation"),
    ),
    "reversal": MessageKind(
        capped=False, placeholders=("tenant", "amount", "receipt", "reference", "property", "unit", "organisation")
    ),
    "recorded": MessageKind(
        capped=False, placeholders=_ENTRY_PLACEHOLDERS
    ),  # a caretaker's entry: pending until confirmed
    "rejected": MessageKind(capped=False, placeholders=_ENTRY_PLACEHOLDERS),  # such an entry, rejected
    "notice": MessageKind(free_text=True),
    "legal_notice": MessageKind(opt_out="organisation", capped=False, free_text=True),
    "reply": MessageKind(opt_out="passed", quiet_hours=False, capped=False),  # the tenant has just asked
    "statement": MessageKind(opt_out="passed", quiet_hours=False, capped=False),  # an e-mail that a member sends
}


class NewMessage(NamedTuple):
    """A message to queue. Without ``text`` it is rendered at sending, by its kind's renderer."""

    kind: str
    dedupe_key: str  # unique in the organisation; built from the subject
    medium: str = SMS
    tenant_id: UUID | None = None
    lease_id: UUID | None = None
    property_id: UUID | None = None
    notice_id: UUID | None = None
    address: str | None = None  # E.164 or an e-mail address
    language: str = "en"
    subject: str = ""
    text: str | None = None
    input: Mapping[str, Any] = {}
    send_after_at: dt.datetime | None = None  # None: now, or when the quiet hours end
    expires_at: dt.datetime | None = None
    created_by: UUID | None = None


class Message(NamedTuple):
    id: UUID
    kind: str
    medium: str
    status: str
    tenant_id: UUID | None
    lease_id: UUID | None
    property_id: UUID | None
    notice_id: UUID | None
    address: str | None
    language: str
    subject: str
    text: str | None
    input: Mapping[str, Any]
    dedupe_key: str
    send_after_at: dt.datetime
    expires_at: dt.datetime | None
    encoding: str
    parts: int
    price_cents: int
    attempt: int
    gateway: str | None
    provider_reference: str | None
    cost_cents: int | None
    reason: str
    created_by: UUID | None
    created_at: dt.datetime
    handed_at: dt.datetime | None
    finished_at: dt.datetime | None


class Attempt(NamedTuple):
    """One attempt to send a message through a gateway."""

    message_id: UUID
    number: int
    gateway: str
    outcome: str  # pending, or as in ports.Outcome
    permanent: bool
    provider_reference: str | None
    parts: int
    cost_cents: int | None
    reason: str
    created_at: dt.datetime
    queued_at: dt.datetime | None
    queued_times: int
    finished_at: dt.datetime | None


class MessageSettings(NamedTuple):
    """How an organisation's messages are sent; the defaults apply where it has set nothing.

    Hours are local. ``monthly_limit_cents`` limits the estimated cost of a local month's messages.
    """

    sender_name: str = ""
    gateways: Sequence[str] = GATEWAYS_BY_MEDIUM[SMS]
    quiet_from_hour: int = 20
    quiet_until_hour: int = 8
    tenant_daily_cap: int = 3
    daily_cap: int = 2000
    monthly_limit_cents: int = 5_000_00
    legal_notices_pass_opt_out: bool = False
    version: int = 0
    changed_at: dt.datetime | None = None


class MessageSettingsChange(TypedDict, total=False):
    """What a PATCH may name of the settings; what it does not name stays."""

    sender_name: str
    gateways: Sequence[str]
    quiet_from_hour: int
    quiet_until_hour: int
    tenant_daily_cap: int
    daily_cap: int
    monthly_limit_cents: int
    legal_notices_pass_opt_out: bool


class RenderedText(NamedTuple):
    """A text rendered at sending, or None if nothing is to be sent; ``reason`` is why, or why a fallback was used.

    If ``wait_until`` is in the future, the message is postponed until then.
    """

    text: str | None
    reason: str = ""
    wait_until: dt.datetime | None = None


class SmsSize(NamedTuple):
    encoding: str  # gsm7, ucs2
    characters: int  # as the encoding counts them
    parts: int


SOURCE_MEMBER = "member"
OPT_OUT_SOURCES = ("sms", "ussd", "gateway", SOURCE_MEMBER)


class OptOut(NamedTuple):
    """A number opted out of an organisation's messages."""

    phone: str
    source: str
    created_at: dt.datetime


class IncomingMessage(NamedTuple):
    """An SMS from a phone, answered for the organisation; ``command`` is what it was parsed as.

    ``text`` is present only if the sender had confirmed the lease, and it was answered for no other organisation.
    """

    gateway: str
    provider_reference: str
    phone: str
    text: str | None
    command: str
    received_at: dt.datetime
    lease_id: UUID | None
    tenant_id: UUID | None


class IncomingAnswer(NamedTuple):
    """The organisation an SMS was answered for, recorded on receipt."""

    organisation_id: UUID
    command: str
    lease_id: UUID | None
    tenant_id: UUID | None
    alone: bool


class KindSpend(NamedTuple):
    kind: str
    messages: int
    parts: int
    price_cents: int
    cost_cents: int


class Spend(NamedTuple):
    """Cost of the messages dispatched in a month: estimated, and as reported by the gateways so far."""

    month: dt.date
    messages: int
    parts: int
    price_cents: int
    cost_cents: int
    limit_cents: int
    kinds: list[KindSpend]
