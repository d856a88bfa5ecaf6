"""SQL of reminder policies and holidays."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Connection, String, delete, exists, insert, literal, or_, select, union_all, update
from sqlalchemy.exc import IntegrityError

from chalicelib.reminders.model import (
    OPEN,
    OWN_HOLIDAY,
    PUBLIC_HOLIDAY,
    Holiday,
    ReminderPolicy,
    ReminderPolicyChange,
    ReminderSchedule,
)
from chalicelib.runtime.context import Context
from chalicelib.storage.tables.organisations import organisations
from chalicelib.storage.tables.reminders import holidays, promises, public_holidays, reminder_policies

_COLUMNS = [reminder_policies.c[name] for name in ReminderPolicy._fields]


def find_policy(ctx: Context) -> ReminderPolicy | None:
    row = ctx.db.execute(
        select(*_COLUMNS).where(reminder_policies.c.organisation_id == ctx.organisation_id)
    ).one_or_none()
    if row is None:
        return None
    days = {"before_days": tuple(row.before_days), "after_days": tuple(row.after_days)}
    return ReminderPolicy(**{**row._mapping, **days})


def change_policy(ctx: Context, version: int, values: ReminderPolicyChange, now: dt.datetime) -> bool:
    """Set ``values`` if the row is still at ``version``; return whether this call did it."""
    query = update(reminder_policies).where(
        reminder_policies.c.organisation_id == ctx.organisation_id, reminder_policies.c.version == version
    )
    return ctx.db.execute(query.values(**values, version=version + 1, changed_at=now)).rowcount == 1


def add_policy(ctx: Context, policy: ReminderPolicy) -> bool:
    """Insert the organisation's first row; return False if another transaction already has."""
    days = {"before_days": list(policy.before_days), "after_days": list(policy.after_days)}
    try:
        with ctx.db.begin_nested():
            ctx.db.execute(
                insert(reminder_policies).values(organisation_id=ctx.organisation_id, **{**policy._asdict(), **days})
            )
    except IntegrityError:
        return False
    return True


def list_reminder_schedules(db: Connection, after: UUID | None, limit: int) -> list[ReminderSchedule]:
    """Return the next organisations, by id and of all, with reminders or open promises."""
    promised = exists().where(promises.c.organisation_id == organisations.c.id, promises.c.status == OPEN)
    query = (
        select(organisations.c.id, organisations.c.time_zone, reminder_policies.c.send_hour)
        .outerjoin(reminder_policies, reminder_policies.c.organisation_id == organisations.c.id)
        .where(or_(reminder_policies.c.enabled, promised))
        .order_by(organisations.c.id)
        .limit(limit)
    )
    if after is not None:
        query = query.where(organisations.c.id > after)
    default_hour = ReminderPolicy().send_hour
    return [
        ReminderSchedule(row.id, row.time_zone, default_hour if row.send_hour is None else row.send_hour)
        for row in db.execute(query)
    ]


def list_holidays(ctx: Context, first: dt.date, last: dt.date) -> list[Holiday]:
    """Return the public holidays and the organisation's own from ``first`` to ``last``, by day."""
    public = select(
        public_holidays.c.holiday_on, public_holidays.c.name, literal(PUBLIC_HOLIDAY, String(10)).label("source")
    ).where(public_holidays.c.holiday_on.between(first, last))
    own = select(holidays.c.holiday_on, holidays.c.name, literal(OWN_HOLIDAY, String(10))).where(
        holidays.c.organisation_id == ctx.organisation_id, holidays.c.holiday_on.between(first, last)
    )
    both = union_all(public, own).subquery("both")
    query = select(both.c.holiday_on, both.c.name, both.c.source).order_by(both.c.holiday_on, both.c.source)
    return [Holiday(*row) for row in ctx.db.execute(query)]


def add_holiday(ctx: Context, holiday_on: dt.date, name: str, now: dt.datetime) -> bool:
    """Insert the holiday; return False if the organisation already has one on that day."""
    values = {"organisation_id": ctx.organisation_id, "holiday_on": holiday_on, "name": name, "created_at": now}
    try:
        with ctx.db.begin_nested():
            ctx.db.execute(insert(holidays).values(values))
    except IntegrityError:
        return False
    return True


def remove_holiday(ctx: Context, holiday_on: dt.date) -> bool:
    query = delete(holidays).where(
        holidays.c.organisation_id == ctx.organisation_id, holidays.c.holiday_on == holiday_on
    )
    return ctx.db.execute(query).rowcount == 1
