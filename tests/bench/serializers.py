"""What ``web.serialization`` saves beside marshmallow's own dump, on pages of 200: that is why there are two."""

import datetime as dt
import time
from collections.abc import Iterator
from typing import Any
from uuid import UUID

from marshmallow import Schema

from chalicelib.api.schemas.leases import LeaseView
from chalicelib.api.schemas.payments import PaymentView
from chalicelib.ids import new_id
from chalicelib.leasing.model import AgreedDeposit, Lease, NamedTenant
from chalicelib.payments.model import Payment
from chalicelib.web.serialization import serializer_for
from tests.bench.report import Figure, median_ms

ROWS = 200
TIMES = 60
MOST = 0.5  # of marshmallow's time; above that the second serializer is not worth its lines
DAY, AT = dt.date(2026, 12, 1), dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)


def measure(times: int = TIMES) -> Iterator[Figure]:
    for name, schema, rows in (
        ("payments", PaymentView(), [_payment() for _ in range(ROWS)]),
        ("leases", LeaseView(), [_lease() for _ in range(ROWS)]),
    ):
        yield from _compare(name, schema, rows, times)


def _compare(name: str, schema: Schema, rows: list[Any], times: int) -> Iterator[Figure]:
    serialize = serializer_for(schema)
    if [serialize(row) for row in rows] != schema.dump(rows, many=True):
        raise RuntimeError(f"the serializers disagree on {name}")
    theirs = median_ms(lambda: schema.dump(rows, many=True), times, time.process_time)
    ours = median_ms(lambda: [serialize(row) for row in rows], times, time.process_time)
    yield Figure(f"200 {name} by marshmallow, CPU", theirs, "ms")
    yield Figure(f"200 {name} by web.serialization, CPU", ours, "ms")
    yield Figure("the same beside marshmallow", ours / theirs, "×", MOST)


def _payment() -> Payment:
    ids: list[UUID] = [new_id() for _ in range(6)]
    return Payment(
        ids[0], ids[1], "mpesa", "SLK4H7R2QX", 15_000_00, DAY, ids[2], ids[3], ids[4], "matched", None, "", "Amina", "",
        0, 0, False, ids[5], None, DAY, DAY, None, None, 1, AT,
    )  # fmt: skip


def _lease() -> Lease:
    ids: list[UUID] = [new_id() for _ in range(5)]
    tenants, deposits = [NamedTenant(ids[3], "Amina Odhiambo")], [AgreedDeposit("rent", 15_000_00)]
    return Lease(
        ids[0], ids[1], "A1", ids[2], "Mwangaza Court", ids[3], tenants, DAY, None, 5, 0, 30, 15_000_00, deposits,
        "active", None, None, DAY, "", 1, AT,
    )  # fmt: skip
