"""Which of a lease's dated rents holds on a day."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.leasing.rules import rent_on

JUNE, NOVEMBER = dt.date(2026, 6, 1), dt.date(2026, 11, 1)
STEPS = [(JUNE, 30_000_00), (NOVEMBER, 32_000_00)]


@pytest.mark.parametrize(
    ("day", "rent_cents"),
    [
        (dt.date(2026, 5, 31), 30_000_00),  # not begun: what will be owed
        (JUNE, 30_000_00),
        (dt.date(2026, 10, 31), 30_000_00),
        (NOVEMBER, 32_000_00),
        (dt.date(2030, 1, 1), 32_000_00),
    ],
)
def test_a_rent_holds_from_its_first_day_until_the_next(day: dt.date, rent_cents: int) -> None:
    assert rent_on(STEPS, day) == rent_cents


@given(
    steps=st.dictionaries(st.dates(), st.integers(0, 10**9), min_size=1).map(lambda found: sorted(found.items())),
    day=st.dates(),
)
def test_no_step_that_has_begun_is_nearer_to_the_day(steps: list[tuple[dt.date, int]], day: dt.date) -> None:
    begun = {starts_on: cents for starts_on, cents in steps if starts_on <= day}
    assert rent_on(steps, day) == (begun[max(begun)] if begun else dict(steps)[min(dict(steps))])


def test_a_lease_without_a_rent_is_refused() -> None:
    with pytest.raises(ValueError):
        rent_on([], JUNE)
