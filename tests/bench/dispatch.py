"""Dispatching 100,000 queued reminders to the senders' queue: the dispatcher's own CPU, texts rendered on the way.

The queue takes whatever it is given at once, and the database's time is not the dispatcher's.
"""

import json
import resource
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import cast

from chalicelib import messaging
from chalicelib.delivery.dispatch_runner import dispatch
from chalicelib.messaging.grant_model import GrantLimits
from chalicelib.messaging.model import MessageSettingsChange
from chalicelib.reminders import jobs
from tests.bench import books, data, reminders
from tests.bench.data import id_of
from tests.bench.report import Figure, in_fresh_process
from tests.contexts import context
from tests.granting import grant

LEASES = reminders.LEASES
BOOK = replace(reminders.BOOK, months=1)
NO_CAP = {"daily_cap": 10 * LEASES, "monthly_limit_cents": 100 * LEASES * 100}


class Sink:
    """A queue that takes everything and keeps a count."""

    def __init__(self) -> None:
        self.bodies = 0
        self.bytes = 0

    def send(self, queue: str, bodies: Sequence[str]) -> list[bool]:
        self.bodies += len(bodies)
        self.bytes += sum(map(len, bodies))
        return [True] * len(bodies)


def measure() -> Iterator[Figure]:
    with books.server() as server:
        url = books.make(server, "dispatch", BOOK)
        reminders.prepare(url)
        data.leave_open(url, BOOK, LEASES)
        reminders.in_process(url, reminders.DAY_AFTER, LEASES)
        seen = json.loads(in_fresh_process("tests.bench.dispatch", url))
        if seen["handed"] != LEASES:
            raise RuntimeError(f"{seen['handed']} messages handed over instead of {LEASES}")
        yield Figure("100,000 messages handed to the queue, CPU", seen["cpu_s"], "s", 60)
        yield Figure("in all", seen["s"], "s")
        yield Figure("peak memory of it", seen["mb"], "MB", 300)
        yield Figure("messages of the queue", seen["bodies"], "messages", LEASES / 20 + LEASES / 500)


def main(url: str) -> None:
    sink = Sink()
    parts = replace(reminders.at(url, reminders.DAY_AFTER), queues=sink)
    grant(parts, id_of("organisation", 1), GrantLimits(**NO_CAP))
    parts.transact(
        lambda db: messaging.change_settings(
            context(db, id_of("organisation", 1), now=parts.clock.now()), None, cast(MessageSettingsChange, NO_CAP)
        )
    )
    begun, begun_cpu = time.perf_counter(), time.process_time()
    handed = dispatch(parts)
    told = {"handed": handed, "cpu_s": time.process_time() - begun_cpu, "s": time.perf_counter() - begun}
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**told, "mb": peak_mb, "bodies": sink.bodies}))


if __name__ == "__main__":
    assert jobs.reminder_jobs.__module__  # imported so that the makers of reminders are there
    main(sys.argv[1])
