"""What a figure is compared with, measured in the same run: the same rows by the plainest means.

Machines differ twofold in speed, so a promise is a ratio to one of these; the seconds are printed beside it.
"""

import json
import time
from collections.abc import Callable, Iterator
from typing import NamedTuple

from chalice.app import Chalice, Response
from sqlalchemy import Engine, MetaData, Table, insert, select, text

from chalicelib.storage.engines import make_engine
from chalicelib.storage.tables import metadata

ROWS_IN_A_SET = 500  # as many as a bill run, reminders and dispatch work on in one transaction
EVENT = {
    "requestContext": {"httpMethod": "GET", "resourcePath": "/rows", "path": "/rows"},
    "headers": {},
    "multiValueQueryStringParameters": None,
    "pathParameters": {},
    "body": None,
    "isBase64Encoded": False,
    "stageVariables": None,
}


class Spent(NamedTuple):
    """Rows that were inserted, and seconds that it took: by the clock, and of this process's CPU."""

    rows: int
    s: float
    cpu_s: float


def insert_again(url: str, *names: str) -> Spent:
    """Insert the rows of these tables once more, each into an empty copy with the same columns and indexes.

    Rows are read in sets of 500 and inserted in a transaction a set; only the inserting is timed. The copies have
    neither foreign keys nor triggers, which MariaDB's LIKE leaves out.
    """
    engine = make_engine(url)
    spent = [_insert_again(engine, metadata.tables[name]) for name in names]
    engine.dispose()
    return Spent(*map(sum, zip(*spent, strict=True)))


def _insert_again(engine: Engine, table: Table) -> Spent:
    copy = table.to_metadata(MetaData(), name=f"bench_{table.name}")
    with engine.begin() as db:
        db.execute(text(f"DROP TABLE IF EXISTS {copy.name}"))
        db.execute(text(f"CREATE TABLE {copy.name} LIKE {table.name}"))
    rows, s, cpu_s = 0, 0.0, 0.0
    for values in _sets(engine, table):
        begun, begun_cpu = time.perf_counter(), time.process_time()
        with engine.begin() as db:
            db.execute(insert(copy), values)
        s += time.perf_counter() - begun
        cpu_s += time.process_time() - begun_cpu
        rows += len(values)
    return Spent(rows, s, cpu_s)


def _sets(engine: Engine, table: Table) -> Iterator[list[dict[str, object]]]:
    with engine.connect() as db:
        found = db.execution_options(yield_per=ROWS_IN_A_SET).execute(select(table))
        for some in found.mappings().partitions():
            yield [dict(row) for row in some]


def bare_list(engine: Engine, table: Table, rows: int) -> Callable[[], None]:
    """Return a request for ``rows`` rows of ``table`` by Chalice and SQLAlchemy alone: no caller, checks or cursor."""
    app = Chalice(app_name="bare", configure_logs=False)
    query = select(table).order_by(*table.primary_key.columns).limit(rows)

    @app.route("/rows")
    def list_rows() -> Response:
        with engine.connect() as db:
            found = db.execute(query).mappings().all()
        return Response(json.dumps([dict(row) for row in found], default=str), {"Content-Type": "application/json"})

    def ask() -> None:
        if app(EVENT, None)["statusCode"] != 200:
            raise RuntimeError("the bare list fails")

    if len(json.loads(app(EVENT, None)["body"])) != rows:
        raise RuntimeError(f"the bare list has not {rows} rows")
    return ask
