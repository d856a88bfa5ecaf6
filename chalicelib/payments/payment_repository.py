"""SQL of payments."""

import datetime as dt
from collections.abc import Collection, Iterable, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, bindparam, func, insert, or_, select, union_all, update
from sqlalchemy.exc import IntegrityError

from chalicelib.paging import Page, PageRequest
from chalicelib.payments import rules
from chalicelib.payments.model import Payment, states_before
from chalicelib.runtime.context import Context, Properties
from chalicelib.storage.paging import fetch_page
from chalicelib.storage.tables.leasing import leases
from chalicelib.storage.tables.payments import payments
from chalicelib.storage.tables.portfolio import channels, properties

_FIELDS = tuple(name for name in Payment._fields if name != "warnings")
_COLUMNS = [payments.c[name] for name in _FIELDS]
MAX_LOOKALIKES = 3


def add_payment(ctx: Context, payment: Payment) -> bool:
    """Insert the payment; return False if a live payment holds its ``reference_key``."""
    values = {name: getattr(payment, name) for name in _FIELDS}
    values["reference_key"] = _reference_key(payment)
    try:
        with ctx.db.begin_nested():
            ctx.db.execute(insert(payments).values(organisation_id=ctx.organisation_id, **values))
    except IntegrityError:
        return False
    return True


def find_payment(ctx: Context, payment_id: UUID, *, lock: bool = False) -> Payment | None:
    query = select(*_COLUMNS).where(payments.c.organisation_id == ctx.organisation_id, payments.c.id == payment_id)
    row = ctx.db.execute(query.with_for_update() if lock else query).one_or_none()
    return None if row is None else _payment(row)


def lock_payments(ctx: Context, payment_ids: Iterable[UUID]) -> list[Payment]:
    """Lock the payments, in the order of their ids, and return them."""
    query = (
        select(*_COLUMNS)
        .where(payments.c.organisation_id == ctx.organisation_id, payments.c.id.in_(set(payment_ids)))
        .order_by(payments.c.id)
        .with_for_update()
    )
    return [_payment(row) for row in ctx.db.execute(query)]


def lock_automatic_payments(ctx: Context, lease_ids: Collection[UUID]) -> list[Payment]:
    """Lock the leases' matched payments that nobody allocated by hand, in the order of their ids, and return them.

    By id, after a read without locks: an index is read by ranges, and would lock rows of other leases.
    """
    query = select(payments.c.id).where(
        payments.c.organisation_id == ctx.organisation_id,
        payments.c.lease_id.in_(lease_ids),
        payments.c.state == "matched",
        payments.c.by_hand.is_(False),
    )
    found = list(ctx.db.scalars(query))
    return [each for each in lock_payments(ctx, found) if each.state == "matched"] if found else []


def find_holder_of_reference(ctx: Context, payment: Payment) -> Payment | None:
    """Return the live payment that holds the ``reference_key`` that ``payment`` would have."""
    key = _reference_key(payment)
    query = select(*_COLUMNS).where(payments.c.organisation_id == ctx.organisation_id, payments.c.reference_key == key)
    row = None if key is None else ctx.db.execute(query).one_or_none()
    return None if row is None else _payment(row)


def list_lookalikes(ctx: Context, payment: Payment, within: Properties) -> list[Payment]:
    """Return the latest payments of the properties ``within`` (None: of all) that may be the same money.

    Of a cheque: those with its number, reversed ones too. Of cash: equal live ones of the same lease and day.
    """
    query = select(*_COLUMNS).where(payments.c.organisation_id == ctx.organisation_id)
    if payment.method == "cheque" and payment.provider_reference:
        query = query.where(
            payments.c.provider_reference == payment.provider_reference,
            payments.c.method == "cheque",
            payments.c.state != "rejected",
        )
    elif payment.method == "cash" and payment.lease_id is not None:
        query = query.where(
            payments.c.lease_id == payment.lease_id,
            payments.c.method == "cash",
            payments.c.received_on == payment.received_on,
            payments.c.amount_cents == payment.amount_cents,
            payments.c.state.not_in(("rejected", "reversed")),
        )
    else:
        return []
    if within is not None:
        query = query.where(payments.c.property_id.in_(within))
    return [_payment(row) for row in ctx.db.execute(query.order_by(payments.c.id.desc()).limit(MAX_LOOKALIKES))]


