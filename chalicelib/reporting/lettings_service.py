"""The rent roll and occupancy: who rents what on a day."""

import datetime as dt
from collections.abc import Iterator
from uuid import UUID

from chalicelib.errors import Invalid
from chalicelib.pages import Asked, Page
from chalicelib.reporting import lettings_repository as repository
from chalicelib.reporting import statement_repository
from chalicelib.reporting.model import LetUnit, Occupancy, RentRoll, RentRollRow, Standing
from chalicelib.reporting.rules import share_bps
from chalicelib.runtime.context import Context

SHEET_PAGE = 900  # leases whose balances one query reads; from 1,000 on MariaDB handles a list of ids otherwise


def get_rent_roll(ctx: Context, asked: Asked, on: dt.date | None, property_id: UUID | None) -> RentRoll:
    """Return a page of all units, each with the lease that holds it on ``on`` (None: today) and how that stands.

    Raises:
        Invalid: the day is still to come, or the cursor is of another list.
    """
    day = _until_today(on, ctx.today)
    page = _page(ctx, asked, day, property_id)
    return RentRoll(day, page.items, page.next_cursor)


def every_unit(ctx: Context, on: dt.date | None, property_id: UUID | None) -> Iterator[RentRollRow]:
    """Yield the whole rent roll, read in pages as it is asked for.

    Raises:
        Invalid: the day is still to come.
    """
    day = _until_today(on, ctx.today)
    asked = Asked(None, SHEET_PAGE)
    while True:
        page = _page(ctx, asked, day, property_id)
        yield from page.items
        if page.next_cursor is None:
            return
        asked = asked._replace(cursor=page.next_cursor)


def get_occupancy(ctx: Context, on: dt.date) -> Occupancy:
    """Return how many units of each property are let on ``on``, which may be a day to come."""
    items = [
        item._replace(occupied_bps=share_bps(item.occupied, item.units)) for item in repository.list_occupancy(ctx, on)
    ]
    units, occupied, reserved = (
        sum(getattr(item, name) for item in items) for name in ("units", "occupied", "reserved")
    )
    return Occupancy(on, items, units, occupied, reserved, units - occupied - reserved, share_bps(occupied, units))


def _page(ctx: Context, asked: Asked, on: dt.date, property_id: UUID | None) -> Page[RentRollRow]:
    page = repository.list_let_units(ctx, asked, on, property_id)
    lease_ids = [unit.lease_id for unit in page.items if unit.lease_id is not None]
    standings = statement_repository.standings(ctx, lease_ids, on)
    return page.of(lambda unit: _row(unit, standings))


def _row(unit: LetUnit, standings: dict[UUID, Standing]) -> RentRollRow:
    deposit_cents = balance_cents = None
    if unit.lease_id is not None:
        deposit_cents, balance_cents = standings.get(unit.lease_id, Standing(0, 0))
    columns = {name: getattr(unit, name) for name in LetUnit._fields}
    return RentRollRow(**columns, deposit_cents=deposit_cents, balance_cents=balance_cents)


def _until_today(on: dt.date | None, today: dt.date) -> dt.date:
    if on is not None and on > today:
        raise Invalid([("on", f"expected a day until today, {today}")])
    return on or today
