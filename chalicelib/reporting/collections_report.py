"""Collections of a month, and income of several."""

import datetime as dt

from chalicelib.errors import Invalid
from chalicelib.periods import last_day, months_between
from chalicelib.reporting import collections_repository as repository
from chalicelib.reporting.collections_repository import DateRange
from chalicelib.reporting.model import ByChargeType, Collections, Income, PaymentSum
from chalicelib.runtime.context import Context

MAX_MONTHS = 60


def get_collections(ctx: Context, period: dt.date) -> Collections:
    """Return the money that tenants paid in the month of ``period``, its first day, as the ledger has it.

    What counts is the month of the journal: a payment counts once it is confirmed, and one that is reversed is taken
    off the month of its reversal, and told beside it. Deposits are not collections; they are reported beside them,
    because they are received by the same channels.
    """
    days = DateRange(ctx.organisation_id, period, last_day(period))
    channels = repository.by_channel(ctx.db, days)
    received = PaymentSum(sum(each.payments for each in channels), sum(each.amount_cents for each in channels))
    allocated = repository.by_charge_type(ctx.db, days)
    refunded_cents = repository.sum_refunded(ctx.db, days)
    deposits_received_cents, deposits_refunded_cents = repository.sum_deposits(ctx.db, days)
    return Collections(
        period=period,
        received=received,
        pending=repository.sum_pending(ctx.db, days),
        reversed=repository.sum_reversed(ctx.db, days),
        unallocated_cents=received.amount_cents - refunded_cents - sum(each.amount_cents for each in allocated),
        refunded_cents=refunded_cents,
        deposits_received_cents=deposits_received_cents,
        deposits_refunded_cents=deposits_refunded_cents,
        by_channel=channels,
        by_property=repository.by_property(ctx.db, days),
        by_day=repository.by_day(ctx.db, days),
        allocated=allocated,
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
