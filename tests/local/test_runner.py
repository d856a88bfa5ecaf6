"""Schedules run at their rates with the event that EventBridge sends."""

import datetime as dt
import threading

import pytest
from chalice import Chalice, Cron, Rate
from chalice.app import CloudWatchEvent

from local import cron
from local.runner import Schedule, event_at, schedules_of, seconds_of

NOON = dt.datetime(2026, 11, 20, 15, 0, 30, 999_000, tzinfo=dt.timezone(dt.timedelta(hours=3)))


@pytest.mark.parametrize(
    ("expression", "seconds"),
    [
        ("rate(1 minute)", 60),
        ("rate(5 minutes)", 300),
        (Rate(1, unit=Rate.HOURS), 3600),
        (Rate(2, unit=Rate.DAYS), 172_800),
    ],
)
def test_a_rate_in_seconds(expression: str | Rate, seconds: int) -> None:
    assert seconds_of(expression) == seconds


@pytest.mark.parametrize("expression", ["rate(0 minutes)", "rate(1 week)", Cron(0, 5, "*", "*", "?", "*")])
def test_what_is_no_rate_is_refused_at_the_start(expression: str | Cron) -> None:
    with pytest.raises(ValueError, match="not a rate"):
        seconds_of(expression)


def test_each_scheduled_function_is_found_and_given_the_moment() -> None:
    app, seen = Chalice("small", configure_logs=False), list[CloudWatchEvent]()

    @app.schedule(Rate(1, unit=Rate.HOURS), name="work_tasks")
    def work_tasks(event: CloudWatchEvent) -> None:
        seen.append(event)

    @app.schedule("rate(2 hours)")
    def other(event: CloudWatchEvent) -> None:
        seen.append(event)

    swept, hourly = schedules_of(app)
    assert (swept.name, swept.every_s, hourly.name, hourly.every_s) == ("work_tasks", 3600, "other", 7200)
    swept.run(NOON)
    assert (seen[0].time, seen[0].source) == ("2026-11-20T12:00:30Z", "aws.events")
    assert seen[0].resources[0].endswith(":rule/work_tasks")


def test_a_cron_expression_is_looked_at_each_minute() -> None:
    app = Chalice("small", configure_logs=False)
    app.schedule(Cron(0, 5, "*", "*", "?", "*"), name="nightly")(lambda event: None)
    (nightly,) = schedules_of(app)
    assert nightly.every_s == 60
    assert nightly.minutes is not None
    assert cron.matches(nightly.minutes, dt.datetime(2026, 12, 5, 5, 0, 30, tzinfo=dt.UTC))
    assert not cron.matches(nightly.minutes, dt.datetime(2026, 12, 5, 5, 1, tzinfo=dt.UTC))


@pytest.mark.parametrize(
    ("expression", "wanted"),
    [
        ("cron(0/15 * * * ? *)", True),
        ("cron(10-20 * * * ? *)", False),
        ("cron(1,30 15-17 * 12 ? 2026)", True),
        ("cron(30 15 ? * 6 *)", False),
        ("cron(30 15 ? * 7 *)", True),  # 5 December 2026 is a Saturday, and Sunday is 1
        ("cron(30 15 5 * ? 2027)", False),
        ("cron(*/7 * * * ? *)", False),
    ],
)
def test_what_a_cron_expression_allows(expression: str, wanted: bool) -> None:
    assert cron.matches(cron.parse_cron(expression), dt.datetime(2026, 12, 5, 15, 30, tzinfo=dt.UTC)) is wanted


@pytest.mark.parametrize(
    "expression", ["cron(0 5 * * *)", "cron(0 5 L * ? *)", "cron(60 5 * * ? *)", "cron(5-2 * * * ? *)", "at(now)"]
)
def test_a_cron_expression_that_is_not_read_is_refused_at_the_start(expression: str) -> None:
    with pytest.raises(ValueError):
        cron.parse_cron(expression)


def test_two_events_have_two_ids() -> None:
    assert event_at(NOON, "a")["id"] != event_at(NOON, "a")["id"]


def test_a_schedule_that_fails_is_run_again(caplog: pytest.LogCaptureFixture) -> None:
    stopped, runs = threading.Event(), list[int]()

    def fail(_event: object, _context: object) -> None:
        runs.append(1)
        if len(runs) == 3:
            stopped.set()
        raise KeyError("lost")

    Schedule("failing", 0.001, fail).keep_running(stopped)
    assert len(runs) == 3
