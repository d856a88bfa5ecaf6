"""The application's functions that are not called over HTTP: by schedules, with EventBridge's event, and by queues.

Chalice's local mode never runs them. They run in a process of their own, as in AWS, so a slow one
delays no request; those inside and those outside of the private network run here alike.
"""

import datetime as dt
import logging
import os
import re
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from chalice import Chalice
from chalice.app import ScheduledEventConfig, ScheduleExpression
from chalice.local import LambdaContext

from chalicelib.web import logs
from local import cron, emulator, processes, queues

UNIT_S = {"minute": 60, "hour": 3600, "day": 86_400}
LAMBDA_LIMIT_MS = 900_000

log = logging.getLogger("plotihub.runner")


@dataclass(frozen=True, slots=True)
class Schedule:
    """A function that is called every ``every_s`` seconds, or in each minute that ``minutes`` allow."""

    name: str
    every_s: float
    handler: Callable[[dict[str, Any], Any], Any]
    minutes: tuple[frozenset[int], ...] | None = None  # of a cron expression

    def run(self, at: dt.datetime) -> None:
        """Run it once; a failure is logged, and the next round comes all the same, as in AWS."""
        try:
            self.handler(event_at(at, self.name), LambdaContext(self.name, 1769, LAMBDA_LIMIT_MS))
        except Exception:
            log.exception(
                "local.schedule.error: a scheduled function raised an exception", extra={"schedule": self.name}
            )

    def keep_running(self, stopped: threading.Event) -> None:
        """Run at the full hours, minutes ... of the rate until ``stopped``, and a rate also at once."""
        at = dt.datetime.now(dt.UTC)
        while True:
            if self.minutes is None or cron.matches(self.minutes, at):
                self.run(at)
            now_s = time.time()
            next_s = (now_s // self.every_s + 1) * self.every_s
            if stopped.wait(next_s - now_s):
                return
            at = dt.datetime.fromtimestamp(next_s, dt.UTC)


def schedules_of(app: Chalice) -> list[Schedule]:
    """Return the scheduled functions of ``app``.

    Raises:
        ValueError: one has an expression that this runner does not read.
    """
    return [
        _schedule(source, app.handler_map[source.name])
        for source in app.event_sources
        if isinstance(source, ScheduledEventConfig)
    ]


def _schedule(source: ScheduledEventConfig, handler: Callable[[dict[str, Any], Any], Any]) -> Schedule:
    expression = source.schedule_expression
    text = expression if isinstance(expression, str) else expression.to_string()
    if text.startswith("cron("):
        return Schedule(source.name, 60, handler, cron.parse_cron(text))
    return Schedule(source.name, seconds_of(text), handler)


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
    """Run every schedule and every queue's function in a thread of its own until stopped."""
    import app

    logs.configure_logging()
    processes.end_with_parent()
    stopped = processes.on_stop_signal()
    loops = {each.name: each.keep_running for each in schedules_of(app.app)}
    schedules = len(loops)
    loops |= {each.name: each.keep_working for each in _consumers(app.app)}
    threads = [threading.Thread(target=loop, args=(stopped,), name=name, daemon=True) for name, loop in loops.items()]
    print(f"{schedules} schedules, {len(loops) - schedules} functions of queues", flush=True)
    for thread in threads:
        thread.start()
    stopped.wait()
    for thread in threads:
        thread.join(processes.STOP_TIMEOUT_S / 2)


def _consumers(app: Chalice) -> list[queues.Consumer]:
    aws_url = os.environ.get("AWS_ENDPOINT_URL")
    if aws_url is None:  # a database of somebody's and no queues: the schedules alone run
        return []
    urls = {queue: queues.queue_url(aws_url, queue) for queue in queues.QUEUES}
    return queues.consumers_of(app, urls, emulator.client("sqs", aws_url))


if __name__ == "__main__":
    main()
