"""Making and reading journals in tests, as services of other domains do."""

import datetime as dt
from uuid import UUID, uuid4

from sqlalchemy import func, select

from chalicelib.ids import new_id
from chalicelib.ledger.model import Entry, Leg
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables.ledger import ledger_accounts, postings

NOVEMBER = dt.date(2026, 11, 5)
LEASE, HOUSE = uuid4(), uuid4()


def rent(key: str = "bill:1", cents: int = 25_000_00, source_id: UUID | None = None, on: dt.date = NOVEMBER) -> Entry:
    """Return a bill of ``cents``, of which KES 1 500 are water."""
    legs = (
        Leg("receivable", cents, LEASE, HOUSE),
        Leg("income.rent", -(cents - 1_500_00), LEASE, HOUSE, "rent"),
        Leg("income.water", -1_500_00, LEASE, HOUSE, "water"),
    )
    return Entry("bill", on, key, "invoice", source_id or new_id(), legs, "November")


def sums(resources: Resources, organisation_id: UUID) -> dict[str, int]:
    """Return what stands on each account, in cents."""
    query = (
        select(ledger_accounts.c.code, func.sum(postings.c.amount_cents))
        .join(postings, postings.c.ledger_account_id == ledger_accounts.c.id)
        .where(postings.c.organisation_id == organisation_id)
        .group_by(ledger_accounts.c.code)
    )
    with resources.reading() as db:
        return {code: int(cents) for code, cents in db.execute(query)}
