"""SQL of refunds: append-only rows; what is refunded is their sum."""

import datetime as dt
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from chalicelib.paging import Page, PageRequest
from chalicelib.payments.model import Refund
from chalicelib.runtime.context import Context
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.payments import payments, refunds

_COLUMNS = [refunds.c[name] for name in Refund._fields]


def add_refund(ctx: Context, refund: Refund) -> bool:
    """Insert the refund; return False if it reverses one that was reversed before."""
    values = {name: getattr(refund, name) for name in Refund._fields}
    try:
        with ctx.db.begin_nested():
            ctx.db.execute(insert(refunds).values(organisation_id=ctx.organisation_id, **values))
    except IntegrityError:
        return False
    return True


def find_refund(ctx: Context, payment_id: UUID, refund_id: UUID) -> Refund | None:
    query = select(*_COLUMNS).where(
        refunds.c.organisation_id == ctx.organisation_id, refunds.c.id == refund_id, refunds.c.payment_id == payment_id
    )
    row = ctx.db.execute(query).one_or_none()
    return None if row is None else Refund(**row._mapping)


def refunded_by_day(ctx: Context, payment_id: UUID) -> list[tuple[dt.date, int]]:
    """Return (day, cents) of each refund of the payment, below 0 where it reverses one."""
    query = select(refunds.c.refunded_on, refunds.c.amount_cents).where(
        refunds.c.organisation_id == ctx.organisation_id, refunds.c.payment_id == payment_id
    )
    return [(row[0], row[1]) for row in ctx.db.execute(query)]


def list_refunds(ctx: Context, page_request: PageRequest, payment_id: UUID) -> Page[Refund]:
    query = select(*_COLUMNS).where(
        refunds.c.organisation_id == ctx.organisation_id, refunds.c.payment_id == payment_id
    )
    return fetch_page(ctx.db, query, [refunds.c.id], page_request).of(lambda row: Refund(**row._mapping))


def mark_refunded(ctx: Context, payment_id: UUID, amount_cents: int, *, state: str = "matched") -> bool:
    """Count credit as refunded if there is enough, or (below 0) what was refunded as credit again.

    Args:
        state: That the payment is in. One that is "reversed" has no credit: only what is refunded changes.

    Returns:
        Whether this call did it.
    """
    credit_cents = amount_cents if state == "matched" else 0
    query = (
        update(payments)
        .where(
            payments.c.organisation_id == ctx.organisation_id,
            payments.c.id == payment_id,
            payments.c.state == state,
            payments.c.unallocated_cents >= credit_cents,
            payments.c.refunded_cents >= -amount_cents,
        )
        .values(
            unallocated_cents=payments.c.unallocated_cents - credit_cents,
            refunded_cents=payments.c.refunded_cents + amount_cents,
            version=payments.c.version + 1,
        )
    )
    return ctx.db.execute(query).rowcount == 1
