"""Collections of a month, and income of several."""

import datetime as dt

from chalicelib.errors import Invalid
from chalicelib.periods import last_day, months_between
from chalicelib.reporting import collections_repository as repository
from chalicelib.reporting.collections_repository import DateRange
from chalicelib.reporting.model import ByChargeType, Collections, Income, PaymentSum
from chalicelib.runtime.context import Context

MAX_MONTHS = 60
_NO_PAYMENTS = (PaymentSum(0, 0), 0, 0)


def get_collections(ctx: Context, period: dt.date) -> Collections:
    """Return the money that tenants paid in the month of ``period``, its first day.

    Pending and reversed payments are reported separately and counted nowhere else. Deposits are not
    collections; they are reported beside them, because they are received by the same channels.
    """
    days = DateRange(ctx.organisation_id, period, last_day(period))
    states = repository.by_state(ctx.db, days)
    matched, unmatched = (states.get(state, _NO_PAYMENTS) for state in repository.RECEIVED_STATES)
    return Collections(
        period=period,
        received=PaymentSum(
            matched[0].payments + unmatched[0].payments, matched[0].amount_cents + unmatched[0].amount_cents
        ),
        pending=states.get("pending", _NO_PAYMENTS)[0],
        reversed=states.get("reversed", _NO_PAYMENTS)[0],
        unallocated_cents=matched[1] + unmatched[1],
        refunded_cents=matched[2] + unmatched[2],
        deposits_received_cents=repository.deposits_received(ctx.db, days),
        by_channel=repository.by_channel(ctx.db, days),
        by_property=repository.by_property(ctx.db, days),
        by_day=repository.by_day(ctx.db, days),
        allocated=repository.by_charge_type(ctx.db, days),
    )


def get_income(ctx: Context, from_period: dt.date, to_period: dt.date) -> Income:
    """Return what was billed less what was credited or voided, in the months in which it took effect.

    Raises:
        Invalid: the months are in the wrong order, or too many.
    """
    months = months_between(from_period, to_period)
    if not 1 <= months <= MAX_MONTHS:
        raise Invalid([("to", f"expected a month from {from_period:%Y-%m} on, at most {MAX_MONTHS} months in all")])
    items = repository.list_income(ctx.db, DateRange(ctx.organisation_id, from_period, last_day(to_period)))
    totals: dict[str, int] = {}
    for item in items:
        totals[item.charge_type] = totals.get(item.charge_type, 0) + item.amount_cents
    by_type = [ByChargeType(charge_type, totals[charge_type]) for charge_type in sorted(totals)]
    return Income(from_period, to_period, items, by_type, sum(totals.values()))
