"""One of several processes that let the same units at the same moment, as requests of two machines would."""

import datetime as dt
from threading import Barrier
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from chalicelib import leasing, organisations
from chalicelib.clock import SystemClock
from chalicelib.errors import Conflict
from chalicelib.gateways.key_file import KeyFile
from chalicelib.leasing.model import NewLease
from chalicelib.runtime.resources import Resources
from chalicelib.storage.engines import make_engine
from tests.contexts import context

JUNE = dt.date(2026, 6, 1)
WAIT_S = 60


def let_all(url: str, phone: str, unit_ids: list[UUID], tenant_id: UUID, barrier: Barrier, told: Any) -> None:
    """Let each unit from one day, together with the others; put (unit, "let" or "conflict") into ``told``.

    Each transaction reads its membership first, as every request does, which under REPEATABLE READ
    would fix what it sees before it holds the unit. On MariaDB the processes meet behind that read;
    SQLite lets one writer in at a time, so there they meet before they begin.
    """
    engine = make_engine(url, timeout_s=20)
    resources = Resources(writer=engine, reader=engine, clock=SystemClock(), keys=KeyFile("unused"))
    inside = engine.dialect.name != "sqlite"

    def let(db: Connection, unit_id: UUID, first_try: list[bool]) -> str:
        now = resources.clock.now()
        who = organisations.get_caller(db, phone, None, may="edit_leases", now=now)
        if inside and first_try:
            first_try.clear()
            barrier.wait(WAIT_S)
        new = NewLease(unit_id, [tenant_id], JUNE, 30_000_00, billed_from=JUNE)
        leasing.add_lease(context(db, who.organisation_id, now=now, today=who.today), new)
        return "let"

    for unit_id in unit_ids:
        if not inside:
            barrier.wait(WAIT_S)
        first_try = [True]
        try:
            outcome = resources.transact(lambda db, unit=unit_id, first=first_try: let(db, unit, first))  # type: ignore[misc]
        except Conflict:
            outcome = "conflict"
        told.put((unit_id, outcome))
    engine.dispose()
