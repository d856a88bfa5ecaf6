"""Collections of a month."""

import datetime as dt

from chalicelib.periods import last_day
from chalicelib.reporting import collections_repository as repository
from chalicelib.reporting.collections_repository import DateRange
from chalicelib.reporting.model import Collections, PaymentSum
from chalicelib.runtime.context import Context


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
    recovery_cents = repository.sum_recoveries(ctx.db, days)
    credit_cents = received.amount_cents + recovery_cents - refunded_cents
    deposits_received_cents, deposits_refunded_cents = repository.sum_deposits(ctx.db, days)
    return Collections(
        period=period,
        received=received,
        pending=repository.sum_pending(ctx.db, days),
        reversed=repository.sum_reversed(ctx.db, days),
        unallocated_cents=credit_cents - sum(each.amount_cents for each in allocated),
        refunded_cents=refunded_cents,
        refund_recovery_cents=recovery_cents,
        deposits_received_cents=deposits_received_cents,
        deposits_refunded_cents=deposits_refunded_cents,
        by_channel=channels,
        by_property=repository.by_property(ctx.db, days),
        by_day=repository.by_day(ctx.db, days),
        allocated=allocated,
    )
