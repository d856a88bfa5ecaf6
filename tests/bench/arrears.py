"""Arrears ageing of 5,000 leases with two years of history, as of today and as of a past day."""

import datetime as dt
from collections.abc import Iterator

from chalicelib.clock import NAIROBI, day_of
from chalicelib.runtime.resources import using
from tests.api.client import Client
from tests.bench import baselines, books
from tests.bench.data import Book
from tests.bench.report import Figure, median_ms, ok

LEASES = 5_000
MOST_TODAY, MOST_PAST = 12, 40


def measure(leases: int = LEASES) -> Iterator[Figure]:
    today = day_of(dt.datetime.now(dt.UTC), NAIROBI)
    book = Book(leases=leases, large=leases, organisations=1, months=24, last_period=today.replace(day=1))
    with books.server() as server:
        url = books.make(server, "arrears", book)
        baselines.bulk_insert(url, leases)
        parts, client = books.parts(url), books.owner(book)
        plain_ms = baselines.select_ms(parts.reader, leases, 15)
        yield Figure(f"{leases:,} rows selected plainly", plain_ms, "ms")
        with using(parts):
            past = today - dt.timedelta(days=200)
            now_ms = median_ms(lambda: whole(client, today), 15)
            past_ms = median_ms(lambda: whole(client, past), 5)
            yield Figure(f"arrears of {leases:,} leases, today", now_ms, "ms")
            yield Figure("the same in plain selects of as many rows", now_ms / plain_ms, "×", MOST_TODAY)
            yield Figure(f"arrears of {leases:,} leases, a past day", past_ms, "ms", 29_000)
            yield Figure("the same in plain selects of as many rows", past_ms / plain_ms, "×", MOST_PAST)


def whole(client: Client, on: dt.date) -> str:
    """Return the whole report as of ``on``, as a landlord's spreadsheet takes it."""
    return ok(client.get(f"/v1/reports/arrears?on={on}&format=csv")).text
