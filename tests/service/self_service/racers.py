"""What the processes of the race do; started with ``spawn``, each with an engine of its own."""

import datetime as dt
from multiprocessing.synchronize import Barrier
from pathlib import Path

from chalicelib import self_service
from chalicelib.clock import SystemClock
from chalicelib.gateways.key_file import KeyFile
from chalicelib.runtime.resources import Resources
from chalicelib.storage.engines import make_engine

TIMEOUT_S = 30


def text_often(url: str, numbers: list[str], said: list[str], now: dt.datetime, own: str, start: Barrier) -> None:
    """Have each of the phones say each of the texts, by SMS that are this process's own."""
    engine = make_engine(url, timeout_s=TIMEOUT_S)
    resources = Resources(writer=engine, reader=engine, clock=SystemClock(), keys=KeyFile(str(Path("/dev/null"))))
    start.wait(TIMEOUT_S)
    for number in numbers:
        for place, text in enumerate(said):
            given = {"gateway": "africastalking", "provider_reference": f"{own}-{number}-{place}", "phone": number}
            resources.transact(
                lambda db, given=given, text=text: self_service.handle_sms(  # type: ignore[misc]
                    db, **given, text=text, received_at=now, now=now
                )
            )
    engine.dispose()
