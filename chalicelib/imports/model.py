"""An import: a landlord's sheet from its upload to what it made, and back."""

import datetime as dt
from typing import Any, NamedTuple, TypedDict
from uuid import UUID

READING, PREVIEWED, COMMITTING, COMMITTED, UNDOING, UNDONE, FAILED, EXPIRED = STATUSES = (
    "reading",
    "previewed",
    "committing",
    "committed",
    "undoing",
    "undone",
    "failed",
    "expired",
)

# What may follow which status; nothing follows "undone" and "expired".
TRANSITIONS: dict[str, tuple[str, ...]] = {
    READING: (PREVIEWED,),
    PREVIEWED: (PREVIEWED, COMMITTING, EXPIRED),
    COMMITTING: (PREVIEWED, COMMITTED),
    COMMITTED: (UNDOING,),
    UNDOING: (UNDONE,),
    FAILED: (EXPIRED,),
}

# What an import comes to whose task has failed: nothing was written, so it stands as before.
STATUS_AFTER_FAILED_TASK = {READING: FAILED, COMMITTING: PREVIEWED, UNDOING: COMMITTED}

PROPERTY, UNIT, TENANT, LEASE, RECURRING_CHARGE, INVOICE, PAYMENT, DEPOSIT_ENTRY = ENTITIES = (
    "property",
    "unit",
    "tenant",
    "lease",
    "recurring_charge",
    "invoice",
    "payment",
    "deposit_entry",
)


class Import(NamedTuple):
    """An import as it stands; ``summary`` is None until the sheet has been read (see ``preview_rules.summarise``).

    ``fingerprint`` is that of the plan which was previewed, ``opening_on`` the day that balances and
    deposits are brought in by, ``task_id`` names the last task that worked on it.
    """

    id: UUID
    filename: str
    status: str
    property_name: str
    due_day: int
    fingerprint: str | None
    summary: dict[str, Any] | None
    opening_on: dt.date | None
    task_id: UUID | None
    created_by: UUID | None
    version: int
    created_at: dt.datetime
    committed_at: dt.datetime | None
    undone_at: dt.datetime | None


class ImportChange(TypedDict, total=False):
    """What may be stored of an import together with its new status; None empties what is sealed."""

    fingerprint: str
    summary: dict[str, Any]
    content_sealed: None
    problems_sealed: bytes | None
    opening_on: dt.date
    task_id: UUID
    committed_at: dt.datetime
    undone_at: dt.datetime


class ExistingRecords(NamedTuple):
    """What the organisation has already of what a plan names; plans' places are those in the plan's tuples.

    ``properties`` gives ids by place, ``units`` and ``tenants`` hold places of those that are here: a
    unit by its name in the same property, a tenant by a phone.
    """

    properties: dict[int, UUID]
    units: frozenset[int]
    tenants: frozenset[int]


class ImportedItem(NamedTuple):
    """A thing that an import made; ``entity`` is one of ``ENTITIES``."""

    entity: str
    entity_id: UUID
