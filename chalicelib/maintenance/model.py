"""Maintenance requests."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

OPEN, DONE = STATUSES = ("open", "done")
BY_PHONE = ("sms", "ussd")
SOURCES = (*BY_PHONE, "member")
MAX_TEXT = 500

# What may follow which status.
TRANSITIONS = {"open": ("done",), "done": ("open",)}


def statuses_before(after: str) -> tuple[str, ...]:
    """Return the statuses that ``after`` may follow."""
    return tuple(before for before, following in TRANSITIONS.items() if after in following)


class NewRequest(NamedTuple):
    """What is asked, of which unit, by whom; ``dedupe_key`` is of the message that it came by."""

    property_id: UUID
    unit_id: UUID
    text: str
    source: str
    dedupe_key: str
    lease_id: UUID | None = None
    tenant_id: UUID | None = None
    created_by: UUID | None = None


class MaintenanceRequest(NamedTuple):
    """A request as it stands. Names are "" where the row they stood in has gone, ``text`` once the tenant is erased."""

    id: UUID
    number: int
    status: str
    source: str
    text: str
    property_id: UUID
    unit_id: UUID
    lease_id: UUID | None
    tenant_id: UUID | None
    property_name: str
    unit_name: str
    tenant_name: str
    created_by: UUID | None
    version: int
    created_at: dt.datetime
    done_at: dt.datetime | None
