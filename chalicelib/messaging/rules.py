"""When a message may be sent, and its estimated cost. Money is whole cents."""

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from chalicelib.messaging.model import KINDS, SMS, MessageSettings
from chalicelib.messaging.sms_encoding_rules import (
    GSM7,
    MAX_PER_PART,
    UCS2,
    costly_characters,
    measure_sms,
    normalize_sms,
    replaced_characters,
)

__all__ = [
    "MAX_PARTS",
    "describe_costly_name",
    "end_of_quiet_hours",
    "is_quiet",
    "measure_sms",
    "normalize_sms",
    "passes_opt_out",
    "price_cents",
    "replaced_characters",
    "respects_quiet_hours",
]

MAX_PARTS = 6  # of one free-text SMS: 918 characters, or 402


def describe_costly_name(name: str) -> list[str]:
    """Return a warning if a name that stands in texts makes them dearer; an emoji costs two or three times as much."""
    costly = costly_characters(name)
    if not costly:
        return []
    fewer = f"{MAX_PER_PART[UCS2]} characters a part in place of {MAX_PER_PART[GSM7]}"
    return [
        f"Every SMS with this name has {fewer}, and costs up to three times as much, because of: {' '.join(costly)}"
    ]


def price_cents(parts: int, gateway: str, prices: Mapping[str, int]) -> int:
    """Return the estimated cost of ``parts`` by ``gateway``, in cents; ``prices`` are per part.

    Gateways that send no SMS count as free.
    """
    return parts * prices.get(gateway, 0)


def is_quiet(hour: int, settings: MessageSettings) -> bool:
    """Return whether nothing is sent in that local hour; equal bounds mean no quiet hours."""
    begins, ends = settings.quiet_from_hour, settings.quiet_until_hour
    if begins <= ends:
        return begins <= hour < ends
    return hour >= begins or hour < ends


def end_of_quiet_hours(at: dt.datetime, settings: MessageSettings, time_zone: str) -> dt.datetime:
    """Return ``at``, or the end of the quiet hours that it falls in, as an instant in UTC."""
    local = at.astimezone(ZoneInfo(time_zone))
    if not is_quiet(local.hour, settings):
        return at.astimezone(dt.UTC)
    opens = local.replace(hour=settings.quiet_until_hour, minute=0, second=0, microsecond=0, fold=0)
    if opens.replace(tzinfo=None) <= local.replace(tzinfo=None):
        opens += dt.timedelta(days=1)  # local wall-clock days
    return opens.astimezone(dt.UTC)


def respects_quiet_hours(kind: str, medium: str) -> bool:
    """Return whether a message waits out quiet hours; e-mails do not."""
    return medium == SMS and KINDS[kind].quiet_hours


def passes_opt_out(kind: str, settings: MessageSettings) -> bool:
    """Return whether messages of ``kind`` are also sent to opted-out numbers."""
    policy = KINDS[kind].opt_out
    return policy == "passed" or (policy == "organisation" and settings.legal_notices_pass_opt_out)
