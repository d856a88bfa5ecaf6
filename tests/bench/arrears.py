"""Arrears ageing of 5,000 leases with two years of history, as of today and as of a past day.

Each is compared with a plain SELECT of the rows that it is summed from: the open lines; the lines, allocations and
payments. Past days, near and far, are also compared with today.
"""

import datetime as dt
from collections.abc import Iterator
from typing import Any, NamedTuple

from sqlalchemy import Select, select

from chalicelib.clock import NAIROBI, day_of
from chalicelib.runtime.resources import using
from chalicelib.storage.tables.billing import invoice_lines
from chalicelib.storage.tables.payments import allocations, payments
from tests.api.client import Client
from tests.bench import books
from tests.bench.data import Book
from tests.bench.report import Figure, ok, side_by_side_ms

LEASES = 5_000
MOST_TODAY, MOST_PAST = 1.8, 0.9
DAYS_AGO, MOST_BESIDE_TODAY = (1, 30, 200, 500), 3.0
GATEWAY_MS = 29_000  # after which API Gateway answers in our place


class Report(NamedTuple):
    """A report, and the queries that select what it is summed from; its ratio to them is at most ``most``."""

    what: str
    on: dt.date
    queries: list[Select[Any]]
    most: float
    times: int


def reports(today: dt.date) -> list[Report]:
    past = today - dt.timedelta(days=200)
    lines, paid, money = invoice_lines.c, allocations.c, payments.c
    opened = select(lines.lease_id, lines.due_on, lines.overdue_on, lines.open_cents).where(lines.open_cents > 0)
    issued = select(lines.lease_id, lines.due_on, lines.overdue_on, lines.amount_cents).where(lines.posted_on <= past)
    allocated = select(paid.lease_id, paid.invoice_line_id, paid.amount_cents).where(paid.allocated_on <= past)
    received = select(money.lease_id, money.amount_cents).where(money.matched_on <= past)
    return [
        Report("today", today, [opened], MOST_TODAY, 15),
        Report("a past day", past, [issued, allocated, received], MOST_PAST, 5),
    ]


def measure(leases: int = LEASES) -> Iterator[Figure]:
    today = day_of(dt.datetime.now(dt.UTC), NAIROBI)
    book = Book(leases=leases, large=leases, organisations=1, months=24, last_period=today.replace(day=1))
    with books.server() as server:
        resources, client = books.parts(books.make(server, "arrears", book)), books.owner(book)
        with using(resources), resources.reader.connect() as db:
            for report in reports(today):
                plain_ms, report_ms = side_by_side_ms(
                    [
                        lambda queries=report.queries: [db.execute(query).all() for query in queries],  # type: ignore[misc]
                        lambda on=report.on: whole(client, on),  # type: ignore[misc]
                    ],
                    report.times,
                )
                yield Figure(f"rows of it selected plainly, {report.what}", plain_ms, "ms")
                yield Figure(f"arrears of {leases:,} leases, {report.what}", report_ms, "ms", GATEWAY_MS)
                yield Figure("the same beside the plain select", report_ms / plain_ms, "×", report.most)
            for days in DAYS_AGO:
                today_ms, past_ms = side_by_side_ms(
                    [lambda on=on: whole(client, on) for on in (today, today - dt.timedelta(days=days))],  # type: ignore[misc]
                    5,
                )
                yield Figure(
                    f"arrears of {days} days ago beside those of today", past_ms / today_ms, "×", MOST_BESIDE_TODAY
                )


def whole(client: Client, on: dt.date) -> str:
    """Return the whole report as of ``on``, as a landlord's spreadsheet takes it."""
    return ok(client.get(f"/v1/reports/arrears?on={on}&format=csv")).text
