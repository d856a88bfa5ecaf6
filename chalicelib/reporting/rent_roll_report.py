"""The rent roll and occupancy on a day."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from chalicelib.errors import Invalid
from chalicelib.paging import Page, PageRequest
from chalicelib.reporting import rent_roll_repository as repository
from chalicelib.reporting import statement_repository
from chalicelib.reporting.model import LeasePosition, Occupancy, RentRoll, RentRollRow, UnitWithLease
from chalicelib.reporting.rules import share_bps
from chalicelib.runtime.context import Context

LEASES_PER_QUERY = 900  # leases per query of balances; MariaDB handles a list of 1,000 ids or more differently


def get_rent_roll(ctx: Context, page_request: PageRequest, on: dt.date | None, property_id: UUID | None) -> RentRoll:
    """Return a page of all units, each with its lease on ``on`` (None: today) and the lease's balance.

    Raises:
        Invalid: the day is in the future, or the cursor is of another list.
    """
    day = _day_until_today(on, ctx.today)
    page = _page(ctx, page_request, day, property_id)
    return RentRoll(day, page.items, page.next_cursor)


def iter_rent_roll(ctx: Context, on: dt.date | None, property_id: UUID | None) -> Iterator[RentRollRow]:
    """Yield the whole rent roll, read lazily in pages.

    Raises:
        Invalid: the day is in the future.
    """
    day = _day_until_today(on, ctx.today)
    page_request = PageRequest(None, LEASES_PER_QUERY)
    while True:
        page = _page(ctx, page_request, day, property_id)
        yield from page.items
        if page.next_cursor is None:
            return
        page_request = page_request._replace(cursor=page.next_cursor)


def get_occupancy(ctx: Context, on: dt.date) -> Occupancy:
    """Return how many units of each property are let on ``on``, which may be in the future."""
    items = [
        item._replace(occupied_bps=share_bps(item.occupied, item.units)) for item in repository.list_occupancy(ctx, on)
    ]
    units, occupied, reserved = (
        sum(getattr(item, name) for item in items) for name in ("units", "occupied", "reserved")
    )
    return Occupancy(on, items, units, occupied, reserved, units - occupied - reserved, share_bps(occupied, units))


def _page(ctx: Context, page_request: PageRequest, on: dt.date, property_id: UUID | None) -> Page[RentRollRow]:
    page = repository.list_units_with_lease(ctx, page_request, on, property_id)
    lease_ids = [unit.lease_id for unit in page.items if unit.lease_id is not None]
    standings = statement_repository.list_lease_positions(ctx, lease_ids, on)
    return page.of(lambda unit: _row(unit, standings))


def _row(unit: UnitWithLease, standings: dict[UUID, LeasePosition]) -> RentRollRow:
    deposit_cents = balance_cents = None
    if unit.lease_id is not None:
        deposit_cents, balance_cents = standings.get(unit.lease_id, LeasePosition(0, 0))
    columns = {name: getattr(unit, name) for name in UnitWithLease._fields}
    return RentRollRow(**columns, deposit_cents=deposit_cents, balance_cents=balance_cents)


def _day_until_today(on: dt.date | None, today: dt.date) -> dt.date:
    if on is not None and on > today:
        raise Invalid([("on", f"expected a day until today, {today}")])
    return on or today
