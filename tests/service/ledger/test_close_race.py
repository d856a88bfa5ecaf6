"""Processes post into a month while another closes it: none lands in it once it is closed."""

import datetime as dt
import subprocess
import sys
import time
from collections.abc import Iterator
from uuid import UUID

import pytest
from sqlalchemy import Connection, func, select

from chalicelib import ledger
from chalicelib.ids import new_id
from chalicelib.runtime.resources import Resources
from chalicelib.storage.tables.ledger import journals, postings
from tests.contexts import context
from tests.service.worker_process import OCTOBER, bill, resources_on

POSTERS, SECONDS = 3, 4.0


@pytest.fixture
def real(fresh_database: str) -> Iterator[Resources]:
    made = resources_on(fresh_database)
    yield made
    made.writer.dispose()


def journals_of(db: Connection, organisation_id: UUID, first: dt.date, last: dt.date) -> set[UUID]:
    query = select(journals.c.id).where(
        journals.c.organisation_id == organisation_id, journals.c.effective_on.between(first, last)
    )
    return set(db.scalars(query))


@pytest.mark.slow
def test_no_journal_lands_in_a_month_after_it_was_closed(fresh_database: str, real: Resources) -> None:
    organisation_id, end = new_id(), dt.date(2026, 10, 31)
    real.transact(lambda db: ledger.post(context(db, organisation_id, now=real.clock.now()), [bill()]))
    program = [sys.executable, "-m", "tests.service.worker_process"]
    command = [*program, "post", fresh_database, str(organisation_id), str(SECONDS)]
    posters = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(POSTERS)]
    until = time.monotonic() + 30
    while time.monotonic() < until:  # until all of them are at it
        with real.reading() as db:
            if len(journals_of(db, organisation_id, OCTOBER, end)) > 10 * POSTERS:
                break
        time.sleep(0.05)

    def close(db: Connection) -> set[UUID]:
        ledger.close_period(
            context(db, organisation_id, now=real.clock.now(), today=dt.date(2026, 11, 20), member_id=None), OCTOBER
        )
        return journals_of(db, organisation_id, OCTOBER, end)

    closed_with = real.transact(close)
    counts = [int(poster.communicate(timeout=60)[0]) for poster in posters]
    with real.reading() as db:
        in_october = journals_of(db, organisation_id, OCTOBER, end)
        landed = journals_of(db, organisation_id, dt.date(2026, 11, 1), dt.date(2026, 11, 1))
        stands = select(func.sum(postings.c.amount_cents), func.count())
        total_cents, legs = db.execute(stands.where(postings.c.organisation_id == organisation_id)).one()
    print(f"{sum(counts)} posted by {POSTERS} processes, {len(in_october)} before the close, {len(landed)} after")
    assert in_october == closed_with
    assert len(landed) > 0, "the processes went on after the close"
    assert len(in_october) + len(landed) == sum(counts) + 1
    assert (total_cents, legs) == (0, 2 * (sum(counts) + 1))
