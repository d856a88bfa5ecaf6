"""The peak memory of an API process after a thousand mixed requests, reading and writing."""

import datetime as dt
import itertools
import resource
import sys
from collections.abc import Callable, Iterator

from chalicelib.clock import NAIROBI, day_of
from chalicelib.runtime.resources import using
from tests.api.client import Answer, Client
from tests.bench import books
from tests.bench.data import Book, id_of
from tests.bench.report import Figure, in_fresh_process

REQUESTS = 1_000
TODAY = day_of(dt.datetime.now(dt.UTC), NAIROBI)
BOOK = Book(leases=1_000, large=1_000, organisations=1, months=3, last_period=TODAY.replace(day=1))


def measure(requests: int = REQUESTS) -> Iterator[Figure]:
    with books.server() as server:
        url = books.make(server, "memory", BOOK)
        peak_mb, refused = map(float, in_fresh_process("tests.bench.memory", url, str(requests)).split())
    yield Figure(f"peak memory after {requests:,} mixed requests", peak_mb, "MB", 150)
    yield Figure("of them answered with other than 2xx", refused, "answers", 0)


def mixed(client: Client) -> Iterator[Callable[[], Answer]]:
    """Yield requests for ever: lists, reports, the document, new tenants and payments."""
    for number in itertools.count():
        lease = id_of("lease", number % BOOK.leases + 1)
        tenant = id_of("tenant", number % BOOK.leases + 1)
        for path in (
            "/v1/units?limit=200",
            "/v1/leases?limit=50",
            f"/v1/leases/{lease}",
            "/v1/invoices?limit=50",
            "/v1/reports/arrears",
            "/v1/reports/rent-roll?format=csv",
            f"/v1/tenants/{tenant}/statement",
            "/v1/openapi.json",
        ):
            yield lambda path=path: client.get(path)  # type: ignore[misc]  # a lambda's default has no type
        yield lambda: client.post("/v1/tenants", {"given_name": "Imani", "phones": ["0712345678"]})
        money = {"method": "cash", "amount": "100.00", "received_on": str(TODAY), "lease_id": str(lease)}
        yield lambda money=money: client.post("/v1/payments", money)  # type: ignore[misc]


def main(url: str, requests: int) -> None:
    with using(books.parts(url)):
        statuses = [ask().status for ask in itertools.islice(mixed(books.owner(BOOK)), requests)]
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(peak_mb, sum(not 200 <= status < 300 for status in statuses))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