def list_payments(
    ctx: Context,
    page_request: PageRequest,
    *,
    within: Properties,
    lease_id: UUID | None,
    property_id: UUID | None,
    channel_id: UUID | None,
    state: str | None,
    since: dt.date | None,
    until: dt.date | None,
) -> Page[Payment]:
    query = select(*_COLUMNS).where(payments.c.organisation_id == ctx.organisation_id)
    if within is not None:
        query = query.where(payments.c.property_id.in_(within))
    wanted = {"lease_id": lease_id, "property_id": property_id, "channel_id": channel_id, "state": state}
    for name, value in wanted.items():
        if value is not None:
            query = query.where(payments.c[name] == value)
    if since is not None:
        query = query.where(payments.c.received_on >= since)
    if until is not None:
        query = query.where(payments.c.received_on <= until)
    sort = page_request.sort or "-id"
    keys = [payments.c.id] if sort.lstrip("-") == "id" else [payments.c.received_on, payments.c.id]
    return fetch_page(ctx.db, query, keys, page_request, descending=sort.startswith("-")).of(_payment)


def list_payable_credit(
    ctx: Context, lease_ids: Collection[UUID], predecessors: Collection[UUID], *, by_hand: bool
) -> list[tuple[UUID, UUID, UUID]]:
    """Return (payment, its lease, a lease that it may pay for) of the matched payments that have credit left.

    Those are payments of all leases of the payers of ``lease_ids`` whose properties have the same owner and channel,
    and of ``predecessors``, whose own lease is named as the third; those allocated by hand only if ``by_hand``.

    Not locked here: the index is read by ranges, and a locking read would wait for rows of other leases.
    """
    owing, paying = leases.alias("owing"), leases.alias("paying")
    house, other = properties.alias("house"), properties.alias("other_house")
    credit: tuple[ColumnElement[bool], ...] = (
        payments.c.organisation_id == ctx.organisation_id,
        payments.c.unallocated_cents > 0,
        payments.c.state == "matched",
    )
    if not by_hand:
        credit = (*credit, payments.c.by_hand.is_(False))
    of_payers = (
        select(payments.c.id, payments.c.lease_id, owing.c.id.label("owing_id"))
        .select_from(owing)
        .join(paying, and_(paying.c.organisation_id == ctx.organisation_id, paying.c.tenant_id == owing.c.tenant_id))
        .join(house, and_(house.c.organisation_id == ctx.organisation_id, house.c.id == owing.c.property_id))
        .join(other, and_(other.c.organisation_id == ctx.organisation_id, other.c.id == paying.c.property_id))
        .join(payments, payments.c.lease_id == paying.c.id)
        .where(
            owing.c.organisation_id == ctx.organisation_id,
            owing.c.id.in_(lease_ids),
            other.c.owner_id.is_not_distinct_from(house.c.owner_id),
            other.c.channel_id.is_not_distinct_from(house.c.channel_id),
            *credit,
        )
    )
    of_chains = select(payments.c.id, payments.c.lease_id, payments.c.lease_id).where(
        payments.c.lease_id.in_(predecessors), *credit
    )
    query = union_all(of_payers, of_chains) if predecessors else of_payers
    return [(row[0], row[1], row[2]) for row in ctx.db.execute(query)]


