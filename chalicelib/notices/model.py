"""Notices to many tenants. Money is whole cents."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID

NOTICE_KINDS = ("notice", "legal_notice")


NOTICE_STATUSES = ("queued", "sending", "sent")


class NoticeDraft(NamedTuple):
    """One text to the tenants of a property, or of all; a language without a text falls back to the other."""

    kind: str
    property_id: UUID | None = None
    text_en: str = ""
    text_sw: str = ""


class NewNotice(NamedTuple):
    """A notice to send, if it costs no more than ``limit_cents``."""

    kind: str
    limit_cents: int
    property_id: UUID | None = None
    text_en: str = ""
    text_sw: str = ""

    @property
    def draft(self) -> NoticeDraft:
        return NoticeDraft(self.kind, self.property_id, self.text_en, self.text_sw)


class NoticeRecipient(NamedTuple):
    """A tenant with a lease active on the day, with the names of what they rent."""

    tenant_id: UUID
    given_name: str
    language: str
    phone: str | None
    lease_ids: tuple[UUID, ...]
    unit_names: tuple[str, ...]
    property_names: tuple[str, ...]


class LeftOut(NamedTuple):
    reason: str  # no_phone, opted_out; same_phone: covered by the message to another tenant with it
    tenants: int


class NoticeText(NamedTuple):
    """One language's recipients: their longest text, and the parts and cost of all."""

    language: str
    recipients: int
    other_language: int  # of these, those whose own language has no text
    text: str
    encoding: str
    characters: int
    parts: int
    total_parts: int


class NoticePreview(NamedTuple):
    """A notice's recipients and its estimated cost, in cents."""

    recipients: int
    left_out: list[LeftOut]
    texts: list[NoticeText]
    parts: int
    price_cents: int


class NoticeCounts(NamedTuple):
    """A notice's messages by status."""

    queued: int = 0
    handed: int = 0
    sent: int = 0
    delivered: int = 0
    failed: int = 0
    unknown: int = 0
    cancelled: int = 0


class Notice(NamedTuple):
    """A notice as confirmed; ``price_cents`` is the estimate at that time."""

    id: UUID
    kind: str
    property_id: UUID | None
    text_en: str
    text_sw: str
    limit_cents: int
    status: str
    recipients: int
    left_out: int
    price_cents: int
    task_id: UUID | None
    created_by: UUID | None
    created_at: dt.datetime
    counts: NoticeCounts = NoticeCounts()
