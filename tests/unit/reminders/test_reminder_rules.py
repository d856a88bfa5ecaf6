"""Which reminder is said on which day: by example, and over any days that are worked and missed."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from chalicelib.reminders.rules import (
    MAX_LATE_DAYS,
    MAX_MOVED_DAYS,
    can_be_sent,
    due_day_range,
    find_due_step,
    find_step_day,
    is_day_off,
    list_steps,
    message_kind,
    next_sending_day,
    parse_offset,
)

DAY = dt.timedelta(days=1)
EVERY_DAY = SendingCalendar(False, frozenset())
WEEKDAYS = SendingCalendar(True, frozenset())
USUAL = list_steps(ReminderPolicy())
SATURDAY_5 = dt.date(2026, 12, 5)
ISSUED = dt.date(2026, 11, 25)


def dated(issued_on: dt.date, due_on: dt.date, grace_days: int = 0) -> InvoiceDates:
    return InvoiceDates(issued_on, due_on, due_on + (grace_days + 1) * DAY)


def named(name: str) -> ReminderStep:
    return next(step for step in USUAL if step.name == name)


def test_a_policy_has_its_steps_in_the_order_of_their_days() -> None:
    assert list_steps(ReminderPolicy(before_days=(1, 7), after_days=(10, 2, 5))) == (
        ReminderStep("before_7", -7, BEFORE),
        ReminderStep("before_1", -1, BEFORE),
        ReminderStep("due", 0, DUE),
        ReminderStep("after_2", 2, OVERDUE),
        ReminderStep("after_5", 5, OVERDUE),
        ReminderStep("after_10", 10, FINAL),
    )


def test_an_only_step_after_the_due_day_is_not_a_final_one() -> None:
    policy = ReminderPolicy(before_days=(), on_due_day=False, after_days=(4,))
    assert list_steps(policy) == (ReminderStep("after_4", 4, OVERDUE),)
    assert list_steps(policy._replace(after_days=())) == ()


@pytest.mark.parametrize(("name", "offset"), [("before_28", -28), ("due", 0), ("after_90", 90)])
def test_a_step_says_by_its_name_how_far_it_is_from_the_due_day(name: str, offset: int) -> None:
    assert parse_offset(name) == offset


@pytest.mark.parametrize(
    ("name", "due_on", "calendar", "falls_on"),
    [
        ("before_3", SATURDAY_5, EVERY_DAY, dt.date(2026, 12, 2)),
        ("due", SATURDAY_5, EVERY_DAY, SATURDAY_5),
        ("after_10", SATURDAY_5, EVERY_DAY, dt.date(2026, 12, 15)),
        ("due", SATURDAY_5, WEEKDAYS, dt.date(2026, 12, 4)),  # back to Friday
        ("after_1", SATURDAY_5, WEEKDAYS, dt.date(2026, 12, 7)),  # on to Monday
        ("before_3", dt.date(2026, 12, 8), WEEKDAYS, dt.date(2026, 12, 4)),
        # Jamhuri Day, on a Saturday: the day itself is off even where Saturdays are not.
        (
            "due",
            dt.date(2026, 12, 12),
            SendingCalendar(False, frozenset({dt.date(2026, 12, 12)})),
            dt.date(2026, 12, 11),
        ),
    ],
)
def test_a_step_is_moved_off_days_on_which_nothing_is_sent(
    name: str, due_on: dt.date, calendar: SendingCalendar, falls_on: dt.date
) -> None:
    assert find_step_day(named(name), dated(ISSUED, due_on), calendar) == falls_on


@pytest.mark.parametrize(
    ("name", "issued_on", "due_on", "calendar", "falls_on"),
    [
        # Billed on the 4th for the 5th: "in 3 days" is said on the day of the bill.
        ("before_3", dt.date(2026, 12, 4), SATURDAY_5, EVERY_DAY, dt.date(2026, 12, 4)),
        ("due", SATURDAY_5, SATURDAY_5, EVERY_DAY, SATURDAY_5),
        # Billed on a Saturday for the Sunday, and said on neither: the first that is said is the one after.
        ("due", SATURDAY_5, dt.date(2026, 12, 6), WEEKDAYS, None),
        # Billed for a day that had passed, as an opening balance is: what came before the bill is not said.
        ("before_3", dt.date(2026, 12, 8), SATURDAY_5, EVERY_DAY, None),
        ("due", dt.date(2026, 12, 8), SATURDAY_5, EVERY_DAY, None),
        ("after_1", dt.date(2026, 12, 8), SATURDAY_5, EVERY_DAY, None),
        ("after_5", dt.date(2026, 12, 8), SATURDAY_5, EVERY_DAY, dt.date(2026, 12, 10)),
    ],
)
def test_nothing_is_said_of_an_invoice_before_it_was_issued(
    name: str, issued_on: dt.date, due_on: dt.date, calendar: SendingCalendar, falls_on: dt.date | None
) -> None:
    assert find_step_day(named(name), dated(issued_on, due_on), calendar) == falls_on


def test_a_step_in_the_middle_of_a_long_run_of_days_off_is_left_out() -> None:
    closed = SendingCalendar(False, frozenset(SATURDAY_5 + number * DAY for number in range(-MAX_MOVED_DAYS, 1)))
    assert find_step_day(named("due"), dated(ISSUED - 90 * DAY, SATURDAY_5), closed) is None


@pytest.mark.parametrize(
    ("today", "said"),
    [
        (1, None),
        (2, "before_3"),
        (4, "before_3"),
        (5, "due"),
        (6, "after_1"),
        (9, "after_1"),  # three days late
        (10, "after_5"),
        (13, "after_5"),
        (14, None),  # four days late
        (15, "after_10"),
        (18, "after_10"),
        (19, None),
    ],
)
def test_the_latest_step_is_due_for_three_days_more(today: int, said: str | None) -> None:
    step = find_due_step(USUAL, dated(ISSUED, SATURDAY_5), dt.date(2026, 12, today), EVERY_DAY)
    assert (step and step.name) == said


@pytest.mark.parametrize(
    ("today", "said"), [(5, "due"), (6, None), (8, None), (9, "after_1"), (13, "after_5"), (18, "after_10")]
)
def test_nobody_is_called_overdue_in_their_days_of_grace(today: int, said: str | None) -> None:
    step = find_due_step(USUAL, dated(ISSUED, SATURDAY_5, grace_days=3), dt.date(2026, 12, today), EVERY_DAY)
    assert (step and step.name) == said


def test_a_message_held_back_into_the_days_of_grace_calls_nobody_overdue() -> None:
    assert message_kind({DUE}, [dated(ISSUED, SATURDAY_5, grace_days=3)[1:]], SATURDAY_5 + DAY) == BEFORE


def test_soon_due_is_not_said_once_it_is_due() -> None:
    steps = list_steps(ReminderPolicy(before_days=(1,), on_due_day=False, after_days=()))
    assert find_due_step(steps, dated(ISSUED, SATURDAY_5), SATURDAY_5, EVERY_DAY) == steps[0]
    assert find_due_step(steps, dated(ISSUED, SATURDAY_5), SATURDAY_5 + DAY, EVERY_DAY) is None


def test_days_off_do_not_count_as_late() -> None:
    """Missed on a Thursday and a Friday, it is said on the Tuesday after a Monday that is a holiday."""
    thursday, tuesday = dt.date(2026, 12, 10), dt.date(2026, 12, 15)
    calendar = SendingCalendar(True, frozenset({dt.date(2026, 12, 14)}))
    steps = list_steps(ReminderPolicy(before_days=(), after_days=()))
    assert find_due_step(steps, dated(ISSUED, thursday), tuesday, calendar) == steps[0]
    assert find_due_step(steps, dated(ISSUED, thursday), tuesday + 2 * DAY, calendar) is None


@pytest.mark.parametrize(
    ("kinds", "due_in", "told_as"),
    [
        ({BEFORE}, {3}, BEFORE),
        ({DUE}, {0}, DUE),
        ({DUE}, {2}, BEFORE),  # moved off a weekend
        ({DUE}, {-1}, OVERDUE),  # made up for
        ({BEFORE}, {0}, DUE),
        ({DUE, BEFORE}, {0, 3}, BEFORE),
        ({OVERDUE}, {-1, -5}, OVERDUE),
        ({OVERDUE, FINAL}, {-1, -10}, FINAL),
    ],
)
def test_a_message_is_of_the_kind_that_is_true_of_all_it_tells(kinds: set[str], due_in: set[int], told_as: str) -> None:
    assert message_kind(kinds, [dated(ISSUED, SATURDAY_5 + days * DAY)[1:] for days in due_in], SATURDAY_5) == told_as


def test_a_step_is_not_said_again_nor_after_a_later_one() -> None:
    assert can_be_sent(named("after_1"), ["before_3", "due"])
    assert not can_be_sent(named("after_1"), ["after_1"])
    assert not can_be_sent(named("due"), ["after_4"])  # of a policy that held before


policies = st.builds(
    ReminderPolicy,
    before_days=st.lists(st.integers(1, 28), max_size=3, unique=True).map(tuple),
    on_due_day=st.booleans(),
    after_days=st.lists(st.integers(1, 90), max_size=4, unique=True).map(tuple),
)
due_days = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))
holidays = st.frozensets(st.integers(-40, 110), max_size=25)


@st.composite
def invoices(draw: st.DrawFn) -> tuple[tuple[ReminderStep, ...], InvoiceDates, SendingCalendar]:
    due_on = draw(due_days)
    dates = dated(due_on - draw(st.integers(-20, 40)) * DAY, due_on, draw(st.sampled_from([0, 0, 1, 3, 7, 60])))
    off = frozenset(due_on + number * DAY for number in draw(holidays))
    return list_steps(draw(policies)), dates, SendingCalendar(draw(st.booleans()), off)


def span(due_on: dt.date) -> list[dt.date]:
    return [due_on + number * DAY for number in range(-45, 200)]


@given(invoices(), st.frozensets(st.integers(0, 244)))
def test_a_step_is_said_at_most_once_in_order_and_never_on_a_day_off(
    invoice: tuple[tuple[ReminderStep, ...], InvoiceDates, SendingCalendar], missed: frozenset[int]
) -> None:
    steps, dates, calendar = invoice
    said: list[str] = []
    for number, today in enumerate(span(dates.due_on)):
        step = None if number in missed else find_due_step(steps, dates, today, calendar)
        if step is not None and can_be_sent(step, said):
            assert not is_day_off(today, calendar)
            assert today >= dates.issued_on
            assert step.kind != BEFORE or today <= dates.due_on
            assert step.offset_days <= 0 or today >= dates.overdue_on
            assert not dates.due_on < today < dates.overdue_on
            said.append(step.name)
    assert len(set(said)) == len(said)
    assert [parse_offset(name) for name in said] == sorted(parse_offset(name) for name in said)


@given(invoices(), st.integers(0, 170), st.integers(0, MAX_LATE_DAYS))
def test_a_step_missed_by_a_few_days_is_said_unless_a_later_one_is(
    invoice: tuple[tuple[ReminderStep, ...], InvoiceDates, SendingCalendar], begins: int, days: int
) -> None:
    steps, dates, calendar = invoice
    said: dict[str, dt.date] = {}
    for number, today in enumerate(span(dates.due_on)):
        step = None if begins <= number < begins + days else find_due_step(steps, dates, today, calendar)
        if step is not None and can_be_sent(step, said):
            said[step.name] = today
    for step in steps:
        day = find_step_day(step, dates, calendar)
        if day is None or step.name in said:
            continue
        made_up_on = day
        while is_day_off(made_up_on, calendar) or begins <= (made_up_on - span(dates.due_on)[0]).days < begins + days:
            made_up_on += DAY
        later = [each for each in steps if each.offset_days > step.offset_days]
        days_of_later = [find_step_day(each, dates, calendar) for each in later]
        overtaken = any(each is not None and each <= made_up_on for each in days_of_later)
        graced = step.kind == DUE and made_up_on < dates.overdue_on
        past = made_up_on > dates.due_on and (step.kind == BEFORE or graced)
        assert overtaken or past or (made_up_on - day).days > MAX_MOVED_DAYS + MAX_LATE_DAYS, step


@given(invoices(), st.integers(-45, 200))
def test_no_due_day_that_matters_is_beyond_the_days_near(
    invoice: tuple[tuple[ReminderStep, ...], InvoiceDates, SendingCalendar], number: int
) -> None:
    steps, dates, calendar = invoice
    today = dates.due_on + number * DAY
    if steps and find_due_step(steps, dates, today, calendar):
        first, last = due_day_range(steps, today)
        assert first <= dates.due_on <= last


@given(due_days, st.booleans(), holidays)
def test_the_next_sending_day_is_one_unless_all_are_off(day: dt.date, weekends: bool, off: frozenset[int]) -> None:
    calendar = SendingCalendar(weekends, frozenset(day + number * DAY for number in off))
    found = next_sending_day(day, calendar)
    between = [day + number * DAY for number in range(1, (found - day).days)]
    assert all(is_day_off(each, calendar) for each in between)
    assert not is_day_off(found, calendar) or (found - day).days == MAX_MOVED_DAYS
