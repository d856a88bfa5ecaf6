"""What the processes of the race do; started with ``spawn``, each with an engine of its own."""

import datetime as dt
from multiprocessing.synchronize import Barrier
from pathlib import Path
from uuid import UUID

from chalicelib import maintenance
from chalicelib.clock import SystemClock
from chalicelib.gateways.key_file import KeyFile
from chalicelib.maintenance.model import NewRequest
from chalicelib.runtime.resources import Resources
from chalicelib.storage.engines import make_engine
from tests.contexts import context

NOW = dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)
TIMEOUT_S = 30


def ask_often(url: str, organisation_id: UUID, property_id: UUID, unit_id: UUID, own: str, start: Barrier) -> None:
    """Ask for ten things that only this process asks for, and for ten that all processes do."""
    engine = make_engine(url, timeout_s=TIMEOUT_S)
    resources = Resources(writer=engine, reader=engine, clock=SystemClock(), keys=KeyFile(str(Path("/dev/null"))))
    start.wait(TIMEOUT_S)
    for place in range(10):
        for key in (f"{own}:{place}", f"shared:{place}"):
            new = NewRequest(property_id, unit_id, "The tap drips", "sms", key)
            resources.transact(lambda db, new=new: maintenance.add_request(context(db, organisation_id, now=NOW), new))  # type: ignore[misc]
