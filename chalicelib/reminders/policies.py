"""Reminder policies and holidays."""

import datetime as dt
from uuid import UUID

from sqlalchemy import Connection

from chalicelib.errors import STALE_VERSION, Conflict, NotFound, PreconditionFailed
from chalicelib.reminders import policy_repository as repository
from chalicelib.reminders.model import (
    MAX_AFTER_DAYS,
    MAX_BEFORE_DAYS,
    OWN_HOLIDAY,
    Holiday,
    ReminderPolicy,
    ReminderPolicyChange,
    ReminderSchedule,
    SendingCalendar,
)
from chalicelib.runtime.context import Context

_CALENDAR_SPAN = dt.timedelta(days=MAX_AFTER_DAYS + MAX_BEFORE_DAYS + 60)  # longer than any step is moved


def get_policy(ctx: Context) -> ReminderPolicy:
    """Return the organisation's policy; until it sets one the default, at version 0, which reminds nobody."""
    return repository.find_policy(ctx) or ReminderPolicy()


def change_policy(ctx: Context, version: int | None, values: ReminderPolicyChange) -> ReminderPolicy:
    """Change the fields in ``values`` and return the policy.

    Raises:
        PreconditionFailed: it is no longer at ``version``.
    """
    before = get_policy(ctx)
    if version is not None and version != before.version:
        raise PreconditionFailed(STALE_VERSION)
    values = values.copy()
    if "before_days" in values:
        values["before_days"] = sorted(values["before_days"])
    if "after_days" in values:
        values["after_days"] = sorted(values["after_days"])
    if before.version:
        done = repository.change_policy(ctx, before.version, values, ctx.now)
    else:
        first = before._replace(**values)._replace(version=1, changed_at=ctx.now)
        done = repository.add_policy(ctx, first)
    if not done:
        raise PreconditionFailed(STALE_VERSION)
    return get_policy(ctx)


def list_reminder_schedules(db: Connection, *, after: UUID | None, limit: int) -> list[ReminderSchedule]:
    """Return the next organisations, by id and of all, with reminders or open promises."""
    return repository.list_reminder_schedules(db, after, limit)


def get_calendar(ctx: Context, policy: ReminderPolicy) -> SendingCalendar:
    """Return the policy's days off, as far around ``today`` as a reminder of today can depend on them."""
    found = (
        repository.list_holidays(ctx, ctx.today - _CALENDAR_SPAN, ctx.today + _CALENDAR_SPAN)
        if policy.skip_holidays
        else []
    )
    return SendingCalendar(policy.skip_weekends, frozenset(holiday.holiday_on for holiday in found))


def list_holidays(ctx: Context, year: int) -> list[Holiday]:
    """Return the public holidays of ``year`` and the organisation's own, by day."""
    return repository.list_holidays(ctx, dt.date(year, 1, 1), dt.date(year, 12, 31))


def add_holiday(ctx: Context, holiday_on: dt.date, name: str) -> Holiday:
    """Add a holiday of the organisation's own, such as one gazetted late.

    Raises:
        Conflict: it has one on that day.
    """
    if not repository.add_holiday(ctx, holiday_on, name, ctx.now):
        raise Conflict("You already have a holiday on that day.", holiday_on=holiday_on.isoformat())
    return Holiday(holiday_on, name, OWN_HOLIDAY)


def remove_holiday(ctx: Context, day: str) -> None:
    """Remove the organisation's own holiday of ``day``, ISO 8601; a public one stays.

    Raises:
        NotFound: it has none on that day, or ``day`` is not a date.
    """
    try:
        holiday_on = dt.date.fromisoformat(day)
    except ValueError:
        holiday_on = None
    if holiday_on is None or not repository.remove_holiday(ctx, holiday_on):
        raise NotFound("You have no holiday of your own on that day.", holiday_on=day)
