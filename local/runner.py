"""The application's schedules on this machine: each scheduled function at its rate, with EventBridge's event.

Chalice's local mode never runs them. They stand in a process of their own, as in AWS, so a slow one
keeps no request waiting.
"""

import datetime as dt
import logging
import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalice import Chalice
from chalice.app import ScheduledEventConfig, ScheduleExpression
from chalice.local import LambdaContext

from chalicelib.web import logs
from local import processes

UNIT_S = {"minute": 60, "hour": 3600, "day": 86_400}
# In AWS whoever queues a task also wakes the worker; here it looks for itself.
SWEPT_EVERY_S = {"work_tasks": 1.0}
LAMBDA_LIMIT_MS = 900_000

log = logging.getLogger("plotihub.runner")


@dataclass(frozen=True, slots=True)
class Schedule:
    name: str
    every_s: float
    handler: Callable[[dict[str, Any], Any], Any]

    def run(self, at: dt.datetime) -> None:
        """Run it once; a failure is logged, and the next round comes all the same, as in AWS."""
        try:
            self.handler(event_at(at, self.name), LambdaContext(self.name, 1769, LAMBDA_LIMIT_MS))
        except Exception:
            log.exception("a schedule failed", extra={"schedule": self.name})

    def keep_running(self, stopped: threading.Event) -> None:
        """Run at once, then at the rate, until ``stopped``."""
        while True:
            self.run(dt.datetime.now(dt.UTC))
            if stopped.wait(self.every_s):
                return


def schedules_of(app: Chalice) -> list[Schedule]:
    """Return the scheduled functions of ``app``.

    Raises:
        ValueError: one has a cron expression, which this runner does not read; nothing uses any yet.
    """
    return [
        Schedule(
            source.name,
            SWEPT_EVERY_S.get(source.name, seconds_of(source.schedule_expression)),
            app.handler_map[source.name],
        )
        for source in app.event_sources
        if isinstance(source, ScheduledEventConfig)
    ]


def seconds_of(expression: str | ScheduleExpression) -> int:
    """Return the seconds of EventBridge's ``rate(5 minutes)``."""
    text = expression if isinstance(expression, str) else expression.to_string()
    rate = re.fullmatch(r"rate\(([1-9][0-9]*) (minute|hour|day)s?\)", text)
    if rate is None:
        raise ValueError(f"not a rate that the runner knows: {text}")
    return int(rate[1]) * UNIT_S[rate[2]]


def event_at(at: dt.datetime, rule: str) -> dict[str, Any]:
    """Return the event that EventBridge sends for ``rule``; its time has whole seconds.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html
    """
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "time": at.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": "eu-west-1",
        "resources": [f"arn:aws:events:eu-west-1:123456789012:rule/{rule}"],
        "detail": {},
    }


def main() -> None:
    """Run every schedule in a thread of its own until told to end."""
    import app

    logs.install()
    processes.end_with_parent()
    stopped = processes.on_stop_signal()
    threads = [
        threading.Thread(target=schedule.keep_running, args=(stopped,), name=schedule.name, daemon=True)
        for schedule in schedules_of(app.app)
    ]
    print(f"{len(threads)} schedules", flush=True)
    for thread in threads:
        thread.start()
    stopped.wait()
    for thread in threads:
        thread.join(processes.STOP_TIMEOUT_S / 2)


if __name__ == "__main__":
    main()
