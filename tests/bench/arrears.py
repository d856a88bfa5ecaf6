"""Arrears ageing of 5,000 leases with two years of history, as of today and as of a past day."""

import datetime as dt
from collections.abc import Iterator

from chalicelib.clock import NAIROBI, day_of
from chalicelib.runtime.resources import using
from tests.api.client import Client
from tests.bench import books
from tests.bench.data import Book
from tests.bench.report import Figure, median_ms, ok

LEASES = 5_000


def measure() -> Iterator[Figure]:
    today = day_of(dt.datetime.now(dt.UTC), NAIROBI)
    book = Book(leases=LEASES, large=LEASES, organisations=1, months=24, last_period=today.replace(day=1))
    with books.server() as server:
        parts, client = books.parts(books.make(server, "arrears", book)), books.owner(book)
        with using(parts):
            past = today - dt.timedelta(days=200)
            yield Figure("arrears of 5,000 leases, today", median_ms(lambda: whole(client, today), 15), "ms", 300)
            yield Figure("arrears of 5,000 leases, a past day", median_ms(lambda: whole(client, past), 5), "ms", 5000)


def whole(client: Client, on: dt.date) -> str:
    """Return the whole report as of ``on``, as a landlord's spreadsheet takes it."""
    return ok(client.get(f"/v1/reports/arrears?on={on}&format=csv")).text
