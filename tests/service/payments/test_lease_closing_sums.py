"""However a lease ends, and whenever it was billed: it has been asked for the rent of its days, no more and no less."""

import calendar
import datetime as dt
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib import lease_accounts
from chalicelib.leasing.model import DatedRent
from chalicelib.money import round_half_up
from chalicelib.periods import month_after, periods_between
from chalicelib.runtime.resources import Resources
from tests.money import Money

DAY = dt.timedelta(days=1)
RENTS = st.sampled_from([10_000_00, 9_999_00, 31_00])
RAISED_CENTS = 12_345_00


def rent_of(rent_cents: int, starts_on: dt.date, ends_on: dt.date, raised_on: dt.date | None = None) -> int:
    """Return the rent of the days, month by month, reckoned apart from the application's own rules."""
    total_cents = 0
    for period in periods_between(starts_on, ends_on):
        days = calendar.monthrange(period.year, period.month)[1]
        held = [day for day in (period + n * DAY for n in range(days)) if starts_on <= day <= ends_on]
        rents = [rent_cents if raised_on is None or day < raised_on else RAISED_CENTS for day in held]
        whole = len(held) == days and len(set(rents)) == 1
        total_cents += rents[0] if whole else round_half_up(sum(rents), days, 100)
    return total_cents


def rent_after(rent_cents: int, starts_on: dt.date, ends_on: dt.date, last: dt.date, raised_on: dt.date | None) -> int:
    """Return the rent of the days behind ``ends_on``: at one rent the two parts of a month add up to its days."""
    shared = max(starts_on, (ends_on + DAY).replace(day=1))  # the first day of that month that either lease has
    if ends_on < shared or (raised_on is not None and raised_on <= ends_on):
        return rent_of(rent_cents, ends_on + DAY, last)
    return rent_of(rent_cents, shared, last) - rent_of(rent_cents, shared, ends_on)


def asked(books: Money, lease_id: UUID) -> int:
    return sum(line.amount_cents - line.credited_cents for line in books.lines(lease_id))


@given(
    starts_on=st.dates(dt.date(2027, 12, 15), dt.date(2028, 3, 15)),  # a leap day among them
    held_days=st.integers(2, 100),
    told_after=st.integers(-40, 40),
    billed=st.booleans(),
    ahead=st.booleans(),
    moves=st.booleans(),
    rent_cents=RENTS,
    raised_after=st.none() | st.integers(1, 100),
    paid=st.booleans(),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
def test_a_lease_is_asked_for_the_rent_of_its_days(
    resources: Resources,
    starts_on: dt.date,
    held_days: int,
    told_after: int,
    billed: bool,
    ahead: bool,
    moves: bool,
    rent_cents: int,
    raised_after: int | None,
    paid: bool,
) -> None:
    books = Money.found(resources, starts_on)
    ends_on = starts_on + (held_days - 1) * DAY
    lease_id = books.let(rent_cents, starts_on)
    raised_on = None if raised_after is None else starts_on + raised_after * DAY
    if raised_on is not None:
        books.do(
            lease_accounts.add_rent_change,
            lease_id,
            DatedRent(raised_on, RAISED_CENTS),
            confirmed=True,
            today=books.today,
        )
    told_on = max(starts_on, ends_on + told_after * DAY)
    if billed:
        run(books, starts_on, told_on)
        if ahead:
            books.bill(month_after(told_on))
    books.today = told_on
    if paid:
        books.pay(lease_id, 3 * rent_cents)
    following = books.transfer(lease_id, ends_on + DAY, rent_cents) if moves else None
    if following is None:
        books.terminate(lease_id, ends_on)
    books.close_account(lease_id)
    until = max(ends_on, month_after(told_on))
    run(books, starts_on, until)
    assert asked(books, lease_id) == rent_of(rent_cents, starts_on, ends_on, raised_on)
    if following is not None:
        last = month_after(until) - DAY
        assert asked(books, following) == rent_after(rent_cents, starts_on, ends_on, last, raised_on)
    assert books.broken() == []


def run(books: Money, first: dt.date, last: dt.date) -> None:
    """Bill every month from that of ``first`` to that of ``last``, each no earlier than it begins."""
    for period in periods_between(first, last):
        books.today = max(books.today, period)
        books.bill(period)
