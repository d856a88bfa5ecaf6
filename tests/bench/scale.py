"""The same questions with a thousand and with a million leases in the database."""

import datetime as dt
import time
from collections.abc import Callable, Iterator

from chalicelib.clock import NAIROBI, day_of
from chalicelib.runtime.resources import Resources, using
from tests.api.client import Answer, Client
from tests.bench import books
from tests.bench.data import Book, id_of
from tests.bench.report import Figure, ok, side_by_side_ms

TIMES = 200
MOST = 1.5


def measure(shrink: int = 1, times: int = TIMES) -> Iterator[Figure]:
    """Yield the figures of a large book beside a small one; ``shrink`` divides the large one."""
    month = day_of(dt.datetime.now(dt.UTC), NAIROBI).replace(day=1)
    small = Book(leases=1_000, large=100, organisations=10, months=1, last_period=month)
    large = Book(
        leases=1_000_000 // shrink, large=100_000 // shrink, organisations=10_000 // shrink, months=1, last_period=month
    )
    with books.server(buffer_pool_mb=6144 if shrink == 1 else 512) as server:
        small_url = books.make(server, "small", small, deep_months=24)
        begun = time.perf_counter()
        large_url = books.make(server, "large", large, deep_months=24)
        yield Figure(f"{large.leases:,} leases made", time.perf_counter() - begun, "s")
        both = [_asking(small, small_url), _asking(large, large_url)]
        for what, path in (
            ("list of 50 units", "/v1/units?limit=50"),
            ("list of 50 units by name", "/v1/units?limit=50&sort=name"),
            ("list of 50 tenants", "/v1/tenants?limit=50"),
            ("list of 50 leases", "/v1/leases?limit=50"),
            ("list of 50 invoices", "/v1/invoices?limit=50"),
            ("list of 50 payments", "/v1/payments?limit=50"),
            ("list of 50 journals", "/v1/ledger/journals?limit=50"),
            ("page of the rent roll", "/v1/reports/rent-roll?limit=50"),
            ("tenant statement of two years", f"/v1/tenants/{id_of('tenant', 1)}/statement"),
        ):
            few, many = side_by_side_ms([ask(path) for ask in both], times)
            yield Figure(f"{what}, 1,000 leases", few, "ms")
            yield Figure(f"{what}, {large.leases:,} leases", many, "ms")
            yield Figure(f"{what}, {large.leases:,} beside 1,000", many / few, "×", MOST)


def _asking(book: Book, url: str) -> Callable[[str], Callable[[], Answer]]:
    parts, client = books.parts(url), books.owner(book)
    return lambda path: lambda: _ask(parts, client, path)


def _ask(parts: Resources, client: Client, path: str) -> Answer:
    with using(parts):
        return ok(client.get(path))