def list_credits(ctx: Context, lease_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the credit of each lease in cents; a lease with none is left out."""
    query = (
        select(payments.c.lease_id, func.sum(payments.c.unallocated_cents))
        .where(
            payments.c.organisation_id == ctx.organisation_id,
            payments.c.lease_id.in_(lease_ids),
            payments.c.unallocated_cents > 0,
            payments.c.state == "matched",
        )
        .group_by(payments.c.lease_id)
    )
    return {row[0]: int(row[1]) for row in ctx.db.execute(query)}


def change_state(ctx: Context, payment_id: UUID, state: str, values: dict[str, Any] | None = None) -> bool:
    """Set the state and ``values`` if the current state allows the transition; return whether this call did it."""
    changed = {"state": state, **(values or {})}
    if rules.frees_reference(state):
        changed["reference_key"] = None
    query = update(payments).where(
        payments.c.organisation_id == ctx.organisation_id,
        payments.c.id == payment_id,
        payments.c.state.in_(states_before(state)),
    )
    return ctx.db.execute(query.values(version=payments.c.version + 1, **changed)).rowcount == 1


def change_credits(ctx: Context, moves: Sequence[tuple[UUID, int]]) -> bool:
    """Add cents (below 0: subtract) to each payment's credit; False if a payment did not allow it."""
    query = (
        update(payments)
        .where(
            payments.c.organisation_id == ctx.organisation_id,
            payments.c.id == bindparam("payment"),
            or_(payments.c.state == "matched", payments.c.state == "unmatched"),  # IN bars several rows at once
            payments.c.unallocated_cents + bindparam("delta") >= 0,
            payments.c.unallocated_cents + payments.c.refunded_cents + bindparam("delta") <= payments.c.amount_cents,
        )
        .values(unallocated_cents=payments.c.unallocated_cents + bindparam("delta"), version=payments.c.version + 1)
    )
    rows = [{"payment": payment_id, "delta": delta} for payment_id, delta in moves]
    return not rows or ctx.db.execute(query, rows).rowcount == len(rows)


def mark_allocated(ctx: Context, payment_id: UUID, *, by_hand: bool) -> None:
    query = update(payments).where(payments.c.organisation_id == ctx.organisation_id, payments.c.id == payment_id)
    ctx.db.execute(query.values(by_hand=by_hand))


def anonymise_payer(ctx: Context, tenant_id: UUID, lease_ids: Iterable[UUID]) -> None:
    """Clear payer names and free text on the tenant's payments and on those of the leases."""
    theirs = or_(payments.c.tenant_id == tenant_id, payments.c.lease_id.in_(set(lease_ids)))
    query = update(payments).where(payments.c.organisation_id == ctx.organisation_id, theirs)
    ctx.db.execute(query.values(payer_name="", note="", reference_raw="", version=payments.c.version + 1))


def find_property_channel(ctx: Context, property_id: UUID, kinds: Iterable[str]) -> UUID | None:
    """Return the property's channel if it is in use and of one of the kinds."""
    query = (
        select(channels.c.id)
        .join(
            properties,
            and_(properties.c.organisation_id == channels.c.organisation_id, properties.c.channel_id == channels.c.id),
        )
        .where(
            properties.c.organisation_id == ctx.organisation_id,
            properties.c.id == property_id,
            channels.c.kind.in_(tuple(kinds)),
            channels.c.active.is_(True),
        )
    )
    found: UUID | None = ctx.db.scalar(query)
    return found


def list_fitting_channels(ctx: Context, kinds: Iterable[str]) -> list[UUID]:
    """Return the two oldest channels in use of the kinds: enough to see whether there is only one."""
    query = (
        select(channels.c.id)
        .where(
            channels.c.organisation_id == ctx.organisation_id,
            channels.c.kind.in_(tuple(kinds)),
            channels.c.active.is_(True),
        )
        .order_by(channels.c.id)
        .limit(2)
    )
    return list(ctx.db.scalars(query))


def _reference_key(payment: Payment) -> str | None:
    if rules.frees_reference(payment.state):
        return None
    return rules.reference_key(payment.method, payment.channel_id, payment.provider_reference)


def _payment(row: Row[Any]) -> Payment:
    return Payment(**row._mapping)
