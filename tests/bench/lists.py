"""The CPU that a list of 50 units takes through the Lambda handler: membership, cursor, ETag and all.

It is compared with a list of the same rows by Chalice and SQLAlchemy alone.
"""

import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from chalicelib.clock import SystemClock
from chalicelib.gateways.key_file import KeyFile
from chalicelib.runtime.resources import Resources, using
from chalicelib.storage.engines import make_engine
from chalicelib.storage.migrate import upgrade
from chalicelib.storage.tables.portfolio import units
from tests.api.client import Client
from tests.bench import baselines
from tests.bench.report import Figure, reading, side_by_side_ms

MOST = 2.5
UNITS = 120  # more than a page, so that there is a cursor
PAGE = 50


def measure(times: int = 400) -> Iterator[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/bench.sqlite3"
        upgrade(url)
        engine = make_engine(url)
        with using(Resources(engine, engine, SystemClock(), KeyFile(str(Path(folder) / "keys.json")))):
            client = _landlord()
            fields = len(client.get("/v1/units").json["items"][0])
            bare, ours = side_by_side_ms(
                [baselines.bare_list(engine, units, PAGE), reading(client, f"/v1/units?limit={PAGE}")],
                times,
                time.process_time,
            )
        engine.dispose()
    yield Figure(f"list of {PAGE} units by Chalice and SQLAlchemy alone, SQLite, CPU", bare, "ms")
    yield Figure(f"list of {PAGE} units of {fields} fields, SQLite, CPU", ours, "ms")
    yield Figure("the same beside the bare list", ours / bare, "×", MOST)


def _landlord() -> Client:
    client = Client("+254700000001")
    client.organisation_id = client.post("/v1/organisations", {"name": "Acme", "person_name": "Amina"}).json["id"]
    house = client.post("/v1/properties", {"name": "Mwangaza Court"}).json["id"]
    for number in range(UNITS):
        unit = {"property_id": house, "name": f"A{number}", "type": "apartment", "rent": "15000.00", "bedrooms": 2}
        client.post("/v1/units", unit)
    return client
