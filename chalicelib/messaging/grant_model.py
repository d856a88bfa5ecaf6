"""What an operator grants an organisation, and the defaults until then. Money is whole cents."""

import datetime as dt
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from chalicelib.messaging.model import MessageSettings

MESSAGING, SENDER_NAME = GRANT_KINDS = ("messaging", "sender_name")
REASON_GRANT_NEEDED = "grant_needed"  # the reason of a message that needs a grant

_DEFAULTS = MessageSettings()


class Allowance(NamedTuple):
    """Upper bounds of an organisation's own settings, and what it may send; the defaults apply without a grant.

    ``sender_name`` is the one that it may send under; empty: the platform's only. ``founder_phone`` is named
    in each text until messaging is granted. ``number_daily_cap``: SMS that a number gets in a day from all
    ungranted organisations together; None: unlimited.
    """

    granted: bool = False
    daily_cap: int = 100
    tenant_daily_cap: int = _DEFAULTS.tenant_daily_cap
    monthly_limit_cents: int = _DEFAULTS.monthly_limit_cents
    number_daily_cap: int | None = 2
    sender_name: str = ""
    founder_phone: str | None = None


class GrantLimits(NamedTuple):
    """Limits of a messaging grant; the defaults apply where the operator names none."""

    daily_cap: int = _DEFAULTS.daily_cap
    tenant_daily_cap: int = _DEFAULTS.tenant_daily_cap
    monthly_limit_cents: int = _DEFAULTS.monthly_limit_cents


class SendingProfile(NamedTuple):
    """How an organisation's messages are sent: ``settings`` in effect, ``own`` as it set them."""

    settings: MessageSettings
    own: MessageSettings
    allowance: Allowance
    time_zone: str


class EffectiveSettings(NamedTuple):
    """The settings in effect, flat, with their limits."""

    sender_name: str
    gateways: Sequence[str]
    quiet_from_hour: int
    quiet_until_hour: int
    tenant_daily_cap: int
    daily_cap: int
    monthly_limit_cents: int
    legal_notices_pass_opt_out: bool
    version: int
    changed_at: dt.datetime | None
    granted: bool
    allowance: Allowance


class Grant(NamedTuple):
    """A grant in force."""

    organisation_id: UUID
    organisation_name: str
    kind: str
    sender_name: str
    daily_cap: int | None
    tenant_daily_cap: int | None
    monthly_limit_cents: int | None
    note: str
    granted_by: str
    granted_at: dt.datetime


SENDER_PATTERN = "^([0-9A-Za-z]([0-9A-Za-z _.-]{0,9}[0-9A-Za-z])?)?$"
