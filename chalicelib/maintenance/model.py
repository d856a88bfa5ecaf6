"""Maintenance requests."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

OPEN, DONE = STATUSES = ("open", "done")
BY_PHONE = ("sms", "ussd")
SOURCES = (*BY_PHONE, "member")
MAX_TEXT = 500

# Status transitions.
TRANSITIONS = {"open": ("done",), "done": ("open",)}


def statuses_before(after: str) -> tuple[str, ...]:
    """Return the statuses that ``after`` may follow."""
    return tuple(before for before, following in TRANSITIONS.items() if after in following)


class NewRequest(NamedTuple):
    """A request to create; ``dedupe_key`` is that of the message it came in."""

    property_id: UUID
    unit_id: UUID
    text: str
    source: str
    dedupe_key: str
    lease_id: UUID | None = None
    tenant_id: UUID | None = None
    created_by: UUID | None = None


class MaintenanceRequest(NamedTuple):
    """A maintenance request. Names are "" if their row was deleted, ``text`` once the tenant is erased."""

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
