"""Which reminder step of an invoice is sent on which day. Days are business days in the organisation's time zone."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

from chalicelib.reminders.model import (
    BEFORE,
    DUE,
    FINAL,
    OVERDUE,
    InvoiceDates,
    ReminderPolicy,
    ReminderStep,
    SendingCalendar,
)

MAX_LATE_DAYS = 3  # sending days by which a step may be late, after an outage
MAX_GRACE_DAYS = 60  # same as for leases
MAX_MOVED_DAYS = 14  # a step that days off would move farther is dropped
SATURDAY = 5

_DAY = dt.timedelta(days=1)


def list_steps(policy: ReminderPolicy) -> tuple[ReminderStep, ...]:
    """Return the policy's steps by day; the last of several after the due day is the final one."""
    after = sorted(policy.after_days)
    last = after[-1] if len(after) > 1 else None
    return (
        *(ReminderStep(f"before_{days}", -days, BEFORE) for days in sorted(policy.before_days, reverse=True)),
        *((ReminderStep("due", 0, DUE),) if policy.on_due_day else ()),
        *(ReminderStep(f"after_{days}", days, FINAL if days == last else OVERDUE) for days in after),
    )


def parse_offset(name: str) -> int:
    """Return the step's offset from the due day, also for a step no longer in the policy."""
    when, _, days = name.partition("_")
    return {"before": -1, "after": 1}.get(when, 0) * int(days or 0)


def is_day_off(day: dt.date, calendar: SendingCalendar) -> bool:
    return day in calendar.holidays or (calendar.skip_weekends and day.weekday() >= SATURDAY)


def next_sending_day(day: dt.date, calendar: SendingCalendar) -> dt.date:
    """Return the first day after ``day`` on which messages are sent, or the day ``MAX_MOVED_DAYS`` after it."""
    return _skip_days_off(day + _DAY, _DAY, calendar) or day + MAX_MOVED_DAYS * _DAY


def find_step_day(step: ReminderStep, dates: InvoiceDates, calendar: SendingCalendar) -> dt.date | None:
    """Return the day of ``step`` for an invoice, or None if it has none.

    Steps after the due day are counted from the last day of grace: until then nothing is overdue. A day off moves a
    step up to the due day earlier, and one after it later. Nothing is sent before the invoice was issued: a step up to
    the due day then falls on the day of issue, if that is not past the due day.
    """
    until_due_day = step.offset_days <= 0
    counted_from = dates.due_on if until_due_day else dates.overdue_on - _DAY
    day = _skip_days_off(counted_from + step.offset_days * _DAY, -_DAY if until_due_day else _DAY, calendar)
    if day is None or day >= dates.issued_on:
        return day
    if not until_due_day:
        return None
    day = _skip_days_off(dates.issued_on, _DAY, calendar)
    return None if day is None or day > dates.due_on else day


def find_due_step(
    steps: Iterable[ReminderStep], dates: InvoiceDates, today: dt.date, calendar: SendingCalendar
) -> ReminderStep | None:
    """Return the invoice's step due today, unless already sent: the latest whose day has come.

    A missed step is caught up on one of the next ``MAX_LATE_DAYS`` sending days; "soon due" only as long as that is
    true, and nothing within the days of grace.
    """
    if is_day_off(today, calendar):
        return None
    started = ((find_step_day(step, dates, calendar), step) for step in steps)
    latest = max(((day, step.offset_days, step) for day, step in started if day and day <= today), default=None)
    if latest is None:
        return None
    day, _, step = latest
    in_grace = step.offset_days <= 0 and dates.due_on < today < dates.overdue_on
    stale = in_grace or (step.offset_days < 0 and today > dates.due_on)
    return None if stale or _is_too_late(day, today, calendar) else step


def can_be_sent(step: ReminderStep, sent: Iterable[str]) -> bool:
    """Return whether neither ``step`` nor a later one is among the ``sent`` step names."""
    return all(parse_offset(name) < step.offset_days for name in sent)


def message_kind(kinds: Collection[str], days: Collection[tuple[dt.date, dt.date]], today: dt.date) -> str:
    """Return the kind of a message covering steps of ``kinds``, such that it is true of all its invoices.

    The due day's own step may have been moved earlier, or be caught up later.

    Args:
        days: due day and overdue day of each invoice.
    """
    if all(overdue_on <= today for _, overdue_on in days):
        return FINAL if FINAL in kinds else OVERDUE
    return DUE if all(due_on == today for due_on, _ in days) else BEFORE


def covered_cents(owed: Iterable[tuple[UUID, UUID, int]], waiting: Mapping[UUID, int]) -> dict[UUID, int]:
    """Return by invoice what payments that wait for their confirmation would pay of it, the oldest due first.

    Args:
        owed: (lease, invoice, open cents), the oldest due first.
        waiting: Cents by lease.
    """
    left = dict(waiting)
    covered = {}
    for lease_id, invoice_id, open_cents in owed:
        part_cents = min(left.get(lease_id, 0), open_cents)
        if part_cents:
            covered[invoice_id] = part_cents
            left[lease_id] -= part_cents
    return covered


def due_day_range(steps: Collection[ReminderStep], today: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first and last due day for which a step can be due today, whatever the days off."""
    offsets = [step.offset_days for step in steps]
    late = MAX_GRACE_DAYS + 2 * MAX_MOVED_DAYS + MAX_LATE_DAYS  # moved later, and then caught up
    return today - (max(offsets) + late) * _DAY, today + (MAX_MOVED_DAYS - min(offsets)) * _DAY


def _skip_days_off(day: dt.date, by: dt.timedelta, calendar: SendingCalendar) -> dt.date | None:
    """Return ``day``, or the next one in that direction that is not a day off."""
    for _ in range(MAX_MOVED_DAYS):
        if not is_day_off(day, calendar):
            return day
        day += by
    return None


def _is_too_late(day: dt.date, today: dt.date, calendar: SendingCalendar) -> bool:
    if (today - day).days <= MAX_LATE_DAYS:
        return False
    since = [day + number * _DAY for number in range(1, (today - day).days + 1)]
    late = sum(not is_day_off(each, calendar) for each in since)
    return late > MAX_LATE_DAYS or len(since) > MAX_MOVED_DAYS + MAX_LATE_DAYS
