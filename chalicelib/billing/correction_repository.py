"""SQL of corrections: append-only."""

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import insert, select

from chalicelib.billing.model import Correction
from chalicelib.paging import Page, PageRequest
from chalicelib.periods import last_day
from chalicelib.runtime.context import Context
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.billing import corrections

_COLUMNS = tuple(corrections.c[name] for name in Correction._fields)


def add_corrections(ctx: Context, added: Sequence[Correction]) -> None:
    ctx.db.execute(insert(corrections), [{"organisation_id": ctx.organisation_id, **each._asdict()} for each in added])


def list_corrections(
    ctx: Context,
    page_request: PageRequest,
    *,
    lease_id: UUID | None,
    property_id: UUID | None,
    period: dt.date | None,
) -> Page[Correction]:
    query = select(*_COLUMNS).where(corrections.c.organisation_id == ctx.organisation_id)
    if lease_id is not None:
        query = query.where(corrections.c.lease_id == lease_id)
    if property_id is not None:
        query = query.where(corrections.c.property_id == property_id)
    if period is not None:
        query = query.where(corrections.c.corrected_on.between(period, last_day(period)))
    page = fetch_page(ctx.db, query, [corrections.c.id], page_request, descending=True)
    return page.of(lambda row: Correction(**row._mapping))
