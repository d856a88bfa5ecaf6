"""Decide which due messages are sent now and by which gateway, which wait or are cancelled. Money is whole cents."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID
from zoneinfo import ZoneInfo

from chalicelib.delivery.cap_rules import Caps, Decisions, Dispatched, SendingContext
from chalicelib.messaging.footer_rules import founder_line
from chalicelib.messaging.grant_model import REASON_GRANT_NEEDED
from chalicelib.messaging.model import GATEWAYS_BY_MEDIUM, KINDS, SMS, Message
from chalicelib.messaging.rules import end_of_quiet_hours, is_quiet, measure_sms, price_cents, respects_quiet_hours
from chalicelib.messaging.suppression_rules import Suppressions

PENDING = "pending"  # an attempt without an outcome yet
MAX_ATTEMPTS = 4
BACKOFF_MINUTES = (1, 5, 20)  # after the first, second and third attempt
MAX_TEXT_AGE = dt.timedelta(hours=2)  # a text rendered longer ago may no longer be true
CAPPED_KINDS = tuple(name for name, kind in KINDS.items() if kind.capped)


def filter_sendable(
    messages: Sequence[Message],
    sending_context: SendingContext,
    suppressions: Suppressions,
    caps: Caps,
    decisions: Decisions,
) -> list[Message]:
    """Return the messages that may be sent, as far as can be decided before rendering."""
    sendable = []
    quiet = is_quiet(sending_context.now.astimezone(ZoneInfo(sending_context.time_zone)).hour, sending_context.settings)
    for message in messages:
        reason = _reason_to_cancel(message, sending_context, suppressions, caps)
        if reason:
            decisions.cancel(message, reason)
        elif quiet and respects_quiet_hours(message.kind, message.medium):
            decisions.postpone(
                message, end_of_quiet_hours(sending_context.now, sending_context.settings, sending_context.time_zone)
            )
        elif not caps.postpone_if_capped(message, decisions):
            sendable.append(message)
    return sendable


def _reason_to_cancel(message: Message, sending_context: SendingContext, suppressions: Suppressions, caps: Caps) -> str:
    if message.expires_at is not None and message.expires_at <= sending_context.now:
        return "expired"
    if not message.address:
        return "no_phone" if message.medium == SMS else "no_email"
    suppression = suppressions.reason_not_to_send(
        message.kind, message.medium, message.address, message.lease_id, sending_context.settings
    )
    if suppression:
        return suppression
    if _needs_grant(message, sending_context):
        return REASON_GRANT_NEEDED
    return _reason_too_expensive(message, sending_context, caps) if message.medium == SMS else ""


def _reason_too_expensive(message: Message, sending_context: SendingContext, caps: Caps) -> str:
    if message.notice_id is not None and not list_eligible_gateways(message, sending_context):
        return "price_limit"
    if price_cents(1, next_gateway(message, sending_context), sending_context.prices) > max(caps.budget_left_cents, 0):
        return "spend_limit"
    return ""


def _needs_grant(message: Message, sending_context: SendingContext) -> bool:
    """Return whether the message was queued under a revoked grant: free text, or no founder's number in it.

    Without a known founder nothing is sent at all: such an organisation was founded by an older version.
    """
    if sending_context.allowance.granted:
        return False
    if sending_context.allowance.founder_phone is None:
        return True
    lacks_founder = (
        message.text is not None and founder_line(message.language, sending_context.allowance) not in message.text
    )
    return KINDS[message.kind].free_text or lacks_founder


def prepare_dispatch(message: Message, text: str, reason: str, sending_context: SendingContext) -> Dispatched:
    """Return ``message`` with ``text``, its gateway, parts and price."""
    gateway = next_gateway(message, sending_context)
    if message.medium != SMS:
        return Dispatched(message, message.attempt + 1, gateway, text, "", 0, 0, reason)
    measured = measure_sms(text)
    price = price_cents(measured.parts, gateway, sending_context.prices)
    return Dispatched(message, message.attempt + 1, gateway, text, measured.encoding, measured.parts, price, reason)


def list_eligible_gateways(message: Message, sending_context: SendingContext) -> Sequence[str]:
    """Return the gateways for it, first choice first; for a notice only those within the agreed price."""
    if message.medium != SMS:
        return GATEWAYS_BY_MEDIUM[message.medium]
    if message.notice_id is None:
        return sending_context.settings.gateways
    return [
        each
        for each in sending_context.settings.gateways
        if price_cents(message.parts, each, sending_context.prices) <= message.price_cents
    ]


def next_gateway(message: Message, sending_context: SendingContext) -> str:
    """Return the gateway: the organisation's first choice, or for a retry the one after the last attempt's."""
    gateways = list_eligible_gateways(message, sending_context)
    if not message.attempt or message.gateway not in gateways:
        return gateways[0]
    return gateways[(gateways.index(message.gateway) + 1) % len(gateways)]


def not_after(
    kind: str, medium: str, rendered_at: dt.datetime, expires_at: dt.datetime | None, sending_context: SendingContext
) -> dt.datetime:
    """Return the deadline of a text rendered at ``rendered_at``: before quiet hours, and before it is stale."""
    latest = rendered_at + MAX_TEXT_AGE
    if expires_at is not None:
        latest = min(latest, expires_at)
    if respects_quiet_hours(kind, medium):
        latest = min(latest, _next_quiet_hours_start(rendered_at, latest, sending_context))
    return latest


def _next_quiet_hours_start(after: dt.datetime, before: dt.datetime, sending_context: SendingContext) -> dt.datetime:
    """Return when quiet hours first begin between the two, or ``before``."""
    hour = (
        after.astimezone(ZoneInfo(sending_context.time_zone))
        .replace(minute=0, second=0, microsecond=0)
        .astimezone(dt.UTC)
    )
    while hour < before:
        if hour > after and is_quiet(
            hour.astimezone(ZoneInfo(sending_context.time_zone)).hour, sending_context.settings
        ):
            return hour
        hour += dt.timedelta(hours=1)
    return before


def attempt_key(organisation_id: UUID, dedupe_key: str, number: int) -> str:
    """Return the claim key of an attempt."""
    return f"{organisation_id}:{dedupe_key}:{number}"
