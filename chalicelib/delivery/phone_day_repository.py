"""SQL of daily usage per number over all organisations without a messaging grant; not visible to any of them."""

import datetime as dt
from collections.abc import Collection, Mapping

from sqlalchemy import Connection, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from chalicelib.storage.tables.messaging import phone_days


def lock_usage(db: Connection, on: dt.date, phones: Collection[str]) -> dict[str, int]:
    """Lock each number's row of the day and return how many SMS it had; other senders to it wait.

    Rows are locked in number order, so that concurrent callers do not deadlock.
    """
    usage: dict[str, int] = _lock_rows(db, on, phones) if phones else {}
    for phone in sorted(set(phones) - usage.keys()):
        try:
            with db.begin_nested():
                db.execute(insert(phone_days).values(phone=phone, counted_on=on, messages=0))
            usage[phone] = 0
        except IntegrityError:  # inserted concurrently, perhaps already counted
            usage |= _lock_rows(db, on, [phone])
    return usage


def _lock_rows(db: Connection, on: dt.date, phones: Collection[str]) -> dict[str, int]:
    query = (
        select(phone_days.c.phone, phone_days.c.messages)
        .where(phone_days.c.counted_on == on, phone_days.c.phone.in_(sorted(phones)))
        .order_by(phone_days.c.phone)
        .with_for_update()
    )
    return {row.phone: row.messages for row in db.execute(query)}


def add_usage(db: Connection, on: dt.date, sent: Mapping[str, int]) -> None:
    """Add to the day's usage of locked numbers."""
    for count in sorted(set(sent.values())):
        phones = sorted(phone for phone, each in sent.items() if each == count)
        query = update(phone_days).where(phone_days.c.counted_on == on, phone_days.c.phone.in_(phones))
        db.execute(query.values(messages=phone_days.c.messages + count))


def purge_phone_days(db: Connection, before: dt.date, limit: int) -> int:
    """Delete some rows of days before ``before``, and return how many; 0: none is left."""
    key = select(phone_days.c.counted_on).where(phone_days.c.counted_on < before)
    days = list(db.scalars(key.order_by(phone_days.c.counted_on).limit(1)))
    if not days:
        return 0
    day_phones = select(phone_days.c.phone).where(phone_days.c.counted_on == days[0]).limit(limit)
    phones = list(db.scalars(day_phones))
    db.execute(delete(phone_days).where(phone_days.c.counted_on == days[0], phone_days.c.phone.in_(phones)))
    return len(phones)
