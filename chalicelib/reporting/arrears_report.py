"""Arrears: what each lease has open on a day, by age."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from chalicelib.errors import Invalid
from chalicelib.paging import PageRequest
from chalicelib.reporting import arrears_repository as repository
from chalicelib.reporting.arrears_repository import Scope
from chalicelib.reporting.model import Arrears, LeaseArrears
from chalicelib.runtime.context import Context

ROWS_PER_QUERY = 10_000  # each page sums all leases again, so a few large pages are faster


def get_arrears(ctx: Context, page_request: PageRequest, on: dt.date | None, property_id: UUID | None) -> Arrears:
    """Return a page of the leases with something open on ``on`` (None: today), and the totals of all.

    A property that is not the organisation's has no leases here.

    Raises:
        Invalid: the day is in the future, or the cursor is of another list.
    """
    scope = _scope(ctx.organisation_id, on, property_id, ctx.today)
    page = repository.list_arrears(ctx.db, scope, page_request)
    totals, leases = repository.total_arrears(ctx.db, scope)
    return Arrears(scope.on, page.items, totals, leases, page.next_cursor)


def iter_arrears(ctx: Context, sort: str, on: dt.date | None, property_id: UUID | None) -> Iterator[LeaseArrears]:
    """Yield all leases with something open, read lazily in pages.

    Raises:
        Invalid: the day is in the future.
    """
    scope = _scope(ctx.organisation_id, on, property_id, ctx.today)
    page_request = PageRequest(None, ROWS_PER_QUERY, sort)
    while True:
        page = repository.list_arrears(ctx.db, scope, page_request)
        yield from page.items
        if page.next_cursor is None:
            return
        page_request = page_request._replace(cursor=page.next_cursor)


def _scope(organisation_id: UUID, on: dt.date | None, property_id: UUID | None, today: dt.date) -> Scope:
    on = on or today
    if on > today:
        raise Invalid([("on", f"expected a day until today, {today}")])
    return Scope(organisation_id, on, on == today, property_id)
