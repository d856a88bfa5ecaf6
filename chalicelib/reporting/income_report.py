"""Income of several months."""

import datetime as dt

from chalicelib.errors import Invalid
from chalicelib.periods import last_day, months_between
from chalicelib.reporting import income_repository as repository
from chalicelib.reporting.model import BY_JOURNAL, BY_PERIOD, Income, IncomeByChargeType
from chalicelib.runtime.context import Context

MAX_MONTHS = 60


def get_income(ctx: Context, from_period: dt.date, to_period: dt.date, by: str = BY_JOURNAL) -> Income:
    """Return what was billed less what was credited or voided.

    Args:
        by: "journal": in the months in which it took effect; "period": in those that it was billed for, a credit note
            in that of its invoice, with what was added once a month was closed told beside it.

    Raises:
        Invalid: the months are in the wrong order, or too many.
    """
    months = months_between(from_period, to_period)
    if not 1 <= months <= MAX_MONTHS:
        raise Invalid([("to", f"expected a month from {from_period:%Y-%m} on, at most {MAX_MONTHS} months in all")])
    list_income = repository.list_income_by_period if by == BY_PERIOD else repository.list_income
    items = list_income(ctx.db, ctx.organisation_id, from_period, last_day(to_period))
    totals: dict[str, tuple[int, int]] = {}
    for item in items:
        amount_cents, later_cents = totals.get(item.charge_type, (0, 0))
        totals[item.charge_type] = (amount_cents + item.amount_cents, later_cents + item.added_later_cents)
    return Income(
        from_period,
        to_period,
        by,
        items,
        [IncomeByChargeType(charge_type, *totals[charge_type]) for charge_type in sorted(totals)],
        sum(item.amount_cents for item in items),
        sum(item.added_later_cents for item in items),
    )
