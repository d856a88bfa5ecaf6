"""Every part of ``make bench`` runs to its end, at the smallest size: what is run once a release rots otherwise."""

from collections.abc import Iterator

import pytest

from tests.bench import arrears, bill_run, dispatch, lists, memory, reminders, serializers, uploads
from tests.bench.__main__ import PARTS
from tests.bench.report import Figure
from tests.hostile_sheets import CORPUS

pytestmark = [pytest.mark.slow, pytest.mark.mariadb, pytest.mark.full]

# cold_start packages, which tests/terraform/test_packaging.py does; first_start is tests/local/test_run.py; scale makes
# a thousand leases of two years at least, and asks only what the others ask.
ELSEWHERE = {"cold_start", "first_start", "scale"}
SMALL = {
    "arrears": lambda: arrears.measure(20),
    "bill_run": lambda: bill_run.measure(20),
    "dispatch": lambda: dispatch.measure(20),
    "lists": lambda: lists.measure(5),
    "memory": lambda: memory.measure(30),
    "reminders": lambda: reminders.measure(20, 5),
    "serializers": lambda: serializers.measure(2),
    "uploads": lambda: uploads.measure(uploads.Size(20, CORPUS[:2], crowd=1, largest=20, sheets=20, times=1)),
}


def test_every_part_is_run_here_or_elsewhere() -> None:
    assert set(PARTS) == ELSEWHERE | set(SMALL)


@pytest.mark.parametrize("part", sorted(SMALL))
def test_a_part_reports_its_figures(part: str) -> None:
    figures: Iterator[Figure] = SMALL[part]()
    seen = list(figures)
    assert len(seen) >= 2
    assert all(figure.seen >= 0 and figure.what and figure.unit for figure in seen)
