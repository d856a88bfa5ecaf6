"""How days and names read in a message."""

import datetime as dt

import pytest

from chalicelib.translations import wording as words


@pytest.mark.parametrize(("language", "told"), [("en", "5 Dec 2026, 31 May 2027"), ("sw", "5 Des 2026, 31 Mei 2027")])
def test_a_day_is_told_in_the_tenant_s_language(language: str, told: str) -> None:
    assert words.format_days([dt.date(2027, 5, 31), dt.date(2026, 12, 5), dt.date(2026, 12, 5)], language) == told


def test_of_many_days_and_months_the_first_and_the_last_are_told() -> None:
    months = [dt.date(2026, month, 1) for month in (8, 9, 10, 11)]
    assert words.format_periods(months[:3], "en") == "Aug 2026, Sep 2026, Oct 2026"
    assert words.format_periods(months, "sw") == "Ago 2026 - Nov 2026"
    assert words.format_days(months, "en") == "1 Aug 2026 - 1 Nov 2026"


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (["A1"], "A1"),
        (["A1", "B2", "A1"], "A1, B2"),
        ([f"Shop {number}" for number in range(1, 9)], "Shop 1, Shop 2, Shop 3, Shop 4 +4"),
        (["x" * 40, "y"], "x" * 40 + " +1"),
    ],
)
def test_names_are_joined_as_far_as_they_fit(names: list[str], told: str) -> None:
    assert words.join_names(names) == told
