"""Reminding the tenants of one organisation of 100,000 leases: on a day when 500 are due, and when all are.

The latter is compared with inserting the same messages, and what queues few or none with the latter.
Each run has a process of its own, so that the memory that is seen is its own.
"""

import datetime as dt
import json
import resource
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

from chalicelib.clock import ManualClock
from chalicelib.reminders import daily_run, policies
from chalicelib.runtime.resources import Resources
from chalicelib.tasks import task_runner as tasks
from chalicelib.tasks.task_queue import get_task
from tests.bench import baselines, books, data
from tests.bench.data import Book, id_of
from tests.bench.report import Figure, in_fresh_process
from tests.contexts import context

LEASES, FEW = 100_000, 500
MONTHS = 3  # with what is open of the two before: none of that is due for a step
MOST = 6.5
MOST_FEW = 0.03  # of the run in which all are due
DUE_DAY, DAY_AFTER = dt.date(2026, 12, 5), dt.date(2026, 12, 6)


def measure(leases: int = LEASES, few: int = FEW) -> Iterator[Figure]:
    book = book_of(leases)
    with books.server() as server:
        url = books.make(server, "reminders", book)
        prepare(url)
        data.leave_open(url, book, few)
        some = in_process(url, DUE_DAY, few)
        data.leave_open(url, book, leases)
        every = in_process(url, DAY_AFTER, leases)
        again = in_process(url, DAY_AFTER, 0)
        plain = baselines.insert_again(url, "message")
    each_s = plain.s / plain.rows
    yield Figure(f"{leases:,} reminders selected and queued", every["s"], "s")
    yield Figure("peak memory of it", every["mb"], "MB", 300)
    yield Figure("as many messages inserted plainly", leases * each_s, "s")
    yield Figure("queued beside inserted plainly", every["s"] / (leases * each_s), "×", MOST)
    yield Figure(f"{leases:,} leases of which {few:,} are due, reminded", some["s"], "s")
    yield Figure("the same beside reminding all", some["s"] / every["s"], "×", MOST_FEW)
    yield Figure("the second run of that day, which queues nothing", again["s"], "s")
    yield Figure("the same beside reminding all", again["s"] / every["s"], "×", MOST_FEW)


def book_of(leases: int, months: int = MONTHS) -> Book:
    return Book(leases=leases, large=leases, organisations=1, months=months, last_period=dt.date(2026, 12, 1))


def prepare(url: str) -> None:
    """Have organisation 1 remind by the usual policy."""
    parts = at(url, DUE_DAY)
    parts.transact(
        lambda db: policies.change_policy(
            context(db, id_of("organisation", 1), now=parts.clock.now()), None, {"enabled": True}
        )
    )
    parts.writer.dispose()


def at(url: str, on: dt.date) -> Resources:
    """Return the parts at ten in the morning, in Nairobi, of that day."""
    return replace(books.parts(url), clock=ManualClock(dt.datetime.combine(on, dt.time(7), dt.UTC)))


def in_process(url: str, on: dt.date, expected: int) -> dict[str, float]:
    seen: dict[str, float] = json.loads(in_fresh_process("tests.bench.reminders", url, on.isoformat()))
    if seen["messages"] != expected:
        raise RuntimeError(f"{seen['messages']} messages instead of {expected}")
    return seen


def run(parts: Resources, on: dt.date) -> int:
    """Queue the day's task and work it; return how many messages it queued."""
    organisation_id = id_of("organisation", 1)
    task = parts.transact(lambda db: daily_run.queue_reminders(context(db, organisation_id, now=parts.clock.now()), on))
    tasks.run_tasks(parts)
    with parts.reading() as db:
        done = get_task(context(db, organisation_id), task.id)
    if done.result is None:
        raise RuntimeError(f"the reminders ended as {done.status}: {done.problem}")
    made: int = done.result["messages"]
    return made


if __name__ == "__main__":
    day = dt.date.fromisoformat(sys.argv[2])
    begun = time.perf_counter()
    count = run(at(sys.argv[1], day), day)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"messages": count, "s": time.perf_counter() - begun, "mb": peak_mb}))
