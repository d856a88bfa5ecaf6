"""One of several processes that queue the same messages at the same moment, as requests of two machines would."""

import datetime as dt
from functools import partial
from threading import Barrier
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from chalicelib import messaging
from chalicelib.clock import SystemClock
from chalicelib.gateways.key_file import KeyFile
from chalicelib.messaging.model import NewMessage
from chalicelib.runtime.resources import Resources
from chalicelib.storage.engines import make_engine
from tests.contexts import context

WAIT_S = 60
ROUNDS, KEYS = 8, 40


def queue_set(db: Connection, *, organisation_id: UUID, now: dt.datetime, new: list[NewMessage]) -> list[UUID]:
    return messaging.queue_messages(context(db, organisation_id, now=now), new)


def queue_all(url: str, organisation_id: UUID, backwards: bool, barrier: Barrier, told: Any) -> None:
    """Queue the keys of each round together with the others; put how many of a round were this process's own."""
    engine = make_engine(url, timeout_s=20)
    resources = Resources(writer=engine, reader=engine, clock=SystemClock(), keys=KeyFile("unused"))
    now = resources.clock.now()
    for number in range(ROUNDS):
        new = [
            NewMessage("notice", f"race:{number}:{key}", address="+254712345678", text="Water is off.")
            for key in sorted(range(KEYS), reverse=backwards)
        ]
        barrier.wait(WAIT_S)
        queued = resources.transact(partial(queue_set, organisation_id=organisation_id, now=now, new=new))
        told.put((number, len(queued)))
    engine.dispose()
