"""`make job` as a program: it does the work of a day, tells it, and lists the jobs there are."""

import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from chalicelib import organisations
from chalicelib.clock import NAIROBI, SystemClock, day_of
from chalicelib.runtime.resources import Resources
from tests.money import Money
from tests.service.worker_process import resources_on

pytestmark = pytest.mark.slow


@pytest.fixture
def home(sqlite_template: Path, tmp_path: Path) -> Path:
    shutil.copyfile(sqlite_template, tmp_path / "plotihub.sqlite3")
    return tmp_path


@pytest.fixture
def resources(home: Path) -> Iterator[Resources]:
    opened = resources_on(f"sqlite:///{home / 'plotihub.sqlite3'}")
    yield opened
    opened.writer.dispose()


def run(home: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {name: value for name, value in os.environ.items() if name not in {"DATABASE_URL", "LOG_LEVEL"}}
    return subprocess.run(
        [sys.executable, "-m", "local.job", *arguments],
        env={**environment, "PLOTIHUB_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_day_s_bills_are_made_and_told_and_a_second_time_left_as_they_are(home: Path, resources: Resources) -> None:
    today = day_of(SystemClock().now(), NAIROBI)
    books = Money.found(resources, today.replace(day=1))
    books.do(organisations.change_organisation, None, {"bill_by_itself": True})
    lease_id = books.let(10_000_00, starts_on=today.replace(day=1))
    done = run(home, "bill_due", today.isoformat())
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[0] == f"bill_due {today} 00:00: sets done: 1, counted: 1"
    assert done.stdout.splitlines()[1] == f"bill_due {today} 01:00: done before: 1"
    assert done.stdout.splitlines()[-1] == "tasks worked: 1"
    assert [(line.amount_cents, line.issued_on) for line in books.lines(lease_id)] == [(10_000_00, today)]
    again = run(home, "bill_due", today.isoformat())
    assert "sets done" not in again.stdout
    assert again.stdout.splitlines()[-1] == "tasks worked: 0"
    assert len(books.lines(lease_id)) == 1


def test_a_day_on_which_there_is_nothing_to_do_says_so(home: Path) -> None:
    done = run(home, "bill_due", "2026-12-05")
    assert done.stdout.splitlines() == ["bill_due 2026-12-05: nothing to do in 24 slots", "tasks worked: 0"]


def test_an_unknown_job_lists_those_that_there_are(home: Path) -> None:
    done = run(home, "lost", dt.date(2026, 12, 5).isoformat())
    assert done.returncode == 1
    assert "bill_due" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("arguments", [("", ""), ("bill_due", "tomorrow"), ("bill_due",)])
def test_what_cannot_be_read_is_told_by_an_example(home: Path, arguments: tuple[str, ...]) -> None:
    done = run(home, *arguments)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.splitlines()[-1].startswith("say which job")
    assert "rent_reminders, " in done.stderr.splitlines()[-1]


def test_where_there_are_no_data_it_says_how_to_make_them(tmp_path: Path) -> None:
    done = run(tmp_path, "bill_due", "2026-12-05")
    assert (done.returncode, done.stderr.count("make run")) == (1, 1)
