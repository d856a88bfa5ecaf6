"""Journals, their postings, accounts with their balances, and closed periods."""

import datetime as dt
from typing import NamedTuple
from uuid import UUID


class Leg(NamedTuple):
    """One side of an entry: ``amount_cents`` above 0 is a debit of the account ``code``, below 0 a credit."""

    code: str
    amount_cents: int
    lease_id: UUID | None = None
    property_id: UUID | None = None
    charge_type: str | None = None


class Entry(NamedTuple):
    """A journal to post, on an open day (``posting_day``). ``idempotency_key`` is unique within the organisation."""

    kind: str
    effective_on: dt.date
    idempotency_key: str
    source_kind: str
    source_id: UUID
    postings: tuple[Leg, ...]
    memo: str = ""


class JournalToReverse(NamedTuple):
    """A journal to reverse."""

    id: UUID
    effective_on: dt.date
    memo: str


class JournalPosting(NamedTuple):
    account_code: str
    account_name: str
    amount_cents: int
    lease_id: UUID | None
    property_id: UUID | None
    charge_type: str | None


class Journal(NamedTuple):
    """A journal; ``postings`` are only loaded for a single journal."""

    id: UUID
    kind: str
    effective_on: dt.date
    source_kind: str
    source_id: UUID
    reverses_id: UUID | None
    member_id: UUID | None
    memo: str
    created_at: dt.datetime
    postings: tuple[JournalPosting, ...] = ()


class LedgerAccount(NamedTuple):
    """An account and what was debited and credited to it until a day, each not negative.

    ``balance_cents`` is debit − credit, so it is below 0 for what is owed or earned.
    """

    id: UUID
    code: str
    name: str
    type: str
    channel_id: UUID | None
    debit_cents: int
    credit_cents: int
    balance_cents: int


class ClosedPeriod(NamedTuple):
    """A month that accepts no more postings; ``period`` is its first day."""

    period: dt.date
    closed_by: UUID | None
    closed_at: dt.datetime
