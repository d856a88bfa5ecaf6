"""Every part of ``make bench`` runs to its end, at the smallest size: what is run once a release rots otherwise."""

from collections.abc import Iterator
from typing import NamedTuple

import pytest

from tests import databases
from tests.bench import (
    arrears,
    bill_run,
    books,
    dispatch,
    first_start,
    lists,
    memory,
    reminders,
    scale,
    serializers,
    uploads,
)
from tests.bench.__main__ import PARTS
from tests.bench.report import Figure
from tests.hostile_sheets import CORPUS

pytestmark = [pytest.mark.slow, pytest.mark.mariadb]

# cold_start packages, which tests/terraform/test_packaging.py does.
ELSEWHERE = {"cold_start"}
SMALL = {
    "arrears": lambda: arrears.measure(20),
    "bill_run": lambda: bill_run.measure(20),
    "dispatch": lambda: dispatch.measure(20),
    "first_start": lambda: first_start.measure(1, with_demo=False),
    "lists": lambda: lists.measure(5),
    "memory": lambda: memory.measure(30),
    "reminders": lambda: reminders.measure(20, 5),
    "scale": lambda: scale.measure(shrink=10_000, times=2),
    "serializers": lambda: serializers.measure(2),
    "uploads": lambda: uploads.measure(uploads.Size(20, CORPUS[:2], crowd=1, largest=20, sheets=20, times=1)),
}


def test_every_part_is_run_here_or_elsewhere() -> None:
    assert set(PARTS) == ELSEWHERE | set(SMALL)


class SessionServer(NamedTuple):
    """The server that all tests share, as ``books`` wants one."""

    url: str

    def create_database(self, name: str) -> str:
        name = f"bench_{name}"
        databases.execute(self.url, f"DROP DATABASE IF EXISTS `{name}`", f"CREATE DATABASE `{name}`")
        return self.url + name


@pytest.mark.parametrize("part", sorted(SMALL))
def test_a_part_reports_its_figures(part: str, mariadb_url: str) -> None:
    with books.sharing(SessionServer(mariadb_url)):
        figures: Iterator[Figure] = SMALL[part]()
        seen = list(figures)
    assert len(seen) >= 2
    assert all(figure.seen >= 0 and figure.what and figure.unit for figure in seen)
