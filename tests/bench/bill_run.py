"""Billing 100,000 leases of one organisation, once and again, in a process of its own so that its memory is its own."""

import datetime as dt
import resource
import sys
import time
from collections.abc import Iterator

from chalicelib import wiring
from chalicelib.billing import service as billing
from chalicelib.payments import service as payments
from tests.bench import books
from tests.bench.data import Book, id_of
from tests.bench.report import Figure, in_fresh_process

LEASES = 100_000
SET = 1_000
PERIOD = dt.date(2026, 11, 1)


def measure() -> Iterator[Figure]:
    # No month of history: every lease is there to be billed.
    book = Book(leases=LEASES, large=LEASES, organisations=1, months=0, last_period=PERIOD)
    with books.server() as server:
        url = books.make(server, "bill_run", book)
        made, seconds, megabytes = map(float, in_fresh_process("tests.bench.bill_run", url).split())
        if made != LEASES:
            raise RuntimeError(f"{made:.0f} invoices instead of {LEASES}")
        yield Figure("100,000 leases billed", seconds, "s", 60)
        yield Figure("peak memory of it", megabytes, "MB", 300)
        made, seconds, _ = map(float, in_fresh_process("tests.bench.bill_run", url).split())
        yield Figure("invoices made by the second run", made, "invoices", 0)
        yield Figure("the second run", seconds, "s", 10)


def run(parts: wiring.Parts) -> int:
    """Bill every lease, set by set as the task does, and return how many invoices were made."""
    organisation_id, after, total = id_of("organisation", 1), None, 0
    while True:
        with parts.writing() as db:
            billed = billing.bill_leases(
                db,
                organisation_id,
                PERIOD,
                after=after,
                limit=SET,
                issued_on=PERIOD,
                now=parts.clock.now(),
                after_bill=payments.apply_credit,
            )
        total += billed.made
        if billed.last_id is None:
            return total
        after = billed.last_id


if __name__ == "__main__":
    begun = time.perf_counter()
    count = run(books.parts(sys.argv[1]))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(count, time.perf_counter() - begun, peak_mb)
