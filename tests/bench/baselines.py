"""What a figure is compared with, measured in the same run: the same rows by the plainest means.

Machines differ twofold in speed, so a promise is a ratio to one of these; the seconds are printed beside it.
"""

import datetime as dt
import json
import time
from typing import NamedTuple

from chalice.app import Chalice, Response
from sqlalchemy import Column, Date, Engine, Integer, MetaData, String, Table, Uuid, insert, select

from chalicelib.ids import new_id
from chalicelib.storage.engines import make_engine
from tests.bench.report import median_ms

ROWS_IN_A_SET = 500  # as many as a bill run writes in one transaction

metadata = MetaData()
scratch = Table(
    "bench_scratch",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("organisation_id", Uuid, nullable=False),
    Column("lease_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("amount_cents", Integer, nullable=False),
    Column("kind", String(20), nullable=False),
    Column("description", String(140), nullable=False),
)


class Spent(NamedTuple):
    s: float
    cpu_s: float


def bulk_insert(url: str, rows: int) -> Spent:
    """Insert ``rows`` rows of eight columns into a table of its own, in transactions of 500."""
    engine = make_engine(url)
    metadata.create_all(engine)
    organisation_id, day = new_id(), dt.date(2026, 12, 1)
    begun, begun_cpu = time.perf_counter(), time.process_time()
    for first in range(0, rows, ROWS_IN_A_SET):
        values = [
            {
                "id": new_id(),
                "organisation_id": organisation_id,
                "lease_id": new_id(),
                "number": number,
                "issued_on": day,
                "amount_cents": 15_000_00,
                "kind": "run",
                "description": "Rent for December 2026",
            }
            for number in range(first, min(first + ROWS_IN_A_SET, rows))
        ]
        with engine.begin() as db:
            db.execute(insert(scratch), values)
    spent = Spent(time.perf_counter() - begun, time.process_time() - begun_cpu)
    engine.dispose()
    return spent


def select_ms(engine: Engine, rows: int, times: int) -> float:
    """Return the milliseconds of selecting ``rows`` rows of eight columns, in all and unordered."""
    with engine.connect() as db:
        return median_ms(lambda: db.execute(select(scratch).limit(rows)).all(), times)


def bare_list_ms(url: str, rows: int, times: int) -> float:
    """Return the CPU milliseconds of a list of ``rows`` rows by Chalice and SQLAlchemy alone: no checks, no cursor."""
    engine = make_engine(url)
    app = Chalice(app_name="bare", configure_logs=False)

    @app.route("/rows")
    def list_rows() -> Response:
        with engine.connect() as db:
            found = db.execute(select(scratch).limit(rows)).mappings().all()
        return Response(json.dumps([dict(row) for row in found], default=str), {"Content-Type": "application/json"})

    event = {
        "requestContext": {"httpMethod": "GET", "resourcePath": "/rows", "path": "/rows"},
        "headers": {},
        "multiValueQueryStringParameters": None,
        "pathParameters": {},
        "body": None,
        "isBase64Encoded": False,
        "stageVariables": None,
    }

    def ask() -> None:
        answer = app(event, None)
        if answer["statusCode"] != 200:
            raise RuntimeError(str(answer))

    spent = median_ms(ask, times, time.process_time)
    engine.dispose()
    return spent
