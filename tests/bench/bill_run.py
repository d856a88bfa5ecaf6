"""Billing 100,000 leases of one organisation, once and again, as its task does it, beside inserting the same rows.

The run has a process of its own, so that the memory that is seen is its own.
"""

import datetime as dt
import json
import resource
import sys
import time
from collections.abc import Iterator

from chalicelib.clock import NAIROBI, day_of
from chalicelib.lease_accounts import bill_run
from chalicelib.runtime.resources import Resources
from chalicelib.tasks import task_runner as tasks
from chalicelib.tasks.task_queue import get_task
from tests.bench import baselines, books
from tests.bench.data import Book, id_of
from tests.bench.report import Figure, in_fresh_process
from tests.contexts import context

LEASES = 100_000
MOST = 2.2
MOST_AGAIN = 0.01
WRITTEN = ("invoice", "invoice_line", "journal", "posting")  # empty before: the book has no month of history


def measure(leases: int = LEASES) -> Iterator[Figure]:
    today = day_of(dt.datetime.now(dt.UTC), NAIROBI)
    # No month of history: every lease is there to be billed.
    book = Book(leases=leases, large=leases, organisations=1, months=0, last_period=today.replace(day=1))
    with books.server() as server:
        url = books.make(server, "bill_run", book)
        first = json.loads(in_fresh_process("tests.bench.bill_run", url))
        if first["invoices"] != leases:
            raise RuntimeError(f"{first['invoices']} invoices instead of {leases}")
        yield Figure(f"{leases:,} leases billed", first["s"], "s")
        plain = baselines.insert_again(url, *WRITTEN)
        yield Figure(f"the {plain.rows:,} rows of it inserted plainly", plain.s, "s")
        yield Figure("billed beside inserted plainly", first["s"] / plain.s, "×", MOST)
        yield Figure("peak memory of it", first["mb"], "MB", 300)
        second = json.loads(in_fresh_process("tests.bench.bill_run", url))
        yield Figure("invoices made by the second run", second["invoices"], "invoices", 0)
        yield Figure("the second run", second["s"], "s")
        yield Figure("the same beside the first", second["s"] / first["s"], "×", MOST_AGAIN)


def run(parts: Resources) -> int:
    """Queue this month's bill run and work it; return how many invoices it made."""
    now = parts.clock.now()
    today = day_of(now, NAIROBI)
    organisation_id = id_of("organisation", 1)
    with parts.writing() as db:
        task = bill_run.queue_bill_run(
            context(db, organisation_id, now=now, today=today, member_id=None), today.replace(day=1), issued_on=None
        )
    tasks.run_tasks(parts)
    with parts.reading() as db:
        done = get_task(context(db, organisation_id), task.id)
    if done.result is None:
        raise RuntimeError(f"the bill run ended as {done.status}: {done.problem}")
    made: int = done.result["invoices"]
    return made


if __name__ == "__main__":
    begun = time.perf_counter()
    count = run(books.parts(sys.argv[1]))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"invoices": count, "s": time.perf_counter() - begun, "mb": peak_mb}))
