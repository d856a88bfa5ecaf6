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
from tests.bench import baselines, books, data, reminders
from tests.bench.data import id_of
from tests.bench.report import Figure, in_fresh_process
from tests.contexts import context
from tests.granting import grant

LEASES = reminders.LEASES
MOST = 7.5
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


def measure(leases: int = LEASES) -> Iterator[Figure]:
    book = reminders.book_of(leases, months=1)
    with books.server() as server:
        url = books.make(server, "dispatch", book)
        reminders.prepare(url)
        data.leave_open(url, book, leases)
        reminders.in_process(url, reminders.DAY_AFTER, leases)
        plain = baselines.insert_again(url, "message")
        seen = json.loads(in_fresh_process("tests.bench.dispatch", url))
        if seen["handed"] != leases:
            raise RuntimeError(f"{seen['handed']} messages handed over instead of {leases}")
        yield Figure("the same messages inserted plainly, CPU", plain.cpu_s, "s")
        yield Figure(f"{leases:,} messages dispatched to the queue, CPU", seen["cpu_s"], "s")
        yield Figure("dispatched beside inserted plainly", seen["cpu_s"] / plain.cpu_s, "×", MOST)
        yield Figure("in all", seen["s"], "s")
        yield Figure("peak memory of it", seen["mb"], "MB", 300)
        yield Figure("messages of the queue", seen["bodies"], "messages", leases / 20 + leases / 500 + 1)


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
    main(sys.argv[1])
